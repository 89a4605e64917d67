"""Tests that records which their caller may not read are refused in the words for records that are not there."""

from collections.abc import Iterator

from quantumlayer.qtest.beside import is_told_apart, with_others, without_idle
from quantumlayer.qtest.bodies import IF_ANY, Creation, with_value
from quantumlayer.qtest.literals import text
from quantumlayer.qtest.records import NOBODY, Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import relations_given
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.model import Action
from quantumlayer.spec.naming import link_ids
from quantumlayer.spec.pinned import is_pinned

_ALIKE = [
    "assert answer.status_code == unknown.status_code",
    f'assert answer.json() == unknown.json() | {{"detail": unknown.json()["detail"].replace("{NOBODY}", str(%s))}}',
]


def unreadable_tests(records: Records) -> Iterator[Test]:
    """Each relation that callers give, when they make a record and when they change one."""
    links = records.entity.links
    for key in [*relations_given(records.entity), *links]:
        yield from _made(records, key)
    for key in [*relations_given(records.entity, changing=True), *(key for key in links if links[key].reassignable)]:
        yield from _changed(records, key)


def _made(records: Records, key: str) -> Iterator[Test]:
    for role in _roles(records, key, Action.CREATE):
        if is_pinned(records.suite.spec, records.name, key, role):
            continue
        unseen = _unseen(records, key)
        question = records.suite.question(records.name, Action.CREATE, role)
        found = with_others(records.suite, question, role, records.entity.relations[key].to, [unseen], readable=False)
        if found is None:
            continue
        scene = Scene(records.suite, found, this_is_made=False)
        creation = Creation(records.suite, records.name, role, found)
        given = creation.unusual() | ({f"{key}_id": NOBODY} if key in records.entity.references else {})
        request = f'await {scene.caller}.post("{records.path}", json='
        lines = _asked(records, key, scene, creation.body(scene, given), (request, ")"))
        yield Test(
            f"{role}_makes_no_{records.names.snake}_with_{key}_they_may_not_read", lines, [_address(records, key)]
        )
        return


def _changed(records: Records, key: str) -> Iterator[Test]:
    for role in _roles(records, key, Action.UPDATE):
        unseen = _unseen(records, key)
        question = records.suite.question(records.name, Action.UPDATE, role)
        found = with_others(records.suite, question, role, records.entity.relations[key].to, [unseen], readable=False)
        if found is None:
            continue
        scene = Scene(records.suite, found)
        request = f'await {scene.caller}.put(f"{records.path}/{{{scene.this}.id}}", json='
        lines = _asked(records, key, scene, scene.body(changing=True), (request, f", {IF_ANY})"))
        yield Test(f"{role}_gives_no_{records.names.snake}_{key}_they_may_not_read", lines, [_address(records, key)])
        return


def _roles(records: Records, key: str, action: Action) -> list[str]:
    target = records.entity.relations[key].to
    roles = records.suite.roles_for(records.name, action)
    return [role for role in roles if is_told_apart(records.suite, target, role)]


def _unseen(records: Records, key: str) -> str:
    return f"unseen_{records.suite.names(records.entity.relations[key].to).snake}"


def _address(records: Records, key: str) -> str:
    return f"entities.{records.name}.relations.{key}"


def _asked(records: Records, key: str, scene: Scene, body: str, request: tuple[str, str]) -> list[str]:
    """The same request twice: with an id that no record has, and with that of a record which the caller cannot see."""
    record = scene.built.takes[_unseen(records, key)]
    assert isinstance(record, type(scene.built.this))  # noqa: S101 - the world was asked for it
    one = f"{scene.name(record)}.id"
    member = link_ids(key) if key in records.entity.links else f"{key}_id"
    value, other = (f"[{NOBODY}]", f"[{one}]") if key in records.entity.links else (str(NOBODY), one)
    if key in records.entity.links and scene.this_is_made and key not in records.entity.needed_links:
        body = with_value(body, member, "[]")
    before, after = request
    asked = [
        f"body = {body}",
        f"unknown = {before}body | {{{text(member)}: {value}}}{after}",
        f"answer = {before}body | {{{text(member)}: {other}}}{after}",
        "assert unknown.status_code in {403, 409}",
        _ALIKE[0],
        _ALIKE[1] % one,
    ]
    return [*without_idle(scene.lines, asked), *asked]
