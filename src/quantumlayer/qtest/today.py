"""Tests of what depends on the day: it begins and ends by the clocks of the place, not by those of UTC."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from quantumlayer.qtest.bodies import Creation
from quantumlayer.qtest.clocks import Edge, edges_of_days
from quantumlayer.qtest.derived import readers
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.places import TAKES, THIS, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.rules import judged, name_of
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.spec.cel import Call, CelRuntimeError, Scope, compile_cel, evaluate, parse, walk
from quantumlayer.spec.cel.runtime import zone
from quantumlayer.spec.model import Action, Computed, FieldType
from quantumlayer.spec.remember import operations_on

_MOST_WORLDS = 2000


def today_tests(records: Records) -> Iterator[Test]:
    """Wherever an entity and the operations on it ask for the day, both edges of one."""
    edges = edges_of_days(zone(records.suite.spec.service.timezone))
    if edges:
        yield from _Days(records, edges).tests()


def _asks(cel: str) -> bool:
    return any(isinstance(node, Call) and node.function == "today" for node in walk(parse(cel)))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A world at the edge of a day, the call that shows a value there, and the value."""

    edge: Edge
    scene: Scene
    call: str
    value: object


@dataclass(frozen=True, slots=True)
class _Days:
    records: Records
    edges: Sequence[Edge]

    def tests(self) -> Iterator[Test]:
        """Defaults, derived values and rules, then operations."""
        yield from self._defaults()
        yield from self._derived()
        for key, rule in self.records.entity.rules.items():
            if rule.cel is not None and _asks(rule.cel):
                yield from self._rule(key)
        for name, operation in operations_on(self.records.suite.spec).get(self.records.name, {}).items():
            operating = Operating(self.records, name, operation)
            yield from self._values(operating)
            yield from self._requirements(operating)

    def _defaults(self) -> Iterator[Test]:
        creation = self.records.creation
        scope = Scope.for_default(self.records.suite.spec, self.records.name)
        for key, item in self.records.entity.fields.items():
            if creation is None or not isinstance(item.default, Computed) or not _asks(item.default.cel):
                continue
            if self.records.shown(key, creation.role):
                default = Condition(item.default.cel, scope)
                found = [self._made(creation.role, edge, key, default) for edge in self.edges]
                address = f"{self.records.address}.fields.{key}.default"
                yield from _both(f"{key}_of_{self.records.a}_follows_the_local_day", key, found, address)

    def _made(self, role: str, edge: Edge, key: str, default: Condition) -> _Shown | None:
        suite, name = self.records.suite, self.records.name
        question = suite.question(name, Action.CREATE, role)
        found = _told_apart(question, edge, default)
        if found is None:
            return None
        witness, value = found
        question = replace(question, now=edge.now)
        if not question.accepts(question.builder().build({**witness.choice, Slot(THIS, key): value})):
            return None
        made = Creation(suite, name, role, witness)
        scene = made.scene()
        given = {other: one for other, one in made.unusual().items() if other != key}
        call = f'answer = await {scene.caller}.post("{self.records.path}", json={made.body(scene, given)})'
        return _Shown(edge, scene, call, wire(value, self.records.entity.fields[key].type))

    def _derived(self) -> Iterator[Test]:
        suite, name = self.records.suite, self.records.name
        for key, derived in self.records.entity.derived.items():
            role = next(iter(readers(self.records, derived)), None)
            if role is None or not _asks(derived.cel):
                continue
            asked = Condition(derived.cel, Scope.of_derived(suite.spec, name, key))
            shown: list[_Shown | None] = []
            for edge in self.edges:
                found = _told_apart(suite.question(name, Action.READ, role), edge, asked)
                if found is not None:
                    scene = Scene(suite, found[0])
                    call = f'answer = await {scene.caller}.get(f"{self.records.path}/{{{scene.this}.id}}")'
                    shown.append(_Shown(edge, scene, call, wire(found[1], derived.type)))
            yield from _both(f"{key}_follows_the_local_day", key, shown, f"{self.records.address}.derived.{key}")

    def _rule(self, key: str) -> Iterator[Test]:
        suite, name = self.records.suite, self.records.name
        rule = self.records.entity.rules[key]
        for moment in rule.on:
            action = Action(moment.value)
            for role in suite.roles_for(name, action)[:1]:
                condition = suite.rules(name, moment)[key]
                for edge in self.edges:
                    found = _told_apart(suite.question(name, action, role), edge, condition)
                    if found is not None:
                        holds = found[1] is True
                        yield Test(
                            f"{name_of(self.records, key, moment, holds=holds)}_{edge.told}",
                            judged(self.records, key, found[0], moment, holds=holds),
                            [f"{self.records.address}.rules.{key}"],
                        )

    def _values(self, operating: Operating) -> Iterator[Test]:
        """What it sets, and the defaults of what it makes."""
        operation, suite = operating.operation, self.records.suite
        verb, role = operating.name.strip("_"), operation.by[0]
        fields = self.records.entity.fields
        scope = Scope.for_operation(suite.spec, operating.name)
        asked = {key: Condition(cel, scope) for key, cel in operation.sets.items() if _asks(cel)}
        addresses = dict.fromkeys(asked, operating.address)
        if operation.creates is not None:
            entity = operation.creates.entity
            fields = suite.spec.entities[entity].fields
            asked |= {key: Condition(cel, scope) for key, cel in operation.creates.set.items() if _asks(cel)}
            addresses |= dict.fromkeys(asked, operating.address)
            for key, item in fields.items():
                if isinstance(item.default, Computed) and _asks(item.default.cel) and key not in operation.creates.set:
                    asked[key] = Condition("today()", scope)
                    addresses[key] = f"entities.{entity}.fields.{key}.default"
        for key, condition in asked.items():
            item = fields[key]
            if not item.visible_to or role in item.visible_to:
                found = [self._set(operating, edge, key, condition, item.type) for edge in self.edges]
                yield from _both(f"{verb}_gives_{key}_by_the_local_day", key, found, addresses[key])

    def _set(self, operating: Operating, edge: Edge, key: str, asked: Condition, kind: FieldType) -> _Shown | None:
        found = _told_apart(operating.question(operating.operation.by[0]), edge, asked)
        if found is None:
            return None
        witness = found[0]
        creates = operating.operation.creates
        after = operating.after(witness) if creates is None else operating.created(witness, creates.entity)[0]
        scene = Scene(self.records.suite, witness)
        return _Shown(edge, scene, operating.call(scene), wire(after[key], kind))

    def _requirements(self, operating: Operating) -> Iterator[Test]:
        for key, condition in self.records.suite.requirements(operating.name).items():
            for edge in self.edges if _asks(condition.cel) else ():
                found = _told_apart(operating.question(operating.operation.by[0]), edge, condition)
                if found is not None:
                    yield operating.judged(key, found[0], holds=found[1] is True, nth=f"_{edge.told}")


