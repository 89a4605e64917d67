"""Tests of what is kept of the past: earlier versions of a value, and who did what with a record."""

from collections.abc import Callable, Iterator
from itertools import islice

from quantumlayer.qtest.changes import changing
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action
from quantumlayer.spec.remember import operations_on


def history_tests(records: Records) -> Iterator[Test]:
    """Versions and audit trail of one entity."""
    if records.entity.versioned:
        yield from _versions(records)
    if records.entity.audit is not None:
        yield from _audit(records, records.entity.audit.actions, records.entity.audit.visible_to)


def _versions(records: Records) -> Iterator[Test]:
    """Once changed, the earlier value stays readable."""
    found = _changed_by_operation(records) or _changed_by_update(records)
    if found is None:
        records.suite.leave_open(f"entities.{records.name}.versioned", "nothing changes it")
        return
    key, scene, change, after = found
    before = source(wire(scene.built.this.values[key], records.entity.fields[key].type))
    yield Test(
        f"the_earlier_{key}_of_{records.a}_stays_readable",
        [
            *scene.lines,
            change,
            f'versions = await {scene.caller}.get(f"{records.path}/{{{scene.this}.id}}/versions")',
            f"assert [version[{text(key)}] for version in versions.json()['items']] == [{before}, {after}]",
        ],
        [f"entities.{records.name}.versioned"],
    )


def _changed_by_operation(records: Records) -> tuple[str, Scene, str, str] | None:
    """A versioned field, a world, the call of an operation that sets the field, and what it sets, as Python."""
    for key in records.entity.versioned:
        for name, operation in operations_on(records.suite.spec).get(records.name, {}).items():
            if key not in operation.sets:
                continue
            operating = Operating(records, name, operation)
            for role in operation.by:
                base = operating.base(role) if records.suite.may(records.name, Action.READ, role) else None
                if base is not None:
                    scene = Scene(records.suite, base)
                    after = source(wire(operating.after(base)[key], records.entity.fields[key].type))
                    return key, scene, operating.call(scene).replace("answer = ", ""), after
    return None


def _changed_by_update(records: Records) -> tuple[str, Scene, str, str] | None:
    """The same with a caller who changes the record as a whole."""
    change = changing(records)
    if change is None or not records.suite.may(records.name, Action.READ, change.role):
        return None
    key = next((key for key in records.entity.versioned if change.moves(key)), None)
    return None if key is None else (key, change.scene, change.put, source(change.sent[key]))


def _audit(records: Records, actions: tuple[Action, ...], readers: tuple[str, ...]) -> Iterator[Test]:
    address = f"entities.{records.name}.audit"
    tests = [test for action in actions for test in _TRACES[action](records, readers)]
    if not tests:
        records.suite.leave_open(address, "no reader of the trail may read the record")
        return
    yield from tests
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
                        f"assert answer.status_code == {401 if other == ANYONE else 403}",
                    ],
                    [address],
                )


def _read_trace(records: Records, readers: tuple[str, ...]) -> Iterator[Test]:
    """Reading one record, the list in which it stands, and its earlier versions."""
    role = next((role for role in readers if records.suite.may(records.name, Action.READ, role)), None)
    base = None if role is None else records.suite.question(records.name, Action.READ, role).base()
    if base is None:
        return
    scene = Scene(records.suite, base)
    url = f'f"{records.path}/{{{scene.this}.id}}"'
    calls = [f"await {scene.caller}.get({url})", f'await {scene.caller}.get("{records.path}")']
    if records.entity.versioned:
        calls.append(f'await {scene.caller}.get({url[:-1]}/versions")')
    done = [("read", scene.built.caller.role)] * len(calls)
    yield _trace(records, "reading", [*scene.lines, *calls], f'{url[:-1]}/audit"', scene.caller, done)


def _update_trace(records: Records, readers: tuple[str, ...]) -> Iterator[Test]:
    change = changing(records)
    reader = None if change is None else _reader(records, change.scene, readers)
    if change is None or reader is None:
        yield from islice(_operation_traces(records, readers), 1)
        return
    lines, caller = reader
    url = f'f"{records.path}/{{{change.scene.this}.id}}/audit"'
    yield _trace(records, "changing", [*change.scene.lines, change.put, *lines], url, caller, [("update", change.role)])


def _operation_traces(records: Records, readers: tuple[str, ...]) -> Iterator[Test]:
    """Where callers do not change a record as a whole, operations do."""
    for name, operation in operations_on(records.suite.spec).get(records.name, {}).items():
        operating = Operating(records, name, operation)
        for role in operation.by if operation.creates is None else ():
            base = operating.base(role)
            scene = None if base is None else Scene(records.suite, base)
            reader = None if scene is None else _reader(records, scene, readers)
            if scene is not None and reader is not None:
                lines, caller = reader
                call = operating.call(scene).replace("answer = ", "")
                url = f'f"{records.path}/{{{scene.this}.id}}/audit"'
                yield _trace(records, "an_operation_on", [*scene.lines, call, *lines], url, caller, [("update", role)])


def _create_trace(records: Records, readers: tuple[str, ...]) -> Iterator[Test]:
    creation = records.creation
    scene = None if creation is None else creation.scene()
    reader = None if scene is None else _reader(records, scene, readers)
    if creation is None or scene is None or reader is None:
        return
    lines, caller = reader
    made = f'made = await {scene.caller}.post("{records.path}", json={creation.body(scene)})'
    url = "f\"{made.headers['Location']}/audit\""
    yield _trace(records, "making", [*scene.lines, made, *lines], url, caller, [("create", scene.built.caller.role)])


_TRACES: dict[Action, Callable[[Records, tuple[str, ...]], Iterator[Test]]] = {
    Action.CREATE: _create_trace,
    Action.READ: _read_trace,
    Action.UPDATE: _update_trace,
    Action.DELETE: lambda _records, _readers: iter(()),  # whose trail nobody can ask for any more
}


def _reader(records: Records, scene: Scene, readers: tuple[str, ...]) -> tuple[list[str], str] | None:
    """Lines that sign in a reader of the trail, and the reader: the caller of the scene if they may."""
    role = scene.built.caller.role
    if role in readers and records.suite.may(records.name, Action.READ, role):
        return [], scene.caller
    reader = next((role for role in readers if records.suite.always(records.name, Action.READ, role)), None)
    return None if reader is None else (records.suite.sign_in(reader), records.suite.caller(reader))


def _trace(records: Records, doing: str, lines: list[str], url: str, caller: str, done: list[tuple[str, str]]) -> Test:
    return Test(
        f"{doing}_{records.a}_leaves_a_trace",
        [
            *lines,
            f"trail = await {caller}.get({url})",
            'entries = trail.json()["items"]',
            f'assert [[entry["action"], entry["role"]] for entry in entries] == {source(done)}',
            'assert all(entry["at"] == "2026-03-04T09:00:00Z" for entry in entries)',
            *_by_name(records, done[0][1]),
        ],
        [f"entities.{records.name}.audit"],
    )


def _by_name(records: Records, role: str) -> list[str]:
    """The lines that find the user name of whoever did it; a stranger has none."""
    if role == ANYONE:
        return []
    return [
        f'me = await {records.suite.caller(role)}.get("/auth/me")',
        'assert {entry["username"] for entry in entries} == {me.json()["username"]}',
    ]
