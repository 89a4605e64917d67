"""Every name that generated code derives from a Spec, in one place."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from quantumlayer.kit.identifiers import identifier, plural, safe, singular, words
from quantumlayer.spec.interface import Does
from quantumlayer.spec.model import Relation, RelationKind, Spec
from quantumlayer.spec.remember import remembered
from quantumlayer.spec.style import contract_of

# What every service has of its own: packages and modules beside those of the entities, variables of its functions,
# and pages.
_MODULES = frozenset(
    {
        "accounts", "app", "audit", "body_limit", "clock", "database", "file_storage", "free_names", "health",
        "listing", "observability", "preconditions", "problems", "references", "schemas", "security_headers", "seeds",
        "settings",
    }
)  # fmt: skip
_VARIABLES = frozenset(
    {
        "between", "body", "caller", "codes", "contains", "equals", "exists", "false", "filtered", "func", "get_args",
        "if_match", "items", "lock", "now", "ordered", "page", "query", "ranked", "response", "roles", "router",
        "rules", "select", "service", "session", "slugs", "statement", "status", "today", "total", "true",
    }
)  # fmt: skip
# What a service is run and tested with, and the folders beside its package.
_PACKAGES = frozenset(
    {
        "aiosqlite", "alembic", "annotated_types", "anyio", "app", "argon2", "asyncpg", "certifi", "click", "coverage",
        "cryptography", "fastapi", "google", "greenlet", "h11", "httpcore", "httpx", "hypothesis", "idna", "jwt",
        "mako", "markupsafe", "migrations", "multipart", "mypy", "opentelemetry", "packaging", "pip", "pluggy",
        "prometheus_client", "pydantic", "pydantic_core", "pydantic_settings", "pygments", "pytest", "requests", "ruff",
        "setuptools", "sqlalchemy", "src", "starlette", "structlog", "tests", "time_machine", "urllib3", "uvicorn",
    }
)  # fmt: skip
_PATHS = frozenset({"auth", "docs", "health", "metrics", "redoc"})
_FUNCTIONS = frozenset(
    {
        "add_months", "aliased", "allow", "case", "day_at_execution", "days_between", "file_response", "free_name",
        "get_file_store", "keep_file", "lock_all", "lock_shared", "lock_tree", "new_account", "new_code", "readable",
        "receive_file", "record_action", "remove_unheld", "require_match", "require_readable", "require_reference",
        "require_tree", "responses", "rounded", "set_etag", "time_of_day", "unused_name", "webhooks",
    }
)  # fmt: skip

CLASSES = frozenset(
    {
        "Any", "AuditEntry", "AuditEntryRead", "Base", "BigInteger", "Boolean", "Caller", "CheckConstraint", "Decimal",
        "Double", "FileLimits",
        "FileResponse", "FileStore", "ForeignKey",
        "Index", "KeptRows", "RefusedRow",
        "JSON", "Literal", "Mapped", "NewAccount", "NotFound", "Numeric", "ReceivedFile", "Record", "Role", "Self",
        "StoredFile", "String", "Text",
        "UniqueConstraint",
    }
)  # fmt: skip
"""Classes that every service has of its own beside those of the entities."""

TABLES = frozenset({"audit_entry", "auth_account"})
"""Tables that every service has of its own."""

SUFFIXES = ("Create", "Query", "Read", "State", "Update", "Version", "VersionRead", "Write")
"""What the name of an entity ends with in the classes that are made for it beside its own."""


@dataclass(frozen=True, slots=True)
class EntityNames:
    """The names of one entity.

    Args:
        name: Class name, as the Spec writes it: `VisitNote`.
        snake: Variable of one record: `visit_note`; never a keyword or a builtin (`class_`).
        plural: Variable of several records: `visit_notes`; never the same as `snake`.
        module: Python module or package: `visit_notes`.
        table: SQL table: `visit_note`. May be a reserved word of SQL, so whoever writes SQL quotes it.
        path: Segment of a URL: `visit-notes`.
        title: Words for a sentence: `visit note`.
    """

    name: str
    snake: str
    plural: str
    module: str
    table: str
    path: str
    title: str

    @property
    def collection(self) -> str:
        """What a list of such records is called in files of seeds: `visit_notes`."""
        return self.module


@cache
def entity_names(entity_name: str) -> EntityNames:
    """The names of the entity with this name; an entity called `Books` is named like one called `Book`."""
    one = singular("_".join(words(entity_name)))
    many = plural(one)
    apart = many if many != one else f"{one}_records"
    return EntityNames(
        name=entity_name,
        snake=_variable(one),
        plural=_variable(apart),
        module=f"{one}_records" if apart in _MODULES else safe(apart),
        table=one,
        path=(f"{one}_records" if many in _PATHS else many).replace("_", "-"),
        title=one.replace("_", " "),
    )


def _variable(name: str) -> str:
    return f"{name}_" if name in _VARIABLES else safe(name)


def back_name(entity_name: str, relation: Relation) -> str:
    """How the target of an entity's relation calls the way back: `relation.back`, else `loans`, one-to-one `note`."""
    if relation.back is not None:
        return relation.back
    names = entity_names(entity_name)
    many = names.plural.rstrip("_")  # without what keeps a variable apart from the service's own
    return safe(names.table) if relation.kind is RelationKind.ONE_TO_ONE else safe(many)