def _told_apart(question: Question, edge: Edge, asked: Condition) -> tuple[Witness, object] | None:
    """A world at the edge of a day in which something has another value than on the other side, and the value."""
    here, there = (replace(question, now=now) for now in (edge.now, edge.across))
    checked = compile_cel(asked.cel, asked.scope)
    slots = here.reader.read(checked, asked.scope, {"this": THIS, "takes": TAKES})
    there.reader.read(checked, asked.scope, {"this": THIS, "takes": TAKES})
    base = here.base()
    if base is None:
        return None
    for choice in chain([base.choice], islice(here.changes(base.choice, slots, most=2), _MOST_WORLDS)):
        one, other = here.builder().build(choice), there.builder().build(choice)
        if here.accepts(one, besides=asked.cel) and there.accepts(other, besides=asked.cel):
            try:
                value, otherwise = (
                    evaluate(checked, built.world, this=built.this, caller=built.caller, takes=built.takes)
                    for built in (one, other)
                )
            except CelRuntimeError:
                continue
            if value != otherwise and None not in {value, otherwise}:
                return Witness(choice, one), value
    return None


def _both(name: str, key: str, found: Sequence[_Shown | None], address: str) -> Iterator[Test]:
    """Worlds that differ in the moment alone are the rows of one test; each other world is a test."""
    shown = [one for one in found if one is not None]
    if not shown:
        return
    bodies = [[*one.scene.lines[1:], one.call] for one in shown]
    if all(body == bodies[0] for body in bodies):
        expected = shown[0].scene.parameter(key)
        yield Test(
            name,
            ["clock.move_to(moment)", *bodies[0], f"assert answer.json()[{text(key)}] == {expected}"],
            [address],
            names={"moment": "datetime", expected: "object"},
            rows=[Row((source(one.edge.now), source(one.value))) for one in shown],
        )
        return
    for one in shown:
        check = f"assert answer.json()[{text(key)}] == {source(one.value)}"
        yield Test(f"{name}_{one.edge.told}", [*one.scene.lines, one.call, check], [address])
