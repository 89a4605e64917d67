"""Tests of who may put and fetch a file, and of what is told of it elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import replace

from quantumlayer.qtest.files.field import FileField
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.samples import SomeFile
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import holds
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action, Moment
from quantumlayer.spec.naming import route_name


def refused_tests(file: FileField) -> Iterator[Test]:
    """Roles that may not put it, or not fetch it, whichever record it is of."""
    suite, name = file.records.suite, file.records.name
    path = f"{file.records.path}/1/{route_name(file.key)}"
    rows = []
    for role in (ANYONE, *suite.spec.roles):
        methods = [] if suite.may(name, Action.UPDATE, role) else ["PUT"]
        methods += ["DELETE"] if methods and file.field.optional and not file.field.immutable else []
        fetched = suite.may(name, Action.READ, role) and (file.records.shown(file.key, role))
        readers = [one for one in suite.spec.roles if suite.may(name, Action.READ, one)]
        offered = any(file.records.shown(file.key, one) for one in readers) or suite.may(name, Action.READ, ANYONE)
        methods += ["GET"] if not fetched and offered else []
        status = "401" if role == ANYONE else "403"
        seen = (f"{file.address}.visible_to",) if file.field.visible_to else ()
        rows += [
            Row((text(role), text(method), status), seen if method == "GET" else (file.address,)) for method in methods
        ]
    if rows:
        yield Test(
            f"the_{file.noun}_is_refused_to",
            [
                "caller = await sign_in(role)",
                f'answer = await caller.request(method, "{path}")',
                "assert answer.status_code == status",
            ],
            names={"role": "str", "method": "str", "status": "int"},
            rows=rows,
        )


def kept_out_tests(file: FileField) -> Iterator[Test]:
    """A record that the caller may not change, or not even read."""
    suite, name = file.records.suite, file.records.name
    for role in suite.roles_for(name, Action.READ):
        only = suite.permission(name, Action.READ, role) if file.records.shown(file.key, role) else []
        pair = suite.question(name, Action.READ, role).refusal(only[0]) if only else None
        if pair is not None:
            scene = Scene(suite, pair.refused)
            yield Test(
                f"{role}_may_not_fetch_the_{file.key}_of_another_{file.records.names.snake}",
                [
                    *scene.lines,
                    f"answer = await {scene.caller}.get({file.url(scene)})",
                    "assert answer.status_code == 404",
                    f'assert "{file.records.names.title}" in answer.text',
                ],
                [file.address],
            )
    for role in suite.roles_for(name, Action.UPDATE):
        if suite.always(name, Action.UPDATE, role):
            continue
        question = suite.question(name, Action.UPDATE, role)
        target = suite.permission(name, Action.UPDATE, role)[0]
        found = question.refusal(next(one for one in question.conditions if one.cel == target.cel))
        if found is None:
            continue
        scene = Scene(suite, found.refused)
        readable = suite.permission(name, Action.READ, role)
        seen = suite.may(name, Action.READ, role) and all(holds(one.cel, one.scope, found.refused) for one in readable)
        put = file.put(scene, f"content_of({text(file.media)})")
        yield Test(
            f"{role}_may_not_put_the_{file.key}_of_another_{file.records.names.snake}",
            [
                *scene.lines,
                f"url = {file.url(scene)}",
                f"assert ({put}).status_code == {403 if seen else 404}",
            ],
            [file.address],
        )


def rule_tests(file: FileField) -> Iterator[Test]:
    """A file that a rule stands against is not put."""
    suite, name = file.records.suite, file.records.name
    for key, condition in suite.rules(name, Moment.UPDATE).items():
        if not re.search(rf"\bthis\.{file.key}\b", condition.cel):
            continue
        for role in suite.roles_for(name, Action.UPDATE):
            question = suite.question(name, Action.UPDATE, role)
            there = replace(question, fixed={**question.fixed, Slot(THIS, file.key): SomeFile()})
            pair = there.refusal(condition)
            before = None if pair is None else file.without(there, pair.refused)
            if before is None:
                continue
            scene = Scene(suite, before)
            put = file.put(scene, f"content_of({text(file.media)})")
            said = text(file.records.entity.rules[key].else_)
            yield Test(
                f"the_{file.noun}_is_not_put_unless_{key}",
                [
                    *scene.lines,
                    f"url = {file.url(scene)}",
                    f"answer = {put}",
                    f"assert refusal(answer) == (409, {text(key.replace('_', '-'))}, {said})",
                    "assert app.state.file_store.contents() == []",
                ],
                [f"{file.records.address}.rules.{key}"],
            )
            break


def history_tests(file: FileField) -> Iterator[Test]:
    """What is written to the trail, and what never reaches a log."""
    scene, audit = file.putting, file.records.entity.audit
    if scene is None:
        return
    begun = [*scene.lines, f"url = {file.url(scene)}", f"upload = content_of({text(file.media)})"]
    if file.field.personal:
        name = ', "Content-Disposition": \'attachment; filename="telling.txt"\''
        yield Test(
            f"the_{file.noun}_never_reaches_a_log",
            [
                *begun,
                f"answer = {file.put(scene, more=name)}",
                "assert answer.status_code == 200",
                "written = logs()",
                'assert "PUT" in written',
                'assert "telling" not in written',
                'assert upload.decode("latin-1")[:8] not in written',
            ],
            [f"{file.address}.personal"],
        )
    role = scene.built.caller.role
    done = [action for action in (Action.UPDATE, Action.READ) if audit is not None and action in audit.actions]
    if audit is None or not done:
        return
    fetches = file.records.suite.may(file.records.name, Action.READ, role) and file.records.shown(file.key, role)
    done = [action for action in done if action is Action.UPDATE or fetches]
    readers = [one for one in audit.visible_to if file.records.suite.always(file.records.name, Action.READ, one)]
    if not readers:
        return
    reader = readers[0]
    signed_in = [] if reader == role else file.records.suite.sign_in(reader)
    trail = f'f"{file.records.path}/{{{scene.this}.id}}/audit"'
    yield Test(
        f"what_is_done_with_the_{file.noun}_leaves_a_trace",
        [
            *begun,
            file.put(scene),
            *([f"await {scene.caller}.get(url)"] if fetches else []),
            *signed_in,
            f"trail = await {file.records.suite.caller(reader)}.get({trail})",
            'entries = trail.json()["items"]',
            'written = [[entry["action"], entry["role"]] for entry in entries]',
            f"assert written == {source([[action.value, role] for action in done])}",
        ],
        [f"{file.records.address}.audit"],
    )
