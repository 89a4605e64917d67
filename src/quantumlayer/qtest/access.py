"""Tests of access: every operation as every role and as a stranger."""

from collections.abc import Iterator
from dataclasses import replace

from quantumlayer.qtest.bodies import IF_ANY, Creation
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.named import taken
from quantumlayer.qtest.places import THIS
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS, Suite, holds, writable
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Witness
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action
from quantumlayer.spec.naming import route_name

METHODS = {Action.CREATE: "POST", Action.READ: "GET", Action.UPDATE: "PUT", Action.DELETE: "DELETE"}
_LISTED = '[item["id"] for item in listed.json()["items"]]'
STATUS = {Action.CREATE: 201, Action.READ: 200, Action.UPDATE: 200, Action.DELETE: 204}


def access_tests(suite: Suite) -> Iterator[Test]:
    """Who is refused first, entity by entity, then who is let in and to which records."""
    for name in suite.spec.entities:
        yield from _refused(suite, name)
        for action in Action:
            if suite.offered(name, action):
                yield from _allowed(suite, name, action)
    yield from _operations(suite)


def _calls(suite: Suite, name: str) -> list[tuple[str, str, Action]]:
    path = f"/{suite.names(name).path}"
    found = []
    for action in Action:
        if suite.offered(name, action):
            one = path if action is Action.CREATE else f"{path}/1"
            found.append((METHODS[action], one, action))
            if action is Action.READ:
                found.append(("GET", path, action))
                if suite.spec.entities[name].versioned:
                    found.append(("GET", f"{one}/versions", action))
    return found


def _refused(suite: Suite, name: str) -> Iterator[Test]:
    plural, address = suite.names(name).plural, f"entities.{name}.access"
    rows = []
    roles = (ANYONE, *suite.spec.roles)
    refused = [
        (*call, role) for *call, action in _calls(suite, name) for role in roles if not suite.may(name, action, role)
    ]
    audit = suite.spec.entities[name].audit
    if audit is not None:
        readers = audit.visible_to
        refused += [("GET", f"/{suite.names(name).path}/1/audit", role) for role in roles if role not in readers]
    for method, path, role in refused:
        rows.append(Row((text(role), text(method), text(path), "401" if role == ANYONE else "403")))
    if not rows:
        yield from _not_offered(suite, name)
        return
    yield Test(
        f"whoever_has_no_grant_is_refused_{plural}",
        [
            "caller = await sign_in(role)",
            "answer = await caller.request(method, path)",
            "assert answer.status_code == status",
        ],
        [address],
        names={"role": "str", "method": "str", "path": "str", "status": "int"},
        rows=rows,
    )


def _not_offered(suite: Suite, name: str) -> Iterator[Test]:
    """Where anyone may do all that is offered, the rest is refused."""
    names = suite.names(name)
    places = {Action.CREATE: f"/{names.path}"}
    rows = [
        Row((text(METHODS[action]), text(places.get(action, f"/{names.path}/1"))))
        for action in Action
        if not suite.offered(name, action)
    ]
    if rows:
        yield Test(
            f"what_nobody_may_do_with_{names.plural}_is_refused",
            [
                *suite.sign_in(ANYONE),
                f"answer = await {suite.caller(ANYONE)}.request(method, path)",
                "assert answer.status_code in {404, 405}",
            ],
            [f"entities.{name}.access"],
            names={"method": "str", "path": "str"},
            rows=rows,
        )


def _allowed(suite: Suite, name: str, action: Action) -> Iterator[Test]:
    for role in suite.roles_for(name, action):
        grants = suite.grants(name, action, role)
        proves = [f"entities.{name}.access.{index}" for index, _ in grants]
        question = suite.question(name, action, role)
        base = question.base()
        if base is None:
            for address in proves:
                suite.leave_open(address, NO_WITNESS)
            continue
        yield from _let_in(suite, name, action, role, base, proves)
        if not suite.always(name, action, role):
            yield from _kept_out(suite, name, action, role, proves)


def _let_in(suite: Suite, name: str, action: Action, role: str, base: Witness, proves: list[str]) -> Iterator[Test]:
    own = "" if suite.always(name, action, role) else "_of_their_own"
    names = suite.names(name)
    verb = action.value
    scene = Scene(suite, base, this_is_made=action is not Action.CREATE)
    if action is Action.CREATE:
        lines = creating(suite, name, role, base)
    else:
        lines = [*scene.lines, _request(suite, name, action, scene)]
    lines.append(f"assert answer.status_code == {STATUS[action]}")
    if action is Action.READ:
        lines += [f'listed = await {scene.caller}.get("/{names.path}")', f"assert {scene.this}.id in {_LISTED}"]
    yield Test(f"{role}_may_{verb}_{names.snake if own else _a(names.snake)}{own}", lines, proves)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'}_{noun}"


