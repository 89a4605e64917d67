"""Formal style as plain sentences: `The system shall allow members to borrow books` says that members can."""

import re
from collections.abc import Callable, Iterator

from quantumlayer.qlayer.parser.text.composed import composed
from quantumlayer.qlayer.parser.text.document import Block
from quantumlayer.qlayer.parser.text.wordings import FORMS

_SYSTEM = r"(?:the |our |this )?(?:system|service|application|app|software|platform|backend|solution|tool)"
_SHALL = r"(?:(?:shall|must|should|will|has to|needs to|is to|can|may|does) )?"
_STORES = (
    r"(?:(?:store|keep|record|hold|save|maintain|capture|contain|include|track|note|set|need)s?"
    r"|writes? down|(?:want|need)s? to (?:know|keep|note))"
)
_WHO = r"(?P<who>(?:(?!\bto\b)[\w ,'-]){1,120}?)"
_WHAT = r"(?P<what>(?:[^.;!?:]|\.(?=\d))*?)"
_THING = (
    r"(?:each|every|an?(?= [a-z-]+(?: [a-z-]+)?,? (?:we|i)\b)) (?P<thing>[\w-]+(?: (?!(?:the|our|we|it|i)\b)[\w-]+)?)"
)
_BEGIN = r"(?:^|(?<=[.;!?] ))"
_END = r"(?=[.;!?](?: |$)|:?$)"
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(f"{_BEGIN}{pattern}{_END}", re.IGNORECASE), said)
    for pattern, said in (
        (
            (
                r"(?P<who>(?:an?|each|every) (?:(?!\bto\b)[\w ,'-])+?) (?:shall|must|will"
                r"|should) (?:always )?belong to\b ?"
                rf"{_WHAT}"
            ),
            "{who} belongs to {what}",
        ),
        (
            r"(?P<who>an? [a-z]+(?: [a-z]+)?) is (?:just|only|simply) (?P<what>an? name)(?P<rest>[^.;!?:]*)",
            "{who} has {what}{rest}",
        ),
        (
            (
                r"(?P<who>an? [a-z]+(?: [a-z]+)?) is one [a-z]+ of (?P<what>an? [a-z]+(?: [a-z]+)?), "
                r"(?P<rest>[a-z]+ (?:by|in|at) [^.;!?:]+)"
            ),
            "{who} belongs to {what} and is {rest}",
        ),
        (
            r"(?P<who>an? [a-z]+(?: [a-z]+)?) is one [a-z]+ of (?P<what>an? [a-z]+(?: [a-z]+)?)",
            "{who} belongs to {what}",
        ),
        (
            r"the same (?P<who>[a-z]+(?: [a-z]+)?) (?P<what>(?:can|may) (?:be|stand|appear|belong) [^.;!?:]+)",
            "A {who} {what}",
        ),
        (
            (
                r"(?P<who>[^.;!?:(]+? (?:has|have) [^.;!?:(]+?), "
                r"(?P<what>(?:between|from) -?\d+ (?:and|to) \d+)(?P<rest>, [^.;!?:]+)"
            ),
            "{who} ({what}){rest}",
        ),
        (
            (
                r"(?P<who>(?:the )?[a-z]+(?: [a-z]+)?) (?:does|do|can do|may do) "
                r"(?:everything|anything) (?:with|to) (?P<what>[^.;!?:]+)"
            ),
            "{who} can manage {what}",
        ),
        (
            r"(?:non-members|outsiders|strangers|people who are not signed in) (?:can|may) (?P<what>[^.;!?:]+)",
            "Anyone can {what}",
        ),
        (r"(?P<what>(?:the )?[a-z]+s(?:(?:, | and )[a-z]+s)*) are public", "Anyone can see {what}"),
        (
            r"(?:the )?(?P<what>[a-z]+) list: (?:can be )?(?:filter|filtered) by (?P<rest>[^.;!?:]+)",
            "{what}s can be filtered by {rest}",
        ),
        (
            r"(?:the )?(?P<what>[a-z]+) list: (?:can be )?(?:search|searched) by (?P<rest>[^.;!?:]+)",
            "{what}s can be searched by {rest}",
        ),
        (rf"{_SYSTEM} {_SHALL}not (?:allow|enable|permit|let) {_WHO} to\b ?{_WHAT}", "{who} cannot {what}"),
        (rf"{_SYSTEM} {_SHALL}(?:allow|enable|permit)s? {_WHO} to\b ?{_WHAT}", "{who} can {what}"),
        (rf"{_SYSTEM} {_SHALL}lets? (?P<who>(?:an?|the|each|every|all) [a-z]+|[a-z]+s) {_WHAT}", "{who} can {what}"),
        (
            (
                rf"{_SYSTEM} {_SHALL}(?:provide|offer|give)s? {_WHO} (?:with )?(?:the|an) (?:ability|option"
                rf"|possibility) to\b"
                rf" ?{_WHAT}"
            ),
            "{who} can {what}",
        ),
        (rf"it {_SHALL}not be possible for {_WHO} to\b ?{_WHAT}", "{who} cannot {what}"),
        (rf"it (?:{_SHALL}be|is) possible for {_WHO} to\b ?{_WHAT}", "{who} can {what}"),
        (rf"{_WHO} (?:shall|must|should|will) not be (?:able|allowed|permitted) to\b ?{_WHAT}", "{who} cannot {what}"),
        (rf"{_WHO} (?:shall|must|should|will) be (?:able|allowed|permitted) to\b ?{_WHAT}", "{who} can {what}"),
        (
            rf"{_SYSTEM} {_SHALL}(?:prevent|stop|prohibit|block)s? {_WHO} from (?P<doing>\w+ing)\b ?{_WHAT}",
            "{who} cannot {do} {what}",
        ),
        (
            (
                rf"{_SYSTEM} {_SHALL}(?:reject|refuse|prohibit|forbid|disallow|not accept|not allow|not permit)s?"
                r" (?P<who>(?:an?|any|each|every) (?:(?!\b(?:to|when|if)\b)[\w ,'-])+?)(?P<what>(?: (?:when"
                r"|if) [^.;!?:]+)?)"
            ),
            "{who} is not allowed{what}",
        ),
        (
            (
                rf"{_SYSTEM} {_SHALL}(?:reject|refuse|prohibit|forbid|disallow|not accept|not allow|not permit)s?"
                r" (?P<who>(?:(?!\b(?:to|when|if)\b)[\w ,'-])+?)(?P<what>(?: (?:when|if) [^.;!?:]+)?)"
            ),
            "{who} are not allowed{what}",
        ),
        (
            rf"{_SYSTEM} {_SHALL}{_STORES} (?:for|about|of) {_THING}(?:,? (?=an? |the |its |their )|: |(?=:?$)){_WHAT}",
            "Each {thing} has {what}",
        ),
        (
            rf"{_SYSTEM} {_SHALL}{_STORES} (?P<what>(?:an?|the|its) [^.;!?:]+?) (?:for|about|of) {_THING}",
            "Each {thing} has {what}",
        ),
        (
            (
                rf"{_SYSTEM} {_SHALL}{_STORES} (?P<who>(?!the\b|an?\b)[a-z]+(?: [a-z]+)?s) with "
                r"(?P<what>(?:an?|the|their) [^.;!?:]+)"
            ),
            "{who} have {what}",
        ),
        (
            rf"(?:for|about|of) {_THING},? (?:{_SYSTEM}|we|it|i) {_SHALL}(?:also )?{_STORES}(?: |: |(?=:?$)){_WHAT}",
            "Each {thing} has {what}",
        ),
    )
)
_WHETHER = re.compile(
    r"(?:\ban? (?:indication|flag|note|mark)(?: of| saying)? )?\bwhether (?:it|he|she|they) (?:is|are|has|have) "
    r"(?:an? |the )?(?P<what>[a-z]+(?: (?!and\b|or\b)[a-z]+){0,3})(?=[,.;)]|$| and (?:an?|the|its|whether)\b)",
    re.IGNORECASE,
)
_HAVING = re.compile(r"\b(?:has|have|with|records?|keeps?|stores?|:)(?: [^.;]*|)$", re.IGNORECASE)
_PART = (
    r"(?:an? |one |two |three |four |five |six |seven |eight |\d+ )?(?:[a-z]+[ -])?"
    r"(?:letters?|digits?|dash|hyphen|slash|dot)"
)
_SPELT = re.compile(
    rf"(?P<name>\ban? [a-z]+(?: [a-z]+)?) (?:of|made of|consisting of) "
    rf"(?P<told>(?:the year|{_PART})(?:(?:, | and |, and ){_PART})+)\b",
    re.IGNORECASE,
)
_SLOT = re.compile(r"\{(\w+)\}")


