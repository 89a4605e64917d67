"""The body of a document's errors, by the names of its members."""

from quantumlayer.kit.identifiers import words
from quantumlayer.qlayer.parser.openapi.calls import Call
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.schemas import Flat, flatten, members
from quantumlayer.qlayer.parser.openapi.shapes import fits_json
from quantumlayer.spec.interface import ErrorPart, Errors

_TEXTS = {
    ErrorPart.KIND: {"type", "kind", "uri", "error_type", "help"},
    ErrorPart.TITLE: {"title", "error", "name", "status", "reason"},
    ErrorPart.CODE: {"code", "error_code", "key"},
    ErrorPart.DETAIL: {"detail", "message", "msg", "description", "error_description", "details", "error_message"},
    ErrorPart.NOW: {"timestamp", "time", "date", "at"},
    ErrorPart.PATH: {
        "path",
        "instance",
        "pointer",
        "field",
        "property",
        "url",
        "param",
        "parameter",
        "location",
        "loc",
    },
}
_FAULTS = {
    "detail",
    "errors",
    "violations",
    "faults",
    "details",
    "fields",
    "issues",
    "causes",
    "problems",
    "validation_errors",
}


def errors_of(document: Document, found: list[Call]) -> Errors | None:
    """The body that most errors have, in the words of the Spec; None where the document says nothing of it."""
    faults = [(call.fault, call.fault_media) for call in found if call.fault is not None and call.fault.members]
    if not faults:
        return _usual(found)
    names = [flat.name for flat, _ in faults]
    flat, media = max(faults, key=lambda one: names.count(one[0].name))
    inside = list(members(document, flat))
    within = None
    if len(inside) == 1 and inside[0][1].kind == "object" and inside[0][1].members:
        within, flat = inside[0]
        inside = list(members(document, flat))
    parts: dict[str, ErrorPart] = {}
    fault: dict[str, ErrorPart] = {}
    for json, held in inside:
        if not fits_json(json):
            continue
        part = _part(json, held)
        if part is None and json in flat.required:
            part = ErrorPart.DETAIL if held.kind == "string" else ErrorPart.STATUS if held.kind == "integer" else None
        if part is None or (part in parts.values() and json not in flat.required):
            continue
        if part is ErrorPart.FAULTS:
            item = flatten(document, held.items)
            told = ((key, _fault_part(key, one, needed=key in item.required)) for key, one in members(document, item))
            fault = {key: one for key, one in told if one is not None}
            if item.kind == "object" and not fault.keys() >= item.required:
                continue
        parts[json] = part
    parts = _with_detail(parts)
    if not parts:
        return _usual(found)
    return Errors(members=parts, fault=fault, within=within, media=media)


def _usual(found: list[Call]) -> Errors | None:
    """A problem document (RFC 9457) of the media type that a document has for errors of which it says no more."""
    said = [call.fault_media for call in found if call.fault_media]
    if not said:
        return None
    members = {part.value: part for part in (ErrorPart.TITLE, ErrorPart.STATUS, ErrorPart.DETAIL)}
    faults = {"errors": ErrorPart.FAULTS}
    media = max(dict.fromkeys(said), key=said.count)
    return Errors(members=members | faults, fault={"pointer": ErrorPart.PATH, "detail": ErrorPart.DETAIL}, media=media)


def _with_detail(parts: dict[str, ErrorPart]) -> dict[str, ErrorPart]:
    """The parts with one that says what is wrong: the title, where there is no other sentence; else nothing."""
    if ErrorPart.DETAIL not in parts.values():
        parts = {key: ErrorPart.DETAIL if part is ErrorPart.TITLE else part for key, part in parts.items()}
    return parts if {ErrorPart.DETAIL, ErrorPart.FAULTS} & {*parts.values()} else {}


def _fault_part(json: str, held: Flat, *, needed: bool) -> ErrorPart | None:
    """What a member of a fault holds."""
    if held.kind == "array":
        return ErrorPart.PLACE if "_".join(words(json)) in _TEXTS[ErrorPart.PATH] else None
    if held.kind != "string":
        return None
    return _part(json, held) or (ErrorPart.DETAIL if needed else None)


def _part(json: str, held: Flat) -> ErrorPart | None:
    plain = "_".join(words(json))
    if held.kind == "integer":
        return ErrorPart.STATUS if plain in {"status", "code", "status_code", "error_code", "http_status"} else None
    if held.kind == "array":
        known = plain in _FAULTS or plain.endswith("_errors")
        return ErrorPart.FAULTS if known else None
    if held.kind != "string":
        return None
    return next((part for part, known in _TEXTS.items() if plain in known), None)
