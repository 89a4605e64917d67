"""Tests of queries: which records they show, to whom, in which order, and what they are asked with."""

from collections.abc import Iterator
from decimal import Decimal

from quantumlayer.qtest.asking import Asking
from quantumlayer.qtest.lists import Reader
from quantumlayer.qtest.places import CALLER, ROLE, Slot
from quantumlayer.qtest.ranges import order_test
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.variables import mentioned
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.spec.cel import Scope
from quantumlayer.spec.model import Action, Query
from quantumlayer.spec.naming import route_name

_SHOWN = '[item["id"] for item in answer.json()["items"]]'


def query_tests(records: Records) -> Iterator[Test]:
    """The queries of one entity."""
    for name, query in records.suite.spec.queries.items():
        if query.of == records.name:
            yield from Listing(records, name, query).tests()


class Listing(Asking):
    """The tests of one query."""

    def __init__(self, records: Records, name: str, query: Query) -> None:
        address = f"queries.{name}"
        self.fits = Condition(query.where, Scope.for_query(records.suite.spec, name))
        super().__init__(
            records.suite,
            address,
            f"{records.path}/{route_name(name)}",
            f"{name.strip('_')}_{records.names.plural.strip('_')}",
            query.of,
            query.by,
            query.takes,
            (self.fits, address),
            _SHOWN,
        )
        self.records, self.query = records, query

    def tests(self) -> Iterator[Test]:
        """What it shows first, then what it does not."""
        found = False
        for role in self.by:
            base = self.question(role).base()
            if base is None:
                self.suite.leave_open(self.address, NO_WITNESS)
                continue
            takes = [f"{self.address}.takes.{key}" for key, value in base.built.takes.items() if value is not None]
            proves = [self.address, f"{self.address}.by", *takes]
            yield self.judged(f"{role}_is_shown_{self.title}", base, holds=True, proves=proves)
            yield from self.unreadable(role)
            if not found:
                yield from self.borders(role)
                yield from self._order(role, base)
                yield from self.input(role, base)
            found = True
        yield from self.refused()

    def question(self, role: str) -> Question:
        """The search space of a request by this role."""
        given = self.given()
        question = Question(
            self.suite.spec,
            self.suite.defaults,
            self.of,
            [role],
            [self.fits, *self.suite.permission(self.of, Action.READ, role)],
            self.takes,
            given,
            {Slot(CALLER, ROLE): role},
        )
        constants = question.reader.constants  # a record may have the very value that is asked for
        constants.texts |= {value for value in given.values() if isinstance(value, str)}
        constants.whole |= {value for value in given.values() if isinstance(value, int) and not isinstance(value, bool)}
        constants.decimals |= {value for value in given.values() if isinstance(value, Decimal)}
        return question

    def _order(self, role: str, base: Witness) -> Iterator[Test]:
        if not self.query.order:
            return
        scene = Scene(self.suite, base)
        others = [line for line in scene.lines if not line.startswith(f"{scene.this} = ")]
        if len(others) == len(scene.lines):  # no test may speak of the record by its name
            self.suite.leave_open(f"{self.address}.order", NO_WITNESS)
            return
        single = scene.is_one_of_a_kind or any(scene.this in mentioned([line]) for line in others)
        params = self.params(scene)
        asked = "" if params == "{}" else params
        reader = Reader(self.records, role, self.question(role), base, scene, single, self.path, asked)
        yield order_test(reader, self.query.order, self.title, f"{self.address}.order")
