"""What an operation must be able to refuse, where its document has no status for it."""

from collections import defaultdict
from collections.abc import Iterator

from quantumlayer.qlayer.parser.openapi.calls import Call
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.spec.interface import Does, Endpoint
from quantumlayer.spec.model import Field, FieldType

_ABSENT, _INVALID = 404, 422
_SHOWN = 3
"""Operations that a note names."""


class Refusals:
    """Adds the usual statuses of HTTP to endpoints that could not refuse anything else."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._added: dict[tuple[int, ...], list[str]] = defaultdict(list)
        self._bodies: list[str] = []

    def complete(self, call: Call, endpoint: Endpoint, *, guarded: bool) -> Endpoint:
        """The endpoint with what its document lacks; all of it is noted."""
        spare = call.takes is not None and (
            any(level.key not in level.shape.required for level in call.takes.levels)
            or any("type" not in flat.keys for flat in (*(level.shape for level in call.takes.levels), call.takes.flat))
        )
        if endpoint.takes is not None and (spare or not call.needs_body):
            self._bodies.append(call.label)
        if call.any_error:
            return endpoint
        lacking = tuple(status for status in _needed(endpoint, guarded=guarded) if _lacks(endpoint, status))
        if not lacking:
            return endpoint
        self._added[lacking].append(call.label)
        return endpoint.model_copy(update={"errors": tuple(sorted({*endpoint.errors, *lacking}))})

    def note(self) -> None:
        """Tell what was added."""
        for statuses, labels in self._added.items():
            self._document.note(
                f"{_some(labels)} can be refused with {_listed(statuses)}: the document has no status for it."
            )
        if self._bodies:
            self._document.note(f"{_some(self._bodies)} cannot be called without a body: it has what is needed.")


def _lacks(endpoint: Endpoint, status: int) -> bool:
    """Whether nothing like the status is there; that a body is not valid says nothing of a record that is not there."""
    nearest = endpoint.refusal(status)
    return nearest is None or (status, nearest) == (_ABSENT, _INVALID)


def _needed(endpoint: Endpoint, *, guarded: bool) -> Iterator[int]:
    if guarded:
        yield 401
    named = any(one.in_ == "path" for one in endpoint.parameters.values())
    if named or endpoint.does not in {Does.LIST, Does.CREATE}:
        yield 404
    if endpoint.takes is not None or any(_bounded(one.field) for one in endpoint.parameters.values()):
        yield 422


def _bounded(field: Field) -> bool:
    """Whether some text is no such value."""
    return field.type not in {FieldType.STRING, FieldType.TEXT} or bool(field.one_of or field.pattern or field.min)


def _some(labels: list[str]) -> str:
    shown = ", ".join(f"`{label}`" for label in labels[:_SHOWN])
    return shown if len(labels) <= _SHOWN else f"{shown} and {len(labels) - _SHOWN} more operations"


def _listed(statuses: tuple[int, ...]) -> str:
    *others, last = map(str, statuses)
    return f"{', '.join(others)} and {last}" if others else last