def collection(spec: Spec, entity: str) -> str:
    """What files of seeds call the records of an entity: in a contract the last word of the path to them."""
    if contract_of(spec) is None:
        return entity_names(entity).collection
    own = _path_words(spec).get(entity, "")
    taken = own == "accounts" and bool(spec.roles)  # those who sign in
    return own if own and not taken else entity_names(entity).collection


@remembered
def _path_words(spec: Spec) -> Mapping[str, str]:
    """The last fixed word of the shortest path to the records of each entity that is the first to have it."""
    endpoints = spec.interface.endpoints.values() if spec.interface is not None else ()
    shortest = dict.fromkeys(spec.entities, "")
    for one in endpoints:
        known = shortest.get(one.on, "")
        if one.does in {Does.LIST, Does.CREATE} and (not known or len(one.path) < len(known)):
            shortest[one.on] = one.path
    usual = {entity_names(name).collection: name for name in spec.entities}
    owners: dict[str, str] = {}
    for name, path in shortest.items():
        word = next((part for part in reversed(path.split("/")) if part and "{" not in part), "")
        if usual.get(word, name) == name:  # else others are called so already
            owners.setdefault(word, name)
    return {name: word for word, name in owners.items()}


def row_id(entity: str) -> str:
    """What the row of a report calls the id of the record that it is about: `agent_id`."""
    return f"{entity_names(entity).table}_id"


def service_package(spec: Spec) -> str:
    """The Python package of the service: `town_library`; never one that it needs itself (`json_service`)."""
    name = identifier(spec.service.name)
    return f"{name}_service" if name in sys.stdlib_module_names or name in _PACKAGES else name


def link_ids(relation: str) -> str:
    """What bodies call the ids that a relation to many holds: `tag_ids` for `tags`."""
    return f"{link_id(relation)}s"


def link_id(relation: str) -> str:
    """What lists call the id that a relation to many is to hold: `tag_id` for `tags`."""
    return f"{singular(relation)}_id"


def file_columns(field: str) -> tuple[str, ...]:
    """The columns of a field that holds a file, in the order in which they tell of it."""
    return tuple(f"{field}_{part}" for part in ("name", "size", "media_type", "sha256"))


def content_column(field: str) -> str:
    """The column of a file that refers to its content."""
    return file_columns(field)[-1]


def route_name(operation: str) -> str:
    """An operation's segment of a URL, or a file's: `write-note`."""
    return operation.strip("_").replace("_", "-")


def function_name(operation: str) -> str:
    """An operation's Python function: `write_note`, `return_`."""
    return f"{operation}_" if operation in _VARIABLES | _FUNCTIONS else safe(operation)
