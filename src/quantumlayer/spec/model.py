"""The Spec as typed values.

These classes are the grammar of `spec.yaml`: what a key means stands beside the key, and the published JSON Schema is
made from them. What one class cannot know (that a relation's target exists, that an expression has a type) is judged
by `quantumlayer.spec.validate`.

Names follow the YAML. Expressions are CEL text; `quantumlayer.spec.cel` gives them types.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic import Field as Key

from quantumlayer.spec.answers import Answer
from quantumlayer.spec.base import (
    LONGEST,
    Cel,
    Computed,
    EntityName,
    Field,
    FieldType,
    Literal_,
    Name,
    Names,
    Node,
    Orders,
)
from quantumlayer.spec.effects import INPUT_TAGS, Creation, Effect, Input, Job, Reference, Requirement, Rows
from quantumlayer.spec.interface import Interface
from quantumlayer.spec.reports import Report
from quantumlayer.spec.roles import KEY_HEADER, Proof, Role
from quantumlayer.spec.webhooks import Webhook

__all__ = [
    "INPUT_TAGS",
    "KEY_HEADER",
    "LONGEST",
    "Answer",
    "Cel",
    "Computed",
    "Creation",
    "Effect",
    "EntityName",
    "Field",
    "FieldType",
    "Job",
    "Literal_",
    "Name",
    "Names",
    "Node",
    "Proof",
    "Reference",
    "Report",
    "Requirement",
    "Role",
    "Rows",
    "Webhook",
]


def _empty(value: object) -> object:
    """A key without a value (`librarian:`) stands for an empty mapping."""
    return {} if value is None else value


class RelationKind(StrEnum):
    """How many records refer to how many: many to one, one to one, or many to many."""

    MANY_TO_ONE = "many_to_one"
    ONE_TO_ONE = "one_to_one"
    MANY_TO_MANY = "many_to_many"


class OnDelete(StrEnum):
    """What deleting the target does: refuse, delete this record too, or clear the relation."""

    RESTRICT = "restrict"
    CASCADE = "cascade"
    SET_NULL = "set_null"


class Relation(Node):
    """A reference from this entity to another.

    `back` names the way back on the target: a collection, by default the plural of this entity (`loans`), or for
    one-to-one a record, by default its singular. A relation is immutable unless `reassignable`. The links of a relation
    to many go with either record; it holds `min` to `max` records, and one that cannot be spared is not deleted. With
    `read_only` no caller gives it: operations do. `acyclic` ones make a tree of one entity: followed on and on, none
    leads back to the record where it began.
    """

    to: EntityName
    about: str = ""
    kind: RelationKind = RelationKind.MANY_TO_ONE
    back: Name | None = None
    on_delete: OnDelete = OnDelete.RESTRICT
    optional: bool = False
    reassignable: bool = False
    acyclic: bool = False
    read_only: bool = False
    min: Annotated[int, Key(ge=1, le=1000)] | None = None
    max: Annotated[int, Key(ge=1, le=1000)] | None = None

    @property
    def required(self) -> bool:
        """Whether no record can be without it."""
        return self.min is not None if self.kind is RelationKind.MANY_TO_MANY else not self.optional


class Example(Node):
    """A record with the `given` values must show the `then` values, on the day `today` where `today()` matters."""

    given: dict[Name, Literal_ | None]
    then: dict[Name, Literal_ | None]
    today: date | None = None


class Derived(Node):
    """A value worked out from the record, its relations or the clock, and for who asks where it speaks of `caller`.

    `stored` ones are kept in the database and refreshed on every write, so that constraints can use them; they may
    read the record's own fields only.
    """

    type: FieldType
    cel: Cel
    about: str = ""
    stored: bool = False
    optional: bool = False
    visible_to: Names = ()
    examples: tuple[Example, ...] = ()


class States(Node):
    """The life of a record: the field that holds its state and the states, the first being where it begins."""

    field: Name = "status"
    values: Annotated[tuple[Name, ...], Key(min_length=2)]


class Moment(StrEnum):
    """When a rule is judged."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class NoOverlap(Node):
    """No two records `per` the same relation overlap in time, those aside for which `when` is false.

    `start` and `end` name datetime values of the record (fields or stored derived ones); the end is exclusive.
    """

    per: Name
    start: Name
    end: Name
    when: Cel | None = None


class Unique(Node):
    """No two records have the same values `of` these fields and relations, those aside for which `when` is false.

    A record that lacks one of the values is like no other.
    """

    of: Annotated[Names, Key(min_length=1)]
    when: Cel | None = None


class Rule(Node):
    """What must hold for a record of the entity, and what a caller is told when it would not.

    One of `cel`, an expression over `this` and `caller`, `no_overlap` and `unique`. With `on: [update]` a `cel` rule
    judges a caller's update, not an operation, which says for itself what it `requires`; with `on: [create]` it judges
    a record that an operation creates too. `no_overlap` and `unique` hold whoever writes.
    """

    cel: Cel | None = None
    no_overlap: NoOverlap | None = None
    unique: Unique | None = None
    else_: str = Key(alias="else", min_length=1)
    on: tuple[Moment, ...] = (Moment.CREATE, Moment.UPDATE)
    about: str = ""


