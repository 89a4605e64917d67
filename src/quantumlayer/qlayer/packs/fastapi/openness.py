"""What of a Spec the pack cannot write yet."""

from collections.abc import Callable, Iterator
from functools import partial

from quantumlayer.qlayer.packs.fastapi.access import conditions, is_public, readable, refused_when
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.operations import operation_view
from quantumlayer.qlayer.packs.fastapi.python import Loaded
from quantumlayer.qlayer.packs.fastapi.service import ServiceView
from quantumlayer.spec.generator import OpenElement
from quantumlayer.spec.model import Action, Spec


def open_elements(spec: Spec) -> list[OpenElement]:
    """Each element that cannot be written, with the reason."""
    found = []
    for element, attempt in _attempts(spec):
        try:
            attempt()
        except UnsupportedError as error:
            found.append(OpenElement(element=element, reason=f"the pack cannot write {error}", needs="a later pack"))
    return found


def _attempts(spec: Spec) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "entities", lambda: ServiceView(spec).entities
    for name in spec.entities:
        yield from _of_entity(spec, name)
    for name in spec.operations:
        yield f"operations.{name}", partial(operation_view, spec, name)


def _of_entity(spec: Spec, name: str) -> Iterator[tuple[str, Callable[[], object]]]:
    view = EntityView(spec, name)
    yield f"entities.{name}.derived", lambda: (view.properties, view.column_properties)
    yield f"entities.{name}.rules", lambda: (view.rule_functions, view.exclusions)
    yield f"entities.{name}.fields", lambda: (view.create_lines, view.update_lines, view.delete_lines)
    yield f"entities.{name}.access", lambda: _access(spec, name)


def _access(spec: Spec, name: str) -> None:
    readable(spec, name)
    for action in Action:
        refused_when(spec, name, action, Loaded("record"))
        if is_public(spec, name, action) and any(conditions(spec, name, action, role) for role in spec.roles):
            raise UnsupportedError("a grant to strangers beside conditional ones")
