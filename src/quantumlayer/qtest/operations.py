"""Tests of operations: what they change, what refuses them, and from which states they start."""

from collections.abc import Iterator

from quantumlayer.qtest.acting import Outcome, Path, Simulation, paths
from quantumlayer.qtest.decisive import Decisive, of_condition
from quantumlayer.qtest.demands import Demand, demands
from quantumlayer.qtest.effects import after_effects, effect_tests
from quantumlayer.qtest.free_names import made_up
from quantumlayer.qtest.inputs import Inputs
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.made import is_code
from quantumlayer.qtest.named import taken
from quantumlayer.qtest.parts import numbered
from quantumlayer.qtest.places import TAKES, THIS, Slot
from quantumlayer.qtest.readings import unmistakable
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import NOW
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS, Suite
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Pair, Question, Witness
from quantumlayer.qtest.worlds import constant
from quantumlayer.spec.cel import (
    CelRuntimeError,
    Record,
    Scope,
    acting,
    compile_cel,
    evaluate,
    rounded,
    scope_of_effects,
)
from quantumlayer.spec.model import Action, Computed, FieldType, Operation
from quantumlayer.spec.naming import route_name
from quantumlayer.spec.remember import operations_on


def operation_tests(records: Records) -> Iterator[Test]:
    """The operations on records of one entity."""
    for name, operation in operations_on(records.suite.spec).get(records.name, {}).items():
        yield from Operating(records, name, operation).tests()


