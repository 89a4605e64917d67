"""Tests of reports: which rows they have, what the rows show, for whom, and what they are asked with."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from quantumlayer.qtest.asking import Asking
from quantumlayer.qtest.decisive import told
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import CALLER, ROLE, TAKES, THIS, Slot
from quantumlayer.qtest.samples import NOW
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS, Suite
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.qtest.worked_out import worked_out
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.cel import CelRuntimeError, Scope, compile_cel, evaluate, rounded
from quantumlayer.spec.cel.runtime import zone
from quantumlayer.spec.model import Action, Report
from quantumlayer.spec.naming import route_name, row_id
from quantumlayer.spec.reports import DAY, PATH, PERIOD

_UNSET = object()


def report_tests(suite: Suite) -> Iterator[Test]:
    """The reports of a Spec."""
    for name, report in suite.spec.reports.items():
        yield from _Reporting(suite, name, report).tests()


class _Reporting(Asking):
    """The tests of one report."""

    def __init__(self, suite: Suite, name: str, report: Report) -> None:
        self.report, self.name = report, name
        self.scope = Scope.for_report(suite.spec, name)
        self.day: date = NOW.astimezone(zone(suite.spec.service.timezone)).date()
        self.key = "" if report.of is None else row_id(report.of)
        address = f"reports.{name}"
        rows = Condition(report.where, Scope.for_rows(suite.spec, name)) if report.where is not None else None
        super().__init__(
            suite,
            address,
            f"/{PATH}/{route_name(name)}",
            f"report_{name.strip('_')}",
            report.of or "",
            report.by,
            report.inputs,
            None if rows is None else (rows, f"{address}.where"),
            f'[row["{self.key}"] for row in answer.json()["items"]]',
            report.references,
        )

    def tests(self) -> Iterator[Test]:
        """What it shows first, then what it does not."""
        found = False
        for role in self.by:
            base = self.question(role).base()
            if base is None:
                self.suite.leave_open(self.address, NO_WITNESS)
                continue
            yield self._whole(role, base)
            yield from self.unreadable(role)
            if not found:
                yield from self.borders(role)
                yield from self._values(role)
                yield from self.input(role, base)
                yield from self._days(base)
            found = True
        yield from self.refused()

    def question(self, role: str) -> Question:
        """The search space of a request by this role."""
        conditions = [] if self.condition is None else [self.condition[0]]
        conditions += self.suite.permission(self.of, Action.READ, role) if self.of else []
        for key, reference in self.references.items():
            named = self.suite.permission(reference.to, Action.READ, role)
            conditions += [Condition(one.cel, one.scope, one.wanted, (*TAKES, key)) for one in named]
        fixed: dict[Slot, object] = {Slot(CALLER, ROLE): role}
        fixed |= {Slot(TAKES, key): self.day for key in PERIOD if self.report.per is not None}
        read = [Condition(value.cel, self.scope) for value in self.report.values.values()]
        return Question(
            self.suite.spec,
            self.suite.defaults,
            self.of,
            [role],
            conditions,
            self.takes,
            self.given(),
            fixed,
            values=read,
            references=self.references,
            day=self.day,
        )

    def answered(self, scene: Scene) -> str:
        """What shows that a request was answered as it should, as Python."""
        return super().answered(scene) if self.of else "assert answer.status_code == 200"

    def _names(self, built: Built) -> Mapping[str, object]:
        """What expressions call the day of the row, and all records of an entity."""
        every: dict[str, object] = {name: built.world.records(name) for name in self.suite.spec.entities}
        return {**every, DAY: self.day} if self.report.per is not None else every

    def _value(self, key: str, built: Built, day: date | None = None) -> object:
        value = self.report.values[key]
        names = {**self._names(built), **({DAY: day} if day is not None else {})}
        found = evaluate(
            compile_cel(value.cel, self.scope),
            built.world,
            this=built.this,
            caller=built.caller,
            takes=built.takes,
            others=names,
        )
        return rounded(found, value.type)

    def _row(self, scene: Scene) -> str:
        """The row of the world's record on the day, as Python."""
        tests = [f'row["{self.key}"] == {scene.this}.id'] if self.of else []
        tests += [f'row["{DAY}"] == {text(self.day.isoformat())}'] if self.report.per is not None else []
        return f'next(row for row in answer.json()["items"] if {" and ".join(tests)})'

    def _whole(self, role: str, base: Witness) -> Test:
        scene = Scene(self.suite, base, this_is_made=bool(self.of), told=[base.built.this] if self.of else [])
        shown = {key: wire(self._value(key, base.built), value.type) for key, value in self.report.values.items()}
        pairs = [f'"{self.key}": {scene.this}.id'] if self.of else []
        pairs += [f'"{DAY}": {text(self.day.isoformat())}'] if self.report.per is not None else []
        pairs += [f"{text(key)}: {source(value)}" for key, value in shown.items()]
        takes = [f"{self.address}.takes.{key}" for key, value in base.built.takes.items() if value is not None]
        return Test(
            f"{role}_is_shown_{self.title}",
            [
                *scene.lines,
                self.get(scene, self.params(scene)),
                f"assert {self._row(scene)} == {{{', '.join(pairs)}}}",
            ],
            [self.address, f"{self.address}.by", *takes],
        )

    def _values(self, role: str) -> Iterator[Test]:
        """Each value in worlds in which it differs."""
        for key, value in self.report.values.items():
            question = self.question(role)
            checked = compile_cel(value.cel, self.scope)
            names = {"this": THIS, "takes": TAKES}
            slots = question.reader.read(checked, self.scope, names)
            address = f"{self.address}.values.{key}"

            def worth(built: Built, key: str = key) -> object:
                try:
                    return self._value(key, built)
                except CelRuntimeError:
                    return None

            found = worked_out(self.suite, question, checked, slots, worth, self._names)
            if len({repr(shown) for _, shown, _ in found}) < 2:  # a row that never changes shows nothing
                self.suite.leave_open(address, NO_WITNESS)
                continue
            for number, (witness, shown, name) in enumerate(found):
                base = found[0][0].choice
                changed = {slot: one for slot, one in witness.choice.items() if base.get(slot, _UNSET) != one}
                said = name or (told(changed) if number else "as_things_are")
                yield self._one(f"{self.title}_{key}_{said}", witness, key, wire(shown, value.type), address)

    def _one(self, name: str, witness: Witness, key: str, shown: object, address: str) -> Test:
        scene = Scene(self.suite, witness, this_is_made=bool(self.of), told=[witness.built.this] if self.of else [])
        same = "is" if shown is None or isinstance(shown, bool) else "=="
        return Test(
            name,
            [
                *scene.lines,
                self.get(scene, self.params(scene)),
                f"assert {self._row(scene)}[{text(key)}] {same} {source(shown)}",
            ],
            [address],
        )

    def _days(self, base: Witness) -> Iterator[Test]:
        """A row for each day from the first to the last, and none where the last comes first."""
        if self.report.per is None:
            return
        scene = Scene(self.suite, base, this_is_made=bool(self.of), told=[base.built.this] if self.of else [])
        before, after = self.day - timedelta(days=1), self.day + timedelta(days=1)
        days = [day.isoformat() for day in (before, self.day, after)]
        own = f' if row["{self.key}"] == {scene.this}.id' if self.of else ""
        shown = f'[row["{DAY}"] for row in answer.json()["items"]{own}]'
        for name, first, last, rows in (
            ("each_day_of_a_period", before, after, days),
            ("no_day_of_a_period_that_ends_before_it_begins", after, before, []),
        ):
            period = dict(zip(PERIOD, (first.isoformat(), last.isoformat()), strict=True))
            yield Test(
                f"{self.title}_has_{name}",
                [
                    *scene.lines,
                    self.get(scene, f"{self.params(scene)} | {source(period)}"),
                    f"assert {shown} == {source(rows)}",
                ],
                [self.address, *(f"{self.address}.takes.{key}" for key in PERIOD)],
            )
