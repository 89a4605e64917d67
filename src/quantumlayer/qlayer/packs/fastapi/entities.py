"""An entity in the words of the target: everything that its templates ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.aggregates import touches_relations
from quantumlayer.qlayer.packs.fastapi.fields import FieldView, one_of, python_type, quoted, read_type
from quantumlayer.qlayer.packs.fastapi.operations import OperationView, operation_view
from quantumlayer.qlayer.packs.fastapi.python import Loaded, Python
from quantumlayer.qlayer.packs.fastapi.records import assignments, column_default, stored_values
from quantumlayer.qlayer.packs.fastapi.rules import Exclusion, RuleFunction, calls, exclusions, rule_functions
from quantumlayer.qlayer.packs.fastapi.sql import Columns, Sql
from quantumlayer.spec.cel import Scope, compile_cel
from quantumlayer.spec.model import Action, Derived, Entity, Field, Moment, OnDelete, Relation, RelationKind, Spec
from quantumlayer.spec.naming import EntityNames, entity_names


@dataclass(frozen=True, slots=True)
class RelationView:
    """A relation as a foreign key."""

    name: str
    relation: Relation
    target: EntityNames

    @property
    def column(self) -> str:
        """The name of the foreign key."""
        return f"{self.name}_id"

    @property
    def on_delete(self) -> str:
        """What the database does when the target goes."""
        return {OnDelete.SET_NULL: "SET NULL"}.get(self.relation.on_delete, self.relation.on_delete.value.upper())

    @property
    def unique(self) -> bool:
        """Whether a target can be referred to only once."""
        return self.relation.kind is RelationKind.ONE_TO_ONE


@dataclass(frozen=True, slots=True)
class DerivedView:
    """A derived value: a property over the record's columns, or a value that the database works out."""

    name: str
    derived: Derived
    python: str
    source: str
    about: str

    @property
    def read_type(self) -> str:
        """The type in a response body."""
        base = read_type(self.derived.type)
        return f"{base} | None" if self.derived.optional else base


