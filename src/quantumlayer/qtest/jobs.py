"""Tests of what the service does by itself: to which records, to which not, and what the database holds then."""

from collections.abc import Iterator
from datetime import datetime
from itertools import product

from quantumlayer.qtest.acting import Outcome, Path, Simulation, outcome, paths, seen
from quantumlayer.qtest.demands import read_by_effects
from quantumlayer.qtest.effects import effect_test, effect_tests, found_world
from quantumlayer.qtest.literals import text
from quantumlayer.qtest.parts import numbered
from quantumlayer.qtest.pools import at_the_clock
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS, Suite
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.cel import CelRuntimeError, Checked, Record, Scope, acting_job, compile_cel, evaluate
from quantumlayer.spec.cel.runtime import zone
from quantumlayer.spec.model import Job
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.wording import a

JOBS = "JOBS"
"""What the service calls its jobs."""


def job_tests(suite: Suite) -> Iterator[Test]:
    """What each job does."""
    for name, job in suite.spec.jobs.items():
        yield from Jobbing(suite, name, job).tests()


class Jobbing:
    """The tests of one job.

    Args:
        suite: What is known of the Spec.
        name: Its name.
        job: What the Spec says of it.
    """

    def __init__(self, suite: Suite, name: str, job: Job) -> None:
        self.suite, self.name, self.job = suite, name, job
        self.scope = Scope.for_job(suite.spec, job.of)
        self.calls = False
        self._due = compile_cel(job.where, self.scope)
        self._root = acting_job(suite.spec, name)

    def tests(self) -> Iterator[Test]:
        """What it does, where it does nothing, and that two at once do it once."""
        found: list[Test] = []
        for test in [*effect_tests(self), *self._judging()]:
            same = next((one for one in found if one.body == test.body), None)
            if same is None:
                found.append(test)
            else:
                same.proves = list(dict.fromkeys([*same.proves, *test.proves]))
        yield from found

    def _judging(self) -> Iterator[Test]:
        question = self._question()
        due = next(one for one in question.conditions if one.cel == self.job.where)
        pairs = list(question.refusals(due))
        if not pairs:
            self.suite.leave_open(f"jobs.{self.name}", NO_WITNESS)
        title = entity_names(self.job.of).snake
        for nth, pair in numbered(pairs):
            yield from self._judged(pair.refused, f"leaves_{a(title).replace(' ', '_')}_alone{nth}", idle=self._idle())
            if pair.accepted is not None:
                yield from self._judged(pair.accepted, f"is_done{nth}")
        yield from self._by_the_clock(question, title)
        yield from self._race()

    def _by_the_clock(self, question: Question, title: str) -> Iterator[Test]:
        """The closest moments on both sides of each part of the condition that only the clock decides."""
        base = question.base()
        place = zone(self.suite.spec.service.timezone)
        parts = [one.checked for one in question.judged if one.cel == self.job.where]
        if base is None:
            return
        for part in [one.checked for one in question.judged if not one.slots]:
            others = [one for one in parts if one is not part]
            worlds = [
                (moment, _at(question, base, moment)) for moment in at_the_clock(question.reader.constants, place)
            ]
            worlds = [(moment, one) for moment, one in worlds if all(_holds(other, one.built) for other in others)]
            no = [(moment, one) for moment, one in worlds if not _holds(part, one.built)]
            yes = [(moment, one) for moment, one in worlds if _holds(part, one.built)]
            apart = min(product(no, yes), key=lambda pair: abs(pair[0][0] - pair[1][0]), default=None)
            if apart is None:
                self.suite.leave_open(f"jobs.{self.name}", NO_WITNESS)
                continue
            (late, refused), (now, accepted) = apart
            at = f"at_{late.astimezone(place):%H_%M}"
            yield from self._judged(refused, f"leaves_{a(title).replace(' ', '_')}_alone_{at}", idle=self._idle())
            yield from self._judged(accepted, f"is_done_at_{now.astimezone(place):%H_%M}")

    def _judged(self, witness: Witness, says: str, idle: Path | None = None) -> Iterator[Test]:
        after = outcome(self.simulation(witness))
        if after is not None:
            name = f"{self.name.strip('_')}_{says}"
            yield effect_test(self, witness, after, name, [f"jobs.{self.name}"], idle=idle)

    def _race(self) -> Iterator[Test]:
        """Two processes at the same moment, where there is nothing left to do for the second one."""
        worlds = (found_world(self, seen(self.scope, path)) for path in reversed(self.paths()))
        base = next((found[0] for found in worlds if found is not None), None)
        simulation = None if base is None else self.simulation(base)
        after = None if simulation is None else outcome(simulation, self._due)
        if base is None or simulation is None or after is None or (simulation.then is not False and not after.gone):
            return
        test = effect_test(self, base, after, f"{self.name.strip('_')}_is_done_once_by_two", [f"jobs.{self.name}"])
        once = self._run()
        both = [f"both = [{once}, {once}]", "assert await asyncio.gather(*both) == [0, 0]"]
        test.body[:] = [new for line in test.body for new in (both if once in line else [line])]
        test.postgres = True
        yield test

    def _idle(self) -> Path:
        """The first effect of which it shows that it did nothing."""
        return next((path for path in self._every() if _shows(path)), (self._root,))

    def _every(self) -> list[Path]:
        return paths([self._root])

    def paths(self) -> list[Path]:
        """Its effects, each with those that it stands in; first what it does to the record itself, if it does."""
        return [path for path in self._every() if len(path) > 1 or _shows(path)]

    def questions(self) -> Iterator[Question]:
        """The search space of a record that is due."""
        yield self._question()

    def _question(self) -> Question:
        read = [Condition(cel, self.scope) for cel in read_by_effects([self._root], self.scope)]
        due = [Condition(self.job.where, self.scope)]
        return Question(self.suite.spec, self.suite.defaults, self.job.of, [], due, values=read)

    def simulation(self, base: Witness) -> Simulation:
        """What it does to every record of a world that is due."""
        records = base.built.world.records(self.job.of)
        due = [record for record in records if self._is_due(record, base.built)]
        return Simulation(self.suite, [self._root], base.built, to=due)

    def _is_due(self, record: Record, built: Built) -> bool:
        return _holds(self._due, built, record)

    def performed(self, scene: Scene, base: Witness, after: Outcome) -> list[str]:
        """The job, which fails for no record."""
        del scene, base, after
        return [f"assert await {self._run()} == 0"]

    def _run(self) -> str:
        return f"run_once({text(self.name)}, {JOBS}[{text(self.name)}], sessions)"


def _shows(path: Path) -> bool:
    effect = path[-1].effect
    return bool(effect.sets or effect.to or effect.creates or effect.sends or effect.deletes)


def _at(question: Question, base: Witness, moment: datetime) -> Witness:
    """The same world at another moment."""
    builder = question.builder()
    apart, builder.now = moment - builder.now, moment
    choice = {slot: one + apart if isinstance(one, datetime) else one for slot, one in base.choice.items()}
    return Witness(choice, builder.build(choice))


def _holds(checked: Checked, built: Built, this: Record | None = None) -> bool:
    try:
        return evaluate(checked, built.world, this=this or built.this) is True
    except CelRuntimeError:
        return False
