"""Tests of rules: refused in a world where only the rule stands against it, accepted in the nearest one."""

from collections.abc import Iterator

from quantumlayer.qtest.bodies import IF_ANY, Creation
from quantumlayer.qtest.decisive import Decisive, of_condition
from quantumlayer.qtest.literals import text
from quantumlayer.qtest.overlaps import overlap_tests
from quantumlayer.qtest.parts import numbered
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.uniques import unique_tests
from quantumlayer.qtest.witness import Pair, Witness
from quantumlayer.spec.model import Action, Moment

VERBS = {Moment.CREATE: "made", Moment.UPDATE: "changed", Moment.DELETE: "deleted"}
STATUS = {Moment.CREATE: 201, Moment.UPDATE: 200, Moment.DELETE: 204}


def rule_tests(records: Records) -> Iterator[Test]:
    """The rules of one entity at each moment at which they are judged over HTTP."""
    for key, rule in records.entity.rules.items():
        if rule.no_overlap is not None:
            yield from overlap_tests(records, key, rule, rule.no_overlap)
            continue
        if rule.unique is not None:
            yield from unique_tests(records, key, rule, rule.unique)
            continue
        for moment in rule.on:
            if records.suite.offered(records.name, Action(moment.value)):
                yield from _judged(records, key, moment)


def _judged(records: Records, key: str, moment: Moment) -> Iterator[Test]:
    pairs, others, decisive = witnesses(records, key, moment)
    address = f"entities.{records.name}.rules.{key}"
    if not pairs:
        records.suite.leave_open(address, NO_WITNESS)
    yes, no = (name_of(records, key, moment, holds=holds) for holds in (True, False))
    for nth, pair in numbered(pairs):
        yield Test(f"{no}{nth}", judged(records, key, pair.refused, moment, holds=False), [address])
        if pair.accepted is not None:
            yield Test(f"{yes}{nth}", judged(records, key, pair.accepted, moment, holds=True), [address])
    for number, other in enumerate(others):
        lines = judged(records, key, other, moment, holds=True)
        yield Test(f"{yes}_because_of_reason_{number + 1}", lines, [address])
    for one, holds in decisive:
        lines = judged(records, key, one.witness, moment, holds=holds)
        name = f"{records.a}_is_{'' if holds else 'not_'}{VERBS[moment]}_as_{key}_{one.told}"
        yield Test(name, lines, [address])


def name_of(records: Records, key: str, moment: Moment, *, holds: bool) -> str:
    """What a test of a rule is called."""
    return f"{records.a}_is_{VERBS[moment]}_when_{key}" if holds else f"{records.a}_is_not_{VERBS[moment]}_unless_{key}"


def judged(records: Records, key: str, found: Witness, moment: Moment, *, holds: bool) -> list[str]:
    """The lines that bring a world about, make the call, and find it accepted or refused by the rule."""
    if holds:
        return [*_call(records, found, moment), f"assert answer.status_code == {STATUS[moment]}"]
    said = records.entity.rules[key].else_
    return [
        *_call(records, found, moment),
        f"assert refusal(answer) == (409, {text(key.replace('_', '-'))}, {text(said)})",
    ]


def witnesses(
    records: Records, key: str, moment: Moment
) -> tuple[list[Pair], list[Witness], list[tuple[Decisive, bool]]]:
    """Worlds on both sides of a rule, for the first role that has some, and each other way to keep it, for any role.

    Last come worlds in which one part of what it asks of related records decides.
    """
    action = Action(moment.value)
    condition = records.suite.rules(records.name, moment)[key]
    pairs: list[Pair] = []
    others: list[Witness] = []
    decisive: list[tuple[Decisive, bool]] = []
    for role in records.suite.roles_for(records.name, action):
        question = records.suite.question(records.name, action, role)
        if not pairs:
            pairs = list(question.refusals(condition))
            decisive = list(of_condition(question, condition, pairs))
        others += question.alternatives(condition)
    return pairs, others, decisive


def _call(records: Records, found: Witness, moment: Moment) -> list[str]:
    """The lines that bring the world about and make the call."""
    if moment is Moment.CREATE:
        scene = Scene(records.suite, found, this_is_made=False)
        creation = Creation(records.suite, records.name, found.built.caller.role, found)
        body = creation.body(scene, creation.unusual())
        return [*scene.lines, f'answer = await {scene.caller}.post("{records.path}", json={body})']
    scene = Scene(records.suite, found)
    url = f'f"{records.path}/{{{scene.this}.id}}"'
    if moment is Moment.DELETE:
        return [*scene.lines, f"answer = await {scene.caller}.delete({url}, {IF_ANY})"]
    return [*scene.lines, f"answer = await {scene.caller}.put({url}, json={scene.body(changing=True)}, {IF_ANY})"]
