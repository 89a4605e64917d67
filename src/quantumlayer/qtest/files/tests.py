"""The tests of the files of one entity."""

from collections.abc import Iterator

from quantumlayer.qtest.files.callers import history_tests, kept_out_tests, refused_tests, rule_tests
from quantumlayer.qtest.files.field import FileField
from quantumlayer.qtest.files.keeping import keeping_tests, limit_tests
from quantumlayer.qtest.files.released import released_tests
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.suite import NO_WITNESS
from quantumlayer.qtest.tests import Test


def file_tests(records: Records) -> Iterator[Test]:
    """Field by field, then what goes with a record."""
    for key, field in records.entity.files.items():
        file = FileField(records, key, field)
        yield from refused_tests(file)
        if file.putting is None:
            records.suite.leave_open(file.address, NO_WITNESS)
            continue
        yield from keeping_tests(file)
        yield from limit_tests(file)
        yield from kept_out_tests(file)
        yield from rule_tests(file)
        yield from history_tests(file)
    yield from released_tests(records)
