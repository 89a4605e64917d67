"""Small worlds made from a choice for each slot, on which expressions are evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from quantumlayer.qtest.places import ABSENT, CALLER, COUNT, ROLE, SAME, TAKES, THIS, UNLIKE, Constants, Place, Slot
from quantumlayer.qtest.pools import candidates, stepped
from quantumlayer.qtest.samples import NOW
from quantumlayer.spec.cel import Caller, CelError, CelRuntimeError, Record, Scope, World, compile_cel, evaluate
from quantumlayer.spec.model import Computed, Field, FieldType, Rows, Spec
from quantumlayer.spec.naming import back_name

Choice = Mapping[Slot, object]


@dataclass(slots=True)
class Built:
    """A world and the records in it by their place; `read` are the fields, by entity, that matter in it."""

    world: World
    this: Record
    caller: Caller
    takes: dict[str, object]
    records: dict[Place, list[Record]] = field(default_factory=dict)
    read: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Defaults:
    """What records hold unless something else is wanted: the values of the factories."""

    spec: Spec
    chosen: dict[str, dict[str, object]] = field(default_factory=dict)

    def of(self, entity: str) -> dict[str, object]:
        """The values of a record's fields and its state."""
        if entity not in self.chosen:
            self.chosen[entity] = ordinary(self.spec, entity)
        return self.chosen[entity]


def ordinary(spec: Spec, entity: str) -> dict[str, object]:
    """Plain values for each field of an entity: its defaults, nothing where it is optional, else a sample."""
    described = spec.entities[entity]
    values: dict[str, object] = {}
    if described.states is not None:
        values[described.states.field] = described.states.values[0]
    world = World(spec, NOW)
    record = Record(entity, {**values, "created_at": NOW, "updated_at": NOW, "id": 1})
    fields = described.fields
    for key in sorted(fields, key=lambda key: isinstance(fields[key].default, Computed)):  # they read the others
        record.values[key] = _ordinary(world, record, key, fields[key])
    return {**values, **{key: record.values[key] for key in fields}}


def _ordinary(world: World, record: Record, key: str, item: Field) -> object:
    if isinstance(item.default, Computed):
        try:
            checked = compile_cel(item.default.cel, Scope.for_default(world.spec, record.entity))
            return evaluate(checked, world, this=record)
        except (CelError, CelRuntimeError):
            pass  # it reads what only a real record has
    elif item.default is not None:
        return constant(item)
    if item.optional or item.is_file:
        return None
    found = candidates(key, item, Constants())
    return found[0] if found else None


def constant(item: Field) -> object:
    """The value of a default that is no expression."""
    match item.type:
        case FieldType.DECIMAL | FieldType.MONEY:
            return Decimal(str(item.default))
        case FieldType.FLOAT:
            return float(str(item.default))
        case FieldType.DATE:
            return date.fromisoformat(str(item.default))
        case FieldType.DATETIME:
            return datetime.fromisoformat(str(item.default))
        case _:
            return item.default


class Builder:
    """Makes worlds for one question.

    Args:
        defaults: What records hold where nothing is chosen, and the Spec.
        entities: The entity of each place that matters, that of `this` among them.
        takes: The fields of the operation's input with their values unless chosen otherwise.
        new: Whether `this` is about to be made, so that no collection holds it yet.
        read: The fields, by entity, that matter.
        now: The moment it is.
        rows: The rows of the operation's input.
    """

    def __init__(
        self,
        defaults: Defaults,
        entities: Mapping[Place, str],
        takes: Mapping[str, object],
        *,
        new: bool = False,
        read: frozenset[tuple[str, str]] = frozenset(),
        now: datetime = NOW,
        rows: Mapping[str, Rows] | None = None,
    ) -> None:
        self.rows = rows or {}
        self.spec, self.defaults, self.takes, self.new, self.read = defaults.spec, defaults, takes, new, read
        self.now = now
        self.entities = dict(entities)

    def build(self, choice: Choice) -> Built:
        """The world in which each slot is as chosen."""
        return _Building(self, choice).built

    @cached_property
    def steps(self) -> dict[Place, list[Place]]:
        """The places one step away from each place."""
        found: dict[Place, list[Place]] = {}
        for place in self.entities:
            found.setdefault(place[:-1], []).append(place)
        return found


