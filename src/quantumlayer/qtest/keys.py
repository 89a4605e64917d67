"""Records that paths name by a key of their own instead of their id."""

import re
from collections.abc import Iterator
from itertools import islice

from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.changes import changing
from quantumlayer.qtest.literals import text
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import lengths
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.tests import Module, Test
from quantumlayer.spec.fitting import matching
from quantumlayer.spec.model import Action
from quantumlayer.spec.naming import route_name


def key_tests(records: Records) -> Iterator[Test]:
    """A record is found at its key and not at its id."""
    key = records.entity.key
    if key is None:
        return
    address = f"{records.address}.key"
    found = records.suite.plain(records.name, Action.READ)
    if found is None:
        records.suite.leave_open(address, "nobody reads such records")
        return
    scene = Scene(records.suite, found[1])
    get = f"answer = await {scene.caller}.get"
    yield Test(
        f"{records.a}_is_found_at_its_{key}",
        [
            *scene.lines,
            f'{get}(f"{records.path}/{{{scene.this}.{key}}}")',
            f'assert answer.json()["id"] == {scene.this}.id',
            f'{get}("{records.path}/" + str({scene.this}.id))',
            "assert answer.status_code in {404, 422}",
        ],
        [address],
    )
    yield from _moved(records, key)
    yield from _taken(records, key)


def _moved(records: Records, key: str) -> Iterator[Test]:
    """A record with another key is found there and no longer where it was."""
    change = changing(records)
    if change is None or key not in change.values or not records.suite.may(records.name, Action.READ, change.role):
        return
    item = records.entity.fields[key]
    wanted = str(next(reversed([*islice(matching(item.pattern or "", *lengths(item)), 60)])))
    yield Test(
        f"{records.a}_is_found_at_its_new_{key}",
        [
            *change.scene.lines,
            f"body = {change.body} | {{{text(key)}: {text(wanted)}}}",
            f"answer = await {change.scene.caller}.put({change.url}, json=body, {IF_ANY})",
            f'assert (await {change.scene.caller}.get("{records.path}/{wanted}")).json() == answer.json()',
            f"assert (await {change.scene.caller}.get({change.url})).status_code == 404",
        ],
        [f"{records.address}.key"],
    )


def _taken(records: Records, key: str) -> Iterator[Test]:
    """No record is called like a list of the same path."""
    item = records.entity.fields[key]
    routes = [route_name(name) for name, query in records.suite.spec.queries.items() if query.of == records.name]
    for route in routes:
        if item.pattern is not None and re.fullmatch(item.pattern, route):
            yield Test(
                f"no_{records.names.snake}_has_the_{key}_{route.replace('-', '_')}_of_a_list",
                [
                    "with pytest.raises(IntegrityError):",
                    f'    await make.{records.names.snake}({key}="{route}")',
                ],
                [f"{records.address}.key"],
            )


def address_by_key(suite: Suite, modules: list[Module]) -> None:
    """Writes the key into every path that names a record which has one."""
    for name, entity in suite.spec.entities.items():
        if entity.key is None:
            continue
        path = re.escape(suite.names(name).path)
        made = re.compile(rf"(/{path}/\{{\w+)\.id\}}")
        told = re.compile(rf"(/{path}/\{{answer\.json\(\)\[')id('\]\}})")
        for test in (test for module in modules for test in module.tests):
            test.body = [told.sub(rf"\g<1>{entity.key}\2", made.sub(rf"\1.{entity.key}}}", line)) for line in test.body]
