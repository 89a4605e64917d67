"""The operations of a document, with their bodies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from quantumlayer.qlayer.parser.openapi.bodies import JSON, Body, body_of
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.schemas import Flat, flatten

_MEDIA = re.compile(r"[a-z]+/([a-z0-9._-]+\+)*json")
_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(slots=True)
class Call:
    """One operation of the document."""

    method: str
    path: str
    operation: Mapping[str, Any]
    parameters: list[dict[str, Any]]
    takes: Body | None = None
    gives: Body | None = None
    status: int = 200
    needs_body: bool = False
    errors: tuple[int, ...] = ()
    any_error: bool = False
    fault: Flat | None = None
    fault_media: str = ""
    refused: str = ""

    @property
    def label(self) -> str:
        """How a person calls it."""
        return f"{self.method.upper()} {self.path}"

    @property
    def segments(self) -> list[str]:
        """The words and parameters of the path."""
        return [segment for segment in self.path.split("/") if segment]

    @property
    def item(self) -> bool:
        """Whether the path ends with a parameter."""
        return bool(self.segments) and _PARAMETER.fullmatch(self.segments[-1]) is not None

    @property
    def noun(self) -> str:
        """The last fixed word of the path."""
        return next(reversed(self.nouns), "")

    @property
    def nouns(self) -> list[str]:
        """The fixed words of the path."""
        return [one for one in self.segments if _PARAMETER.search(one) is None]


def calls(document: Document) -> list[Call]:
    """Every operation with its bodies."""
    found = []
    for method, path, operation, parameters in document.operations():
        call = Call(method, path, operation, parameters)
        _answers(document, call)
        _request(document, call)
        found.append(call)
    return found


def _request(document: Document, call: Call) -> None:
    body = document.resolved(call.operation.get("requestBody"))
    schema, media = _json(document, body)
    if schema is not None:
        call.takes = body_of(document, schema, call.nouns, taken=True)
        call.needs_body = body.get("required") is True
    elif media:
        call.refused = f"it takes {media}, not JSON"


def _answers(document: Document, call: Call) -> None:
    answers = call.operation.get("responses")
    answers = answers if isinstance(answers, dict) else {}
    codes = sorted(int(code) for code in map(str, answers) if code.isdecimal() and 200 <= int(code) <= 599)
    success = next((code for code in codes if code < 300), None)
    call.errors = tuple(code for code in codes if code >= 400)
    call.any_error = any(str(code).lower() in {"default", "4xx"} for code in answers)
    by_code = {str(code): answer for code, answer in answers.items()}
    if success is None:
        success = 200
        answer = document.resolved(by_code.get("2XX") or (None if codes else by_code.get("default")))
    else:
        answer = document.resolved(by_code[str(success)])
    call.status = success
    schema, media = _json(document, answer)
    if schema is not None and success != 204:
        call.gives = replace(body_of(document, schema, call.nouns), media=media)
    elif media and success != 204:
        call.refused = f"it answers {media}, not JSON"
    for code in (*map(str, call.errors), "4XX", "default"):
        answer = document.resolved(by_code.get(code))
        schema, media = _json(document, answer)
        call.fault_media = call.fault_media or _bare_json(answer)
        if schema is not None and call.fault is None:
            call.fault, call.fault_media = flatten(document, schema), media


def _json(document: Document, node: Mapping[str, Any]) -> tuple[object | None, str]:
    """The schema of a JSON body with its media type, or the media type alone where there is only another.

    Of JSON of which nothing is said there is neither.
    """
    content = node.get("content")
    content = content if isinstance(content, dict) else {}
    kinds = {str(media).partition(";")[0].strip().lower(): entry for media, entry in reversed(content.items())}
    for kind in (JSON, *reversed(kinds)):
        if kind in kinds and (kind == "*/*" or _MEDIA.fullmatch(kind)):
            schema = document.resolved(kinds[kind]).get("schema")
            return schema, "" if schema is None else JSON if kind == "*/*" else kind
    return None, next(iter(map(str, content)), "")


def _bare_json(node: Mapping[str, Any]) -> str:
    """The media type of JSON of which nothing more is said."""
    content = node.get("content")
    kinds = (str(media).partition(";")[0].strip().lower() for media in content) if isinstance(content, dict) else ()
    return next((kind for kind in kinds if _MEDIA.fullmatch(kind)), "")


def parameters_in(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return _PARAMETER.findall(path)
