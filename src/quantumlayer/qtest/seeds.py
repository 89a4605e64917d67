"""Records to begin with: an account for each role, and for each operation a record on which it works, for years."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count, islice, product
from typing import Any

from quantumlayer.qtest.apart import apart
from quantumlayer.qtest.literals import wire
from quantumlayer.qtest.samples import NOW, between, lengths, samples
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.witness import Question, Witness
from quantumlayer.qtest.working import works
from quantumlayer.spec.cel import Record, Scope, World, compile_cel, evaluate, rounded
from quantumlayer.spec.fitting import matching
from quantumlayer.spec.model import Field, Proof, RelationKind
from quantumlayer.spec.naming import collection, link_ids
from quantumlayer.spec.order import making_order, set_later
from quantumlayer.spec.proofs import proving

PASSWORD = "a password to try"  # noqa: S105 - everybody may know it
_MOST = 1000
_LATER = timedelta(weeks=52 * 60)
_MOMENTS = (NOW, NOW + timedelta(weeks=52 * 5), NOW + timedelta(weeks=52 * 20))


def seeds(suite: Suite) -> dict[str, list[dict[str, Any]]]:
    """The content of `seed.json`: lists of records by the name of their collection."""
    return _Seeding(suite).collections


class _Seeding:
    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.collections: dict[str, list[dict[str, Any]]] = {
            collection(suite.spec, name): [] for name in suite.spec.entities
        }
        self.later = set_later(suite.spec, making_order(suite.spec))
        self.password = {"password": PASSWORD} if proving(suite.spec, Proof.PASSWORD) else {}
        self.known: dict[Record, int] = {}  # a record counts as itself, whatever it holds
        self.callers = {
            role: self._account(role, item.record) for role, item in suite.spec.roles.items() if item.record is not None
        }
        for name in suite.spec.entities:
            self._row(Record(name, dict(suite.defaults.of(name))))
        for name in suite.spec.operations:
            self._for_operation(name)
        self._name_ids()
        if accounts := [
            {"username": role, **self.password, "role": role}
            for role, item in suite.spec.roles.items()
            if item.record is None and item.proves is not Proof.SIGNATURE
        ]:
            self.collections["accounts"] = accounts

    def _name_ids(self) -> None:
        """Gives records whose ids are no numbers ids of another kind."""
        interface = self.suite.spec.interface
        texts = interface.ids if interface is not None else {}
        for name, entity in self.suite.spec.entities.items() if texts else ():
            targets = {f"{key}_id": relation.to for key, relation in entity.references.items()} | {"id": name}
            for row in self.collections[collection(self.suite.spec, name)]:
                for key, target in targets.items():
                    if target in texts and row.get(key) is not None:
                        row[key] = f"00000000-0000-7000-8000-{row[key]:012}"

    def _account(self, role: str, entity: str) -> int:
        number = self._row(Record(entity, dict(self.suite.defaults.of(entity))))
        row = self.collections[collection(self.suite.spec, entity)][number - 1]
        row["account"] = {"username": role, **self.password}
        return number

    def _for_operation(self, name: str) -> None:
        found = works(self.suite, name)
        if found is None:
            return
        role, witness = found
        lasting(self.suite.operation(name, role), witness)
        built = witness.built
        if built.caller.record is not None:
            self.known[built.caller.record] = self.callers[role]
        for records in built.records.values():
            for record in records:
                self._row(record)
        self._row(built.this)

    def _row(self, record: Record) -> int:
        """Writes a record and what it refers to; its number."""
        if record in self.known:
            return self.known[record]
        entity = self.suite.spec.entities[record.entity]
        rows = self.collections[collection(self.suite.spec, record.entity)]
        later = self.later.get(record.entity, ())
        row = self._references(record, later)
        for key, item in entity.values.items():
            value = record.values.get(key)
            if key in apart(entity) and value is not None:
                value = next(islice(_many(self.suite, record.entity, key), len(rows), None), value)
            if value is not None:
                row[key] = wire(value, item.type)
        for key, least in entity.needed_links.items():
            row[link_ids(key)] = self._linked(entity.links[key].to, least)
        row |= stored(self.suite, record)
        if entity.states is not None:
            row[entity.states.field] = record.values[entity.states.field]
        number = len(rows) + 1
        self.known[record] = number
        rows.append({"id": number, **row})
        for key in later:
            target = record.values.get(key)
            if isinstance(target, Record) and not (entity.references[key].acyclic and leads_back(record, key)):
                rows[number - 1][f"{key}_id"] = self._row(target)
        return number

    def _references(self, record: Record, later: Sequence[str]) -> dict[str, Any]:
        """The numbers of what a record refers to and is made before it."""
        entity = self.suite.spec.entities[record.entity]
        row: dict[str, Any] = {}
        for key, relation in entity.references.items():
            target = record.values.get(key)
            if key in later:
                continue
            if isinstance(target, Record):
                row[f"{key}_id"] = self._row(target)
            elif not relation.optional:
                row[f"{key}_id"] = self._target(record.entity, key)
        return row

    def _linked(self, target: str, least: int) -> list[int]:
        """As many records as a relation to many needs: the first ones, and new ones where there are not enough."""
        rows = self.collections[collection(self.suite.spec, target)]
        while len(rows) < least:
            self._row(Record(target, dict(self.suite.defaults.of(target))))
        return list(range(1, least + 1))

    def _target(self, name: str, key: str) -> int:
        """A record to refer to: the first there is, unless each wants its own."""
        entity = self.suite.spec.entities[name]
        relation = entity.references[key]
        rows = self.collections[collection(self.suite.spec, relation.to)]
        apart = relation.kind is RelationKind.ONE_TO_ONE or any(
            (rule.no_overlap is not None and rule.no_overlap.per == key)
            or (rule.unique is not None and key in rule.unique.of)
            for rule in entity.rules.values()
        )
        if rows and not apart:
            return 1
        return self._row(Record(relation.to, dict(self.suite.defaults.of(relation.to))))


def leads_back(record: Record, key: str) -> bool:
    """Whether a relation, followed on and on, leads back to the record."""
    seen: set[Record] = set()
    value = record.values.get(key)
    while isinstance(value, Record) and value not in seen:
        seen.add(value)
        value = value.values.get(key)
    return record in seen


def _many(suite: Suite, entity: str, key: str) -> Iterator[object]:
    """Different values of a unique field."""
    item = suite.spec.entities[entity].fields[key]
    if item.pattern is None and isinstance(first := next(iter(samples(key, item)), None), str):
        name, at, host = first.partition("@")
        yield first
        for ending in (f"-{number}{at}{host}" for number in range(2, _MOST)):
            room = len(name) if item.max is None else max(0, int(item.max) - len(ending))
            yield f"{name[:room]}{ending}"
    elif item.pattern is not None:
        yield from matching(item.pattern, *lengths(item))
    else:
        first = samples(key, item)
        yield from first
        yield from (value for value in _further(item, first[0]) if value not in first)


def _further(item: Field, first: object) -> Iterator[object]:
    """Values beside the first one, as far as the limits let them: up, then down."""
    if item.one_of or isinstance(first, bool) or not isinstance(first, int | float | Decimal | date):
        return
    for sign in (1, -1):
        for number in count(1):
            value = _moved(first, sign * number)
            if isinstance(value, int | float | Decimal) and not between(item, Decimal(str(value))):
                break
            if number > _MOST:
                break
            yield value


def _moved(value: float | Decimal | date, by: int) -> object:
    return value + timedelta(days=by) if isinstance(value, date) else value + by


def lasting(question: Question, witness: Witness) -> None:
    """Moves days and instants of `this` far into the future where that keeps an operation possible for years."""
    this, world = witness.built.this, witness.built.world
    keys = [
        key for key, value in this.values.items() if isinstance(value, date) and key not in {"created_at", "updated_at"}
    ]
    before = dict(this.values)
    for moved in product((False, True), repeat=len(keys)):
        this.values.update(before)
        for key, later in zip(keys, moved, strict=True):
            value = before[key]
            if later and isinstance(value, date | datetime):
                this.values[key] = value + _LATER
        good = True
        for moment in _MOMENTS:
            world.now = moment
            good = good and question.accepts(witness.built)
        world.now = NOW
        if good:
            return
    this.values.update(before)


def stored(suite: Suite, record: Record) -> dict[str, object]:
    """The stored derived values of a record as JSON."""
    found: dict[str, object] = {}
    for key, derived in suite.spec.entities[record.entity].derived.items():
        if derived.stored:
            checked = compile_cel(derived.cel, Scope.for_derived(suite.spec, record.entity))
            value = evaluate(checked, World(suite.spec, NOW), this=record)
            found[key] = wire(rounded(value, derived.type), derived.type)
    return found
