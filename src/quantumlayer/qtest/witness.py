"""Searches small worlds for witnesses: one in which exactly one condition fails, and its nearest neighbour that passes.

The search is bounded and always takes the same way: it begins with a world in which everything holds and changes one
slot, then two, then three, values near the constants of the expressions first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from itertools import combinations, islice, product

from quantumlayer.qtest.clocks import WEEKS, later
from quantumlayer.qtest.options import Options
from quantumlayer.qtest.places import CALLER, ONESELF, ROLE, SAME, TAKES, THIS, UNLIKE, Place, Reader, Slot
from quantumlayer.qtest.pools import distance, is_own
from quantumlayer.qtest.samples import NOW
from quantumlayer.qtest.worlds import Builder, Built, Choice, Defaults
from quantumlayer.spec.cel import CelRuntimeError, Checked, Scope, compile_cel, evaluate, operands
from quantumlayer.spec.cel.runtime import zone
from quantumlayer.spec.model import Field, FieldType, Reference, Rows, Spec

_MOST_WORLDS = 3000
_MOST_CHANGES = 3
_WIDTHS = (1000, 30, 8)
_UNSET = object()


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold: a rule, a requirement or a grant's `when`; `wanted` is false where it must not.

    `at` is the place of the record that it calls `this`; where there is none, nothing must hold.
    """

    cel: str
    scope: Scope
    wanted: bool = True
    at: Place = THIS


@dataclass(frozen=True, slots=True)
class Witness:
    """A choice for each slot, and the world made from it."""

    choice: dict[Slot, object]
    built: Built


@dataclass(slots=True)
class Pair:
    """A world in which one condition fails, and the nearest one in which it holds.

    `clocks_changed` tells that it repeats the pair before it on a day on which clocks are put otherwise.
    """

    refused: Witness
    accepted: Witness | None
    clocks_changed: bool = False


@dataclass(slots=True)
class _Judged:
    checked: Checked
    slots: list[Slot]
    zones: list[str]
    wanted: bool
    cel: str
    at: Place