class _Building:
    def __init__(self, builder: Builder, choice: Choice) -> None:
        self.builder, self.choice = builder, choice
        self.world = World(builder.spec, builder.now)
        self.found: dict[Place, list[Record]] = {}
        self.count = 0
        self.same = {slot.place: slot.other for slot, value in choice.items() if slot.name == SAME and value}
        role = str(choice.get(Slot(CALLER, ROLE), next(iter(builder.spec.roles), "anyone")))
        this = self.at(THIS)[0] if THIS in builder.entities else Record("", {})
        own = builder.spec.roles[role].record if role in builder.spec.roles else None
        record = None
        if own is not None and builder.entities.setdefault(CALLER, own) == own:
            record = self.at(CALLER)[0]
        elif own is not None:
            record = self._made(own, CALLER)
        for place in builder.entities:
            if place[0] != CALLER[0] or own is not None:
                self.at(place)
        takes = {**builder.takes, **{slot.name: value for slot, value in choice.items() if slot.place == TAKES}}
        takes |= {place[-1]: next(iter(self.at(place)), None) for place in builder.entities if place[:-1] == TAKES}
        takes |= {key: self._rows(key, rows) for key, rows in builder.rows.items()}
        self.built = Built(self.world, this, Caller(role, 1, record), takes, self.found, builder.read)

    def _rows(self, key: str, rows: Rows) -> list[dict[str, object]]:
        """The rows that the input brings, all alike."""
        place = (*TAKES, f"{key}*")
        given = self.builder.takes[key]
        row: dict[str, object] = dict(given) if isinstance(given, dict) else {}
        row |= {slot.name: value for slot, value in self.choice.items() if slot.place == place}
        row |= {cell: next(iter(self.at((*place, cell))), None) for cell in rows.references}
        wanted = int(str(self.choice.get(Slot(place, COUNT), max(1, rows.min))))
        return [{cell: row.get(cell) for cell in rows.each} for _ in range(wanted)]

    def at(self, place: Place) -> list[Record]:
        """The records at a place; none when their number is 0 or they are absent."""
        if place in self.found:
            return self.found[place]
        if place in self.same:
            return self._shared(place, self.same[place])
        entity = self.builder.entities[place]
        if place[-1].endswith("*"):
            return self._collection(place, entity)
        if self.choice.get(Slot(place, ABSENT)):
            self.found[place] = []
            return []
        named = place[:-1] == TAKES or (place[:1] == TAKES and place[:-2] == TAKES and place[-2].endswith("*"))
        if len(place) > 1 and not named:
            owners = self.at(place[:-1])
            if place in self.found:
                return self.found[place]
            if not owners:
                self.found[place] = []
                return []
        record = self._made(entity, place)
        self.found[place] = [record]
        self._relate(record, place)
        return self.found[place]

    def _shared(self, place: Place, other: Place) -> list[Record]:
        """The record that stands at another place, too, which has the relations that are read at either."""
        self.found[place] = []
        records = self.found[place] = list(self.at(other))
        for step in self.builder.steps.get(place, ()):
            if step[-1].endswith("*") or not records:
                continue
            known = (*other, step[-1])
            if known in self.builder.entities and len(known) > 1:
                self.found[step] = self.at(known)
            else:
                self._relate_one(records[0], step)
        return records

    def _relate(self, record: Record, place: Place) -> None:
        for step in self.builder.steps.get(place, ()):
            if not step[-1].endswith("*"):
                self._relate_one(record, step)

    def _relate_one(self, record: Record, step: Place) -> None:
        targets = self.at(step)
        record.values[step[-1]] = targets[0] if targets else None

    def _collection(self, place: Place, entity: str) -> list[Record]:
        owners = self.at(place[:-1]) if len(place) > 1 else []
        owner = {self._via(place, entity): owners[0]} if owners else {}
        wanted = int(str(self.choice.get(Slot(place, COUNT), 0))) if owners or len(place) == 1 else 0
        self.found[place] = []
        for number in range(wanted):
            record = self._made(entity, place)
            record.values |= {**owner, **self._apart(record, place, number)}
            self.found[place].append(record)
            self._relate(record, place)
            record.values |= owner
        return self.found[place]

    def _apart(self, record: Record, place: Place, number: int) -> dict[str, object]:
        """The values in which a record of a collection differs from the one before it."""
        chosen = (slot.name for slot, yes in self.choice.items() if yes and slot.place == place)
        keys = [name.removesuffix(UNLIKE) for name in chosen if name.endswith(UNLIKE)]
        return {key: stepped(record.values[key], number) for key in keys}

    def _via(self, place: Place, entity: str) -> str:
        owner, back = self.builder.entities[place[:-1]], place[-1].removesuffix("*")
        return next(
            key
            for key, relation in self.builder.spec.entities[entity].references.items()
            if relation.to == owner and back_name(entity, relation) == back
        )

    def _made(self, entity: str, place: Place) -> Record:
        self.count += 1
        values = {"id": self.count, "created_at": NOW, "updated_at": NOW, **self.builder.defaults.of(entity)}
        values |= {
            slot.name: value for slot, value in self.choice.items() if slot.place == place and slot.name.isidentifier()
        }
        record = Record(entity, values)
        return record if place == THIS and self.builder.new else self.world.add(record)
