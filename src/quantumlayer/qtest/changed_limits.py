"""Tests of the limits of values that callers change but never give anew: operations make the records."""

from collections.abc import Iterator

from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.changes import changing
from quantumlayer.qtest.limits import rows
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.privacy import telling_value
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.suite import writable
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.model import Action


def changed_limit_tests(records: Records) -> Iterator[Test]:
    """Each limit at its border and beyond, and personal data, in a change."""
    change = changing(records) if records.creation is None else None
    if change is None:
        return
    fields = writable(records.entity, changing=True)
    prefix, snake = f"{records.address}.fields", records.names.snake
    put = f"answer = await {change.scene.caller}.put({change.url}, json={change.body} | {{key: value}}, {IF_ANY})"
    question = records.suite.question(records.name, Action.UPDATE, change.role)
    choice = change.scene.witness.choice
    fitting = [
        row
        for key, edge, row in rows(prefix, fields, fits=True)
        if question.accepts(question.builder().build({**choice, Slot(THIS, key): edge.value}))
    ]
    names = {"key": "str", "value": "object"}
    lines = [*change.scene.lines, put]
    if fitting:
        check = "assert answer.status_code == 200"
        yield Test(f"{snake}_is_changed_to_a_value_at_its_limit", [*lines, check], names=names, rows=fitting)
    if beyond := [row for _, _, row in rows(prefix, fields, fits=False)]:
        check = 'assert pointers(answer) == [f"/body/{key}"]'
        yield Test(f"{snake}_is_not_changed_to_a_value_beyond_its_limit", [*lines, check], names=names, rows=beyond)
    personal = {key: telling_value(key, item) for key, item in fields.items() if item.personal}
    told = {key: value for key, value in personal.items() if value is not None}
    if told:
        given = ", ".join(f"{text(key)}: {source(wire(value, fields[key].type))}" for key, value in told.items())
        yield Test(
            f"personal_data_that_a_change_of_{records.a}_gives_never_reaches_a_log",
            [
                *change.scene.lines,
                f"personal = {{{given}}}",
                f"await {change.scene.caller}.put({change.url}, json={change.body} | personal, {IF_ANY})",
                "written = logs()",
                'assert "PUT" in written',
                "assert not [value for value in personal.values() if value in written]",
            ],
            [f"{prefix}.{key}.personal" for key in told],
        )
