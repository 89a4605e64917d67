"""How a service's API looks where a contract says so: the shapes of its bodies and its endpoints.

A Spec without endpoints gets the API that the pack thinks best, in the style that the interface asks for. With them,
callers meet exactly these.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field as Key

from quantumlayer.kit.graphs import reached
from quantumlayer.spec.base import EntityName, Field, Name, Node

JsonName = Annotated[str, Key(pattern=r"^[^\x00-\x1f\x7f{}]{1,100}$")]
ShapeName = Annotated[str, Key(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,99}$")]
Path = Annotated[str, Key(pattern=r"^(/[A-Za-z0-9._~{}-]+)+/?$", max_length=300)]
Status = Annotated[int, Key(ge=200, le=599)]
JsonMedia = Annotated[str, Key(pattern=r"^[a-z]+/([a-z0-9._-]+\+)*json$", max_length=100)]


class Member(Node):
    """One property of a JSON object.

    `is` names what it shows of the record: a field, a derived value, the state, `id`, `created_at`, a relation, or a
    way back to many. A relation without `shape` is written as the id of its record. `this` is the record itself, for an
    envelope; of a page `is` names `items`, `total`, `page`, `size`, `pages`, `limit` or `offset`. A member without `is`
    belongs to a structure, a shape of no entity, and `field` says what it holds; in a view of a record it is
    `write_only`: what callers write there is held to `field`, and kept nowhere.

    `shape` is the object that stands there, `many` an array of it or of plain values, each once where it says
    `unique_items`, and `keyed` an object of them by names that callers choose. `field` narrows what callers may write,
    where the contract is narrower than the entity. An `optional` member may be left out, a `nullable` one may be null.
    `read_only` members are never taken from callers, `write_only` ones never shown. A related record that is not there
    is refused, unless the member says `upsert`: then one with these values is found or made. A member that `shows` a
    value has it in every answer, and nothing of a record is behind it.
    """

    is_: str | None = Key(default=None, alias="is")
    shape: ShapeName | None = None
    many: bool = False
    keyed: bool = False
    field: Field | None = None
    min_items: Annotated[int, Key(ge=0)] = 0
    max_items: Annotated[int, Key(ge=0)] | None = None
    unique_items: bool = False
    optional: bool = False
    nullable: bool = False
    read_only: bool = False
    write_only: bool = False
    upsert: bool = False
    shows: bool | int | str | list[Any] | dict[str, Any] | None = None
    about: str = ""

    @property
    def says_always(self) -> bool:
        """Whether every answer has the same value there."""
        return "shows" in self.model_fields_set


class Shape(Node):
    """A JSON object as callers see it: a view `of` an entity's record, a `page` of such records, or a structure.

    An envelope is a view with a member that `is: this`; what is in it may be another envelope, or a page. In a page
    such a member is an object in which the page tells of itself, another page without items.

    `open` shapes let other members pass: views of a record drop them, structures keep them.
    """

    of: EntityName | None = None
    page: bool = False
    open: bool = False
    about: str = ""
    members: dict[JsonName, Member] = {}


class Does(StrEnum):
    """What an endpoint does with the records of an entity.

    `update` replaces every value that its shape has, `patch` those that are given.
    """

    LIST = "list"
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    PATCH = "patch"
    DELETE = "delete"


class Part(StrEnum):
    """What a parameter is for: to say which records are meant, or which part of a list is given out."""

    FILTER = "filter"
    PAGE = "page"
    SIZE = "size"
    LIMIT = "limit"
    OFFSET = "offset"
    SORT = "sort"
    IGNORED = "ignored"


class Parameter(Node):
    """A parameter of the path, of the query, or a header.

    `is` names what it says of the records: `id`, a field, a relation, or a field or relation of a related record
    (`pet.owner`). `field` says what it may be. `part` tells the parameters of a list that say which part of it is
    wanted; the first page has the number `first`. `ignored` ones are checked and change nothing.
    """

    is_: str | None = Key(default=None, alias="is")
    in_: Literal["path", "query", "header"] = Key(default="query", alias="in")
    part: Part = Part.FILTER
    first: Literal[0, 1] = 0
    optional: bool = False
    many: bool = False
    unique_items: bool = False
    field: Field
    about: str = ""


_NOT_FOUND = 404
NEAREST = {
    400: (422, 404),
    401: (403,),
    403: (401, 404),
    404: (409, 422, 400),
    409: (422, 400),
    422: (400, 404),
    503: (500,),
}
"""What is answered where a contract has no status for a refusal, the nearest first."""


class Endpoint(Node):
    """A method on a path, what it does, and what it answers.

    `takes` and `gives` are shapes; with `many` it gives an array of them. `status` is the answer when it went well,
    `errors` are those it answers otherwise: where they have no status for a refusal, the nearest of them is answered.
    `media` is the media type of the answer, JSON by whatever name.
    """

    method: Literal["get", "post", "put", "patch", "delete"]
    path: Path
    does: Does
    on: EntityName
    about: str = ""
    parameters: dict[JsonName, Parameter] = {}
    takes: ShapeName | None = None
    gives: ShapeName | None = None
    many: bool = False
    media: JsonMedia = "application/json"
    status: Status = 200
    errors: tuple[Status, ...] = ()

    @property
    def knows_parents(self) -> bool:
        """Whether a path to what is not there is refused; a list without 404 is empty then."""
        return self.does is not Does.LIST or _NOT_FOUND in self.errors

    def refusal(self, status: int) -> int | None:
        """The status of a refusal, or the nearest that the contract has; None where it has nothing like it."""
        return next((near for near in (status, *NEAREST.get(status, ())) if near in self.errors), None)


class Ids(StrEnum):
    """What the ids of records are where they are no numbers: UUIDs in order of time (RFC 9562, version 7), as text."""

    UUID = "uuid"


class ErrorPart(StrEnum):
    """What a member of an error's body holds.

    `kind` is a URI of the kind of error, `title` the name of the status, `code` a short word for it, `detail` a
    sentence, `now` the instant, `path` what was asked for, `faults` what is wrong with each value of the request, and
    `place` of such a fault is where it is, as a list of steps.
    """

    KIND = "kind"
    TITLE = "title"
    STATUS = "status"
    CODE = "code"
    DETAIL = "detail"
    NOW = "now"
    PATH = "path"
    FAULTS = "faults"
    PLACE = "place"


class Errors(Node):
    """The body of every answer that is not a success: its members, inside `within` where the contract nests them.

    `fault` are the members of one item of `faults`: `detail` says what is wrong, `path` where.
    """

    members: dict[JsonName, ErrorPart]
    fault: dict[JsonName, ErrorPart] = {}
    within: JsonName | None = None
    media: JsonMedia = "application/json"


class Naming(StrEnum):
    """How JSON keys, query parameters, the words to sort by and the pointers of errors are written."""

    SNAKE = "snake"
    CAMEL = "camel"


class Envelope(StrEnum):
    """What stands around a record.

    With `data` a record is answered as `{"data": {...}}`, and a list holds its records as `data`. With `name` a record
    stands under its name, `{"article": {...}}`, in requests that make or change it, too, and a list holds `articles`.
    """

    NONE = "none"
    DATA = "data"
    NAME = "name"


class Interface(Node):
    """How the API looks: its style, or all of it as a contract has it. `base` stands before every path.

    `naming` and `envelope` are the style of the API that the pack makes. With `endpoints` callers meet these instead,
    and shapes say how their bodies look. `ids` names the entities whose ids are no numbers. `open` names what the
    contract has and this Spec cannot say (`GET /oops`), each with the reason.
    """

    base: Annotated[str, Key(pattern=r"^((/[A-Za-z0-9._~-]+)+)?$", max_length=200)] = ""
    naming: Naming = Naming.SNAKE
    envelope: Envelope = Envelope.NONE
    errors: Errors | None = None
    ids: dict[EntityName, Ids] = {}
    shapes: dict[ShapeName, Shape] = {}
    endpoints: dict[Name, Endpoint] = {}
    open: dict[str, str] = {}

    @property
    def is_contract(self) -> bool:
        """Whether it says each endpoint, so that the service has none beside them."""
        return bool(self.endpoints or self.shapes or self.errors or self.open)

    def unwrapped(self, name: str) -> tuple[tuple[str, ...], str]:
        """The members that lead through the envelopes of a shape, from the outside, and the shape in the last one."""
        way: list[str] = []
        seen = {name}
        while (found := self._wrapped(name)) is not None and found[1] not in seen:
            way.append(found[0])
            name = found[1]
            seen.add(name)
        return tuple(way), name

    def _wrapped(self, name: str) -> tuple[str, str] | None:
        """The member of an envelope that is the record, and its shape."""
        shape = self.shapes.get(name)
        members = shape.members.items() if shape is not None and not shape.page else ()
        return next(((json, one.shape) for json, one in members if one.is_ == "this" and one.shape), None)

    def within(self, names: Iterable[str | None], skip: Callable[[Member], bool] = lambda _: False) -> set[str]:
        """These shapes, and those inside them but for members to skip."""

        def inner(name: str) -> list[str]:
            members = self.shapes[name].members.values()
            return [one.shape for one in members if one.shape in self.shapes and not skip(one)]

        return reached((name for name in names if name in self.shapes), inner)

    def lists(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint answers many records: an array, or a page."""
        if endpoint.many or endpoint.gives is None:
            return endpoint.many
        shape = self.shapes.get(self.unwrapped(endpoint.gives)[1])
        return shape is not None and shape.page and any(one.is_ == "items" for one in shape.members.values())
