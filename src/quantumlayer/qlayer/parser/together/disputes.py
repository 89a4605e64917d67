"""What sources contradict each other in, as questions that show both."""

from dataclasses import dataclass, field

from quantumlayer.qlayer.parser.together.sources import Part
from quantumlayer.spec.model import Note
from quantumlayer.spec.points import CONTRADICTS
from quantumlayer.spec.write import in_one_line

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Side:
    """What one source says: a value in words, and where it says it."""

    value: str
    said: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two sources that contradict each other.

    Args:
        address: The element.
        asked: What the question is about: `upper limit of title of Book`.
        taken: What is in the Spec until somebody answers.
        other: What the other source says.
        why: Why the one was taken.
    """

    address: str
    asked: str
    taken: Side
    other: Side
    why: str

    def note(self) -> Note:
        """The question."""
        sides = f"{self.taken.value} ({self.taken.said}) or {self.other.value} ({self.other.said})"
        text = f"{CONTRADICTS}the {self.asked}: {sides}? The sources contradict each other."
        return Note(about=self.address, text=text, proposed=f"{self.taken.value}: {self.why}.")


@dataclass(slots=True)
class Disputes:
    """The contradictions found so far, and which source each element came from: the first, if nothing else is said."""

    first: Part
    found: dict[str, Dispute] = field(default_factory=dict)
    _origins: dict[str, Part] = field(default_factory=dict)

    def came_from(self, address: str, part: Part) -> None:
        """Remember the source of an element."""
        self._origins[address] = part

    def origin(self, address: str) -> Part:
        """The source of an element, or of the nearest thing around it."""
        while address:
            if address in self._origins:
                return self._origins[address]
            address = address.rpartition(".")[0]
        return self.first

    def add(
        self,
        address: str,
        asked: str,
        taken: tuple[object, Part],
        other: tuple[object, Part],
        why: str,
        *,
        instead: str = "",
    ) -> None:
        """Note a contradiction; `taken` is what goes into the Spec, `instead` where the other stood, if elsewhere."""
        sides = (taken[0], taken[1].said(address)), (other[0], other[1].said(instead or address))
        first, second = (Side(_shown(value), said) for value, said in sides)
        self.found[address] = Dispute(address, asked, first, second, why)

    def turn(self, address: str, *, to: str) -> bool:
        """Let the other side be what is in the Spec, in all at or in an address; whether there is any such."""
        turned = [one for one in self.found.values() if one.address == address or one.address.startswith(f"{address}.")]
        for one in turned:
            self.found[one.address] = Dispute(one.address, one.asked, one.other, one.taken, to)
        return bool(turned)


def _shown(value: object) -> str:
    text = value.rstrip(".") if isinstance(value, str) else in_one_line(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026"
