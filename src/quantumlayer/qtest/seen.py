"""A derived value that depends on who asks, in small worlds: what it is for their caller, and for others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from quantumlayer.qtest.acting import Simulation
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import THIS
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import NOW
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.askers import ANYONE
from quantumlayer.spec.cel import Caller, CelRuntimeError, Checked, Record, Scope, compile_cel, evaluate, rounded
from quantumlayer.spec.model import Action, Derived, FieldType, Relation

_MOST_WORLDS = 300


@dataclass
class Seen:
    """One such value.

    Args:
        records: The records that have it.
        key: Its name.
    """

    records: Records
    key: str

    @property
    def suite(self) -> Suite:
        """What is known of the Spec."""
        return self.records.suite

    @property
    def derived(self) -> Derived:
        """What the Spec says of it."""
        return self.records.entity.derived[self.key]

    @property
    def address(self) -> str:
        """The claim."""
        return f"{self.records.address}.derived.{self.key}"

    @property
    def scope(self) -> Scope:
        """What its expression may use."""
        return Scope.of_derived(self.suite.spec, self.records.name, self.key)

    @cached_property
    def checked(self) -> Checked:
        """Its expression."""
        return compile_cel(self.derived.cel, self.scope)

    @property
    def holds(self) -> Condition | None:
        """That it is true; None where it is no truth value."""
        return Condition(self.derived.cel, self.scope) if self.derived.type is FieldType.BOOL else None

    def visible_to(self, role: str) -> bool:
        """Whether callers of the role are shown it."""
        return not self.derived.visible_to or role in self.derived.visible_to

    def value(self, built: Built, caller: Caller | None = None, this: Record | None = None) -> object:
        """What it is for the caller of a world, or for another one; nothing where it cannot be worked out."""
        try:
            asking = built.caller if caller is None else caller
            found = evaluate(self.checked, built.world, this=this or built.this, caller=asking)
        except CelRuntimeError:
            return None
        return rounded(found, self.derived.type)

    def after(self, simulation: Simulation, *, of_created: bool) -> object:
        """What it is after an operation; nothing where that cannot be told."""
        try:
            simulation.run(self.checked, of_created=of_created)
        except CelRuntimeError:
            return None
        return rounded(simulation.then, self.derived.type)

    def is_shown(self, shown: str, value: object) -> str:
        """The check of what an answer shows, as Python."""
        wanted = source(wire(value, self.derived.type))
        return f"assert {shown}[{text(self.key)}] {'is' if wanted in {'None', 'True', 'False'} else '=='} {wanted}"

    def worlds(self, question: Question, conditions: Iterable[Condition] = ()) -> Iterator[Witness]:
        """Worlds of a question in which it is true, where it is a truth value; any worlds where it is not."""
        wanted = [] if self.holds is None else [self.holds]
        narrowed = replace(question, conditions=[*question.conditions, *wanted, *conditions])
        narrowed.reader.read(self.checked, self.scope, {"this": THIS})
        yield from islice(narrowed.variations(list(narrowed.reader.slots)), _MOST_WORLDS)

    def telling(self, question: Question) -> Witness | None:
        """The first world in which it is not what stands in a record that nobody worked it out for."""
        found = (one for one in self.worlds(question) if not (question.new and _is_referred_to(one.built)))
        return next((one for one in found if tells(self.value(one.built))), None)

    def reads(self, caller: Caller, built: Built, this: Record | None = None) -> bool:
        """Whether a caller may read the record of a world, or another one."""
        if not self.suite.may(self.records.name, Action.READ, caller.role):
            return False
        try:
            return all(
                evaluate(compile_cel(one.cel, one.scope), built.world, this=this or built.this, caller=caller) is True
                for one in self.suite.permission(self.records.name, Action.READ, caller.role)
            )
        except CelRuntimeError:
            return False

    def somebody(self, role: str) -> Caller:
        """A new caller of the role, whom nothing refers to."""
        own = self.suite.spec.roles[role].record if role != ANYONE else None
        return Caller(role, 2, None if own is None else self._new(own))

    def another(self, this: Record) -> Record:
        """A record that is like `this`, but has relations of its own."""
        relations = self.records.entity.references
        plain = {key: value for key, value in this.values.items() if key not in relations}
        return Record(this.entity, {**plain, "id": 0, **self._related(relations)})

    def _related(self, relations: dict[str, Relation]) -> dict[str, object]:
        return {key: None if relation.optional else self._new(relation.to) for key, relation in relations.items()}

    def _new(self, entity: str) -> Record:
        system = {"id": 0, "created_at": NOW, "updated_at": NOW}
        return Record(entity, {**system, **self.suite.defaults.of(entity)})


def tells(value: object) -> bool:
    """Whether it is unlike what stands in a record that nobody worked it out for."""
    return bool(value)


def _is_referred_to(built: Built) -> bool:
    """Whether some record of a world refers to `this`, which no record does before it is made."""
    records = (record for found in built.records.values() for record in found)
    return any(value is built.this for record in records for value in record.values.values())