@dataclass
class Question:
    """A search space: who calls, what `this` is, and what must hold.

    Args:
        spec: The Spec.
        defaults: What records hold where nothing is chosen.
        this: The entity of `this`; empty where there is no such record.
        roles: The roles that may call, the preferred one first.
        conditions: What must hold for the call to be accepted.
        takes: The fields of the operation's input.
        references: The records that its input names.
        rows: The rows of its input.
        fixed: Choices that are not searched, such as the state from which an operation starts.
        new: Whether `this` is about to be made: everything that it refers to is part of the world, because the caller
            must name it, and no collection holds it yet.
        values: What is worked out of the world, so that it must hold what they read.
        now: The moment of the call.
        day: The day that the question is about: everything happens on it unless something else is chosen.
    """

    spec: Spec
    defaults: Defaults
    this: str
    roles: Sequence[str]
    conditions: Sequence[Condition] = ()
    takes: Mapping[str, Field] = field(default_factory=dict)
    given: Mapping[str, object] = field(default_factory=dict)
    fixed: Choice = field(default_factory=dict)
    new: bool = False
    values: Sequence[Condition] = ()
    now: datetime = NOW
    references: Mapping[str, Reference] = field(default_factory=dict)
    rows: Mapping[str, Rows] = field(default_factory=dict)
    day: date | None = None

    def __post_init__(self) -> None:
        self.reader = Reader(self.spec)
        self.reader.constants.now = self.now
        self._options = Options(
            self.reader,
            self.this,
            self.roles,
            takes=self.takes,
            references=self.references,
            rows=self.rows,
            new=self.new,
        )
        if self.new:
            relations = self.spec.entities[self.this].references
            self.reader.entities |= {
                (*THIS, key): relation.to for key, relation in relations.items() if not relation.optional
            }
        self.reader.entities |= {(*TAKES, key): reference.to for key, reference in self.references.items()}
        for key, rows in self.rows.items():
            place = (*TAKES, f"{key}*")
            self.reader.entities |= {(*place, cell): reference.to for cell, reference in rows.references.items()}
        for value in self.values:
            names: dict[str, Place] = {"this": THIS, "takes": TAKES}
            self.reader.read(compile_cel(value.cel, value.scope), value.scope, names)
        known = self.reader.entities  # what the world has nothing of needs to fulfil nothing
        self.judged = [part for one in self.conditions if one.at in {THIS, *known} for part in self._judge(one)]

    def _judge(self, condition: Condition) -> list[_Judged]:
        """Each part of a conjunction by itself, so that each has a witness of its own."""
        checked = compile_cel(condition.cel, condition.scope)
        names: dict[str, Place] = {"this": condition.at, "takes": TAKES}
        parts = (
            [replace(checked, expr=part) for part in operands(checked.expr, "&&")] if condition.wanted else [checked]
        )
        found = []
        for part in parts:
            before, self.reader.constants.zones = self.reader.constants.zones, set()
            slots = self.reader.read(part, condition.scope, names)
            zones = sorted(self.reader.constants.zones)
            self.reader.constants.zones |= before
            found.append(_Judged(part, slots, zones, condition.wanted, condition.cel, condition.at))
        return found

    def builder(self) -> Builder:
        """Makes the worlds of this question."""
        entities = {**({THIS: self.this} if self.this else {}), **self.reader.entities}
        read = frozenset((entities[slot.place], slot.name) for slot in self.reader.slots if slot.place in entities)
        return Builder(self.defaults, entities, self.given, new=self.new, read=read, now=self.now, rows=self.rows)

    def start(self) -> dict[Slot, object]:
        """The plainest choice: records as the factories make them, and whoever is compared with is the same."""
        choice: dict[Slot, object] = {Slot(CALLER, ROLE): self.roles[0] if self.roles else "anyone"}
        choice |= {slot: True for slot in self.reader.slots if slot.name == SAME and self._options.may_be_same(slot)}
        choice |= {slot: True for slot in self.reader.slots if slot.name.endswith(UNLIKE)}
        return choice | self._on_the_day() | dict(self.fixed)

    def _on_the_day(self) -> dict[Slot, object]:
        if self.day is None:
            return {}
        dates = {Slot(TAKES, key): self.day for key, item in self.takes.items() if item.type is FieldType.DATE}
        moments = {
            slot: self.now for slot in self.reader.slots if slot.place[-1].endswith("*") and self._is_moment(slot)
        }
        return {**dates, **moments}

    def _is_moment(self, slot: Slot) -> bool:
        item = self.spec.entities[self.reader.entities[slot.place]].fields.get(slot.name)
        return item is not None and item.type is FieldType.DATETIME

    def accepts(self, built: Built, besides: str = "") -> bool:
        """Whether every condition holds in a world, one aside."""
        return all(self._holds(one, built) for one in self.judged if one.cel != besides)

    def base(self) -> Witness | None:
        """A world in which every condition holds."""
        builder, choice = self.builder(), self.start()
        for _ in range(len(self.judged) + 1):
            built = builder.build(choice)
            failing = [one for one in self.judged if not self._holds(one, built)]
            if not failing:
                return Witness(choice, built)
            better = self._repaired(builder, choice, failing)
            if better is None:
                return None
            choice = better
        return None

    def _repaired(
        self, builder: Builder, choice: dict[Slot, object], failing: list[_Judged]
    ) -> dict[Slot, object] | None:
        """The nearest choice in which fewer conditions fail."""
        slots = list(dict.fromkeys(slot for one in failing for slot in one.slots))
        # What mends one condition may break another one, so that other slots must change with it.
        for tried in (slots, list(self.reader.slots)):
            for changed in self.changes(choice, tried):
                built = builder.build(changed)
                if sum(not self._holds(one, built) for one in self.judged) < len(failing):
                    return changed
        return None

    def refusal(self, condition: Condition) -> Pair | None:
        """Worlds around the border of one condition while all others hold."""
        return next(iter(self.refusals(condition)), None)

    def refusals(self, condition: Condition) -> Iterator[Pair]:
        """For each part of a condition worlds around its border while everything else holds."""
        base = self.base()
        if base is None:
            return
        for target in (one for one in self.judged if (one.cel, one.at) == (condition.cel, condition.at)):
            # A part may guard another one, which then has no value: only the other conditions must hold.
            for others in (
                [one for one in self.judged if one is not target],
                [one for one in self.judged if (one.cel, one.at) != (condition.cel, condition.at)],
            ):
                found = self._around(base, target, others)
                if found is not None:
                    yield found
                    yield from self._with_clocks_changed(found, target, others)
                    break

    def _with_clocks_changed(self, pair: Pair, target: _Judged, others: list[_Judged]) -> Iterator[Pair]:
        """The same border by the clocks of another season, where a service that never changes them goes wrong."""
        if pair.accepted is None:
            return
        for weeks, name in product(WEEKS, target.zones):
            (no, yes), (no_otherwise, yes_otherwise) = (
                [self._later(one, target, weeks, place) for one in (pair.refused, pair.accepted)]
                for place in (zone(name), UTC)
            )
            if (
                self._fails(target, no.built)
                and all(self._holds(one, no.built) for one in others)
                and self.accepts(yes.built)
                and not (self._fails(target, no_otherwise.built) and self._holds(target, yes_otherwise.built))
            ):
                yield Pair(no, yes, clocks_changed=True)
                return

    def _later(self, witness: Witness, target: _Judged, weeks: int, place: tzinfo) -> Witness:
        choice = {**witness.choice, **later(witness.choice, witness.built, target.slots, weeks, place)}
        return Witness(choice, self.builder().build(choice))

    def _around(self, base: Witness, target: _Judged, others: list[_Judged]) -> Pair | None:
        builder = self.builder()
        oneself = [[ONESELF, *self.reader.slots]] if not self.new and is_own(self.spec, self.roles, self.this) else []
        for slots in (target.slots, list(self.reader.slots), *oneself):
            for choice in self.changes(base.choice, slots):
                built = builder.build(choice)
                if self._fails(target, built) and all(self._holds(one, built) for one in others):
                    changed = [slot for slot in choice if choice[slot] != base.choice.get(slot, _UNSET)]
                    return self._closest(builder, Witness(choice, built), base, target, changed)
        return None

    def alternatives(self, condition: Condition) -> Iterator[Witness]:
        """For each way in which a condition may hold, a world in which it is the only one."""
        base = self.base()
        if base is None:
            return
        for target in (one for one in self.judged if (one.cel, one.at) == (condition.cel, condition.at)):
            ways = [
                replace(target, checked=replace(target.checked, expr=way))
                for way in operands(target.checked.expr, "||")
            ]
            for only in ways if len(ways) > 1 else ():
                rest = [way for way in ways if way is not only]
                found = self._only(base, target, only, rest)
                if found is not None:
                    yield found

    def _only(self, base: Witness, target: _Judged, only: _Judged, rest: list[_Judged]) -> Witness | None:
        builder = self.builder()
        for choice in (base.choice, *self.changes(base.choice, target.slots)):
            built = builder.build(choice)
            # What a way reads may not be there at all: then it has no value, and is no reason either.
            if self._holds(only, built) and not any(self._holds(way, built) for way in rest) and self.accepts(built):
                return Witness(choice, built)
        return None

    def _closest(self, builder: Builder, found: Witness, base: Witness, target: _Judged, changed: list[Slot]) -> Pair:
        """The closest two worlds on both sides of the border, along one of the changed slots."""
        best: tuple[float, Witness, Witness] | None = None
        for slot in changed:
            refused: list[Witness] = []
            accepted: list[Witness] = []
            for value in self.options(slot):
                choice = {**found.choice, slot: value}
                built = builder.build(choice)
                if self.accepts(built):
                    accepted.append(Witness(choice, built))
                elif self._fails(target, built) and all(
                    self._holds(one, built) for one in self.judged if one is not target
                ):
                    refused.append(Witness(choice, built))
            for no, yes in product(refused, accepted):
                apart = distance(no.choice.get(slot), yes.choice.get(slot))
                if best is None or apart < best[0]:
                    best = (apart, no, yes)
        return Pair(found, base) if best is None else Pair(best[1], best[2])

    def border(self, witness: Witness, slot: Slot, value: Callable[[Built], object]) -> tuple[Witness, Witness] | None:
        """The closest two worlds along one slot in which something has different values."""
        builder = self.builder()
        seen: list[tuple[object, Witness]] = []
        for option in self.options(slot):
            choice = {**witness.choice, slot: option}
            built = builder.build(choice)
            if self.accepts(built):
                seen.append((value(built), Witness(choice, built)))
        apart = [
            (distance(one.choice[slot], other.choice[slot]), one, other)
            for (first, one), (second, other) in combinations(seen, 2)
            if first != second
        ]
        best = min(apart, key=lambda item: item[0], default=None)
        return None if best is None else best[1:]

    def variations(self, slots: Sequence[Slot], *, most: int = 2) -> Iterator[Witness]:
        """Worlds around the base in which every condition holds, the base first."""
        base = self.base()
        if base is None:
            return
        yield base
        builder = self.builder()
        for choice in self.changes(base.choice, list(slots), most=most):
            built = builder.build(choice)
            if self.accepts(built):
                yield Witness(choice, built)

    def changes(
        self, choice: dict[Slot, object], slots: Sequence[Slot], *, most: int = _MOST_CHANGES
    ) -> Iterator[dict[Slot, object]]:
        """Choices that differ from this one in one slot, then in two, and so on."""
        free = {
            slot: [value for value in self.options(slot) if value != choice.get(slot, _UNSET)]
            for slot in slots
            if slot not in self.fixed
        }
        small_first = sorted(free, key=lambda slot: len(free[slot]))
        for size, width in zip(range(1, most + 1), _WIDTHS, strict=False):
            every = (
                dict(zip(chosen, values, strict=True))
                for chosen in combinations(small_first, size)
                for values in product(*(free[slot][:width] for slot in chosen))
            )
            for changed in islice(every, _MOST_WORLDS):
                yield {**choice, **changed}

    def options(self, slot: Slot) -> Sequence[object]:
        """Values worth trying in a slot."""
        return self._options.of(slot)

    def _value(self, one: _Judged, built: Built) -> object:
        this = next(iter(built.records[one.at]), None) if one.at != THIS else built.this
        if this is None:
            return one.wanted
        try:
            return evaluate(one.checked, built.world, this=this, caller=built.caller, takes=built.takes)
        except (CelRuntimeError, TypeError, AttributeError):
            return None  # a part by itself lacks the guard that stands before it

    def _holds(self, one: _Judged, built: Built) -> bool:
        return self._value(one, built) is one.wanted

    def _fails(self, one: _Judged, built: Built) -> bool:
        return self._value(one, built) is (not one.wanted)
