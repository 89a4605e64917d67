"""Tests of requests that judge by other records, or copy from them, while somebody changes those.

The change is written and not yet committed when the request comes: it has to wait, and then go by what is new. A
service that does not lock what it reads answers at once, by what was there before.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from quantumlayer.qtest.acting import seen
from quantumlayer.qtest.bodies import IF_ANY, Creation
from quantumlayer.qtest.demands import Demand
from quantumlayer.qtest.effects import after_effects, found_world, looks
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.places import CALLER, Place, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.rows import referred
from quantumlayer.qtest.rules import STATUS, VERBS
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.spec.cel import ListType, Record, Scope
from quantumlayer.spec.cel.reads import Path
from quantumlayer.spec.changeable import changeable
from quantumlayer.spec.held import Held, rules_when, work_of_operation, work_of_rules
from quantumlayer.spec.locking import steps
from quantumlayer.spec.model import Action, Moment, Spec


def waiting_operations(operating: Operating) -> Iterator[Test]:
    """An operation, for each kind of record that it locks to read it."""
    spec = operating.suite.spec
    for held in work_of_operation(spec, operating.name).held():
        found = _best(_of_operation(operating, held))
        if found is not None:
            name = f"{operating.name.strip('_')}_waits_for_changes_of_{_words(held.path)}"
            yield Test(name, found.lines, [found.address], postgres=True)


def waiting_rules(records: Records) -> Iterator[Test]:
    """A request that a rule judges by another record."""
    spec, suite = records.suite.spec, records.suite
    for moment in Moment:
        for key in rules_when(spec, records.name, moment) if suite.offered(records.name, Action(moment.value)) else ():
            for held in work_of_rules(spec, records.name, (key,)).held():
                found = _best(_of_rule(records, key, moment, held))
                if found is not None:
                    name = (
                        f"{records.a}_that_is_{VERBS[moment]}_waits_for_changes_of_{_words(held.path)}_because_of_{key}"
                    )
                    yield Test(name, found.lines, [f"entities.{records.name}.rules.{key}"], postgres=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """The lines of a test, what they prove, and how well they tell the new value from the old one."""

    lines: list[str]
    address: str
    rank: int


_REFUSED, _SHOWN, _SERVED = range(3)


def _best(found: Iterable[_Found]) -> _Found | None:
    """The first that is refused by the new value, else one that shows it, else one that is at least served after it."""
    best: _Found | None = None
    for one in found:
        if best is None or one.rank < best.rank:
            best = one
        if best.rank == _REFUSED:
            break
    return best


def _words(path: Path) -> str:
    return "_".join(path[1:])


def _place(scope: Scope, path: Path) -> Place:
    """Where the records of a path are in a small world."""
    names = [f"{m.name}*" if isinstance(m.type, ListType) else m.name for _, m in steps(scope, path)]
    return (*CALLER, *names[1:]) if path[0] == CALLER[0] else (path[0], *names)


@dataclass
class _Change:
    """A record of a small world with another value in one of its fields or its state."""

    spec: Spec
    question: Question
    witness: Witness
    records: list[Record]
    slot: Slot
    value: object

    @contextmanager
    def made(self) -> Iterator[None]:
        """The world as it is after the change."""
        before = [one.values.get(self.slot.name) for one in self.records]
        for one in self.records:
            one.values[self.slot.name] = self.value
        yield
        for one, value in zip(self.records, before, strict=True):
            one.values[self.slot.name] = value

    def lines(self, scene: Scene, call: str) -> list[str]:
        """The change, the call that meets it, and the answer, as Python."""
        entity = self.records[0].entity
        ids = [f"{scene.name(one)}.id" for one in self.records]
        chosen = f"{entity}.id == {ids[0]}" if len(ids) == 1 else f"{entity}.id.in_([{', '.join(ids)}])"
        changed = f"update({entity}).where({chosen}).values({self.slot.name}={source(self.value)})"
        return [
            *scene.lines,
            "async with sessions() as other:",
            f"    await other.execute({changed})",
            f"    asked = asyncio.ensure_future({call.removeprefix('answer = await ')})",
            "    assert await waits(asked, other)",
            "    await other.commit()",
            "answer = await asked",
        ]

    def refused_by(self, conditions: Iterable[Condition]) -> Condition | None:
        """The only condition that stands against it afterwards."""
        built = self.witness.built
        if self.question.accepts(built):
            return None
        return next((one for one in conditions if self.question.accepts(built, besides=one.cel)), None)


def _changes(spec: Spec, question: Question, witness: Witness, held: Held, place: Place) -> Iterator[_Change]:
    """Each other value of a field or a state by which somebody goes who holds the records."""
    records = list(dict.fromkeys(witness.built.records.get(place, ())))
    entity = spec.entities[held.entity]
    kept = {*entity.values, *([entity.states.field] if entity.states is not None else [])}
    for slot in question.reader.slots if records else ():
        if slot.place == place and slot.name in kept and slot.name in changeable(spec)[held.entity]:
            for value in question.options(slot):
                if value != records[0].values.get(slot.name):
                    yield _Change(spec, question, witness, records, slot, value)


def _of_operation(operating: Operating, held: Held) -> Iterator[_Found]:
    spec, name = operating.suite.spec, operating.name
    place = _place(Scope.for_operation(spec, name), held.path)
    # What an effect changes it locks again when it is its turn: only what is read before that tells.
    early = held.path in {one.path for one in work_of_operation(spec, name).changed}
    for witness in _worlds(operating):
        question = operating.question(witness.built.caller.role)
        for change in _changes(spec, question, witness, held, place):
            found = _met(operating, change, early=early)
            if found is not None:
                yield found


def _met(operating: Operating, change: _Change, *, early: bool) -> _Found | None:
    """The test of an operation that meets a change; with `early` only where its own requirements or values tell."""
    witness = change.witness
    told = [*change.records, *referred(operating, witness), *_referred(operating, witness)]
    scene = Scene(operating.suite, witness, told=told)
    if not all(scene.named(one) for one in change.records):
        return None
    before = _answer(operating, scene, witness, early=early)
    lines = change.lines(scene, operating.call(scene))
    requirements = operating.suite.requirements(operating.name)
    with change.made():
        refusing = change.refused_by(requirements.values())
        served = change.question.accepts(witness.built)
        after = _answer(operating, scene, witness, early=early)
    if served:
        rank = _SHOWN if after != before else _SERVED
        return None if early and rank == _SERVED else _Found([*lines, *after], operating.address, rank)
    demand = next((one for one in operating.demands.values() if requirements[one.name] is refusing), None)
    if demand is None or (early and demand.name not in operating.operation.requires):
        return None
    return _refused(lines, demand)


def _referred(operating: Operating, witness: Witness) -> list[Record]:
    """The records to which what the effects make refers."""
    after = after_effects(operating, witness)
    made = after.made if after is not None else []
    return [value for _, values in made for value in values.values() if isinstance(value, Record)]


def _refused(lines: list[str], demand: Demand) -> _Found:
    told = f"(409, {text(demand.rule.replace('_', '-'))}, {text(demand.said)})"
    return _Found([*lines, f"assert refusal(answer) == {told}"], demand.address, _REFUSED)


def _worlds(operating: Operating) -> Iterator[Witness]:
    """Worlds in which an operation works, then those in which each of its effects shows."""
    for role in operating.operation.by:
        base = operating.base(role)
        if base is not None:
            yield base
    for path in operating.paths():
        found = found_world(operating, seen(operating.scope, path))
        if found is not None:
            yield found[0]


def _answer(operating: Operating, scene: Scene, witness: Witness, *, early: bool) -> list[str]:
    """What is seen of an operation that was served: its answer and, unless that is `early`, what it did to others."""
    lines = [f"assert answer.status_code == {operating.done}"]
    after = after_effects(operating, witness)
    if after is not None and operating.answers_rows:
        lines.append(f"assert answer.json() == {operating.rows_answer(witness, after)}")
    pairs = operating.expected(witness, scene, witness.built.caller.role)[0]
    lines += [f"assert answer.json().items() >= {{{', '.join(pairs)}}}.items()"] if pairs else []
    found = looks(operating, scene, after) if after is not None and not early else []
    return [*lines, "async with sessions() as session:", *(f"    {one}" for one in found)] if found else lines


def _of_rule(records: Records, key: str, moment: Moment, held: Held) -> Iterator[_Found]:
    suite, action = records.suite, Action(moment.value)
    place = _place(Scope.for_rule(suite.spec, records.name), held.path)
    condition = suite.rules(records.name, moment)[key]
    for role in suite.roles_for(records.name, action):
        question = suite.question(records.name, action, role)
        witness = question.base()
        for change in _changes(suite.spec, question, witness, held, place) if witness is not None else ():
            scene = Scene(suite, change.witness, this_is_made=moment is not Moment.CREATE, told=change.records)
            if not all(scene.named(one) for one in change.records):
                continue
            lines = change.lines(scene, _request(records, scene, change.witness, moment))
            with change.made():
                refused = change.refused_by([condition]) is not None
                served = question.accepts(change.witness.built)
            if refused:
                rule = records.entity.rules[key]
                yield _refused(lines, Demand(f"entities.{records.name}.rules.{key}", key, "", key, rule.else_))
            elif served:
                yield _Found([*lines, f"assert answer.status_code == {STATUS[moment]}"], "", _SERVED)


def _request(records: Records, scene: Scene, witness: Witness, moment: Moment) -> str:
    if moment is Moment.CREATE:
        creation = Creation(records.suite, records.name, witness.built.caller.role, witness)
        return f'{scene.caller}.post("{records.path}", json={creation.body(scene, creation.unusual())})'
    url = f'f"{records.path}/{{{scene.this}.id}}"'
    if moment is Moment.DELETE:
        return f"{scene.caller}.delete({url}, {IF_ANY})"
    return f"{scene.caller}.put({url}, json={scene.body(changing=True)}, {IF_ANY})"