class EntityView:
    """An entity of a Spec, ready for the templates."""

    def __init__(self, spec: Spec, name: str) -> None:
        self.spec = spec
        self.name = name
        self.names = entity_names(name)
        self.entity: Entity = spec.entities[name]
        self.fields = [FieldView(name, key, field) for key, field in self.entity.fields.items()]
        self.relations = [
            RelationView(key, relation, entity_names(relation.to)) for key, relation in self.entity.relations.items()
        ]
        self.states = self.entity.states
        self.role = next((key for key, role in spec.roles.items() if role.record == name), None)

    # What the record is.

    @property
    def about(self) -> str:
        """One sentence for the class."""
        article = "An" if self.names.title[0] in "aeiou" else "A"
        return self.entity.about or f"{article} {self.names.title}."

    def default(self, field: FieldView) -> str | None:
        """The default of a column: a constant, or a callable that asks the clock."""
        return field.literal_default or column_default(self.spec, self.name, field.name)

    def _derived(self) -> list[tuple[str, Derived, bool]]:
        found = []
        for key, derived in self.entity.derived.items():
            checked = compile_cel(derived.cel, Scope.for_derived(self.spec, self.name))
            found.append((key, derived, touches_relations(checked)))
        return found

    @cached_property
    def properties(self) -> list[DerivedView]:
        """Derived values over the record's own columns."""
        return [
            DerivedView(key, derived, python_type(derived), self._python(derived), _about(key, derived))
            for key, derived, related in self._derived()
            if not related and not derived.stored
        ]

    def _python(self, derived: Derived) -> str:
        checked = compile_cel(derived.cel, Scope.for_derived(self.spec, self.name))
        return Python(checked, {"this": Loaded("self")}).value()

    @cached_property
    def column_properties(self) -> list[DerivedView]:
        """Derived values that the database works out."""
        found = []
        for key, derived, related in self._derived():
            if related and not derived.stored:
                checked = compile_cel(derived.cel, Scope.for_derived(self.spec, self.name))
                columns = {"this": Columns(self.name, bare=True)}
                source = Sql(self.spec, checked, columns, {}, deferred=True).value().text
                found.append(DerivedView(key, derived, python_type(derived), source, _about(key, derived)))
        return found

    @property
    def stored(self) -> list[FieldView]:
        """Derived values that are kept as columns."""
        return [
            FieldView(self.name, key, Field(type=derived.type, optional=derived.optional))
            for key, derived in self.entity.derived.items()
            if derived.stored
        ]

    @property
    def checks(self) -> list[tuple[str, str]]:
        """Name and SQL of the conditions that the database holds."""
        found = [(field.name, field.check) for field in self.fields if field.check is not None]
        if self.states is not None:
            found.append((self.states.field, one_of(quoted(self.states.field), self.states.values)))
        return found

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """The exclusion constraints of the table."""
        return exclusions(self.spec, self.name)

    @property
    def versioned(self) -> list[FieldView]:
        """The fields whose earlier values are kept."""
        return [field for field in self.fields if field.name in self.entity.versioned]

    # What callers write and read.

    @property
    def _writable(self) -> list[FieldView]:
        return [field for field in self.fields if not field.field.read_only]

    @property
    def common(self) -> list[FieldView]:
        """Fields that creating and changing take alike."""
        return [field for field in self._writable if not field.field.immutable and (field.field.default is None)]

    @property
    def create_only(self) -> list[FieldView]:
        """Fields that creating takes in its own way: set once, or with a default."""
        return [field for field in self._writable if field not in self.common]

    @property
    def update_only(self) -> list[FieldView]:
        """Fields that changing must name although creating need not."""
        return [field for field in self.create_only if not field.field.immutable]

    @property
    def create_relations(self) -> list[RelationView]:
        """Relations that only creating takes."""
        return [item for item in self.relations if not item.relation.reassignable]

    @property
    def common_relations(self) -> list[RelationView]:
        """Relations that creating and changing take alike."""
        return [item for item in self.relations if item.relation.reassignable]

    @property
    def aliases(self) -> list[FieldView]:
        """Fields whose type needs a name of its own."""
        return [field for field in self.fields if field.alias is not None]

    @property
    def same_body(self) -> bool:
        """Whether creating and changing take the same body."""
        return not (self.create_only or self.create_relations or self.role)

    @property
    def create_class(self) -> str:
        """The body of a create request."""
        return f"{self.name}Write" if self.same_body else f"{self.name}Create"

    @property
    def update_class(self) -> str:
        """The body of an update request."""
        if self.same_body or not self.creates:
            return f"{self.name}Write"
        return f"{self.name}Update" if self.update_only else f"{self.name}Write"

    @property
    def hidden(self) -> dict[str, tuple[str, ...]]:
        """The roles that see a field or derived value, where not everybody does."""
        parts = {**self.entity.fields, **self.entity.derived}
        return {key: tuple(map(access.member, part.visible_to)) for key, part in parts.items() if part.visible_to}

    def shown(self, variable: str, allowed: Sequence[str]) -> str:
        """The source of the response body for a record, given to callers of these roles; strangers have none."""
        if not self.hidden:
            return f"{self.name}Read.model_validate({variable})"
        return f"{self.name}Read.shown_to({'caller.role' if allowed else 'None'}, {variable})"

    @property
    def computed(self) -> dict[str, DerivedView]:
        """The derived values that are not kept, in the order of the Spec."""
        views = {view.name: view for view in (*self.properties, *self.column_properties)}
        return {key: views[key] for key in self.entity.derived if key in views}

    @property
    def column_property_models(self) -> list[EntityNames]:
        """The entities whose tables the derived values look into."""
        sources = " ".join(view.source for view in self.column_properties)
        return [
            entity_names(other) for other in self.spec.entities if other != self.name and f"({other}.id" in sources
        ]

    @property
    def answered(self) -> bool:
        """Whether some request answers such a record."""
        return self.reads or self.creates or self.updates or self._is_result

    @property
    def _is_result(self) -> bool:
        operations = self.spec.operations.values()
        return any(self.name == (item.creates.entity if item.creates else item.on) for item in operations)

    @property
    def routed(self) -> bool:
        """Whether there are requests for such records."""
        return self.creates or self.gets

    @property
    def gets(self) -> bool:
        """Whether some request reaches one record."""
        return self.reads or self.updates or self.deletes or bool(self._operations)

    @property
    def _operations(self) -> list[str]:
        return [name for name, operation in self.spec.operations.items() if operation.on == self.name]

    @property
    def schema_names(self) -> list[str]:
        """The bodies and queries that the functions take."""
        found = [f"{self.name}Query"] if self.reads else []
        found += [self.create_class] if self.creates else []
        found += [self.update_class] if self.updates else []
        return list(dict.fromkeys([*found, *(item.body_class for item in self.operations if item.takes)]))

    @property
    def read_names(self) -> list[str]:
        """The bodies of answers."""
        return [f"{self.name}Read", *([f"{self.name}VersionRead"] if self.versioned else [])]

    # Who may do what.

    @property
    def creates(self) -> bool:
        """Whether callers can create records."""
        return access.is_granted(self.spec, self.name, Action.CREATE)

    @property
    def reads(self) -> bool:
        """Whether callers can read records."""
        return access.is_granted(self.spec, self.name, Action.READ)

    @property
    def updates(self) -> bool:
        """Whether callers can change records."""
        return access.is_granted(self.spec, self.name, Action.UPDATE)

    @property
    def deletes(self) -> bool:
        """Whether callers can remove records."""
        return access.is_granted(self.spec, self.name, Action.DELETE)

    def roles(self, action: str) -> list[str]:
        """The roles that may do this, as members of the enumeration."""
        return [access.member(role) for role in access.roles_for(self.spec, self.name, Action(action))]

    def public(self, action: str) -> bool:
        """Whether strangers may do this."""
        return access.is_public(self.spec, self.name, Action(action))

    @cached_property
    def readable(self) -> tuple[access.Branch, ...]:
        """What callers may read, by role; empty when all may read all."""
        return access.readable(self.spec, self.name)

    def audits(self, action: str) -> bool:
        """Whether the action is written to the audit trail."""
        return self.entity.audit is not None and Action(action) in self.entity.audit.actions

    @property
    def audit_roles(self) -> list[str]:
        """The roles that may read the audit trail."""
        wanted = self.entity.audit.visible_to if self.entity.audit else ()
        return [access.member(role) for role in self.spec.roles if role in wanted]

    @property
    def get_takes_caller(self) -> bool:
        """Whether it depends on the caller which records there are."""
        return bool(self.readable)

    @property
    def list_takes_caller(self) -> bool:
        """Whether listing needs the caller."""
        return self.get_takes_caller or self.audits("read")

    read_takes_caller = list_takes_caller

    @property
    def create_takes_caller(self) -> bool:
        """Whether creating needs the caller."""
        return _mentions_caller(self.create_lines) or self.audits("create")

    @property
    def update_takes_caller(self) -> bool:
        """Whether changing needs the caller."""
        return self.get_takes_caller or _mentions_caller(self.update_lines) or self.audits("update")

    @property
    def delete_takes_caller(self) -> bool:
        """Whether removing needs the caller."""
        return self.get_takes_caller or _mentions_caller(self.delete_lines) or self.audits("delete")

    @property
    def create_raises(self) -> list[str]:
        """What creating refuses, for the docstring."""
        return _raises(self.create_lines)

    @property
    def update_raises(self) -> list[str]:
        """What changing refuses beyond the usual, for the docstring."""
        return _raises(self.update_lines)

    @property
    def delete_raises(self) -> list[str]:
        """What removing refuses beyond the usual, for the docstring."""
        return _raises(self.delete_lines)

    # What can be done.

    @cached_property
    def rule_functions(self) -> tuple[RuleFunction, ...]:
        """The functions that hold a record to its rules."""
        return rule_functions(self.spec, self.name)

    @cached_property
    def create_lines(self) -> list[str]:
        """The statements that put a new record together, refuse it or let it pass."""
        given = {item.column: f"body.{item.column}" for item in self.relations}
        for field in self._writable:
            checked = column_default(self.spec, self.name, field.name)
            if checked is None:
                given[field.name] = f"body.{field.name}"
            else:
                call = checked.removeprefix("lambda: ") if checked.startswith("lambda") else f"{checked}()"
                given[field.name] = f"body.{field.name} if body.{field.name} is not None else {call}"
        before, values = assignments(self.spec, self.name, given)
        if self.states is not None:
            values[self.states.field] = repr(self.states.values[0])
        variable = self.names.snake
        made = ", ".join(f"{key}={source}" for key, source in values.items())
        lines = [*before, f"{variable} = {self.name}({made})", *stored_values(self.spec, self.name, variable)]
        lines += self._refusals(Action.CREATE)
        for item in self.relations:
            lines.append(self._referenced(item, variable))
        lines += calls(self.rule_functions, Moment.CREATE, variable)
        return lines

    def _referenced(self, item: RelationView, variable: str) -> str:
        call = f"await require_reference(session, {item.target.name}, {variable}.{item.column})"
        return f"if {variable}.{item.column} is not None:\n        {call}" if item.relation.optional else call

    def _refusals(self, action: Action) -> list[str]:
        """Refuse what the role may do in principle but not to this record."""
        variable = self.names.snake
        lines = []
        for test in access.refused_when(self.spec, self.name, action, Loaded(variable)):
            verb = {Action.CREATE: "create", Action.UPDATE: "change", Action.DELETE: "remove"}[action]
            lines += [f"if {test}:", f'    raise Forbidden("You may not {verb} this {self.names.title}.")']
        return lines

    @cached_property
    def update_lines(self) -> list[str]:
        """The statements that change a record."""
        variable = self.names.snake
        lines = self._refusals(Action.UPDATE)
        for item in self.common_relations:
            lines.append(f"{variable}.{item.column} = body.{item.column}")
            lines.append(self._referenced(item, variable))
        lines += [
            f"{variable}.{field.name} = body.{field.name}"
            for field in self.fields
            if field in self.common or field in self.update_only
        ]
        lines += stored_values(self.spec, self.name, variable)
        return lines + calls(self.rule_functions, Moment.UPDATE, variable)

    @cached_property
    def delete_lines(self) -> list[str]:
        """The statements that stand before removing a record."""
        return [*self._refusals(Action.DELETE), *calls(self.rule_functions, Moment.DELETE, self.names.snake)]

    @cached_property
    def operations(self) -> list[OperationView]:
        """The operations on the entity."""
        return [
            operation_view(self.spec, name)
            for name, operation in self.spec.operations.items()
            if operation.on == self.name
        ]

    @property
    def dependants(self) -> list[str]:
        """The names of the records that keep one of this entity from being removed."""
        return [
            entity_names(source).plural.replace("_", " ")
            for source, entity in self.spec.entities.items()
            for relation in entity.relations.values()
            if relation.to == self.name and relation.on_delete is OnDelete.RESTRICT
        ]

    @property
    def filters(self) -> list[tuple[str, str, str]]:
        """Parameter, type and column of each exact filter."""
        found = []
        for key in self.entity.list.filter:
            if key in self.entity.relations:
                found.append((f"{key}_id", "Id", f"{key}_id"))
            elif self.states is not None and key == self.states.field:
                found.append((key, f"{self.name}State", key))
            else:
                field = FieldView(self.name, key, self.entity.fields[key])
                found.append((key, field.query_type, key))
        return found


def _about(key: str, derived: Derived) -> str:
    if derived.about:
        return derived.about
    words = key.replace("_", " ")
    return f"{words[0].upper()}{words[1:]}."


def _mentions_caller(lines: list[str]) -> bool:
    return any("caller" in line for line in lines if not line.lstrip().startswith("#"))


def _raises(lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    found = {
        "Forbidden: The caller may not do this to it.": "raise Forbidden" in text,
        "Conflict: It refers to a record that is not there.": "require_reference" in text,
        "RuleBroken: A rule stands against it.": "rules.require" in text,
    }
    return [line for line, there in found.items() if there]
