"""The names an expression may use, and what each of them is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from quantumlayer.spec.askers import ANYONE, asker_values, askers
from quantumlayer.spec.cel.narrowing import Paths
from quantumlayer.spec.cel.types import (
    DATE,
    INT,
    STRING,
    TIMESTAMP,
    CallerType,
    ListType,
    RecordType,
    TakesType,
    Type,
    field_type,
    nullable,
)
from quantumlayer.spec.model import Field, Reference, RelationKind, Spec
from quantumlayer.spec.naming import back_name
from quantumlayer.spec.remember import remembered, ways_back
from quantumlayer.spec.reports import DAY

__all__ = ["ANYONE", "Member", "MemberKind", "Scope"]


class MemberKind(StrEnum):
    """Where a member's value comes from."""

    SYSTEM = "system"
    FIELD = "field"
    STATE = "state"
    RELATION = "relation"
    DERIVED = "derived"
    BACK = "back"
    CALLER = "caller"
    TAKES = "takes"


@dataclass(frozen=True, slots=True)
class Member:
    """Something that can be selected from a record, the caller or an operation's input.

    `values` are the only ones it can have, where that is known. For `BACK`, `source` and `via` are the entity and the
    relation that points here.
    """

    name: str
    type: Type
    kind: MemberKind
    values: tuple[int | str, ...] = ()
    source: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The variables of an expression by name, and the Spec that says what their members are.

    `present` are paths that are not null wherever the expression is worked out.
    """

    spec: Spec
    names: Mapping[str, Type]
    present: Paths = frozenset()
    _members: dict[Type, dict[str, Member]] = field(default_factory=dict, repr=False)

    @classmethod
    def for_derived(cls, spec: Spec, entity: str) -> "Scope":
        """For a derived field that is the same for everybody: `this`."""
        return cls._of(spec, this=RecordType(entity))

    @classmethod
    def of_derived(cls, spec: Spec, entity: str, key: str) -> "Scope":
        """For one derived field: `this`, and `caller` where it depends on who asks, in any role that is answered it."""
        if key not in asker_values(spec.entities[entity]):
            return cls.for_derived(spec, entity)
        return cls._of(spec, this=RecordType(entity), caller=CallerType(askers(spec, entity)))

    @classmethod
    def for_default(cls, spec: Spec, entity: str) -> "Scope":
        """For a computed default: `this`, the record being made."""
        return cls._of(spec, this=RecordType(entity))

    @classmethod
    def for_rule(cls, spec: Spec, entity: str) -> "Scope":
        """For a rule of an entity: `this` and `caller`, who may be in any role, or a stranger where strangers may."""
        strangers = any(ANYONE in grant.who for grant in spec.entities[entity].access)
        roles = (*spec.roles, *([ANYONE] if strangers else []))
        return cls._of(spec, this=RecordType(entity), caller=CallerType(roles))

    @classmethod
    def for_grant(cls, spec: Spec, entity: str, roles: Iterable[str]) -> "Scope":
        """For the condition of a grant: `this` and `caller`, who is in one of the roles."""
        return cls._of(spec, this=RecordType(entity), caller=CallerType(tuple(roles)))

    @classmethod
    def for_operation(cls, spec: Spec, name: str) -> "Scope":
        """For what an operation requires, sets and creates: `this`, `caller` and `takes`."""
        operation = spec.operations[name]
        return cls._of(spec, this=RecordType(operation.on), caller=CallerType(operation.by), takes=TakesType(name))

    @classmethod
    def for_query(cls, spec: Spec, name: str) -> "Scope":
        """For the condition of a query: `this`, `caller` and `takes`."""
        query = spec.queries[name]
        takes = TakesType(name, query=True)
        return cls._of(spec, this=RecordType(query.of), caller=CallerType(query.by), takes=takes)

    @classmethod
    def for_report(cls, spec: Spec, name: str) -> "Scope":
        """For the values of a report: `this`, `day`, `caller`, `takes`, and all records by the name of their entity."""
        report = spec.reports[name]
        names: dict[str, Type] = {entity: ListType(RecordType(entity)) for entity in spec.entities}
        if report.of is not None:
            names["this"] = RecordType(report.of)
        if report.per is not None:
            names[DAY] = DATE
        return cls._of(spec, **names, caller=CallerType(report.by), takes=TakesType(name, report=True))

    @classmethod
    def for_rows(cls, spec: Spec, name: str) -> "Scope":
        """For the condition of a report on the records that have rows: `this`, `caller` and `takes`."""
        report = spec.reports[name]
        names: dict[str, Type] = {} if report.of is None else {"this": RecordType(report.of)}
        return cls._of(spec, **names, caller=CallerType(report.by), takes=TakesType(name, report=True))

    @classmethod
    def for_job(cls, spec: Spec, entity: str) -> "Scope":
        """For a job on records of an entity: `this`, and nobody who calls."""
        return cls._of(spec, this=RecordType(entity))

    def and_(self, name: str, kind: Type) -> "Scope":
        """These names and one more."""
        return replace(self, names={**self.names, name: kind})

    def knowing(self, present: Paths) -> "Scope":
        """These names, where more is known not to be null."""
        return replace(self, present=self.present | present)

    def inputs(self, owner: TakesType) -> Mapping[str, Field]:
        """The values that an operation, a query or a report takes."""
        if owner.query:
            return self.spec.queries[owner.operation].takes
        if owner.report:
            return self.spec.reports[owner.operation].inputs
        operation = self.spec.operations[owner.operation]
        return operation.rows[owner.rows].inputs if owner.rows else operation.inputs

    def _of_takes(self, owner: TakesType) -> Iterable[Member]:
        for name, item in self.inputs(owner).items():
            yield _field(name, item, MemberKind.TAKES)
        for name, reference in self._references(owner).items():
            record = RecordType(reference.to)
            yield Member(name, nullable(record) if reference.optional else record, MemberKind.RELATION)
        for name in () if owner.rows or owner.query or owner.report else self.spec.operations[owner.operation].rows:
            yield Member(name, ListType(TakesType(owner.operation, rows=name)), MemberKind.TAKES)

    def _references(self, owner: TakesType) -> Mapping[str, Reference]:
        """The records that an operation or a report takes."""
        if owner.query:
            return {}
        if owner.report:
            return self.spec.reports[owner.operation].references
        operation = self.spec.operations[owner.operation]
        return operation.rows[owner.rows].references if owner.rows else operation.references

    @classmethod
    def _of(cls, spec: Spec, **names: Type) -> "Scope":
        return cls(spec, {**names, "timezone": STRING}, _members=_members_by_type(spec))

    def members(self, owner: Type) -> Mapping[str, Member]:
        """What can be selected from a value of the type, by name; empty for a type without members."""
        if owner not in self._members:
            found: Iterable[Member] = ()
            match owner:
                case RecordType(entity=entity):
                    found = self._of_record(entity)
                case CallerType(roles=roles):
                    found = self._of_caller(roles)
                case TakesType():
                    found = self._of_takes(owner)
            named: dict[str, Member] = {}
            for member in found:
                named.setdefault(member.name, member)
            self._members[owner] = named
        return self._members[owner]

    def _of_record(self, name: str) -> Iterable[Member]:
        entity = self.spec.entities.get(name)
        if entity is None:
            return
        texts = self.spec.interface.ids if self.spec.interface is not None else {}
        yield Member("id", STRING if name in texts else INT, MemberKind.SYSTEM)
        yield Member("created_at", TIMESTAMP, MemberKind.SYSTEM)
        yield Member("updated_at", TIMESTAMP, MemberKind.SYSTEM)
        for key, item in entity.fields.items():
            yield _field(key, item, MemberKind.FIELD)
        if entity.states is not None:
            yield Member(entity.states.field, STRING, MemberKind.STATE, values=entity.states.values)
        for key, relation in entity.references.items():
            target = RecordType(relation.to)
            yield Member(key, nullable(target) if relation.optional else target, MemberKind.RELATION)
        for key, derived in entity.derived.items():
            kind = field_type(derived.type)
            yield Member(key, nullable(kind) if derived.optional else kind, MemberKind.DERIVED)
        yield from self._back(name)

    def _back(self, target: str) -> Iterable[Member]:
        for source, via, relation in ways_back(self.spec).get(target, ()):
            record = RecordType(source)
            kind = nullable(record) if relation.kind is RelationKind.ONE_TO_ONE else ListType(record)
            yield Member(back_name(source, relation), kind, MemberKind.BACK, source=source, via=via)

    def _of_caller(self, roles: tuple[str, ...]) -> Iterable[Member]:
        yield Member("id", nullable(INT) if ANYONE in roles else INT, MemberKind.CALLER)
        yield Member("role", STRING, MemberKind.CALLER, values=roles)
        for name in roles:
            role = self.spec.roles.get(name)
            if role is not None and role.record is not None:
                record = RecordType(role.record)
                yield Member(name, record if set(roles) == {name} else nullable(record), MemberKind.CALLER)


@remembered
def _members_by_type(spec: Spec) -> dict[Type, dict[str, Member]]:
    """What all scopes of a Spec find out: a type has the same members in each."""
    del spec
    return {}


def _field(name: str, item: Field, kind: MemberKind) -> Member:
    held = field_type(item.type)
    return Member(name, nullable(held) if item.optional or item.is_file else held, kind, values=item.one_of)