def plain(block: Block, infinitive: Callable[[str], str]) -> Block:
    """A block with its formal sentences as plain ones; `infinitive` gives `borrow` for `borrowing`."""
    block = _with_spellings(_with_flags(block))
    for pattern, said in (*_FORMS, *FORMS):
        for found in reversed(list(pattern.finditer(block.text))):
            inner = [part for part in _parts(block, found, said, infinitive) if isinstance(part, str) or part.text]
            before, after = _raw(block, 0, found.start()), _raw(block, found.end(), len(block.text))
            middle = composed(*inner, of=_raw(block, *found.span()))  # what is not said in it is in its quote
            block = composed(before, middle, after, of=block, kind=block.kind)
    return block


def _with_flags(block: Block) -> Block:
    """`An indication whether it has a secure dock` is a secure dock (yes/no)."""
    for found in reversed(list(_WHETHER.finditer(block.text))):
        if _HAVING.search(block.text[: found.start()].rstrip()):
            name = composed(found["what"].lower().replace(" ", "_"), of=_raw(block, *found.span("what")))
            before, after = _raw(block, 0, found.start()), _raw(block, found.end(), len(block.text))
            block = composed(before, "a ", name, " (yes/no)", after, of=block, kind=block.kind)
    return block


def _with_spellings(block: Block) -> Block:
    """`A number of the year, a dash and five digits` is a number (the year, a dash and five digits)."""
    for found in reversed(list(_SPELT.finditer(block.text))):
        before, after = _raw(block, 0, found.end("name")), _raw(block, found.end(), len(block.text))
        block = composed(before, " (", _raw(block, *found.span("told")), ")", after, of=block, kind=block.kind)
    return block


def _parts(block: Block, found: re.Match[str], said: str, infinitive: Callable[[str], str]) -> Iterator[Block | str]:
    begin = 0
    for slot in _SLOT.finditer(said):
        yield said[begin : slot.start()]
        if slot[1] == "do":
            yield infinitive(found["doing"])
        else:
            part = _raw(block, *found.span(slot[1]))
            first = slot.start() == 0
            opens = first and block.text[: found.start()].rstrip()[-1:] in {"", ".", "!", "?", ";"}
            text = part.text[:1].upper() + part.text[1:] if opens else part.text
            places = (block.places[found.start()], *part.places[1:])  # what stands before it is in the quote
            yield Block(part.file, part.kind, text, places) if first else part
        begin = slot.end()
    yield said[begin:]


def _raw(block: Block, start: int, end: int) -> Block:
    return Block(block.file, block.kind, block.text[start:end], block.places[start:end])