class Action(StrEnum):
    """What a caller may do with records: `read` covers one record and the list."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"


class Grant(Node):
    """Who may do what, for the records for which `when` holds. `anyone` means without signing in."""

    who: Names
    may: Annotated[tuple[Action, ...], Key(min_length=1)]
    when: Cel | None = None
    about: str = ""


class Listing(Node):
    """How the list of records is asked for: text `search` over fields, exact `filter`s, and orders to `sort` by.

    `range` names values that are asked for by their least and their most (`price_min`, `price_max`). `order` is the
    order where none is asked for, `-` before what goes down, and `page` the number of records where none is asked for.
    """

    search: Names = ()
    filter: Names = ()
    range: Names = ()
    sort: Names = ()
    order: Orders = ()
    page: Annotated[int, Key(ge=1, le=100)] = 20


class Audit(Node):
    """Which actions on a record are written to its audit trail, and the roles that may read the trail."""

    actions: Annotated[tuple[Action, ...], Key(min_length=1)]
    visible_to: Names


class Entity(Node):
    """A kind of record that the service keeps.

    `key` names the unique field that stands for the id in paths (`/articles/{slug}`); ids stay what relations hold.
    `versioned` fields keep every earlier value, readable as the record's versions.
    """

    about: str = ""
    key: Name | None = None
    fields: dict[Name, Field] = {}
    relations: dict[Name, Relation] = {}
    derived: dict[Name, Derived] = {}
    states: States | None = None
    rules: dict[Name, Rule] = {}
    access: tuple[Grant, ...] = ()
    list: Listing = Listing()
    versioned: Names = ()
    audit: Audit | None = None

    @property
    def files(self) -> dict[str, Field]:
        """The fields that hold files."""
        return {key: item for key, item in self.fields.items() if item.is_file}

    @property
    def values(self) -> dict[str, Field]:
        """The fields that hold plain values, in a record's JSON and in its table."""
        return {key: item for key, item in self.fields.items() if not item.is_file}

    @property
    def references(self) -> dict[str, Relation]:
        """The relations to one record."""
        return {key: one for key, one in self.relations.items() if one.kind is not RelationKind.MANY_TO_MANY}

    @property
    def links(self) -> dict[str, Relation]:
        """The relations to many records."""
        return {key: one for key, one in self.relations.items() if one.kind is RelationKind.MANY_TO_MANY}

    @property
    def needed_links(self) -> dict[str, int]:
        """The relations to many that must hold some records, and how many at least."""
        return {key: one.min for key, one in self.links.items() if one.min is not None}


class Operation(Node):
    """Something callers do to one record beyond create, read, update and delete.

    It reaches only records its caller may read. In order: the state must be one of `from`, every requirement must
    hold, then `sets` changes the record, `to` moves it, `creates` makes another, `also` does what it does to other
    records and `sends` tells other systems. It answers the created record if there is one, else the changed record.
    """

    on: EntityName
    by: Names
    about: str = ""
    takes: dict[Name, Input] = {}
    from_: Names = Key(default=(), alias="from")
    to: Name | None = None
    requires: dict[Name, Requirement] = {}
    sets: dict[Name, Cel] = {}
    creates: Creation | None = None
    also: dict[Name, Effect] = {}
    sends: Names = ()

    @property
    def inputs(self) -> dict[str, Field]:
        """The values that callers give."""
        return {key: one for key, one in self.takes.items() if isinstance(one, Field)}

    @property
    def references(self) -> dict[str, Reference]:
        """The records that callers name."""
        return {key: one for key, one in self.takes.items() if isinstance(one, Reference)}

    @property
    def rows(self) -> dict[str, Rows]:
        """The lists of rows that callers give."""
        return {key: one for key, one in self.takes.items() if isinstance(one, Rows)}


class Query(Node):
    """A list with a name of its own: the records for which `where` holds, of those that its caller may read.

    `where` is an expression over `this`, `caller` and `takes`, which callers give as parameters. `by: anyone` is for
    those who did not sign in, too. Where it has no `order`, the order of the entity's list counts.
    """

    of: EntityName
    by: Names
    about: str = ""
    takes: dict[Name, Field] = {}
    where: Cel
    order: Orders = ()


class Metric(StrEnum):
    """What a quality target measures."""

    LATENCY = "latency"
    AVAILABILITY = "availability"
    THROUGHPUT = "throughput"
    RETENTION = "retention"


class Quality(Node):
    """A target that operation measures, not a build: `target` with its unit (`100 ms`, `99.9 %`)."""

    metric: Metric
    target: str
    about: str = ""


class Note(Node):
    """Something decided without being told, or to be answered, about the element at the address `about`."""

    text: str
    about: str = ""
    proposed: str = ""


class Source(Node):
    """A sentence of a requirement and the elements that came from it, each with how sure the reader is (0 to 1).

    `start` and `end` are character offsets in `file`, the end exclusive.
    """

    quote: str
    file: str = ""
    start: Annotated[int, Key(ge=0)] = 0
    end: Annotated[int, Key(ge=0)] = 0
    elements: dict[str, Annotated[float, Key(ge=0, le=1)]] = {}


class Service(Node):
    """What the service is called; `timezone` is the IANA name that `today()` and hours of the day go by."""

    name: Annotated[str, Key(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
    summary: str = ""
    timezone: str = "UTC"


class Spec(Node):
    """One service, whole."""

    spec: Literal[1]
    service: Service
    roles: dict[Name, Annotated[Role, BeforeValidator(_empty)]] = {}
    entities: Annotated[dict[EntityName, Entity], Key(min_length=1)]
    operations: dict[Name, Operation] = {}
    queries: dict[Name, Query] = {}
    reports: dict[Name, Report] = {}
    jobs: dict[Name, Job] = {}
    webhooks: dict[Name, Webhook] = {}
    interface: Interface | None = None
    quality: dict[Name, Quality] = {}
    assumptions: tuple[Note, ...] = ()
    questions: tuple[Note, ...] = ()
    answers: tuple[Answer, ...] = ()
    trace: tuple[Source, ...] = ()
