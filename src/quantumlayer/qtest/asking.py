"""Tests of what is asked for with parameters: which records are shown, to whom, and what callers may ask with."""

from abc import ABC, abstractmethod
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from quantumlayer.qtest.decisive import of_condition
from quantumlayer.qtest.limits import rows
from quantumlayer.qtest.literals import text, wire
from quantumlayer.qtest.parts import numbered
from quantumlayer.qtest.places import TAKES, Slot
from quantumlayer.qtest.samples import TEXTS, samples
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite, required, sample
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.qtest.worlds import constant
from quantumlayer.spec.cel import ANYONE, Record
from quantumlayer.spec.model import Action, Field, FieldType, Reference


@dataclass
class Asking(ABC):
    """The tests of what is asked for with parameters.

    Args:
        suite: What is known of the Spec.
        address: Its address.
        path: Where it is asked for.
        title: What it shows, in the names of tests.
        of: The entity of the records that it shows; empty where it shows none.
        by: Who may ask.
        takes: The values that callers give.
        condition: Which records it shows, if it says so, and its address.
        shown: What the answer shows of records, as Python.
        references: The records that callers name.
    """

    suite: Suite
    address: str
    path: str
    title: str
    of: str
    by: Sequence[str]
    takes: Mapping[str, Field]
    condition: tuple[Condition, str] | None
    shown: str
    references: Mapping[str, Reference] = field(default_factory=dict)

    @abstractmethod
    def question(self, role: str) -> Question:
        """The search space of a request by this role."""

    def given(self) -> dict[str, object]:
        """Parameters unlike the values that records have already."""
        return {key: next(islice(samples(key, item), 1, None), sample(key, item)) for key, item in self.takes.items()}

    def params(self, scene: Scene, *, without: Container[str] = ()) -> str:
        """The parameters of a request in the world of a scene, as Python."""
        found = [
            f"{text(key)}: {text(told(value, self.takes[key].type))}"
            for key, value in scene.built.takes.items()
            if key in self.takes and value is not None and key not in without
        ]
        named = [(key, scene.built.takes.get(key)) for key in self.references]
        found += [f'"{key}_id": {scene.name(one)}.id' for key, one in named if isinstance(one, Record)]
        return f"{{{', '.join(found)}}}"

    def get(self, scene: Scene, params: str) -> str:
        """The request, as Python."""
        more = f", params={params}" if params != "{}" else ""
        return f'answer = await {scene.caller}.get("{self.path}"{more})'

    def judged(self, name: str, found: Witness, *, holds: bool, proves: list[str]) -> Test:
        """A request that shows the record, or does not."""
        scene = Scene(self.suite, found)
        check = f"assert {scene.this}.id {'in' if holds else 'not in'} {self.shown}"
        return Test(name, [*scene.lines, self.get(scene, self.params(scene)), check], proves)

    def borders(self, role: str) -> Iterator[Test]:
        """Both sides of each part of the condition."""
        if self.condition is None:
            return
        condition, address = self.condition
        question = self.question(role)
        pairs = list(question.refusals(condition))
        proves = [address]
        for nth, pair in numbered(pairs):
            yield self.judged(
                f"{self.title}_leave_out_what_does_not_fit{nth}", pair.refused, holds=False, proves=proves
            )
            if pair.accepted is not None:
                yield self.judged(f"{self.title}_show_what_just_fits{nth}", pair.accepted, holds=True, proves=proves)
        for number, other in enumerate(question.alternatives(condition), 1):
            name = f"{self.title}_show_what_fits_because_of_reason_{number}"
            yield self.judged(name, other, holds=True, proves=proves)
        for one, holds in of_condition(question, condition, pairs):
            verb = "show" if holds else "leave_out"
            yield self.judged(f"{self.title}_{verb}_one_that_{one.told}", one.witness, holds=holds, proves=proves)

    def unreadable(self, role: str) -> Iterator[Test]:
        """What fits but is not for the caller to read."""
        for target in self.suite.permission(self.of, Action.READ, role) if self.of else ():
            found = self.question(role).refusal(target)
            if found is not None:
                name = f"{role}_is_not_shown_{self.title}_that_they_may_not_read"
                yield self.judged(name, found.refused, holds=False, proves=[self.address])

    def input(self, role: str, base: Witness) -> Iterator[Test]:
        """Parameters of another type, left out, at their limits and beyond them."""
        takes, references = self.takes, [f"{key}_id" for key in self.references]
        if not takes and not references:
            return
        scene = Scene(self.suite, base)
        params = self.params(scene)
        names = {"key": "str", "value": "str"}
        wrong = [Row((text(key), '"nonsense"')) for key, item in takes.items() if item.type not in TEXTS]
        wrong += [Row((text(key), '"nonsense"')) for key in references]
        sent = self.get(scene, f"{params} | {{key: value}}")
        refused = 'assert pointers(answer) == [f"/query/{key}"]'
        alone = scene.unnamed() if references else self.suite.sign_in(role)
        rest = [sent, refused]
        nonsense = Row(('"nonsense"', '"1"'))
        yield Test(f"{self.title}_are_refused_with", [*alone, *rest], names=names, rows=[*wrong, nonsense])
        needed = {key: key for key in required(takes)}
        needed |= {f"{key}_id": key for key, one in self.references.items() if not one.optional}
        if needed:
            rest = [
                f"params = {params}",
                self.get(scene, "{name: params[name] for name in params if name != key}"),
                refused,
            ]
            keys = [Row((text(key),), (f"{self.address}.takes.{element}",)) for key, element in needed.items()]
            yield Test(f"{self.title}_are_refused_without", [*alone, *rest], names={"key": "str"}, rows=keys)
        yield from self._limits(alone, sent, refused)
        yield from self._left_out(role, base)

    def _limits(self, alone: list[str], sent: str, refused: str) -> Iterator[Test]:
        prefix, names = f"{self.address}.takes", {"key": "str", "value": "str"}
        for fits, name, check in (
            (True, "take_a_value_at_its_limit", "assert answer.status_code == 200"),
            (False, "refuse_a_value_beyond_its_limit", refused),
        ):
            found = []
            for key, edge, row in rows(prefix, self.takes, fits=fits):
                value = text(told(edge.value, self.takes[key].type))
                found.append(Row((row.values[0], value), row.proves, row.id))
            if found:
                yield Test(f"{self.title}_{name}", [*alone, sent, check], names=names, rows=found)

    def _left_out(self, role: str, base: Witness) -> Iterator[Test]:
        """Parameters with a default need not be given."""
        plain = {key: constant(item) for key, item in self.takes.items() if item.default is not None}
        question = self.question(role)
        choice = {**base.choice, **{Slot(TAKES, key): value for key, value in plain.items()}}
        witness = Witness(choice, question.builder().build(choice))
        if not plain or not question.accepts(witness.built):
            return
        scene = Scene(self.suite, witness)
        yield Test(
            f"{self.title}_do_without_{'_and_'.join(plain)}",
            [*scene.lines, self.get(scene, self.params(scene, without=plain)), self.answered(scene)],
            [f"{self.address}.takes.{key}.default" for key in plain],
        )

    def answered(self, scene: Scene) -> str:
        """What shows that a request was answered as it should, as Python."""
        return f"assert {scene.this}.id in {self.shown}"

    def refused(self) -> Iterator[Test]:
        """Whoever may not ask."""
        if ANYONE in self.by:
            return
        others = [role for role in (ANYONE, *self.suite.spec.roles) if role not in self.by]
        yield Test(
            f"{self.title}_are_refused_to",
            [
                "caller = await sign_in(role)",
                f'answer = await caller.get("{self.path}")',
                "assert answer.status_code == status",
            ],
            [f"{self.address}.by"],
            names={"role": "str", "status": "int"},
            rows=[Row((text(role), "401" if role == ANYONE else "403")) for role in others],
        )


def told(value: object, kind: FieldType) -> str:
    """A value as a parameter carries it."""
    sent = wire(value, kind)
    return str(sent).lower() if isinstance(sent, bool) else str(sent)
