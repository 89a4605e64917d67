"""Tests of rules: refused in a world where only the rule stands against it, accepted in the nearest one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from quantumlayer.qtest.bodies import IF_ANY, Creation
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.witness import Pair, Witness
from quantumlayer.spec.cel import Record, Scope, compile_cel, evaluate
from quantumlayer.spec.model import Action, Moment, NoOverlap, Rule

VERBS = {Moment.CREATE: "made", Moment.UPDATE: "changed", Moment.DELETE: "deleted"}
STATUS = {Moment.CREATE: 201, Moment.UPDATE: 200, Moment.DELETE: 204}


def rule_tests(records: Records) -> Iterator[Test]:
    """The rules of one entity at each moment at which they are judged over HTTP."""
    for key, rule in records.entity.rules.items():
        if rule.no_overlap is not None:
            yield from _overlap(records, key, rule, rule.no_overlap)
            continue
        for moment in rule.on:
            if records.suite.offered(records.name, Action(moment.value)):
                yield from _judged(records, key, rule, moment)


def _judged(records: Records, key: str, rule: Rule, moment: Moment) -> Iterator[Test]:
    pairs, others = witnesses(records, key, moment)
    address = f"entities.{records.name}.rules.{key}"
    if not pairs:
        records.suite.leave_open(address, NO_WITNESS)
    refused = f"assert refusal(answer) == (409, {text(key.replace('_', '-'))}, {text(rule.else_)})"
    accepted = f"assert answer.status_code == {STATUS[moment]}"
    verb = VERBS[moment]
    for number, pair in enumerate(pairs):
        nth = f"_{number + 1}" if number else ""
        lines = [*_call(records, pair.refused, moment), refused]
        yield Test(f"{records.a}_is_not_{verb}_unless_{key}{nth}", lines, [address])
        if pair.accepted is not None:
            lines = [*_call(records, pair.accepted, moment), accepted]
            yield Test(f"{records.a}_is_{verb}_when_{key}{nth}", lines, [address])
    for number, other in enumerate(others):
        lines = [*_call(records, other, moment), accepted]
        yield Test(f"{records.a}_is_{verb}_when_{key}_because_of_reason_{number + 1}", lines, [address])


def witnesses(records: Records, key: str, moment: Moment) -> tuple[list[Pair], list[Witness]]:
    """Worlds on both sides of a rule, for the first role that has some, and each other way to keep it, for any role."""
    action = Action(moment.value)
    condition = records.suite.rules(records.name, moment)[key]
    pairs: list[Pair] = []
    others: list[Witness] = []
    for role in records.suite.roles_for(records.name, action):
        question = records.suite.question(records.name, action, role)
        pairs = pairs or list(question.refusals(condition))
        others += question.alternatives(condition)
    return pairs, others


def _call(records: Records, found: Witness, moment: Moment) -> list[str]:
    """The lines that bring the world about and make the call."""
    if moment is Moment.CREATE:
        scene = Scene(records.suite, found, this_is_made=False)
        creation = Creation(records.suite, records.name, found.built.caller.role, found)
        usual = records.suite.defaults.of(records.name)
        extra = {
            key: value for key, value in creation.values().items() if found.built.this.values.get(key) != usual[key]
        }
        body = creation.body(scene, extra)
        return [*scene.lines, f'answer = await {scene.caller}.post("{records.path}", json={body})']
    scene = Scene(records.suite, found)
    url = f'f"{records.path}/{{{scene.this}.id}}"'
    if moment is Moment.DELETE:
        return [*scene.lines, f"answer = await {scene.caller}.delete({url}, {IF_ANY})"]
    return [*scene.lines, f"answer = await {scene.caller}.put({url}, json={scene.body(changing=True)}, {IF_ANY})"]


def _overlap(records: Records, key: str, rule: Rule, overlap: NoOverlap) -> Iterator[Test]:
    """Two records that share a time, that touch, that belong to others, and one that does not count."""
    address = f"entities.{records.name}.rules.{key}"
    creation = records.creation
    if creation is None:
        records.suite.leave_open(address, "no caller makes such records directly")
        return
    if not counted(records, overlap, creation.witness):
        records.suite.leave_open(address, "a new record does not count yet")
        return
    scene = creation.scene()
    value = creation.witness.built.this.values.get(overlap.start)
    target = creation.witness.built.this.values.get(overlap.per)
    if not isinstance(value, datetime) or not isinstance(target, Record) or not scene.named(target):
        records.suite.leave_open(address, "its start is worked out")
        return
    owner = scene.name(target)
    make = f"await make.{records.names.snake}({overlap.per}={owner}"
    post = f'answer = await {scene.caller}.post("{records.path}", json={creation.body(scene)})'
    refused = f"assert refusal(answer) == (409, {text(key.replace('_', '-'))}, {text(rule.else_)})"
    accepted = "assert answer.status_code == 201"
    noun = records.names.plural
    yield Test(f"two_{noun}_of_one_{overlap.per}_do_not_overlap", [*scene.lines, f"{make})", post, refused], [address])
    touching = _touching(records, overlap, value)
    if touching is not None:
        lines = [*scene.lines, f"{make}, {touching})", post, accepted]
        yield Test(f"{noun}_follow_one_another_without_a_gap", lines, [address])
    other = f"await make.{records.names.snake}()"
    yield Test(f"{noun}_of_another_{overlap.per}_do_not_matter", [*scene.lines, other, post, accepted], [address])
    if overlap.when is not None and (state := uncounted(records, overlap)) is not None:
        field = records.entity.states.field if records.entity.states is not None else ""
        lines = [*scene.lines, f"{make}, {field}={source(state)})", post, accepted]
        yield Test(f"{noun}_that_are_{state}_do_not_stand_in_the_way", lines, [address])


def _touching(records: Records, overlap: NoOverlap, start: datetime) -> str | None:
    """The record before, which ends when the other begins."""
    if overlap.end in records.entity.fields:
        return f"{overlap.start}={source(start - timedelta(hours=1))}, {overlap.end}={source(start)}"
    for minutes in range(5, 24 * 60, 5):
        earlier = start - timedelta(minutes=minutes)
        if ends(records, overlap.end, {overlap.start: earlier}) == start:
            return f"{overlap.start}={source(earlier)}"
    return None


def ends(records: Records, name: str, changed: dict[str, object]) -> object:
    """A derived value of an ordinary record with some values changed."""
    question = records.suite.question(records.name, Action.READ, records.suite.first_role(records.name))
    choice = {**question.start(), **{Slot(THIS, key): value for key, value in changed.items()}}
    built = question.builder().build(choice)
    checked = compile_cel(records.entity.derived[name].cel, Scope.for_derived(records.suite.spec, records.name))
    return evaluate(checked, built.world, this=built.this)


def counted(records: Records, overlap: NoOverlap, witness: Witness) -> bool:
    """Whether the rule looks at a record."""
    if overlap.when is None:
        return True
    checked = compile_cel(overlap.when, Scope.for_derived(records.suite.spec, records.name))
    return evaluate(checked, witness.built.world, this=witness.built.this) is not False


def uncounted(records: Records, overlap: NoOverlap) -> str | None:
    """A state in which a record does not count."""
    states = records.entity.states
    if states is None or overlap.when is None:
        return None
    question = records.suite.question(records.name, Action.READ, records.suite.first_role(records.name))
    checked = compile_cel(overlap.when, Scope.for_derived(records.suite.spec, records.name))
    for state in states.values:
        built = question.builder().build({**question.start(), Slot(THIS, states.field): state})
        if evaluate(checked, built.world, this=built.this) is False:
            return state
    return None