class Operating:
    """The tests of one operation.

    Args:
        records: The records it is used on.
        name: Its name.
        operation: What the Spec says of it.
    """

    def __init__(self, records: Records, name: str, operation: Operation) -> None:
        self.records, self.name, self.operation = records, name, operation
        self.suite = records.suite
        self.address = f"operations.{name}"
        self.done = 200 if operation.creates is None else 201
        self.answers_rows = any(effect.skips for effect in operation.also.values())
        self.scope = scope_of_effects(self.suite.spec, name)
        self.calls = True
        self.demands = {demand.name: demand for demand in demands(self.suite.spec, name)}

    def tests(self) -> Iterator[Test]:
        """What it does first, then what stands against it."""
        for role in self.operation.by:
            yield from self._working(role)
        for demand in self.demands.values():
            yield from self._requirement(demand)
        yield from effect_tests(self)
        if self.operation.from_:
            yield from self._states()
        if self.operation.takes:
            yield from Inputs(self).tests()
        yield from self._old_version()

    def _old_version(self) -> Iterator[Test]:
        """A caller who means another version of the record is not served."""
        base = next(filter(None, (self.question(role).base() for role in self.operation.by)), None)
        if base is not None:
            scene = Scene(self.suite, base)
            call = self.call(scene).removesuffix(")") + ', headers={"If-Match": \'"0"\'})'
            lines = [*scene.lines, call, "assert answer.status_code == 412"]
            yield Test(f"{self.name.strip('_')}_is_refused_for_another_version", lines, [self.address])

    def call(self, scene: Scene) -> str:
        """The request as Python."""
        return self.sent(scene, taken(self.operation, scene))

    def sent(self, scene: Scene, body: str) -> str:
        """The request with this body as Python."""
        json = f", json={body}" if self.operation.takes else ""
        url = f'f"{self.records.path}/{{{scene.this}.id}}/{route_name(self.name)}"'
        return f"answer = await {scene.caller}.post({url}{json})"

    def question(self, role: str, state: str | None = None) -> Question:
        """The search space of a call by this role."""
        return self.suite.operation(self.name, role, state)

    def questions(self) -> Iterator[Question]:
        """The search spaces of calls, by role."""
        return (self.question(role) for role in self.operation.by)

    def paths(self) -> list[Path]:
        """Its effects, each with those that it stands in."""
        return paths(acting(self.suite.spec, self.name))

    def simulation(self, base: Witness) -> Simulation:
        """What it does to a world."""
        creation, own = self.operation.creates, self.after(base)
        states = self.suite.spec.entities[self.operation.on].states
        if self.operation.to is not None and states is not None:
            own[states.field] = self.operation.to
        created = None if creation is None else (creation.entity, self.created(base, creation.entity)[0])
        return Simulation(self.suite, list(acting(self.suite.spec, self.name)), base.built, own, created)

    def performed(self, scene: Scene, base: Witness, after: Outcome) -> list[str]:
        """The call, and its answer."""
        lines = [self.call(scene), f"assert answer.status_code == {self.done}"]
        return [*lines, f"assert answer.json() == {self.rows_answer(base, after)}"] if self.answers_rows else lines

    def rows_answer(self, base: Witness, after: Outcome) -> str:
        """What an operation answers that leaves rows out, as Python."""
        rows = next(one.rows for one in acting(self.suite.spec, self.name) if one.effect.skips)
        given = base.built.takes[rows]
        assert isinstance(given, list)  # noqa: S101 - that is what rows are
        refused = [{"row": number, "rule": rule, "detail": said} for number, rule, said in after.refused]
        return source({"kept": len(given) - len(refused), "refused": refused})

    def base(self, role: str) -> Witness | None:
        """A world in which the operation works and changes every value that it sets, each to what shows how."""
        question = self.question(role)
        base = question.base()
        if base is None:
            return None
        entity = self.suite.spec.entities[self.operation.on]
        slots = [Slot(THIS, key) for key in self.operation.sets if key in entity.fields]
        slots += [Slot(TAKES, key) for key in self.operation.inputs]
        scope = Scope.for_operation(self.suite.spec, self.name)
        checked = [compile_cel(cel, scope) for cel in self.operation.sets.values()]
        found = None
        for witness in question.variations(slots):
            if all(after != witness.built.this.values.get(key) for key, after in self.after(witness).items()):
                if all(unmistakable(one, witness.built, self.suite.spans) for one in checked):
                    return witness
                found = found or witness
        return found or base

    def after(self, witness: Witness) -> dict[str, object]:
        """The values that the operation gives the record."""
        scope = Scope.for_operation(self.suite.spec, self.name)
        return {key: self._value(cel, scope, witness) for key, cel in self.operation.sets.items()}

    def _value(self, cel: str, scope: Scope, witness: Witness) -> object:
        built = witness.built
        checked = compile_cel(cel, scope)
        try:
            return evaluate(checked, built.world, this=built.this, caller=built.caller, takes=built.takes)
        except CelRuntimeError:
            return None

    def _working(self, role: str) -> Iterator[Test]:
        base = self.base(role)
        if base is None:
            self.suite.leave_open(self.address, NO_WITNESS)
            return
        scene = Scene(self.suite, base, told=self.referred(base))
        expected, proves = self.expected(base, scene, role)
        name = self.name.strip("_")
        lines = [*scene.lines, self.call(scene), f"assert answer.status_code == {self.done}"]
        after = after_effects(self, base) if self.answers_rows else None
        if after is not None:
            lines.append(f"assert answer.json() == {self.rows_answer(base, after)}")
        if expected:
            lines.append(f"assert answer.json().items() >= {{{', '.join(expected)}}}.items()")
        if self.operation.creates is not None:
            made = self.suite.names(self.operation.creates.entity)
            lines.append(f'assert answer.headers["Location"] == f"/{made.path}/{{answer.json()[\'id\']}}"')
            lines += self._first_version(self.operation.creates.entity, scene)
            codes = made_up(self.suite, self.operation.creates.entity, role)
            lines += [f"assert re.fullmatch({text(shape)}, answer.json()[{text(key)}])" for key, shape in codes.items()]
            proves += [f"entities.{self.operation.creates.entity}.fields.{key}.default" for key in codes]
        yield Test(f"{role}_may_{name}", lines, [self.address, f"{self.address}.by", *proves])

    def referred(self, base: Witness) -> list[Record]:
        """The records to which what it sets or makes refers."""
        scope = Scope.for_operation(self.suite.spec, self.name)
        creation = self.operation.creates
        said = self.operation.sets if creation is None else creation.set
        return [value for cel in said.values() if isinstance(value := self._value(cel, scope, base), Record)]

    def _first_version(self, entity: str, scene: Scene) -> list[str]:
        """What was made is its own first version, where the caller may ask for it."""
        role = scene.built.caller.role
        if not self.suite.spec.entities[entity].versioned or not self.suite.always(entity, Action.READ, role):
            return []
        call = f"versions = await {scene.caller}.get(f\"{{answer.headers['Location']}}/versions\")"
        return [call, 'assert versions.json()["total"] == 1']

    def expected(self, base: Witness, scene: Scene, role: str) -> tuple[list[str], list[str]]:
        """What the answer must show as pairs of a JSON object in Python, and what that proves besides."""
        entity_name = self.operation.on if self.operation.creates is None else self.operation.creates.entity
        entity = self.suite.spec.entities[entity_name]
        proves: list[str] = []
        if self.answers_rows:
            return [], self._accepted(base)
        if self.operation.creates is None:
            held = self.after(base)
            if self.operation.to is not None and entity.states is not None:
                held[entity.states.field] = self.operation.to
                proves.append(f"entities.{entity_name}.states")
        else:
            held, proves = self.created(base, entity_name)
        kept = [key for key, relation in entity.references.items() if relation.read_only and key in held]
        proves += [f"entities.{entity_name}.relations.{key}" for key in kept]
        pairs = []
        for key, value in held.items():
            if isinstance(value, Record) and scene.named(value):
                pairs.append(f'"{key}_id": {scene.name(value)}.id')
            elif value is None and key in entity.references:
                pairs.append(f'"{key}_id": None')
            elif not isinstance(value, Record):
                item = entity.fields.get(key)
                if item is not None and item.visible_to and role not in item.visible_to:
                    continue
                kind = None if item is None else item.type
                if item is not None and item.read_only:
                    proves.append(f"entities.{entity_name}.fields.{key}")
                pairs.append(f"{text(key)}: {source(wire(rounded(value, kind or FieldType.STRING), kind))}")
        return pairs, [*proves, *self._accepted(base)]

    def _accepted(self, base: Witness) -> list[str]:
        """The inputs that a call gives: what is not asked for is refused, so that an accepted input was asked for."""
        found = [f"{self.address}.takes.{key}" for key, value in base.built.takes.items() if value is not None]
        for key, rows in self.operation.rows.items():
            given = base.built.takes[key]
            row = given[0] if isinstance(given, list) and given else {}
            found += [f"{self.address}.takes.{key}.each.{cell}" for cell in rows.each if row.get(cell) is not None]
        return found

    def created(self, base: Witness, entity_name: str) -> tuple[dict[str, object], list[str]]:
        """What the created record holds, and the defaults that it shows."""
        creation = self.operation.creates
        assert creation is not None  # noqa: S101 - only called when there is one
        scope = Scope.for_operation(self.suite.spec, self.name)
        held = {key: self._value(cel, scope, base) for key, cel in creation.set.items()}
        entity = self.suite.spec.entities[entity_name]
        record = Record(entity_name, {**held, "created_at": NOW, "updated_at": NOW})
        proves = [f"entities.{entity_name}.relations.{key}" for key in creation.set if key in entity.references]
        for key, item in entity.values.items():
            if key in creation.set or is_code(item):
                continue
            if isinstance(item.default, Computed):
                checked = compile_cel(item.default.cel, Scope.for_default(self.suite.spec, entity_name))
                held[key] = record.values[key] = evaluate(checked, base.built.world, this=record)
            else:
                held[key] = record.values[key] = None if item.default is None else constant(item)
            if item.default is not None:
                proves.append(f"entities.{entity_name}.fields.{key}.default")
        if entity.states is not None:
            held[entity.states.field] = entity.states.values[0]
            proves.append(f"entities.{entity_name}.states")
        return held, proves

    def _requirement(self, demand: Demand) -> Iterator[Test]:
        address, key, cel = demand.address, demand.name, demand.cel
        pairs: list[Pair] = []
        others: list[Witness] = []
        decisive: list[tuple[Decisive, bool]] = []
        for role in self.operation.by:
            for state in self.operation.from_ or (None,):
                question = self.question(role, state)
                target = next(one for one in question.conditions if one.cel == cel)
                if not pairs:
                    pairs = list(question.refusals(target))
                    decisive = list(of_condition(question, target, pairs))
            question = self.question(role)
            others += question.alternatives(next(one for one in question.conditions if one.cel == cel))
        if not pairs:
            self.suite.leave_open(address, NO_WITNESS)
        for nth, pair in numbered(pairs):
            yield self.judged(key, pair.refused, holds=False, nth=nth)
            if pair.accepted is not None:
                yield self.judged(key, pair.accepted, holds=True, nth=nth)
        for number, other in enumerate(others):
            yield self.judged(key, other, holds=True, nth=f"_because_of_reason_{number + 1}")
        verb = self.name.strip("_")
        for one, holds in decisive:
            test = self.judged(key, one.witness, holds=holds, nth="")
            test.name = f"{verb}_is_{'accepted' if holds else 'refused'}_as_{key}_{one.told}"
            yield test

    def judged(self, key: str, found: Witness, *, holds: bool, nth: str) -> Test:
        """A call that is accepted, or refused by a requirement."""
        scene, verb = Scene(self.suite, found), self.name.strip("_")
        demand = self.demands[key]
        refused = f"assert refusal(answer) == (409, {text(demand.rule.replace('_', '-'))}, {text(demand.said)})"
        return Test(
            f"{verb}_is_accepted_when_{key}{nth}" if holds else f"{verb}_is_refused_unless_{key}{nth}",
            [*scene.lines, self.call(scene), f"assert answer.status_code == {self.done}" if holds else refused],
            [demand.address],
        )

    def around(self, role: str, cel: str) -> Pair | None:
        """Worlds on both sides of a requirement, for the first state in which there are some."""
        for state in self.operation.from_ or (None,):
            question = self.question(role, state)
            target = next(one for one in question.conditions if one.cel == cel)
            found = question.refusal(target)
            if found is not None:
                return found
        return None

    def _states(self) -> Iterator[Test]:
        """Each state: those it starts from, and all others."""
        states = self.suite.spec.entities[self.operation.on].states
        assert states is not None  # noqa: S101 - `from` names its values
        role = next((role for role in self.operation.by if self.base(role) is not None), None)
        if role is None:
            self.suite.leave_open(f"{self.address}.from", NO_WITNESS)
            return
        base = self.base(role)
        assert base is not None  # noqa: S101 - it was just found
        scene = Scene(self.suite, base)
        snake = self.records.names.snake
        arranged = [self._in_state(line, snake, scene, states.field) for line in scene.lines]
        other = [value for value in states.values if value not in self.operation.from_ and self._seen(base, value)]
        verb = self.name.strip("_")
        if len(self.operation.from_) > 1 and not self.operation.requires:
            yield Test(
                f"{verb}_starts_from",
                [*arranged, self.call(scene), f"assert answer.status_code == {self.done}"],
                [f"{self.address}.from"],
                names={states.field: "str"},
                rows=[Row((text(value),)) for value in self.operation.from_],
            )
        unseen = [value for value in states.values if value not in (*self.operation.from_, *other)]
        if unseen and not other:
            yield Test(
                f"{verb}_finds_nothing_in_another_state",
                [*arranged, self.call(scene), "assert answer.status_code == 404"],
                [f"{self.address}.from"],
                names={states.field: "str"},
                rows=[Row((text(value),)) for value in unseen],
            )
        if other:
            yield Test(
                f"{verb}_is_refused_in_another_state",
                [
                    *arranged,
                    self.call(scene),
                    "status_code, rule, _ = refusal(answer)",
                    'assert (status_code, rule) == (409, "wrong-state")',
                ],
                [f"{self.address}.from"],
                names={states.field: "str"},
                rows=[Row((text(value),)) for value in other],
            )

    def _seen(self, base: Witness, state: str) -> bool:
        """Whether the caller still reads the record in a state; else it is not found at all."""
        question = self.suite.question(self.operation.on, Action.READ, base.built.caller.role)
        states = self.suite.spec.entities[self.operation.on].states
        assert states is not None  # noqa: S101 - the state is one of them
        known = self.question(base.built.caller.role).builder()
        return question.accepts(known.build({**base.choice, Slot(THIS, states.field): state}))

    def _in_state(self, line: str, snake: str, scene: Scene, field: str) -> str:
        made = f"{scene.this} = await make.{snake}("
        if not line.startswith(made):
            return line
        start = scene.built.this.values[field]
        rest = line.removeprefix(made).replace(f"{field}={source(start)}, ", "").replace(f"{field}={source(start)}", "")
        rest = rest.replace(", )", ")")
        return f"{made}{field}={field}{'' if rest == ')' else ', '}{rest}"


def works(suite: Suite, name: str) -> tuple[str, Witness] | None:
    """A role and a world in which an operation works."""
    operation = suite.spec.operations[name]
    for role in operation.by:
        base = Operating(Records(suite, operation.on), name, operation).base(role)
        if base is not None:
            return role, base
    return None
