"""Tests of rules: refused in a world where only the rule stands against it, accepted in the nearest one."""

from collections.abc import Iterator

from quantumlayer.qtest.bodies import IF_ANY, Creation
from quantumlayer.qtest.decisive import Decisive, of_condition
from quantumlayer.qtest.literals import text
from quantumlayer.qtest.overlaps import overlap_tests
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.witness import Pair, Witness, numbered
from quantumlayer.spec.model import Action, Moment, Rule

VERBS = {Moment.CREATE: "made", Moment.UPDATE: "changed", Moment.DELETE: "deleted"}
STATUS = {Moment.CREATE: 201, Moment.UPDATE: 200, Moment.DELETE: 204}


def rule_tests(records: Records) -> Iterator[Test]:
    """The rules of one entity at each moment at which they are judged over HTTP."""
    for key, rule in records.entity.rules.items():
        if rule.no_overlap is not None:
            yield from overlap_tests(records, key, rule, rule.no_overlap)
            continue
        for moment in rule.on:
            if records.suite.offered(records.name, Action(moment.value)):
                yield from _judged(records, key, rule, moment)


def _judged(records: Records, key: str, rule: Rule, moment: Moment) -> Iterator[Test]:
    pairs, others, decisive = witnesses(records, key, moment)
    address = f"entities.{records.name}.rules.{key}"
    if not pairs:
        records.suite.leave_open(address, NO_WITNESS)
    refused = f"assert refusal(answer) == (409, {text(key.replace('_', '-'))}, {text(rule.else_)})"
    accepted = f"assert answer.status_code == {STATUS[moment]}"
    verb = VERBS[moment]
    for nth, pair in numbered(pairs):
        lines = [*_call(records, pair.refused, moment), refused]
        yield Test(f"{records.a}_is_not_{verb}_unless_{key}{nth}", lines, [address])
        if pair.accepted is not None:
            lines = [*_call(records, pair.accepted, moment), accepted]
            yield Test(f"{records.a}_is_{verb}_when_{key}{nth}", lines, [address])
    for number, other in enumerate(others):
        lines = [*_call(records, other, moment), accepted]
        yield Test(f"{records.a}_is_{verb}_when_{key}_because_of_reason_{number + 1}", lines, [address])
    for one, holds in decisive:
        lines = [*_call(records, one.witness, moment), accepted if holds else refused]
        yield Test(f"{records.a}_is_{'' if holds else 'not_'}{verb}_as_{key}_{one.told}", lines, [address])


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
