"""The body of errors in the words of a contract."""

from typing import Any

from quantumlayer.spec.interface import ErrorPart, Errors

PROBLEM = Errors(
    members={
        "type": ErrorPart.KIND,
        "title": ErrorPart.TITLE,
        "status": ErrorPart.STATUS,
        "detail": ErrorPart.DETAIL,
        "errors": ErrorPart.FAULTS,
    },
    fault={"pointer": ErrorPart.PATH, "detail": ErrorPart.DETAIL},
    media="application/problem+json",
)
"""Problem documents after RFC 9457, where a contract says nothing of errors."""

_SOURCES = {
    ErrorPart.KIND: "problem_type",
    ErrorPart.TITLE: "status.phrase",
    ErrorPart.STATUS: "int(status)",
    ErrorPart.CODE: "status.name.lower()",
    ErrorPart.DETAIL: "detail",
    ErrorPart.NOW: "now().isoformat()",
    ErrorPart.PATH: "request.url.path",
}
_OF_FAULT = {
    ErrorPart.PATH: "error.pointer",
    ErrorPart.DETAIL: "error.detail",
    ErrorPart.PLACE: 'error.pointer.split("/")[1:]',
    ErrorPart.KIND: "problem_type",
    ErrorPart.CODE: "status.name.lower()",
    ErrorPart.TITLE: "status.phrase",
}
_LIST: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_TEXT: dict[str, Any] = {"type": "string"}


def error_content(errors: Errors) -> str:
    """The source of the body: a mapping of what the contract calls the parts of an error."""
    inside = ", ".join(f"{json!r}: {_source(part, errors)}" for json, part in errors.members.items())
    return f"{{{errors.within!r}: {{{inside}}}}}" if errors.within else f"{{{inside}}}"


def _source(part: ErrorPart, errors: Errors) -> str:
    if part is not ErrorPart.FAULTS:
        return _SOURCES[part]
    if not errors.fault:
        return '[f"{error.pointer}: {error.detail}" for error in errors]'
    item = ", ".join(f"{json!r}: {_OF_FAULT.get(one, 'error.detail')}" for json, one in errors.fault.items())
    told = (
        "errors"
        if ErrorPart.DETAIL in errors.members.values()
        else 'errors or [FieldProblem(pointer="", detail=detail)]'
    )
    return f"[{{{item}}} for error in {told}]"


def error_schema(errors: Errors) -> dict[str, Any]:
    """The JSON Schema of the body."""
    schema = _object({json: _schema(part, errors) for json, part in errors.members.items()})
    return _object({errors.within: schema}) if errors.within else schema


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _schema(part: ErrorPart, errors: Errors) -> dict[str, Any]:
    if part is ErrorPart.FAULTS:
        return {
            "type": "array",
            "items": _object({json: _LIST if one is ErrorPart.PLACE else _TEXT for json, one in errors.fault.items()})
            if errors.fault
            else _TEXT,
        }
    return {"type": "integer"} if part is ErrorPart.STATUS else _TEXT
