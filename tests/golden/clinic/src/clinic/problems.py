"""Errors as callers see them: problem documents after RFC 9457."""

from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from clinic.database import Base

# What a broken exclusion constraint means to a caller: its name, the rule behind it, the sentence.
EXCLUSIONS = (
    ("ex_appointment_no_double_booking", "no-double-booking", "The doctor has another appointment at that time."),
)


# Error codes of PostgreSQL (appendix A): a value too long or out of range; transactions in each other's way; a server
# without a connection to spare, that gives up a statement which takes too long, or that stops or starts.
FOREIGN_KEY = frozenset({"23001", "23503"})
OUT_OF_RANGE = frozenset({"22001", "22003", "22008"})
COLLISIONS = frozenset({"40001", "40P01", "55P03"})
STOPPED = frozenset({"53300", "57014", "57P01", "57P02", "57P03"})
AWAY = "The database is away or serves too many callers at once; try again."
NAMES = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]


class FieldProblem(BaseModel):
    """What is wrong with one value of a request."""

    pointer: str
    detail: str


class ProblemDocument(BaseModel):
    """The body of every answer that is not a success."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None


class Problem(Exception):
    """A request that cannot be served, and why."""

    status: ClassVar[HTTPStatus]
    type: str = "about:blank"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class BadRequest(Problem):
    """The body cannot be read."""

    status = HTTPStatus.BAD_REQUEST


class Unauthenticated(Problem):
    """The caller did not prove who they are."""

    status = HTTPStatus.UNAUTHORIZED


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status = HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """There is no such record, or the caller may not know of it."""

    status = HTTPStatus.NOT_FOUND


class Conflict(Problem):
    """The request is sound, but other records stand against it."""

    status = HTTPStatus.CONFLICT


class RuleBroken(Conflict):
    """A rule of the service stands against the request; `rule` is its name."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(detail)
        self.type = f"urn:clinic:rule:{rule}"


class WrongState(RuleBroken):
    """The record is in a state in which this is not possible."""

    def __init__(self, title: str, state: str) -> None:
        super().__init__("wrong-state", f"Not possible while the {title} is {state.replace('_', ' ')}.")


class PreconditionFailed(Problem):
    """The record was changed since the caller read it."""

    status = HTTPStatus.PRECONDITION_FAILED


class PreconditionRequired(Problem):
    """The request must say which version of the record it means to change."""

    status = HTTPStatus.PRECONDITION_REQUIRED


