"""Remarks below a thing that leave it unsaid: `not in the past` below `Booking` says that a booking cannot be there."""

import re
from collections.abc import Iterator

from quantumlayer.qlayer.parser.text.composed import composed, covering, cut
from quantumlayer.qlayer.parser.text.document import Block

_NEXT = re.compile(r",? and (?=over\b|not\b|no more\b|at most\b|never\b)|, (?=not\b|no more\b|at most\b|never\b)")
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (r"(?:not|never) (?P<rest>(?:before|after|earlier than|later than) .+)", "{one} must not begin {rest}"),
        (r"(?:over|finished) (?P<rest>by .+)", "{one} must be over {rest}"),
        (r"(?:not|never) (?P<rest>(?:in the (?:past|future)|on (?:an? )?\w+day)\b.*)", "{one} cannot be {rest}"),
        (r"(?:no|not|never) (?P<rest>more than .+? (?:ahead|in advance|long))", "{one} cannot be {rest}"),
        (r"(?:at most|up to|max\.?) (?P<rest>.+? (?:ahead|in advance|long))", "{one} cannot be more than {rest}"),
        (r"(?:not|never) (?P<rest>(?:when|if|while|unless) .+)", "{one} is refused {rest}"),
        (
            (
                r"(?:only )?(?:one|each|every|an?|the same) (?P<rest>[a-z]+(?: (?!only|just|at)[a-z]+)?) "
                r"(?:only |just |at most )?once (?:per|in a|for each|on a) (?P<per>[a-z]+(?: [a-z]+)?)"
            ),
            "There is one {thing} per {rest} and {per}",
        ),
        (
            r"(?P<rest>no two [a-z]+(?: [a-z]+)?? (?:on|in|at|of|for|within) the same .+?) with (?P<same>the same .+)",
            "{rest} have {same}",
        ),
    )
)
_DRAWN = re.compile(r"[a-z][a-z -]{1,40}? ?(?:-+ ?>|\u2192|=>|\u2013>) ?[a-z]", re.IGNORECASE)
_SLOT = re.compile(r"\{(\w+)\}")


def is_drawn(text: str) -> bool:
    """Whether a line draws a life: `planned -> running -> finished`."""
    return _DRAWN.match(text) is not None


def is_remark(text: str) -> bool:
    """Whether a line says something of the thing above it without naming it."""
    return all(_form(part) is not None for part in _NEXT.split(text.rstrip(".; ")))


def remarks(block: Block, subject: str) -> Iterator[Block]:
    """What a line says of a thing, in whole sentences."""
    yield from covering(list(_remarks(block, subject)), block)


def _remarks(block: Block, subject: str) -> Iterator[Block]:
    end = len(block.text.rstrip(".; "))
    begin = 0
    for stop in [*_NEXT.finditer(block.text[:end]), None]:
        part = cut(block, begin, stop.start() if stop else end)
        begin = stop.end() if stop else begin
        if (form := _form(part.text)) is not None:
            yield composed(*_filled(part, *form, subject), ".", of=part)


def _form(text: str) -> tuple[re.Match[str], str] | None:
    found = ((pattern.fullmatch(text), said) for pattern, said in _FORMS)
    return next(((match, said) for match, said in found if match is not None), None)


def _filled(part: Block, found: re.Match[str], said: str, subject: str) -> Iterator[Block | str]:
    begin = 0
    for slot in _SLOT.finditer(said):
        yield said[begin : slot.start()]
        begin = slot.end()
        if slot[1] in {"one", "thing"}:
            yield subject if slot[1] == "one" else subject.split(" ", 1)[1]
        else:
            inner = cut(part, *found.span(slot[1]))
            yield inner if slot.start() else Block(inner.file, inner.kind, inner.text.capitalize(), inner.places)
    yield said[begin:]
