"""Tests of the records that callers name in the input of an operation, and that input as a request carries it."""

from collections.abc import Container, Iterator, Mapping

from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import ABSENT, TAKES, Slot
from quantumlayer.qtest.records import NOBODY
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.witness import Witness
from quantumlayer.spec.cel import Record
from quantumlayer.spec.model import Field, Operation
from quantumlayer.spec.naming import route_name


def taken(operation: Operation, scene: Scene, *, without: Container[str] = ()) -> str:
    """What the world of a scene gives to an operation, as Python."""
    parts = []
    for key, value in scene.built.takes.items():
        if value is None or key in without:
            continue
        if key in operation.rows and isinstance(value, list):
            parts.append(f"{text(key)}: {rows_taken(operation, key, scene)}")
        else:
            parts.append(_given(key, value, operation.inputs, scene))
    return f"{{{', '.join(parts)}}}"


def rows_taken(operation: Operation, key: str, scene: Scene) -> str:
    """The rows that the world of a scene gives, as Python."""
    rows = scene.built.takes[key]
    assert isinstance(rows, list)  # noqa: S101 - that is what rows are
    row = row_taken(operation, key, scene) if rows else ""
    return f"[{row}]" if len(rows) == 1 else f"[{row}] * {len(rows)}" if rows else "[]"


def row_taken(operation: Operation, key: str, scene: Scene) -> str:
    """One of the rows that the world of a scene gives, as Python."""
    rows, inputs = scene.built.takes[key], operation.rows[key].inputs
    assert isinstance(rows, list)  # noqa: S101 - that is what rows are
    return (
        f"{{{', '.join(_given(cell, value, inputs, scene) for cell, value in rows[0].items() if value is not None)}}}"
    )


def _given(key: str, value: object, inputs: Mapping[str, Field], scene: Scene) -> str:
    if isinstance(value, Record):
        return f'"{key}_id": {scene.name(value)}.id'
    return f"{text(key)}: {source(wire(value, inputs[key].type))}"


def reference_tests(suite: Suite, name: str, base: Witness) -> Iterator[Test]:
    """Records that are not there, that the caller may not read, and that need not be named."""
    for key in suite.spec.operations[name].references:
        yield _missing(suite, name, key, base)
        yield from _hidden(suite, name, key)
        yield from _left_out(suite, name, key, base)


def _call(suite: Suite, name: str, scene: Scene, body: str) -> str:
    operation = suite.spec.operations[name]
    url = f'f"/{suite.names(operation.on).path}/{{{scene.this}.id}}/{route_name(name)}"'
    return f"answer = await {scene.caller}.post({url}, json={body})"


def _refused(suite: Suite, name: str, key: str, number: str) -> str:
    target = suite.names(suite.spec.operations[name].references[key].to).table.replace("_", " ")
    mark = "f" if "{" in number else ""
    return f'assert refusal(answer) == (409, "about:blank", {mark}"There is no {target} {number}.")'


def _missing(suite: Suite, name: str, key: str, base: Witness) -> Test:
    scene = Scene(suite, base)
    body = f'{taken(suite.spec.operations[name], scene)} | {{"{key}_id": {NOBODY}}}'
    return Test(
        f"{name.strip('_')}_is_refused_with_{key}_that_is_not_there",
        [*scene.lines, _call(suite, name, scene, body), _refused(suite, name, key, str(NOBODY))],
        [f"operations.{name}.takes.{key}"],
    )


def _hidden(suite: Suite, name: str, key: str) -> Iterator[Test]:
    """What a caller may not read is not there for them."""
    operation = suite.spec.operations[name]
    for role in operation.by:
        for condition in suite.naming(name, role)[key]:
            question = suite.operation(name, role)
            found = question.refusal(
                next(one for one in question.conditions if (one.cel, one.at) == (condition.cel, condition.at))
            )
            if found is None:
                continue
            scene = Scene(suite, found.refused)
            named = found.refused.built.takes[key]
            assert isinstance(named, Record)  # noqa: S101 - nothing is refused where nothing is named
            yield Test(
                f"{role}_cannot_{name.strip('_')}_with_{key}_that_they_may_not_read",
                [
                    *scene.lines,
                    _call(suite, name, scene, taken(operation, scene)),
                    _refused(suite, name, key, f"{{{scene.name(named)}.id}}"),
                ],
                [f"operations.{name}.takes.{key}"],
            )


def _left_out(suite: Suite, name: str, key: str, base: Witness) -> Iterator[Test]:
    operation = suite.spec.operations[name]
    if not operation.references[key].optional:
        return
    question = suite.operation(name, base.built.caller.role)
    choice = {**base.choice, Slot((*TAKES, key), ABSENT): True}
    witness = Witness(choice, question.builder().build(choice))
    if not question.accepts(witness.built):
        return
    scene = Scene(suite, witness)
    yield Test(
        f"{name.strip('_')}_does_without_{key}",
        [
            *scene.lines,
            _call(suite, name, scene, taken(operation, scene)),
            f"assert answer.status_code == {200 if operation.creates is None else 201}",
        ],
        [f"operations.{name}.takes.{key}"],
    )
