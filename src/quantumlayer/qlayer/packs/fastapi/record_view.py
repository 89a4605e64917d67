"""What an entity's record is, in the words of the target: its columns, its derived values, its bodies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.aggregates import touches_relations
from quantumlayer.qlayer.packs.fastapi.askers import Asked, asked
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.contract.relationships import RelationshipView, relationships
from quantumlayer.qlayer.packs.fastapi.fields import FieldView, one_of, python_type, quoted, read_type
from quantumlayer.qlayer.packs.fastapi.files import file_views
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.records import column_default
from quantumlayer.qlayer.packs.fastapi.roots import Loaded
from quantumlayer.qlayer.packs.fastapi.rules import Exclusion, exclusions
from quantumlayer.qlayer.packs.fastapi.sql import Sql
from quantumlayer.qlayer.packs.fastapi.uniques import UniqueIndex, unique_indexes
from quantumlayer.spec.askers import asker_values
from quantumlayer.spec.cel import Checked, Scope, compile_cel
from quantumlayer.spec.model import Derived, Entity, Field, OnDelete, Proof, Relation, RelationKind, Spec
from quantumlayer.spec.naming import EntityNames, entity_names, link_ids, route_name
from quantumlayer.spec.style import contract_of

# What the class's own body calls to work out values in the database.
_SQL_WORDS = frozenset(
    [
        "and_",
        "case",
        "column_property",
        "exists",
        "false",
        "func",
        "not_",
        "or_",
        "select",
        "true",
        "type_coerce",
    ]
)


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
class LinkView:
    """A relation to many records, kept in a table of its own."""

    owner: EntityNames
    name: str
    relation: Relation
    target: EntityNames

    @property
    def table(self) -> str:
        """The table of the links."""
        return f"{self.owner.table}_{self.name}"

    @property
    def columns(self) -> tuple[str, str]:
        """The columns for the two sides."""
        here, there = f"{self.owner.table}_id", f"{self.target.table}_id"
        return here, there if there != here else f"{singular(self.name)}_id"

    @property
    def ids(self) -> str:
        """What bodies call the ids of the other side."""
        return link_ids(self.name)

    @property
    def written(self) -> str:
        """The type of the ids in the bodies of requests, with what they are if left out."""
        least, most = self.relation.min, self.relation.max
        if most is None:
            return f"References = Field(min_length={least})" if least else "References = ()"
        sizes = f"min_length={least}, max_length={most}" if least else f"max_length={most}"
        kind = f'Annotated[tuple[Reference, ...], Field({sizes}, json_schema_extra={{"uniqueItems": True}}), Once]'
        return kind if least else f"{kind} = ()"


@dataclass(frozen=True, slots=True)
class DerivedView:
    """A derived value: a property over the record's columns, or a value that the database works out.

    One that is `asked` for is worked out for each caller, when records are answered.
    """

    name: str
    derived: Derived
    python: str
    source: str
    about: str
    related: bool
    tables: frozenset[str]
    asked: bool = False

    @property
    def read_type(self) -> str:
        """The type in a response body."""
        base = read_type(self.derived.type)
        return f"{base} | None" if self.derived.optional else base


class RecordView:
    """An entity as a record: its table, its bodies."""

    def __init__(self, spec: Spec, name: str) -> None:
        self.spec = spec
        self.name = name
        self.names = entity_names(name)
        self.entity: Entity = spec.entities[name]
        self.fields = [FieldView(name, key, field) for key, field in self.entity.values.items()]
        self.files = file_views(spec, name)
        self.relations = [
            RelationView(key, relation, entity_names(relation.to)) for key, relation in self.entity.references.items()
        ]
        self.states = self.entity.states
        # Callers with keys get them from the command line, not with the record.
        own = ((key, role) for key, role in spec.roles.items() if role.record == name)
        self.role = next((key for key, role in own if role.proves is Proof.PASSWORD), None)

    # What the record is.

    @property
    def about(self) -> str:
        """One sentence for the class."""
        article = "An" if self.names.title[0] in "aeiou" else "A"
        return self.entity.about or f"{article} {self.names.title}."

    def default(self, field: FieldView) -> str | None:
        """The default of a column: a constant, or a callable that asks the clock."""
        found = field.literal_default or column_default(self.spec, self.name, field.name)
        return f"lambda: {found}()" if found in self.members else found

    @cached_property
    def members(self) -> frozenset[str]:
        """The names that the class's own body gives a meaning of its own."""
        columns = [*(item.column for item in self.relations), *self.entity.links]
        return frozenset([*self.entity.fields, *self.entity.derived, *columns])

    def derived_view(self, key: str, derived: Derived) -> DerivedView:
        """A derived value in the words of the target.

        Raises:
            UnsupportedError: It cannot be written.
        """
        if key in asker_values(self.entity):
            about = _about(key, derived)
            return DerivedView(
                key, derived, python_type(derived), "", about, related=False, tables=frozenset(), asked=True
            )
        checked = compile_cel(derived.cel, Scope.for_derived(self.spec, self.name))
        related = touches_relations(checked)
        if related and not derived.stored:
            source, tables = self._queried(checked, derived, Columns(self.name, bare=True))
            if clash := self.members & _SQL_WORDS:
                message = f"a value worked out by the database beside one called `{min(clash)}`"
                raise UnsupportedError(message)
        else:
            source, tables = Python(checked, {"this": Loaded("self")}).value(derived.type), frozenset()
        return DerivedView(key, derived, python_type(derived), source, _about(key, derived), related, tables)

    def outside(self, view: DerivedView) -> DerivedView:
        """A value that the database works out, as it is written outside of the class's own body."""
        checked = compile_cel(view.derived.cel, Scope.for_derived(self.spec, self.name))
        return replace(view, source=self._queried(checked, view.derived, Columns(self.name))[0])

    def _queried(self, checked: Checked, derived: Derived, this: Columns) -> tuple[str, frozenset[str]]:
        """The source of the query for a value, and the entities whose tables it looks into."""
        writer = Sql(self.spec, checked, {"this": this}, {}, deferred=True)
        return writer.value(derived.type).text, frozenset(writer.tables)

    @cached_property
    def computed(self) -> dict[str, DerivedView]:
        """The derived values that are not kept."""
        derived = self.entity.derived.items()
        return {key: self.derived_view(key, item) for key, item in derived if not item.stored}

    @property
    def properties(self) -> list[DerivedView]:
        """Derived values over the record's own columns."""
        return [view for view in self.computed.values() if not (view.related or view.asked)]

    @cached_property
    def column_properties(self) -> list[DerivedView]:
        """Derived values that the database works out."""
        return [view for view in self.computed.values() if view.related]

    @cached_property
    def asked(self) -> Asked | None:
        """What of the records depends on who asks."""
        return asked(self.spec, self.name)

    @property
    def stored(self) -> list[FieldView]:
        """Derived values that are kept as columns."""
        return [
            FieldView(self.name, key, Field(type=derived.type, optional=derived.optional))
            for key, derived in self.entity.derived.items()
            if derived.stored
        ]

    @property
    def relationships(self) -> list[RelationshipView]:
        """What of other records is read with this one."""
        interface = contract_of(self.spec)
        return relationships(self.spec, interface, self.name) if interface is not None else []

    @property
    def relationship_models(self) -> list[EntityNames]:
        """The other entities that the relationships lead to."""
        ways = [*(way.target for way in self.relationships), *(link.target for link in self.links)]
        targets = {target.name: target for target in ways if target.name != self.name}
        return [targets[name] for name in sorted(targets)]

    @property
    def links(self) -> list[LinkView]:
        """The relations to many."""
        links = self.entity.links.items()
        return [LinkView(self.names, key, relation, entity_names(relation.to)) for key, relation in links]

    @property
    def checks(self) -> list[tuple[str, str]]:
        """Name and SQL of the conditions that the database holds."""
        found = [(field.name, field.check) for field in self.fields if field.check is not None]
        if self.entity.key is not None and self.taken_keys:
            listed = ", ".join(f"'{route}'" for route in self.taken_keys)
            found.append((self.entity.key, f"{quoted(self.entity.key)} NOT IN ({listed})"))
        if self.states is not None:
            found.append((self.states.field, one_of(quoted(self.states.field), self.states.values)))
        return found

    @property
    def _query_routes(self) -> list[str]:
        return [route_name(name) for name, query in self.spec.queries.items() if query.of == self.name]

    @property
    def taken_keys(self) -> list[str]:
        """The keys that no record can have: the paths of queries."""
        return [] if self.entity.key is None else self._query_routes

    @property
    def key(self) -> FieldView | None:
        """The field that stands for the id in paths."""
        return next((field for field in self.fields if field.name == self.entity.key), None)

    @property
    def segment(self) -> str:
        """What stands for one record in a path; beside queries only a number does, so that each keeps to its path."""
        if self.key is not None:
            return f"{self.names.snake}_{self.key.name}"
        return f"{self.names.snake}_id{':int' if self._query_routes else ''}"

    @cached_property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """The exclusion constraints of the table."""
        return exclusions(self.spec, self.name)

    @cached_property
    def unique_indexes(self) -> tuple[UniqueIndex, ...]:
        """The unique indexes of the table."""
        return unique_indexes(self.spec, self.name)

    @cached_property
    def versioned(self) -> list[FieldView]:
        """The fields whose earlier values are kept."""
        return [field for field in self.fields if field.name in self.entity.versioned]

    # What callers write and read.

    @cached_property
    def _writable(self) -> list[FieldView]:
        return [field for field in self.fields if not field.field.read_only]

    @cached_property
    def common(self) -> list[FieldView]:
        """Fields that creating and changing take alike."""
        return [field for field in self._writable if not field.field.immutable and (field.field.default is None)]

    @cached_property
    def create_only(self) -> list[FieldView]:
        """Fields that creating takes in its own way: set once, or with a default."""
        return [field for field in self._writable if field not in self.common]

    @property
    def update_only(self) -> list[FieldView]:
        """Fields that changing must name although creating need not."""
        return [field for field in self.create_only if not field.field.immutable]

    @property
    def given_relations(self) -> list[RelationView]:
        """Relations that callers give."""
        return [item for item in self.relations if not item.relation.read_only]

    @property
    def given_links(self) -> list[LinkView]:
        """Relations to many that callers give."""
        return [item for item in self.links if not item.relation.read_only]

    @property
    def create_relations(self) -> list[RelationView]:
        """Relations that only creating takes."""
        return [item for item in self.given_relations if not item.relation.reassignable]

    @property
    def common_relations(self) -> list[RelationView]:
        """Relations that creating and changing take alike."""
        return [item for item in self.given_relations if item.relation.reassignable]

    @property
    def create_links(self) -> list[LinkView]:
        """Relations to many that only creating takes."""
        return [item for item in self.given_links if not item.relation.reassignable]

    @property
    def common_links(self) -> list[LinkView]:
        """Relations to many that creating and changing take alike."""
        return [item for item in self.given_links if item.relation.reassignable]

    @property
    def aliases(self) -> list[FieldView]:
        """Fields whose type needs a name of its own."""
        return [field for field in self.fields if field.alias is not None]

    @property
    def same_body(self) -> bool:
        """Whether creating and changing take the same body."""
        return not (self.create_only or self.create_relations or self.create_links or self.role)

    @property
    def create_class(self) -> str:
        """The body of a create request."""
        return f"{self.name}Write" if self.same_body else f"{self.name}Create"

    @property
    def hidden(self) -> dict[str, tuple[str, ...]]:
        """The roles that see a field or derived value, where not everybody does."""
        parts: dict[str, Field | Derived] = {**self.entity.fields, **self.entity.derived}
        return {key: tuple(map(access.member, part.visible_to)) for key, part in parts.items() if part.visible_to}

    def shown(self, variable: str, allowed: Sequence[str], *, visiting: bool = False) -> str:
        """The source of the response body for a record, given to callers of these roles or `visiting` strangers."""
        if not self.hidden:
            return f"{self.name}Read.model_validate({variable})"
        role = "caller.role" if allowed else "caller.role if caller else None" if visiting else "None"
        return f"{self.name}Read.shown_to({role}, {variable})"

    @property
    def column_property_tables(self) -> list[str]:
        """The entities whose tables the derived values look into."""
        wanted = frozenset[str]().union(*(view.tables for view in self.column_properties))
        return [other for other in self.spec.entities if other in wanted]


def _about(key: str, derived: Derived) -> str:
    if derived.about:
        return derived.about
    words = key.replace("_", " ")
    return f"{words[0].upper()}{words[1:]}."
