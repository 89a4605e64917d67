"""Tests of what is kept of the past: earlier versions of a value, and who did what with a record."""

from collections.abc import Iterator

from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.model import Action


def history_tests(records: Records) -> Iterator[Test]:
    """Versions and audit trail of one entity."""
    if records.entity.versioned:
        yield from _versions(records)
    if records.entity.audit is not None:
        yield from _audit(records, records.entity.audit.visible_to)


def _versions(records: Records) -> Iterator[Test]:
    """Changed by an operation, the earlier value stays readable."""
    for key in records.entity.versioned:
        for name, operation in records.suite.spec.operations.items():
            if operation.on != records.name or key not in operation.sets:
                continue
            operating = Operating(records, name, operation)
            role = next((role for role in operation.by if operating.base(role) is not None), None)
            base = None if role is None else operating.base(role)
            if base is None:
                continue
            scene = Scene(records.suite, base)
            before = source(wire(base.built.this.values[key], records.entity.fields[key].type))
            call = operating.call(scene)
            yield Test(
                f"the_earlier_{key}_of_{records.a}_stays_readable",
                [
                    *scene.lines,
                    call.replace("answer = ", ""),
                    f'versions = await {scene.caller}.get(f"{records.path}/{{{scene.this}.id}}/versions")',
                    f"assert versions.json()[0][{text(key)}] == {before}",
                ],
                [f"entities.{records.name}.versioned"],
            )
            return
    records.suite.leave_open(f"entities.{records.name}.versioned", "no operation changes it")


def _audit(records: Records, readers: tuple[str, ...]) -> Iterator[Test]:
    address = f"entities.{records.name}.audit"
    role = next((role for role in readers if records.suite.may(records.name, Action.READ, role)), None)
    base = None if role is None else records.suite.question(records.name, Action.READ, role).base()
    if base is None:
        records.suite.leave_open(address, "no reader of the trail may read the record")
        return
    scene = Scene(records.suite, base)
    url = f'f"{records.path}/{{{scene.this}.id}}"'
    yield Test(
        f"reading_{records.a}_leaves_a_trace",
        [
            *scene.lines,
            f"await {scene.caller}.get({url})",
            f'await {scene.caller}.get("{records.path}")',
            f'trail = await {scene.caller}.get({url[:-1]}/audit")',
            'assert [entry["action"] for entry in trail.json()] == ["read", "read"]',
            'assert all(entry["at"] == "2026-03-04T09:00:00Z" for entry in trail.json())',
        ],
        [address],
    )
    for other in records.suite.roles_for(records.name, Action.READ):
        if other not in readers:
            found = records.suite.question(records.name, Action.READ, other).base()
            if found is not None:
                hidden = Scene(records.suite, found)
                yield Test(
                    f"{other}_may_not_read_the_trail_of_{records.a}",
                    [
                        *hidden.lines,
                        f'answer = await {hidden.caller}.get(f"{records.path}/{{{hidden.this}.id}}/audit")',
                        "assert answer.status_code == 403",
                    ],
                    [address],
                )
