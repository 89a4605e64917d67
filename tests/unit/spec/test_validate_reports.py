"""What is wrong with reports is told with its place and what to do; what they promise is said."""

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate

TEXT = """
spec: 1
service: {name: bakery, timezone: Europe/Berlin}
roles: {baker: , guest: }
entities:
  Oven:
    fields: {name: {type: string}}
    access: [{who: baker, may: [create, read]}]
  Batch:
    relations: {oven: {to: Oven}}
    fields: {loaves: {type: int}}
    access: [{who: baker, may: [create, read]}]
reports:
  output:
    of: Oven
    per: day
    by: baker
    where: this.name != ''
    takes: {since: {type: date}, until: {type: date}, batch: {to: Batch, optional: true}}
    values:
      loaves: {type: int, cel: 'this.batches.filter(b, date(b.created_at) == day).map(b, b.loaves).sum()'}
"""


def test_a_report_that_fits_is_left_alone() -> None:
    assert list(validate(parse_spec(TEXT))) == []


@pytest.mark.parametrize(
    ("old", "new", "address", "says"),
    [
        ("of: Oven", "of: Stove", "reports.output.of", "'Stove'"),
        ("by: baker\n    where", "by: miller\n    where", "reports.output.by", "'miller'"),
        ("by: baker\n    where", "by: guest\n    where", "reports.output.by", "guest may read no Oven"),
        ("    of: Oven\n    per: day\n", "", "reports.output", "what the rows are"),
        ("    of: Oven\n", "", "reports.output.where", "the rows are days"),
        ("since: {type: date}, ", "", "reports.output.per", "since is a date that callers give"),
        ("since: {type: date}", "since: {type: int}", "reports.output.takes.since", "since is a date"),
        ("batch: {to: Batch, optional: true}", "limit: {type: int}", "reports.output.takes.limit", "'limit' already"),
        ("to: Batch, optional", "to: Bench, optional", "reports.output.takes.batch.to", "'Bench'"),
        ("loaves: {type: int, cel", "day: {type: int, cel", "reports.output.values.day", "'day' already"),
        ("loaves: {type: int, cel", "oven_id: {type: int, cel", "reports.output.values.oven_id", "already"),
        ("loaves: {type: int, cel", "loaves: {type: json, cel", "reports.output.values.loaves.type", "plain values"),
        ("  Oven:\n", "  Report:\n    fields: {a: {type: int}}\n    access: [{who: baker, may: [create]}]\n  Oven:\n",
         "entities.Report", "Reports are found"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, address: str, says: str) -> None:
    assert old in TEXT
    problems = [one for one in validate(parse_spec(TEXT.replace(old, new))) if one.element == address]
    assert any(says in one.message for one in problems), problems
    assert all(one.hint for one in problems)


def test_a_report_promises_its_rows_and_what_they_show() -> None:
    said = {claim.element: claim.says for claim in claims(parse_spec(TEXT).spec)}
    assert said["reports.output"] == (
        "output has a row for each day from since to until, both included, and each oven that the caller may read"
    )
    assert said["reports.output.values.loaves"].startswith("loaves of output is this.batches.filter(")
    assert said["reports.output.by"] == "only baker may ask for output"
    assert (
        said["reports.output.takes.batch"] == "output may take batch, a batch that exists and that the caller may read"
    )
