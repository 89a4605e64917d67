"""Tests of rules that no two records have the same values together: the second is refused, whoever writes it."""

from collections.abc import Iterator
from dataclasses import replace

from quantumlayer.qtest.bodies import Creation
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.pools import candidates
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS, relations_given, writable
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.variables import mentioned, variable
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.spec.cel import Record, Scope
from quantumlayer.spec.model import Action, Rule, Unique

CALLERS, ROUNDS = 4, 5


def unique_tests(records: Records, key: str, rule: Rule, unique: Unique) -> Iterator[Test]:
    """The rule in the database, and for callers who make such records."""
    found = _Together(records, key, rule, unique)
    tests = list(found.tests())
    if not tests:
        records.suite.leave_open(found.address, NO_WITNESS)
    yield from tests


def race_tests(records: Records) -> Iterator[Test]:
    """Of several callers who make the same record at once, one does."""
    for key, rule in records.entity.rules.items():
        if rule.unique is not None:
            yield from _Together(records, key, rule, rule.unique).race()


class _Together:
    def __init__(self, records: Records, key: str, rule: Rule, unique: Unique) -> None:
        self.records, self.key, self.rule, self.unique = records, key, rule, unique
        self.suite = records.suite
        self.address = f"entities.{records.name}.rules.{key}"
        self.scope = Scope.for_derived(self.suite.spec, records.name)

    def tests(self) -> Iterator[Test]:
        """Two alike, two that differ in one of the values, and one that does not count."""
        role = self.suite.first_role(self.records.name)
        witness = self._witness(role, counted=True)
        if witness is None:
            return
        made = self._made(witness)
        plural = self.records.names.plural
        yield Test(
            f"{plural}_with_the_same_{self._named}_are_not_kept",
            [
                *made.lines,
                f"await {self._call(made)}",
                "with pytest.raises(IntegrityError):",
                f"    await {self._call(made)}",
            ],
            [self.address],
        )
        for one in self.unique.of:
            other = self._other(witness, one)
            if other is not None:
                name = f"{plural}_that_differ_in_{one}_are_kept_beside_{self.key}"
                lines = [*made.lines, f"await {self._call(made)}", f"await {self._call(made, {one: other})}"]
                yield Test(name, lines, [self.address])
        yield from self._uncounted(witness, made)
        yield from self._refused()

    @property
    def _named(self) -> str:
        return "_and_".join(self.unique.of)

    def _uncounted(self, witness: Witness, made: Scene) -> Iterator[Test]:
        """A record for which the condition is false stands in nobody's way."""
        aside = self._aside(witness) if self.unique.when is not None else None
        if aside is not None:
            lines = [*made.lines, f"await {self._call(made, aside)}", f"await {self._call(made)}"]
            yield Test(
                f"{self.records.names.plural}_that_do_not_count_are_kept_beside_{self.key}", lines, [self.address]
            )

    def _refused(self) -> Iterator[Test]:
        """What a caller hears."""
        found = self._creation()
        rules = (rule.no_overlap for rule in self.records.entity.rules.values())
        same_time = any({rule.per, rule.start} <= set(self.unique.of) for rule in rules if rule is not None)
        if found is None or same_time or not self._alone(found[0]):  # whoever breaks another rule, too, hears of that
            return
        _, scene, body = found
        yield Test(
            f"{self.records.names.plural}_with_the_same_{self._named}_are_refused",
            [
                *scene.lines,
                f"await {self._call(scene)}",
                f'answer = await {scene.caller}.post("{self.records.path}", json={body})',
                f"assert refusal(answer) == (409, {text(self.key.replace('_', '-'))}, {text(self.rule.else_)})",
            ],
            [self.address],
        )

    def _alone(self, creation: Creation) -> bool:
        """Whether the second record breaks this rule and no other one, such as one that counts."""
        built = creation.witness.built
        first = built.world.add(Record(self.records.name, dict(built.this.values)))
        try:
            return self._question(creation.role, counted=True).accepts(built)
        finally:
            built.world.remove(first)

    def race(self) -> Iterator[Test]:
        """Callers at the same moment."""
        found = self._creation()
        if found is None:
            return
        _, scene, body = found
        refused = ", ".join(["409"] * (CALLERS - 1))
        lines = [
            *scene.lines,
            f"body = {body}",
            f'calls = [{scene.caller}.post("{self.records.path}", json=body) for _ in range({CALLERS})]',
            "answers = await asyncio.gather(*calls)",
            f"assert sorted(answer.status_code for answer in answers) == [201, {refused}]",
        ]
        yield Test(
            f"one_of_several_{self.records.names.plural}_with_the_same_{self._named}_is_kept",
            lines,
            [self.address],
            postgres=True,
        )

    def _creation(self) -> tuple[Creation, Scene, str] | None:
        """How a caller makes a record that counts, giving all the values that the rule compares."""
        given = {*writable(self.records.entity), *relations_given(self.records.entity)}
        if self.records.creation is None or not given.issuperset(self.unique.of):
            return None
        witness = self._witness(self.records.creation.role, counted=True)
        if witness is None or self.suite.own_role(self.records.name) is not None:
            return None
        creation = Creation(self.suite, self.records.name, self.records.creation.role, witness)
        scene = creation.scene()
        fields = {key: value for key, value in creation.values().items() if key in self.unique.of}
        return creation, scene, creation.body(scene, {**creation.unusual(), **fields})

    def _witness(self, role: str, *, counted: bool) -> Witness | None:
        """A record of which every compared value is there, and which counts or does not."""
        question = self._question(role, counted=counted)
        base = question.base()
        if base is None:
            return None
        choice = dict(base.choice)
        fields = self.records.entity.fields
        for key in self.unique.of:
            if key in fields and base.built.this.values.get(key) is None:
                values = candidates(key, fields[key], question.reader.constants)
                choice[Slot(THIS, key)] = next((value for value in values if value is not None), None)
        built = question.builder().build(choice)
        return Witness(choice, built) if question.accepts(built) else None

    def _question(self, role: str, *, counted: bool) -> Question:
        question = self.suite.question(self.records.name, Action.CREATE, role)
        if self.unique.when is not None:
            condition = Condition(self.unique.when, self.scope, counted)
            question = replace(question, conditions=[*question.conditions, condition])
        relations = self.records.entity.references
        question.reader.entities |= {(*THIS, key): relations[key].to for key in self.unique.of if key in relations}
        return question

    def _made(self, witness: Witness) -> Scene:
        """The records that those refer to which the test makes."""
        values = witness.built.this.values.items()
        told = [value for key, value in values if isinstance(value, Record) and key not in self._own_time()]
        scene = Scene(self.suite, witness, this_is_made=False, told=told)
        scene.lines = _without_caller(scene, told)
        for key in self._own_time():
            target = witness.built.this.values.get(key)
            if isinstance(target, Record) and scene.named(target):
                scene.lines = _where_mentioned(scene.lines, scene.name(target))
        return scene

    def _call(self, scene: Scene, others: dict[str, str] | None = None) -> str:
        """The call that makes a record with the values of the scene's own, some of them others."""
        this = scene.built.this
        same = {key: source(this.values[key]) for key in self.unique.of if key in self.records.entity.fields}
        same |= {
            key: scene.name(target)
            for key in self.unique.of
            if isinstance(target := this.values.get(key), Record) and scene.named(target)
        }
        return scene.call(this, {**same, **self._own_time(), **(others or {})}).removeprefix("await ")

    def _own_time(self) -> dict[str, str]:
        """Whose time each record takes up, for rules against overlaps: another one's, so that only this rule holds."""
        relations = self.records.entity.references
        pers = {rule.no_overlap.per for rule in self.records.entity.rules.values() if rule.no_overlap is not None}
        return {
            per: f"await make.{variable(self.suite.names(relations[per].to).snake)}()"
            for per in sorted(pers.difference(self.unique.of))
        }

    def _other(self, witness: Witness, key: str) -> str | None:
        """Another value of one of the fields or relations, as Python."""
        if key in self.records.entity.references:
            target = self.suite.names(self.records.entity.references[key].to).snake
            return f"await make.{variable(target)}()"
        held = witness.built.this.values.get(key)
        values = candidates(key, self.records.entity.fields[key], self._question("", counted=True).reader.constants)
        return next((source(value) for value in values if value is not None and value != held), None)

    def _aside(self, witness: Witness) -> dict[str, str] | None:
        """The values that make a record one which does not count, as Python."""
        other = self._witness(witness.built.caller.role, counted=False)
        if other is None:
            return None
        held, values = witness.built.this.values, other.built.this.values
        changed = {
            key: value
            for key, value in values.items()
            if not isinstance(value, Record) and key not in {"id", *self.unique.of} and value != held.get(key)
        }
        return {key: source(value) for key, value in changed.items()} or None


def _without_caller(scene: Scene, told: list[Record]) -> list[str]:
    """The lines of a scene in which nobody calls, so that their record is made only where another one needs it."""
    lines = [line for line in scene.lines if "sign_in(" not in line]
    own = scene.built.caller.record
    if own is None or own in told or not scene.named(own):
        return lines
    return _where_mentioned(lines, scene.name(own))


def _where_mentioned(lines: list[str], name: str) -> list[str]:
    """The lines without the one that gives a variable its value, unless another one reads it."""
    others = [line for line in lines if not line.startswith(f"{name} = ")]
    return lines if name in mentioned(others) else others
