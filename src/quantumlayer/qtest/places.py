"""What expressions read: the slots of a small world that are worth changing, and the values worth trying in each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from quantumlayer.qtest.samples import NOW
from quantumlayer.spec.cel import (
    Binary,
    Call,
    Checked,
    Comprehension,
    Conditional,
    Expr,
    Ident,
    ListType,
    Literal,
    Macro,
    MemberKind,
    Nullable,
    RecordType,
    Scope,
    Select,
    Type,
    children,
    compile_cel,
)
from quantumlayer.spec.model import Field, FieldType, Spec

Place = tuple[str, ...]
THIS: Place = ("this",)
CALLER: Place = ("caller",)
TAKES: Place = ("takes",)
COUNT, SAME, ABSENT, ROLE, UNLIKE = "#", "=", "?", "@", "~"
_DEEPEST = 6
_MINUTE = timedelta(minutes=1)
_OF_THE_DAY = frozenset({"time_of_day", "getHours", "getMinutes"})
_OF_THE_CALENDAR = frozenset({"getDayOfWeek", "getDayOfMonth", "getDayOfYear", "getDate", "getMonth", "getFullYear"})
_OF_UNLIKE = frozenset({"min", "max", "average", "median", "first", "last", "distinct"})
_STEPPED = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY, FieldType.DATETIME})


@dataclass(frozen=True, slots=True)
class Slot:
    """Something of a world that can be chosen.

    `place` is the way to a record from `this`, the caller or the input; a step that ends in `*` is a collection.
    `name` is a field, or one of the marks above: how many records a collection has, whether the record is the one at
    `other`, whether an optional one is absent, which role the caller has, and behind a field, whether the records of a
    collection differ in it.
    """

    place: Place
    name: str
    other: Place = ()


ONESELF = Slot(CALLER, "=", THIS)
"""Whether the caller is `this`."""


@dataclass(slots=True)
class Constants:
    """What expressions compare with, and when they do."""

    now: datetime = NOW
    whole: set[int] = field(default_factory=set)
    limits: set[int] = field(default_factory=set)
    decimals: set[Decimal] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    spans: set[timedelta] = field(default_factory=set)
    months: set[int] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
    wall_clock: bool = False
    weekdays: bool = False
    days: bool = False


class Reader:
    """Collects the slots that expressions read, through derived values."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.constants = Constants()
        self.slots: dict[Slot, Field | None] = {}
        self.entities: dict[Place, str] = {}

    def read(self, checked: Checked, scope: Scope, names: Mapping[str, Place]) -> list[Slot]:
        """The slots that one expression reads, nearest first; all of them are remembered in `slots`."""
        before, self.slots = self.slots, {}
        self._walk(checked.expr, checked, scope, dict(names), 0)
        found = list(self.slots)
        self.slots = before | self.slots
        return found

    def _walk(self, expr: Expr, checked: Checked, scope: Scope, names: dict[str, Place], depth: int) -> Place | None:
        """Reads an expression; the place of the record or the records that it gives."""
        match expr:
            case Ident(name=name):
                return names.get(name) or self._all(name, checked.type_of(expr))
            case Literal(value=value):
                self._constant(value)
            case Select():
                return self._select(expr, checked, scope, names, depth)
            case Comprehension(kind=kind, range=items, variable=variable, body=body, where=where):
                place = self._walk(items, checked, scope, names, depth)
                inner = names if place is None else {**names, variable: place}
                given = self._walk(body, checked, scope, inner, depth)
                if where is not None:
                    self._walk(where, checked, scope, inner, depth)
                return given if kind is Macro.MAP else place
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                self._walk(condition, checked, scope, names, depth)
                one = self._walk(then, checked, scope, names, depth)
                return one or self._walk(otherwise, checked, scope, names, depth)
            case _:
                self._parts(expr, checked, scope, names, depth)
        return None

    def _all(self, name: str, kind: Type) -> Place | None:
        """The place of all records of an entity, where a name stands for them."""
        if not isinstance(kind, ListType) or name not in self.spec.entities:
            return None
        place = (f"{name}*",)
        self.entities[place] = name
        self.slots.setdefault(Slot(place, COUNT), None)
        return place

    def _parts(self, expr: Expr, checked: Checked, scope: Scope, names: dict[str, Place], depth: int) -> None:
        known = {*self.slots}
        places = [self._walk(part, checked, scope, names, depth) for part in children(expr)]
        if isinstance(expr, Call):
            self._called(expr)
            if expr.function in _OF_UNLIKE:
                self._unlike([slot for slot in self.slots if slot not in known])
        if isinstance(expr, Binary) and expr.operator in {"==", "!="}:
            left, right = places
            if left is not None and right is not None:
                self._same(left, right)
            elif (one := left or right) is not None and len(one) > 1 and not one[-1].endswith("*"):
                self.slots.setdefault(Slot(one, ABSENT), None)

    def _unlike(self, read: Iterable[Slot]) -> None:
        """What is made of several records shows only where they differ."""
        for slot in read:
            entity = self.spec.entities.get(self.entities.get(slot.place, ""))
            item = entity.fields.get(slot.name) if entity is not None else None
            if item is not None and item.type in _STEPPED and slot.place[-1].endswith("*"):
                self.slots.setdefault(Slot(slot.place, f"{slot.name}{UNLIKE}"), None)

    def _same(self, left: Place, right: Place) -> None:
        """The relation gives way, so that `this.member == caller.member` sets the member of `this`."""
        place, other = (left, right) if len(left) > 1 or left == CALLER else (right, left)
        self.slots.setdefault(Slot(place, SAME, other), None)

    def _select(
        self, expr: Select, checked: Checked, scope: Scope, names: dict[str, Place], depth: int
    ) -> Place | None:
        owner = self._walk(expr.operand, checked, scope, names, depth)
        member = checked.member_of(expr)
        if member is None:
            return None
        if member.kind is MemberKind.CALLER:
            if expr.field == "role":
                self.slots.setdefault(Slot(CALLER, ROLE), None)
                return None
            record = self.spec.roles[expr.field].record if expr.field in self.spec.roles else None
            if record is None:
                return None
            self.entities[CALLER] = record
            return CALLER
        if owner is None:
            return None
        return self._member(owner, expr.field, member.kind, checked, expr, depth)

    def _member(
        self, owner: Place, name: str, kind: MemberKind, checked: Checked, expr: Select, depth: int
    ) -> Place | None:
        match kind:
            case MemberKind.TAKES:
                return self._taken(owner, name, checked.type_of(expr))
            case MemberKind.FIELD | MemberKind.STATE | MemberKind.SYSTEM:
                if name != "id":
                    self.slots.setdefault(Slot(owner, name), None)
                self._limits(checked, expr)
            case MemberKind.RELATION:
                place = (*owner, name)
                self.entities[place] = _record(checked, expr)
                return place
            case MemberKind.BACK:
                member = checked.member_of(expr)
                place = (*owner, f"{name}*")
                if member is not None:
                    self.entities[place] = member.source
                    self.slots.setdefault(Slot(place, COUNT), None)
                return place
            case MemberKind.DERIVED:
                self._derived(owner, name, checked, expr, depth)
        return None

    def _taken(self, owner: Place, name: str, kind: Type) -> Place | None:
        """A value of the input or of one of its rows, or the rows themselves."""
        if isinstance(kind, ListType):
            place = (*owner, f"{name}*")
            self.slots.setdefault(Slot(place, COUNT), None)
            return place
        self.slots.setdefault(Slot(owner, name), None)
        return None

    def _limits(self, checked: Checked, expr: Select) -> None:
        """What a number may be at most, and is at first: others are compared with it."""
        item = self.spec.entities[_record(checked, expr.operand)].fields.get(expr.field)
        known = () if item is None else (item.min, item.max, item.default)
        self.constants.limits |= {one for one in known if isinstance(one, int) and not isinstance(one, bool)}

    def _derived(self, owner: Place, name: str, checked: Checked, expr: Select, depth: int) -> None:
        if depth >= _DEEPEST:
            return
        entity = _record(checked, expr.operand)
        scope = Scope.for_derived(self.spec, entity)
        inner = compile_cel(self.spec.entities[entity].derived[name].cel, scope)
        self._walk(inner.expr, inner, scope, {"this": owner}, depth + 1)

    def _constant(self, value: object) -> None:
        match value:
            case bool() | None:
                pass
            case int():
                self.constants.whole.add(value)
            case Decimal():
                self.constants.decimals.add(value)
            case str():
                self.constants.texts.add(value)

    def _called(self, expr: Call) -> None:
        units = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": _MINUTE}
        numbers = [abs(arg.value) for arg in expr.args if isinstance(arg, Literal) and isinstance(arg.value, int)]
        if expr.function in units:
            self.constants.spans |= {number * units[expr.function] for number in numbers}
        elif expr.function == "add_months":
            self.constants.months |= set(numbers)
        elif expr.function == "date" and not isinstance(expr.args[0], Literal):
            self.constants.days = True
            self.constants.zones.add(self.spec.service.timezone)
        elif expr.function in _OF_THE_DAY | _OF_THE_CALENDAR:
            self.constants.wall_clock |= expr.function in _OF_THE_DAY
            self.constants.weekdays |= expr.function in _OF_THE_CALENDAR
            self.constants.zones.add(self._zone(expr))

    def _zone(self, expr: Call) -> str:
        """The time zone in which a part of a moment is read."""
        match expr.args:
            case (Literal(value=str(name)),) if expr.function != "time_of_day":
                return name
            case () if expr.function != "time_of_day":
                return "UTC"
            case _:
                return self.spec.service.timezone


def _record(checked: Checked, expr: Expr) -> str:
    """The entity of the record that an expression gives."""
    kind = checked.type_of(expr)
    if isinstance(kind, Nullable):
        kind = kind.item
    assert isinstance(kind, RecordType), f"{kind}"  # noqa: S101 - the checker has typed it
    return kind.entity
