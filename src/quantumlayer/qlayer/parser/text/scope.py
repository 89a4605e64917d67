"""What a text says that the service is not to do."""

import re

_HEAD = re.compile(
    r"(?:what is |what's |things? |features? |currently |explicitly |the following (?:is|are) )?"
    r"(?:out[ -]of[ -]scope|not in scope|outside (?:the|our) scope|non-?goals?|no goals|exclusions?|excluded"
    r"|not part of (?:this|the|it|that|our|version)\b[^.,;]*|(?:maybe |for )?later(?: on"
    r"| versions?| releases?| phases?)?"
    r"|(?:in )?(?:a |the )?(?:future|later|next)(?: work"
    r"| versions?| releases?| extensions?| phases?| features?| ideas)?"
    r"|not (?:yet )?in (?:v|version |release |phase )\d\S*|not in (?:this|the first) \w+|not (?:now|yet|included"
    r"|planned"
    r"|needed|covered|wanted|supported)|we do not (?:need|want)|won['\u2019]?t have)"
    r"(?: (?:for now|yet|at first|now|in (?:this|the first) \w+|for (?:this|the first) \w+|for (?:v|version) ?\d\S*))?",
    re.IGNORECASE,
)
_YET = (
    r"(?:yet|for now|at first|at the moment|now|in (?:this|the first|version) \w+|for (?:this|the first|version) \w+)"
)
_SENTENCE = re.compile(
    r"(?:is|are|remains?|stays?|(?:will|shall) (?:be|remain|stay)) (?:\w+ly |also |all |both )?"
    r"(?:out of scope|not in scope|outside (?:of )?(?:the|this|our) scope|beyond (?:the|this|our) scope"
    r"|not part of (?:this|the first|our|the) (?:\w+ )?(?:version|release|service|project|system|scope|phase|step|work)"
    r"|for another (?:day|time|year|project|phase|release)(?= *[.;!]?$)"
    rf"|not (?:needed|required|planned|supported|wanted|included)(?= *[.;!]?$| {_YET}))"
    r"|(?:isn't|aren't|isn\u2019t|aren\u2019t) (?:in scope|part of (?:this|the first) \w+|needed yet|planned)"
    r"|\b(?:comes?|follows?|(?:will|may|might|can) (?:come|follow|be added)) "
    r"(?:later|in (?:a|the) (?:later|next|future|second) \w+)(?= *[.;!]?$)"
    rf"|\b(?:do|does|need|will) not (?:need|want|cover|include|support)\b[^,;:]* {_YET}(?= *[.;!]?$)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:when|if|unless|until|while|whenever|once)\b", re.IGNORECASE)
INLINE = re.compile(rf"(?:{_HEAD.pattern}): ?(?=\S)", re.IGNORECASE)
"""`Out of scope: payments`: a lead-in with what follows it on the line."""


def is_outside(title: str) -> bool:
    """Whether a heading or a lead-in says that what stands below it is not to be done."""
    return _HEAD.fullmatch(title.strip(" :.")) is not None


def says_outside(sentence: str) -> bool:
    """Whether a sentence says that something is not to be done: `Payments are out of scope`."""
    if INLINE.match(sentence):
        return True
    return _SENTENCE.search(sentence) is not None and _CONDITION.search(sentence) is None
