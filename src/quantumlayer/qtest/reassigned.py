"""Tests of relations that a caller may set anew: to another record, and to none where there need not be one."""

from collections.abc import Iterator

from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.changes import Change, changing
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.suite import relations_given
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.cel import CelRuntimeError, Record, compile_cel, evaluate
from quantumlayer.spec.model import Action


def reassigned_tests(records: Records) -> Iterator[Test]:
    """Each relation of one entity that a change may set."""
    change = changing(records)
    if change is None or not records.suite.may(records.name, Action.READ, change.role):
        return
    for key in relations_given(records.entity, changing=True):
        lines = [*_to_another(change, key), *_to_none(change, key)]
        if lines:
            yield Test(
                f"{records.a}_is_given_another_{key}",
                [*change.scene.lines, *lines],
                [f"entities.{records.name}.relations.{key}"],
            )


def _to_another(change: Change, key: str) -> list[str]:
    """The lines that make another record as the factories do and put it there, where that is allowed."""
    suite, target = change.records.suite, change.records.entity.references[key].to
    moments = dict.fromkeys(("created_at", "updated_at"), change.scene.built.world.now)
    other = Record(target, {"id": 0, **moments, **suite.defaults.of(target)})
    if not _may_be(change, key, other):
        return []
    snake = suite.names(target).snake
    another = f"{'a_new' if f'another_{snake} =' in ' '.join(change.scene.lines) else 'another'}_{snake}"
    return [f"{another} = await make.{snake}()", *_put(change, key, f"{another}.id", "==")]


def _to_none(change: Change, key: str) -> list[str]:
    optional = change.records.entity.references[key].optional
    return _put(change, key, "None", "is") if optional and _may_be(change, key, None) else []


def _put(change: Change, key: str, value: str, same: str) -> list[str]:
    body = change.body.replace(f'"{key}_id": {change.scene.this}.{key}_id', f'"{key}_id": {value}')
    return [
        f"answer = await {change.scene.caller}.put({change.url}, json={body}, {IF_ANY})",
        "assert answer.status_code == 200",
        f'assert answer.json()["{key}_id"] {same} {value}',
    ]


def _may_be(change: Change, key: str, other: Record | None) -> bool:
    """Whether the caller reads the other record, and every rule holds once it is there."""
    suite, name = change.records.suite, change.records.name
    question = suite.question(name, Action.UPDATE, change.role)
    built = question.builder().build(change.scene.witness.choice)
    if other is not None:
        other = built.world.add(other)
        for one in suite.permission(other.entity, Action.READ, change.role):
            try:
                checked = compile_cel(one.cel, one.scope)
                if evaluate(checked, built.world, this=other, caller=built.caller) is not True:
                    return False
            except (CelRuntimeError, TypeError, AttributeError):  # it asks for what the factories would make
                return False
    built.this.values[key] = other
    built.this.values |= change.values
    return question.accepts(built)