def creating(suite: Suite, name: str, role: str, found: Witness) -> list[str]:
    """The lines that make the record of a world over HTTP."""
    creation = Creation(suite, name, role, found)
    scene = Scene(suite, found, this_is_made=False)
    entity = suite.spec.entities[name]
    values = {key: source(wire(found.built.this.values.get(key), item.type)) for key, item in writable(entity).items()}
    parts = [f"{text(key)}: {value}" for key, value in values.items() if value != "None"]
    if suite.own_role(name) is not None:
        parts.append('"account": {"username": "newcomer", "password": "a password to try"}')
    relations = creation.body(scene)
    if relations != creation.constant:
        parts.append(relations.partition(" | {")[2][:-1])
    return [
        *scene.lines,
        f'answer = await {scene.caller}.post("/{suite.names(name).path}", json={{{", ".join(parts)}}})',
    ]


def _request(suite: Suite, name: str, action: Action, scene: Scene) -> str:
    url = f'f"/{suite.names(name).path}/{{{scene.this}.id}}"'
    if action is Action.READ:
        return f"answer = await {scene.caller}.get({url})"
    if action is Action.DELETE:
        return f"answer = await {scene.caller}.delete({url}, {IF_ANY})"
    return f"answer = await {scene.caller}.put({url}, json={scene.body(changing=True)}, {IF_ANY})"


def _kept_out(suite: Suite, name: str, action: Action, role: str, proves: list[str]) -> Iterator[Test]:
    """A record for which no grant of the role holds; one that may not even be read is not found."""
    allowed = suite.question(name, action, role)
    target = suite.permission(name, action, role)[0]
    index = next(i for i, one in enumerate(allowed.conditions) if one.cel == target.cel)
    found, refused = allowed.refusal(allowed.conditions[index]), "== 403"
    if found is None and action is Action.CREATE:  # what it would refer to may not be read either
        alone = replace(allowed, conditions=[one for one in allowed.conditions if one.at == THIS])
        found, refused = alone.refusal(alone.conditions[index]), "in {403, 409}"
    if found is None:
        for address in proves:
            suite.leave_open(address, NO_WITNESS)
        return
    names = suite.names(name)
    if action is Action.CREATE:
        lines = [*creating(suite, name, role, found.refused), f"assert answer.status_code {refused}"]
    else:
        scene = Scene(suite, found.refused)
        status = 404 if not _readable(suite, name, role, found.refused) else 403
        lines = [*scene.lines, _request(suite, name, action, scene), f"assert answer.status_code == {status}"]
        if action is Action.READ:
            lines += [f'listed = await {scene.caller}.get("/{names.path}")']
            lines += [f"assert {scene.this}.id not in {_LISTED}"]
    yield Test(f"{role}_may_not_{action.value}_another_{names.snake}", lines, proves)


def _readable(suite: Suite, name: str, role: str, witness: Witness) -> bool:
    return all(holds(one.cel, one.scope, witness) for one in suite.permission(name, Action.READ, role)) and suite.may(
        name, Action.READ, role
    )


def _operations(suite: Suite) -> Iterator[Test]:
    rows = []
    for name, operation in suite.spec.operations.items():
        path = f"/{suite.names(operation.on).path}/1/{route_name(name)}"
        proves = (f"operations.{name}.by",)
        others = [role for role in (ANYONE, *suite.spec.roles) if role not in operation.by]
        rows += [Row((text(role), text(path), "401" if role == ANYONE else "403"), proves) for role in others]
    if rows:
        yield Test(
            "an_operation_is_refused_to",
            [
                "caller = await sign_in(role)",
                "answer = await caller.post(path)",
                "assert answer.status_code == status",
            ],
            names={"role": "str", "path": "str", "status": "int"},
            rows=rows,
        )
    for name, operation in suite.spec.operations.items():
        for role in operation.by:
            if suite.may(operation.on, Action.READ, role) and not suite.always(operation.on, Action.READ, role):
                yield from _foreign(suite, name, role)


def _foreign(suite: Suite, name: str, role: str) -> Iterator[Test]:
    """An operation on a record that the caller may not read."""
    operation = suite.spec.operations[name]
    question = suite.operation(name, role)
    target = suite.permission(operation.on, Action.READ, role)[0]
    index = next(i for i, one in enumerate(question.conditions) if one.cel == target.cel)
    found = question.refusal(question.conditions[index])
    if found is None:
        return
    scene = Scene(suite, found.refused)
    url = f'f"/{suite.names(operation.on).path}/{{{scene.this}.id}}/{route_name(name)}"'
    body = f", json={taken(operation, scene)}" if operation.takes else ""
    yield Test(
        f"{role}_cannot_{name.strip('_')}_what_they_may_not_read",
        [*scene.lines, f"answer = await {scene.caller}.post({url}{body})", "assert answer.status_code == 404"],
        [f"operations.{name}.by"],
    )