def document(
    status: int,
    detail: str,
    *,
    problem_type: str = "about:blank",
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem document as a response."""
    body = ProblemDocument(
        type=problem_type, title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors
    )
    content = body.model_dump(exclude_none=True)
    return JSONResponse(content, status, headers=headers, media_type="application/problem+json")


def responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The entries of these problems for the OpenAPI document; every operation may find its input invalid, or no database."""
    schema = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    statuses = {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE} | {
        problem.status for problem in problems
    }
    if BadRequest in problems:
        statuses.add(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return {int(status): {"description": status.phrase, "content": schema} for status in sorted(statuses)}


def install(app: FastAPI) -> None:
    """Answer every error with a problem document, and describe that document in the OpenAPI document."""

    @app.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> JSONResponse:
        headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else None
        return document(error.status, error.detail, problem_type=error.type, headers=headers)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = _allowed_methods(request) or headers.get("Allow", "")
        return document(error.status_code, error.detail, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return _invalid(error)

    _answer_database_errors(app)
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        described = describe()
        problem_schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        schemas |= problem_schema.pop("$defs", {}) | {"ProblemDocument": problem_schema}
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _answer_database_errors(app: FastAPI) -> None:
    """The database has the last word when two requests arrive at once."""

    @app.exception_handler(IntegrityError)
    async def conflict(_request: Request, error: IntegrityError) -> JSONResponse:
        answer = _conflict(error)
        if answer is None:
            raise error
        return answer

    @app.exception_handler(StaleDataError)
    async def stale(_request: Request, _error: StaleDataError) -> JSONResponse:
        return document(HTTPStatus.PRECONDITION_FAILED, "The record was changed by someone else at the same moment.")

    @app.exception_handler(NoResultFound)
    async def removed(_request: Request, _error: NoResultFound) -> JSONResponse:
        return document(HTTPStatus.CONFLICT, "A record that this request needs was removed at the same moment.")

    @app.exception_handler(ConnectionError)
    @app.exception_handler(TimeoutError)
    @app.exception_handler(PoolTimeoutError)
    async def away(_request: Request, _error: Exception) -> JSONResponse:
        return _unavailable(AWAY)

    @app.exception_handler(DBAPIError)
    async def failed(_request: Request, error: DBAPIError) -> JSONResponse:
        code = getattr(error.orig, "sqlstate", None)
        if code in OUT_OF_RANGE:
            return document(HTTPStatus.CONFLICT, "A value that is worked out here would be too large.")
        if code in COLLISIONS:
            return _unavailable("Too many callers changed the same records at once; try again.")
        if code in STOPPED or error.connection_invalidated:
            return _unavailable(AWAY)
        raise error


def _unavailable(detail: str) -> JSONResponse:
    return document(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "1"})


def _allowed_methods(request: Request) -> str:
    """The methods of every operation with this path: one route of several refuses in the name of all."""
    operations: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    matching = (methods for path, methods in operations.items() if compile_path(path)[0].match(request.url.path))
    return ", ".join(sorted({method.upper() for methods in matching for method in methods}))


def _invalid(error: RequestValidationError) -> JSONResponse:
    """Name the place and the reason; the value itself may be personal data and is never sent back."""
    if any(item["type"] == "missing" and item["loc"] == ("header", "if-match") for item in error.errors()):
        detail = "Send the ETag of the record you mean to change in the If-Match header."
        return document(HTTPStatus.PRECONDITION_REQUIRED, detail)
    errors = [
        FieldProblem(pointer="".join(_pointer_step(step) for step in item["loc"]), detail=item["msg"])
        for item in error.errors()
    ]
    return document(HTTPStatus.UNPROCESSABLE_ENTITY, "The request is not valid.", errors=errors)


def _pointer_step(step: str | int) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return "/" + str(step).replace("~", "~0").replace("/", "~1")


def _conflict(error: IntegrityError) -> JSONResponse | None:
    """Name what stands against the request: PostgreSQL tells the constraint, SQLite the constraint or the columns."""
    message = str(error.orig)
    broken = getattr(error.orig.__cause__, "constraint_name", None) if error.orig else None
    if getattr(error.orig, "sqlstate", None) in FOREIGN_KEY or "FOREIGN KEY" in message:
        return document(HTTPStatus.CONFLICT, "Other records depend on this one.")
    for exclusion, rule, refusal in EXCLUSIONS:
        if exclusion == broken:
            return document(HTTPStatus.CONFLICT, refusal, problem_type=f"urn:clinic:rule:{rule}")
    for table in Base.metadata.sorted_tables:
        title = table.info.get("title", table.name.replace("_", " "))
        for constraint in table.constraints:
            name = NAMES.format_constraint(constraint)
            columns = [column.name for column in constraint.columns] if isinstance(constraint, UniqueConstraint) else []
            if columns and (
                name == broken or message.endswith(f": {', '.join(f'{table.name}.{column}' for column in columns)}")
            ):
                return document(HTTPStatus.CONFLICT, f"Another {title} has the same {' and '.join(columns)}.")
            if isinstance(constraint, CheckConstraint) and name and (name == broken or message.endswith(f": {name}")):
                value = name.removeprefix(f"ck_{table.name}_")
                return document(HTTPStatus.CONFLICT, f"The {value} of the {title} would break its limits.")
    return None
