"""Reading an OpenAPI document into a Spec."""

from urllib.parse import urlsplit

from pydantic import ValidationError

from quantumlayer.kit.graphs import reached
from quantumlayer.kit.identifiers import identifier
from quantumlayer.qlayer.parser.errors import BrokenDocumentError
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.openapi.calls import Call, calls
from quantumlayer.qlayer.parser.openapi.document import Document, read_document
from quantumlayer.qlayer.parser.openapi.endpoints import EndpointBook
from quantumlayer.qlayer.parser.openapi.errors import errors_of
from quantumlayer.qlayer.parser.openapi.records import Records
from quantumlayer.qlayer.parser.openapi.refusals import Refusals
from quantumlayer.qlayer.parser.openapi.resources import Resources
from quantumlayer.qlayer.parser.openapi.schemas import plain
from quantumlayer.qlayer.parser.openapi.security import caller, is_guarded
from quantumlayer.qlayer.parser.openapi.shapes import CannotSayError, ShapeBook
from quantumlayer.qlayer.parser.openapi.soundness import sound
from quantumlayer.qlayer.parser.openapi.unrefused import Unrefused
from quantumlayer.spec.interface import Does, Endpoint, Ids, Interface
from quantumlayer.spec.model import Action, Entity, Field, Grant, Note, Role, Service, Spec

_ACTIONS = {
    Does.LIST: Action.READ,
    Does.READ: Action.READ,
    Does.CREATE: Action.CREATE,
    Does.UPDATE: Action.UPDATE,
    Does.PATCH: Action.UPDATE,
    Does.DELETE: Action.DELETE,
}
_CALLER = "user"


def parse_openapi(requirement: Requirement) -> Spec:
    """Read an OpenAPI 3 document.

    What it says becomes entities and an interface; what it has and a Spec cannot say is named in `interface.open`.

    Raises:
        BrokenDocumentError: It cannot be read, or no endpoint of it can be built.
        UnknownDocumentError: It is of another version.
    """
    document = read_document(requirement.text, requirement.name)
    found = calls(document)
    records = Records(document, found, Resources(document, found))
    fields = {name: records.fields(name) for name in records.by_name}
    shapes = ShapeBook(document, records, fields)
    book = EndpointBook(document, found, records, shapes)
    endpoints, left_open, closed = _endpoints(document, found, book)
    role, unmet = caller(document, found)
    if unmet and closed:
        left_open["security"] = unmet
    for name, record in records.by_name.items():
        fields[name] |= {key: held.model_copy(update={"optional": True}) for key, held in record.scopes.items()}
    if not endpoints:
        why = next(iter(left_open.values()), "it has no operation")
        raise BrokenDocumentError(f"{requirement.name} describes no endpoint that can be built", why=why)
    every = Interface(shapes=shapes.shapes, endpoints=endpoints)
    used = every.within(name for one in endpoints.values() for name in (one.takes, one.gives))
    needed = {name: shapes.shapes[name] for name in sorted(used)}
    unrefused = Unrefused(document, records, fields, endpoints)
    interface = Interface(
        base=_base(document),
        errors=errors_of(document, found),
        shapes=unrefused.shapes(needed),
        endpoints=endpoints,
        open=left_open,
    )
    unrefused.cascade()
    alive = _behind(records, interface)
    fields = {name: held for name, held in fields.items() if name in alive}
    texts = {name: Ids.UUID for name in fields if records.by_name[name].text_id}
    interface = interface.model_copy(update={"ids": texts})
    spec = _spec(document, requirement, records, fields, interface, book.unique, closed)
    return sound(spec.model_copy(update={"roles": dict.fromkeys(spec.roles, role)}))


def _endpoints(
    document: Document, found: list[Call], book: EndpointBook
) -> tuple[dict[str, Endpoint], dict[str, str], set[str]]:
    """The endpoints, what is left open, and the endpoints for which callers must prove who they are."""
    endpoints: dict[str, Endpoint] = {}
    left_open: dict[str, str] = {}
    closed: set[str] = set()
    taken: dict[tuple[str, str], str] = {}
    refusals = Refusals(document)
    for call in found:
        try:
            endpoint = book.endpoint(call)
        except CannotSayError as error:
            left_open[call.label] = f"{error}."
            continue
        except ValidationError:
            left_open[call.label] = "it has names or bounds that no endpoint of a service has."
            continue
        place = (endpoint.method, _bare(endpoint.path))
        if place in taken:
            left_open[call.label] = f"{taken[place]} stands on the same path."
            continue
        taken[place] = call.label
        name = book.name(call)
        guarded = is_guarded(document, call)
        endpoints[name] = refusals.complete(call, endpoint, guarded=guarded)
        if guarded:
            closed.add(name)
    refusals.note()
    return endpoints, left_open, closed


def _bare(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _base(document: Document) -> str:
    """The path of the first server."""
    servers = document.root.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = first.get("url") if isinstance(first, dict) else None
    if not isinstance(url, str) or "{" in url:
        return ""
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""
    return path if path.startswith("/") and all(part for part in path.split("/")[1:]) else ""


def _behind(records: Records, interface: Interface) -> set[str]:
    """The entities that some endpoint is about, and those that their records refer to."""
    known = records.by_name
    about = [one.on for one in interface.endpoints.values()]
    about += [shape.of for shape in interface.shapes.values() if shape.of is not None]
    return reached(about, lambda name: [relation.to for relation in known[name].relations.values()])


def _spec(
    document: Document,
    requirement: Requirement,
    records: Records,
    fields: dict[str, dict[str, Field]],
    interface: Interface,
    unique: set[tuple[str, str]],
    closed: set[str],
) -> Spec:
    title = document.mapping("info").get("title")
    title = title if isinstance(title, str) else requirement.name.rpartition(".")[0]
    entities = {}
    for name, held in fields.items():
        known = {key: field.model_copy(update={"unique": (name, key) in unique}) for key, field in held.items()}
        entities[name] = Entity(
            fields=known, relations=records.relations(name), access=_access(interface, name, closed)
        )
    questions = [
        Note(text=f"{label} is left open: {why}", about="interface.open") for label, why in interface.open.items()
    ]
    about = document.mapping("info").get("description")
    return Spec(
        spec=1,
        service=Service(name=_service_name(title), summary=plain(str(about or title))[:200]),
        roles={_CALLER: Role()} if closed else {},
        entities=entities,
        interface=interface,
        assumptions=tuple(Note(text=sentence, about="interface") for sentence in document.notes),
        questions=tuple(questions),
    )


def _service_name(title: str) -> str:
    return "-".join(part for part in identifier(title).split("_") if part)[:60].rstrip("-")


def _access(interface: Interface, entity: str, closed: set[str]) -> tuple[Grant, ...]:
    """Who may do what: strangers where some endpoint lets them, else callers who signed in."""
    public: set[Action] = set()
    guarded: set[Action] = set()
    for name, endpoint in interface.endpoints.items():
        if endpoint.on == entity:
            (guarded if name in closed else public).add(_ACTIONS[endpoint.does])
    for found in (public, guarded):  # who changes a record must reach it; nothing shows it where no endpoint does
        if found & {Action.UPDATE, Action.DELETE}:
            found.add(Action.READ)
    grants = []
    if public:
        grants.append(Grant(who=("anyone",), may=tuple(action for action in Action if action in public)))
    if guarded - public:
        grants.append(Grant(who=(_CALLER,), may=tuple(action for action in Action if action in guarded - public)))
    return tuple(grants)
