"""The open points of a Spec: what a person should answer, and what was decided without being told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quantumlayer.spec.address import elements
from quantumlayer.spec.answers import question_id
from quantumlayer.spec.claims import claims
from quantumlayer.spec.model import Note, Source, Spec


class Severity(StrEnum):
    """How much hangs on a point: `decides` who may do what or which rule holds, `matters` to what is kept, `detail`."""

    DECIDES = "decides"
    MATTERS = "matters"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class Point:
    """One open point.

    Args:
        id: What `ql answer` calls it; the same as long as the question is.
        asked: Whether a person should answer it; else it is an assumption.
        about: The element that it is about; empty for the whole.
        text: The question, or what was decided.
        proposed: What holds until it is answered.
        sources: The sentences that led to it.
        effect: What an answer changes.
        severity: How much hangs on it.
    """

    id: str
    asked: bool
    about: str
    text: str
    proposed: str
    sources: tuple[Source, ...]
    effect: str
    severity: Severity

    @property
    def unquoted(self) -> tuple[Source, ...]:
        """The sentences that the text does not quote itself."""
        said = _flat(self.text)
        return tuple(one for one in self.sources if f'{one.file}: "' not in said and _flat(one.quote) not in said)


_SHAPES = (
    (r"roles(\..+)?|.+\.access(\.\d+.*)?|operations\.[^.]+\.by", Severity.DECIDES, "who may do what"),
    (r"entities\.[^.]+\.(fields|relations|derived)\.[^.]+\.visible_to", Severity.DECIDES, "who sees it"),
    (r".+\.rules(\..+)?|.+\.requires(\..+)?", Severity.DECIDES, "what is refused"),
    (r"interface\.open(\..+)?", Severity.DECIDES, "which endpoints are built"),
    (r"interface(\..+)?", Severity.DETAIL, "what callers send and get"),
    (r"operations\.[^.]+(\.(takes|creates|sets|to|from|also)(\..+)?)?", Severity.MATTERS, "what the operation does"),
    (r"(jobs|queries|reports|webhooks)(\..+)?", Severity.MATTERS, "what the service does"),
    (r"entities\.[^.]+\.relations(\..+)?", Severity.MATTERS, "what its records belong to"),
    (r"entities\.[^.]+\.states(\..+)?", Severity.MATTERS, "the states of its records"),
    (r"entities\.[^.]+\.derived(\..+)?", Severity.MATTERS, "how the value is worked out"),
    (r"entities\.[^.]+\.fields\.[^.]+\.(unique|optional|min|max|one_of|default|pattern)(\..+)?", Severity.MATTERS,
     "what the field takes"),
    (r"entities\.[^.]+\.fields(\..+)?", Severity.DETAIL, "what the field holds"),
    (r"entities\.[^.]+\.(list|key)(\..+)?", Severity.DETAIL, "how its records are found"),
    (r"entities\.[^.]+", Severity.MATTERS, "what is kept"),
    (r"quality(\..+)?", Severity.MATTERS, "what operation measures"),
    (r"service(\..+)?", Severity.DETAIL, "a setting of the whole service"),
)  # fmt: skip
"""What kind of element a point is about, how much hangs on such a question, and what an answer changes."""
_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_BACKGROUND = "background"
_QUOTED = re.compile(r'"(.{8,}?)(?:\u2026)?"', re.DOTALL)
_LEFT_OUT = re.compile(r"How is (\S+) meant\?")
_MOST_SOURCES = 2
_Told = Sequence[tuple[str, Source]]
"""The sentences, each with its words on one line."""
CONTRADICTS = "Which holds for "
"""What a question about a contradiction begins with."""


def points(spec: Spec) -> tuple[Point, ...]:
    """The open points, those on which most hangs first, and of these the questions first."""
    known = elements(spec)
    promised = [claim.element for claim in claims(spec)]
    told = [(_flat(source.quote), source) for source in spec.trace]
    found = [_point(note, told, known, promised, asked=True) for note in spec.questions]
    found += [_point(note, told, known, promised, asked=False) for note in spec.assumptions]
    return tuple(sorted(found, key=lambda point: (_RANK[point.severity], not point.asked)))


def questions(spec: Spec) -> tuple[Point, ...]:
    """The open points that a person should answer, in the order and with the numbers that `ql answer` shows."""
    return tuple(point for point in points(spec) if point.asked)


def _point(note: Note, told: _Told, known: Mapping[str, object], promised: list[str], *, asked: bool) -> Point:
    severity, changes = _weight(note)
    if not asked and severity is Severity.DECIDES:
        severity = Severity.MATTERS  # it is decided already: nobody has to say anything
    hanging = sum(_within(claim, note.about) for claim in promised) if note.about in known else 0
    proven = f", and {hanging} promise{'s' if hanging != 1 else ''} that tests prove" if hanging else ""
    return Point(
        id=question_id(note.about, note.text),
        asked=asked,
        about=note.about,
        text=note.text,
        proposed=note.proposed,
        sources=tuple(_sources(note, told))[:_MOST_SOURCES],
        effect=f"Changes {changes}{proven}.",
        severity=severity,
    )


def _weight(note: Note) -> tuple[Severity, str]:
    """How much hangs on a note, and what it is about."""
    if not note.about:
        if _BACKGROUND in note.proposed:
            return Severity.DETAIL, "nothing yet: the sentence looks like background"
        return Severity.DECIDES, "whether the service does what the sentence wants"
    left_out = _LEFT_OUT.match(note.text)
    about = left_out[1] if left_out else note.about
    for shape, severity, changes in _SHAPES:
        if re.fullmatch(shape, about):
            # That two sources contradict each other is never a detail, as a guess may be.
            contradicts = severity is Severity.DETAIL and note.text.startswith(CONTRADICTS)
            return Severity.MATTERS if contradicts else severity, changes
    return Severity.MATTERS, "what the service does"


def _sources(note: Note, told: _Told) -> Iterator[Source]:
    """The sentences that a note quotes, else those of its element or of the nearest thing around it."""
    quoted = [_flat(said) for said in _QUOTED.findall(note.text)]
    found = [source for quote, source in told if any(said in quote for said in quoted)] if quoted else []
    about = note.about
    while about and not found:
        found = [source for _, source in told if about in source.elements]
        if not found and about == note.about:
            found = [source for _, source in told if any(_within(address, about) for address in source.elements)]
        about = about.rpartition(".")[0]
    yield from found


def _flat(text: str) -> str:
    return " ".join(text.split())


def _within(address: str, outer: str) -> bool:
    return address == outer or address.startswith(f"{outer}.")
