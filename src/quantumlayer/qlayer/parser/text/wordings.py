"""Forms of everyday English as the plain sentences that they stand for.

Each form is a pattern and what it says: `a light, which is sunny or shaded` says `a light (sunny or shaded)`.
"""

import re

from quantumlayer.qlayer.parser.text.numbers import NUMBER

_WORD = r"[a-z][a-z-]*"
_NO_CHOICE = r"(?!(?:at|up|not|never|no|an?|the|optional|unique|later|only|in|to|by|then|given|one|also)\b)"
_VALUE = rf"{_NO_CHOICE}{_WORD}(?: {_WORD}){{0,2}}?"
_CHOICES = rf"(?P<list>{_VALUE}(?:, {_VALUE})*,? or {_VALUE})"
_NEXT = r"(?=[.;]|, (?:and )?(?:an?|the|optionally|its|their|finally)\b| and (?:an?|the|optionally)\b|$)"
_SIGN = (
    r"(?:(?:an?|the|one|two|three|four|five|six|seven|eight|nine|ten|\d+)(?: (?:to|or) (?:\w+))? )?"
    r"(?:(?:(?:capital|upper-?case|lower-?case|small) )?letters?(?: [A-Z]{1,3}\b)?|digits?|dash|hyphen|slash|dot|point"
    r"|underscore|space|colon)"
)
_SPELLING = rf"(?P<list>{_SIGN}(?:(?:, | and | and then |, and |, then | followed by ){_SIGN})+)"
_LISTING = (
    r"\b(?:has|have|with|wants?|sets?|notes?|records?|carry|carries|contains?|includes?|leaves?|keeps?|needs?|gives?)\b"
    r"[^.;!?]*?"
)
_SYSTEM = r"(?:the |our |this )?(?:system|service|application|app|software|platform|programme?|tool)"
_STORES = r"(?:store|keep|record|hold|save|maintain|track|know(?: of)?|manage)s?"
_BEGIN = r"(?:^|(?<=[.;!?] ))"
_NOT_KNOWN = (
    r"(?:if (?:they|he|she|it|there|one|known|any|available|you|applicable)|once|as soon as"
    r"|when (?:it|they|this|that|the|he|she)|from those who|for those who|where (?:there|they|it|known)"
    r"|in the case of|for (?!each\b|every\b|all\b|the\b|an?\b|one\b|it\b)[a-z]+)\b"
)
_FORMAT = r"(?:jpe?g|png|gif|pdf|webp|tiff?|svg|mp3|mp4|docx?|csv)"
_MANY = r"(?:one or more|one or several|several|many|multiple|any number of|at least one|a list of)"
_WRITTEN: tuple[tuple[str, str], ...] = (
    (
        (
            rf"(?P<what>{_LISTING}),? (?:which|that) (?:is|are|can be|may be|must be|shall be)(?: always)?"
            rf"(?: either| one of)? {_CHOICES}{_NEXT}"
        ),
        "{what} ({list})",
    ),
    (
        (
            rf"(?P<what>{_LISTING}),? (?:which|that) (?:is|are|can be|may be|must be|shall be) (?P<list>(?:an?"
            rf" )?{_FORMAT}\b[^,.;()]*)"
        ),
        "{what} ({list})",
    ),
    (
        (
            rf"(?P<what>\b(?:has|have|contains?|consists? of|comprises?|holds?|is made up of|includes?) {_MANY}"
            rf" {_WORD}(?: {_WORD})?s),? each (?:one )?(?:with|having|of which has|of them with)"
            rf" (?P<list>(?:an?|the|its)\b[^.;!?()]*)"
        ),
        "{what} ({list})",
    ),
    (
        (
            rf"{_BEGIN}[a-z][^.;!?,]*? (?:fill|complete)s?(?: in| out)? (?P<who>an? {_WORD}(?: {_WORD})?)"
            rf" (?:with|giving|stating)"
            r" (?P<what>(?:their|his|her|the|an?)\b[^.;!?]*)"
        ),
        "{who} has {what}",
    ),
    (
        (
            rf"(?P<what>{_LISTING})(?: such as \S+)?,? (?:that is|which is|which are|i\.e\.|namely|consisting of"
            rf"|made up of|made of|composed of),? {_SPELLING}"
        ),
        "{what} ({list})",
    ),
    (
        (
            rf"(?P<what>{_LISTING}), (?P<list>(?![^,.;]*\bof (?:them|these|those)\b)"
            r"(?:between|from|at most|at least|up to|no more than|not more than) -?"
            rf"{NUMBER}[^,.;()]{{0,40}})(?=, |[.;]|$)"
        ),
        "{what} ({list})",
    ),
    (
        (
            rf"(?P<what>{_LISTING})(?:,? and,?|[,;]) {_NOT_KNOWN}[^,.;()]{{0,60}}, "
            r"(?:also )?(?P<rest>(?:an?|the|their|our|its)\b)"
        ),
        "{what}, optionally {rest}",
    ),
    (
        rf"(?P<what>{_LISTING})(?:,? and)? (?:perhaps|maybe|possibly|sometimes) (?P<rest>(?:an?|the|their)\b)",
        "{what} and optionally {rest}",
    ),
    (
        (
            rf"(?P<what>{_LISTING})either (?:an? )?(?P<thing>{_WORD}(?: {_WORD})?) or (?:none|not|no(?:"
            rf" {_WORD})?)(?=[.,;]|$)"
        ),
        "{what}an indication whether it has a {thing}",
    ),
    (
        (
            rf"{_BEGIN}some(?: of (?:them|these|those))? are (?P<thing>[a-z-]+(?: [a-z]+)?),? (?:and|but)? ?"
            r"(?:some|others) (?:are not|aren't)(?P<rest>[^.;!?]*)"
        ),
        "It has an indication whether it is {thing}",
    ),
    (
        (
            rf"{_BEGIN}{_SYSTEM} (?:shall|must|should|will|has to|needs to) {_STORES} (?P<who>(?:the"
            rf" )?[a-z]+(?: [a-z]+)?s) with"
            r" (?P<what>(?:an?|the|their)\b[^.;!?]*)"
        ),
        "{who} have {what}",
    ),
    (
        (
            rf"{_BEGIN}(?P<who>(?:an?|the|every|each) {_WORD}(?: {_WORD})?) (?P<verb>writes|leaves|files|records|enters"
            rf"|gives) an? (?P<thing>{_WORD}) (?P<of>(?:of|for|about|on) (?:an?|the|one|each|every) {_WORD}"
            rf"(?: {_WORD})?): (?P<list>an? [^.;!?]*)"
        ),
        "{who} {verb} one {thing} {of}. Each {thing} has {list}",
    ),
    (
        rf"{_BEGIN}it is (?P<who>(?:the|an?) [a-z]+(?: [a-z]+)?) who (?P<what>[a-z]+s),? and who (?P<rest>[^.;!?]*)",
        "{who} {what} and {rest}",
    ),
    (rf"{_BEGIN}it is (?P<who>(?:the|an?) [a-z]+(?: [a-z]+)?) who (?P<what>[a-z]+s\b[^.;!?]*)", "{who} {what}"),
    (
        (
            rf"{_BEGIN}(?P<who>(?:an?|each|every) {_WORD}(?: {_WORD})?) is (?:an?|one) (?P<thing>{_WORD})"
            rf" {_WORD}(?:ed|en|wn|nt|ld)"
            r" (?P<rest>(?=[^.;!?]*\bone [a-z])[^.;!?]*)"
        ),
        "{who} is of one {thing} {rest}",
    ),
)
FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said) for pattern, said in _WRITTEN
)
"""Patterns with what they say; `{name}` is what the group of that name matched."""
