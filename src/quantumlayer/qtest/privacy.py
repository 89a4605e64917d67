"""Tests of what stays hidden: fields from roles that may not see them, personal data from the log."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from quantumlayer.qtest.bodies import Creation
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.places import TAKES, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import lengths
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite, writable
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Witness
from quantumlayer.qtest.working import works
from quantumlayer.spec.fitting import matching
from quantumlayer.spec.model import Action, Field, FieldType
from quantumlayer.spec.remember import operations_on


def visibility_tests(suite: Suite) -> Iterator[Test]:
    """Each role that reads records with hidden values: what it sees of them."""
    for name, entity in suite.spec.entities.items():
        hidden = {key: item.visible_to for key, item in entity.fields.items() if item.visible_to}
        addresses = {key: f"entities.{name}.fields.{key}" for key in hidden}
        hidden |= {key: item.visible_to for key, item in entity.derived.items() if item.visible_to}
        addresses |= {key: f"entities.{name}.derived.{key}" for key in hidden if key not in addresses}
        if not hidden:
            continue
        for role in suite.roles_for(name, Action.READ):
            base = suite.question(name, Action.READ, role).base()
            if base is None:
                continue
            scene = Scene(suite, base)
            names = suite.names(name)
            shown = sorted(key for key, roles in hidden.items() if role in roles)
            expected = "{" + ", ".join(f'"{key}"' for key in shown) + "}" if shown else "set()"
            every = "{" + ", ".join(f'"{key}"' for key in sorted(hidden)) + "}"
            yield Test(
                f"{role}_sees_of_{names.plural}_only_what_is_for_them",
                [
                    *scene.lines,
                    f'answer = await {scene.caller}.get(f"/{names.path}/{{{scene.this}.id}}")',
                    f"assert answer.json().keys() & {every} == {expected}",
                ],
                [f"{addresses[key]}.visible_to" for key in hidden],
            )


def personal_tests(records: Records) -> Iterator[Test]:
    """Personal values travel through every kind of answer, and none of them is in the log."""
    creation = records.creation
    values = telling(records)
    if creation is None or not values:
        return
    scene = creation.scene()
    sent = {key: wire(value, records.entity.fields[key].type) for key, value in values.items()}
    post = f'await {scene.caller}.post("{records.path}", json='
    lines = [
        *scene.lines,
        f"personal = {source(sent)}",
        f"body = {_merged(creation, scene)}",
        f"assert ({post}body)).status_code == 201",
    ]
    if records.suite.own_role(records.name) is not None or any(records.entity.fields[key].unique for key in sent):
        lines.append(f"assert ({post}body)).status_code == 409")
    lines.append(f'assert ({post}body | {{"nonsense": 1}})).status_code == 422')
    asked = [key for key in records.entity.list.filter if key in sent]
    if records.suite.may(records.name, Action.READ, creation.role):
        get = f'await {scene.caller}.get("{records.path}", params='
        lines += [f'{get}{{"{key}": personal["{key}"]}})' for key in asked]
    yield Test(
        f"personal_data_of_{records.a}_never_reaches_a_log",
        [
            *lines,
            "written = logs()",
            'assert "POST" in written',
            "assert not [value for value in personal.values() if value in written]",
        ],
        [f"entities.{records.name}.fields.{key}.personal" for key in sent],
    )
    yield Test(
        f"personal_data_of_{records.a}_is_not_repeated_to_whoever_sends_it",
        [
            *scene.lines,
            f"answer = {post}{_with_value(creation, scene)})",
            'assert pointers(answer) == [f"/body/{key}"]',
            'assert "telling" not in answer.text + logs()',
        ],
        names={"key": "str"},
        rows=[Row((text(key),), (f"entities.{records.name}.fields.{key}.personal",)) for key in sent],
    )


def personal_input_tests(records: Records) -> Iterator[Test]:
    """What an operation takes of a person stays out of the log, too."""
    for name, operation in operations_on(records.suite.spec).get(records.name, {}).items():
        personal = {key: telling_value(key, item) for key, item in operation.inputs.items() if item.personal}
        told = {key: value for key, value in personal.items() if value is not None}
        found = works(records.suite, name) if told else None
        if found is None:
            continue
        role, base = found
        operating = Operating(records, name, operation)
        question = operating.question(role)
        choice = {**base.choice, **{Slot(TAKES, key): value for key, value in told.items()}}
        scene = Scene(records.suite, Witness(choice, question.builder().build(choice)))
        sent = {key: wire(value, operation.inputs[key].type) for key, value in told.items()}
        yield Test(
            f"personal_data_that_{name.strip('_')}_takes_never_reaches_a_log",
            [
                *scene.lines,
                f"personal = {source(sent)}",
                operating.call(scene).removeprefix("answer = "),
                "written = logs()",
                'assert "POST" in written',
                "assert not [value for value in personal.values() if value in written]",
            ],
            [f"operations.{name}.takes.{key}.personal" for key in told],
        )


def _with_value(creation: Creation, scene: Scene) -> str:
    """The body with a value that no field takes."""
    body = creation.body(scene)
    return (
        f'{body[:-1]}, key: ["a telling value"]}}' if body.endswith("}") else f'{body} | {{key: ["a telling value"]}}'
    )


def _merged(creation: Creation, scene: Scene) -> str:
    body = creation.body(scene)
    return f"{body} | personal"


def telling(records: Records) -> dict[str, object]:
    """For each personal field a value that nothing else in a log looks like."""
    found = {}
    for key, item in writable(records.entity).items():
        value = telling_value(key, item) if item.personal else None
        if value is not None:
            found[key] = value
    return found


def telling_value(key: str, item: Field) -> object:
    """A value for a personal field that nothing else in a log looks like; nothing where none is known."""
    match item.type:
        case FieldType.EMAIL if item.pattern is None:
            return f"telling-{key.replace('_', '-')}@example.org"
        case FieldType.DATE:
            return date(1987, 6, 5)
        case FieldType.DATETIME:
            return datetime(1987, 6, 5, 4, 32, tzinfo=UTC)
        case FieldType.MONEY:
            return Decimal("98765.43")
        case FieldType.STRING | FieldType.TEXT:
            shortest, longest = lengths(item)
            if item.pattern is not None:
                return next(matching(item.pattern, shortest, longest), None)
            return f"telling {key.replace('_', ' ')}".ljust(shortest, "!")[:longest] if not item.one_of else None
    return None
