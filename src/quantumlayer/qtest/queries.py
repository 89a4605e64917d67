"""Tests of queries: which records they show, to whom, in which order, and what they are asked with."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from quantumlayer.qtest.decisive import of_condition
from quantumlayer.qtest.limits import rows
from quantumlayer.qtest.lists import Reader
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.parts import numbered
from quantumlayer.qtest.places import CALLER, ROLE, TAKES, Slot
from quantumlayer.qtest.ranges import order_test
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import TEXTS, samples
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS, required, sample
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.variables import mentioned
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.qtest.worlds import constant
from quantumlayer.spec.cel import ANYONE, Scope
from quantumlayer.spec.model import Action, FieldType, Query
from quantumlayer.spec.naming import route_name

_SHOWN = '[item["id"] for item in answer.json()["items"]]'


def query_tests(records: Records) -> Iterator[Test]:
    """The queries of one entity."""
    for name, query in records.suite.spec.queries.items():
        if query.of == records.name:
            yield from _Asking(records, name, query).tests()


class _Asking:
    """The tests of one query."""

    def __init__(self, records: Records, name: str, query: Query) -> None:
        self.records, self.name, self.query = records, name, query
        self.suite = records.suite
        self.address = f"queries.{name}"
        self.path = f"{records.path}/{route_name(name)}"
        self.title = f"{name.strip('_')}_{records.names.plural.strip('_')}"
        self.condition = Condition(query.where, Scope.for_query(records.suite.spec, name))

    def tests(self) -> Iterator[Test]:
        """What it shows first, then what it does not."""
        found = False
        for role in self.query.by:
            base = self.question(role).base()
            if base is None:
                self.suite.leave_open(self.address, NO_WITNESS)
                continue
            takes = [f"{self.address}.takes.{key}" for key, value in base.built.takes.items() if value is not None]
            proves = [self.address, f"{self.address}.by", *takes]
            yield self._judged(f"{role}_is_shown_{self.title}", base, holds=True, proves=proves)
            yield from self._unreadable(role)
            if not found:
                yield from self._borders(role)
                yield from self._order(role, base)
                yield from self._input(role, base)
            found = True
        yield from self._refused()

    def question(self, role: str) -> Question:
        """The search space of a request by this role."""
        given = {
            key: next(islice(samples(key, item), 1, None), sample(key, item)) for key, item in self.query.takes.items()
        }
        question = Question(
            self.suite.spec,
            self.suite.defaults,
            self.query.of,
            [role],
            [self.condition, *self.suite.permission(self.query.of, Action.READ, role)],
            self.query.takes,
            given,
            {Slot(CALLER, ROLE): role},
        )
        constants = question.reader.constants  # a record may have the very value that is asked for
        constants.texts |= {value for value in given.values() if isinstance(value, str)}
        constants.whole |= {value for value in given.values() if isinstance(value, int) and not isinstance(value, bool)}
        constants.decimals |= {value for value in given.values() if isinstance(value, Decimal)}
        return question

    def _params(self, witness: Witness) -> dict[str, str]:
        takes = witness.built.takes.items()
        return {key: _told(value, self.query.takes[key].type) for key, value in takes if value is not None}

    def _get(self, scene: Scene, params: str) -> str:
        more = f", params={params}" if params != "{}" else ""
        return f'answer = await {scene.caller}.get("{self.path}"{more})'

    def _judged(self, name: str, found: Witness, *, holds: bool, proves: list[str]) -> Test:
        """A request that shows the record, or does not."""
        scene = Scene(self.suite, found)
        check = f"assert {scene.this}.id {'in' if holds else 'not in'} {_SHOWN}"
        return Test(name, [*scene.lines, self._get(scene, source(self._params(found))), check], proves)

    def _borders(self, role: str) -> Iterator[Test]:
        """Both sides of each part of the condition."""
        question = self.question(role)
        pairs = list(question.refusals(self.condition))
        proves = [self.address]
        for nth, pair in numbered(pairs):
            yield self._judged(
                f"{self.title}_leave_out_what_does_not_fit{nth}", pair.refused, holds=False, proves=proves
            )
            if pair.accepted is not None:
                yield self._judged(f"{self.title}_show_what_just_fits{nth}", pair.accepted, holds=True, proves=proves)
        for number, other in enumerate(question.alternatives(self.condition), 1):
            name = f"{self.title}_show_what_fits_because_of_reason_{number}"
            yield self._judged(name, other, holds=True, proves=proves)
        for one, holds in of_condition(question, self.condition, pairs):
            verb = "show" if holds else "leave_out"
            yield self._judged(f"{self.title}_{verb}_one_that_{one.told}", one.witness, holds=holds, proves=proves)

    def _unreadable(self, role: str) -> Iterator[Test]:
        """What fits but is not for the caller to read."""
        for target in self.suite.permission(self.query.of, Action.READ, role):
            found = self.question(role).refusal(target)
            if found is not None:
                name = f"{role}_is_not_shown_{self.title}_that_they_may_not_read"
                yield self._judged(name, found.refused, holds=False, proves=[self.address])

    def _order(self, role: str, base: Witness) -> Iterator[Test]:
        if not self.query.order:
            return
        scene = Scene(self.suite, base)
        others = [line for line in scene.lines if not line.startswith(f"{scene.this} = ")]
        if len(others) == len(scene.lines):  # no test may speak of the record by its name
            self.suite.leave_open(f"{self.address}.order", NO_WITNESS)
            return
        single = scene.is_one_of_a_kind or any(scene.this in mentioned([line]) for line in others)
        params = source(self._params(base))
        asked = "" if params == "{}" else params
        reader = Reader(self.records, role, self.question(role), base, scene, single, self.path, asked)
        yield order_test(reader, self.query.order, self.title, f"{self.address}.order")

    def _input(self, role: str, base: Witness) -> Iterator[Test]:
        takes = self.query.takes
        if not takes:
            return
        scene = Scene(self.suite, base)
        params = source(self._params(base))
        names = {"key": "str", "value": "str"}
        wrong = [Row((text(key), '"nonsense"')) for key, item in takes.items() if item.type not in TEXTS]
        sent = self._get(scene, f"{params} | {{key: value}}")
        refused = 'assert pointers(answer) == [f"/query/{key}"]'
        alone = self.suite.sign_in(role)
        rest = [sent, refused]
        nonsense = Row(('"nonsense"', '"1"'))
        yield Test(f"{self.title}_are_refused_with", [*alone, *rest], names=names, rows=[*wrong, nonsense])
        if needed := required(takes):
            rest = [
                f"params = {params}",
                self._get(scene, "{name: params[name] for name in params if name != key}"),
                refused,
            ]
            keys = [Row((text(key),), (f"{self.address}.takes.{key}",)) for key in needed]
            yield Test(f"{self.title}_are_refused_without", [*alone, *rest], names={"key": "str"}, rows=keys)
        yield from self._limits(alone, sent, refused)
        yield from self._left_out(role, base)

    def _limits(self, alone: list[str], sent: str, refused: str) -> Iterator[Test]:
        prefix, names = f"{self.address}.takes", {"key": "str", "value": "str"}
        for fits, name, check in (
            (True, "take_a_value_at_its_limit", "assert answer.status_code == 200"),
            (False, "refuse_a_value_beyond_its_limit", refused),
        ):
            found = []
            for key, edge, row in rows(prefix, self.query.takes, fits=fits):
                value = text(_told(edge.value, self.query.takes[key].type))
                found.append(Row((row.values[0], value), row.proves, row.id))
            if found:
                yield Test(f"{self.title}_{name}", [*alone, sent, check], names=names, rows=found)

    def _left_out(self, role: str, base: Witness) -> Iterator[Test]:
        """Parameters with a default need not be given."""
        plain = {key: constant(item) for key, item in self.query.takes.items() if item.default is not None}
        question = self.question(role)
        choice = {**base.choice, **{Slot(TAKES, key): value for key, value in plain.items()}}
        witness = Witness(choice, question.builder().build(choice))
        if not plain or not question.accepts(witness.built):
            return
        scene = Scene(self.suite, witness)
        told = {key: value for key, value in self._params(witness).items() if key not in plain}
        yield Test(
            f"{self.title}_do_without_{'_and_'.join(plain)}",
            [*scene.lines, self._get(scene, source(told)), f"assert {scene.this}.id in {_SHOWN}"],
            [f"{self.address}.takes.{key}.default" for key in plain],
        )

    def _refused(self) -> Iterator[Test]:
        """Whoever may not ask."""
        if ANYONE in self.query.by:
            return
        others = [role for role in (ANYONE, *self.suite.spec.roles) if role not in self.query.by]
        yield Test(
            f"{self.title}_are_refused_to",
            [
                "caller = await sign_in(role)",
                f'answer = await caller.get("{self.path}")',
                "assert answer.status_code == status",
            ],
            [f"{self.address}.by"],
            names={"role": "str", "status": "int"},
            rows=[Row((text(role), "401" if role == ANYONE else "403")) for role in others],
        )


def _told(value: object, kind: FieldType) -> str:
    """A value as a parameter carries it."""
    sent = wire(value, kind)
    return str(sent).lower() if isinstance(sent, bool) else str(sent)
