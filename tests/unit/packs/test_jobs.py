"""What the service does by itself: functions for records that are due, and what stays open."""

import pytest

from quantumlayer.qlayer.packs.fastapi.jobs import job_view
from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qtest.generator import QTest
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec

TEXT = """
spec: 1
service: {name: pantry, timezone: Europe/Berlin}
roles: {cook: }
entities:
  Jar:
    relations: {shelf: {to: Shelf}}
    fields:
      filled_on: {type: date}
      label: {type: file, optional: true, max: 1000000}
    states: {values: [good, eaten, spoiled]}
    access: [{who: cook, may: [create, read, delete]}]
    audit: {actions: [update], visible_to: cook}
  Shelf:
    fields: {spoiled: {type: int, min: 0, default: 0}}
    access: [{who: cook, may: [create, read]}]
operations:
  eat: {on: Jar, by: cook, from: good, to: eaten}
jobs:
  spoil:
    about: Old jars spoil.
    of: Jar
    where: this.status == 'good' && this.filled_on < today() - days(30)
    every: 2h
    to: spoiled
    also:
      count: {on: this.shelf, sets: {spoiled: this.shelf.spoiled + 1}}
"""


def pantry(**changes: str) -> Spec:
    text = TEXT
    for old, new in changes.items():
        text = text.replace(old, new)
    return parse_spec(text).spec


def test_a_job_locks_its_record_and_looks_again_whether_it_is_due() -> None:
    view = job_view(pantry(), "spoil")
    assert view.conditions[0] == "Jar.status == 'good'"
    assert view.body[:4] == (
        "await lock(session, Jar, jar_id)",
        "jar = await session.scalar(due_spoil().where(Jar.id == jar_id))",
        "if jar is None:",
        "    return",
    )
    assert "await record_job(session, 'spoil', \"update\", [jar])" in view.body
    assert (view.summary, view.seconds) == ("Old jars spoil", 7200)


def test_a_job_that_removes_records_lets_nothing_refer_to_them_meanwhile() -> None:
    view = job_view(
        parse_spec(
            TEXT.replace("    to: spoiled\n    also:", "    deletes: true\n    also:").replace(
                "      label: {type: file, optional: true, max: 1000000}\n", ""
            )
        ).spec,
        "spoil",
    )
    assert view.body[0] == "await lock_to_remove(session, Jar, jar_id)"
    assert view.body[-1] == "await session.delete(jar)"


def test_a_job_that_removes_files_stays_open() -> None:
    spec = parse_spec(TEXT.replace("    to: spoiled\n    also:", "    deletes: true\n    also:")).spec
    assert [one.element for one in FastApiPack().open_elements(spec)] == ["jobs.spoil"]


@pytest.mark.parametrize(
    "name",
    [
        "spoil",
        "spoil_leaves_a_jar_alone",
        "spoil_leaves_a_jar_alone_2",
        "spoil_is_done_once_by_two",
    ],
)
def test_what_a_job_does_and_leaves_alone_is_tested(name: str) -> None:
    module = next(one for one in QTest().modules(pantry()) if one.path == "tests/test_jobs.py")
    assert name in {test.name for test in module.tests}


def test_every_promise_of_a_job_has_a_test() -> None:
    spec = parse_spec(TEXT.replace("      label: {type: file, optional: true, max: 1000000}\n", "")).spec
    assert not QTest().open_elements(spec)
