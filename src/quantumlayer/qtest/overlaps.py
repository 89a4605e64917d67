"""Tests of rules against overlaps: which records stand in the way of others that are made or moved, and which not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quantumlayer.qtest.apart import apart
from quantumlayer.qtest.bodies import Creation, other_values
from quantumlayer.qtest.changes import Change
from quantumlayer.qtest.factories import TYPES
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.places import COUNT, THIS, Reader, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import relations_given, writable
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.cel import Record, Scope, compile_cel, evaluate
from quantumlayer.spec.model import Action, Field, FieldType, NoOverlap, Rule
from quantumlayer.spec.naming import back_name

Span = tuple[datetime, datetime]
_ACCEPTED = "assert answer.status_code == 201"
_STEP = timedelta(minutes=5)


def overlap_tests(records: Records, key: str, rule: Rule, overlap: NoOverlap) -> Iterator[Test]:
    """One rule when records are made and when they are changed."""
    overlapping = _Overlapping(records, overlap, text(key.replace("_", "-")), text(rule.else_))
    address = f"entities.{records.name}.rules.{key}"
    reason, found = overlapping.making()
    found += overlapping.moving()
    if not found:
        records.suite.leave_open(address, reason)
    for test in found:
        test.proves = [address]
        yield test


def counted_creation(records: Records, creation: Creation, overlap: NoOverlap) -> Creation | None:
    """How the same caller makes a record that the rule looks at; nothing if new ones never count."""
    base = _question(records, overlap, Action.CREATE, creation.role).base()
    return None if base is None else Creation(records.suite, records.name, creation.role, base)


def _counts(records: Records, overlap: NoOverlap, built: Built, record: Record) -> bool:
    if overlap.when is None:
        return True
    checked = compile_cel(overlap.when, Scope.for_derived(records.suite.spec, records.name))
    return evaluate(checked, built.world, this=record) is not False


def _question(records: Records, overlap: NoOverlap, action: Action, role: str) -> Question:
    """How a caller makes or changes a record that counts, with room for others beside it."""
    question = records.suite.question(records.name, action, role)
    scope = Scope.for_derived(records.suite.spec, records.name)
    wanted = [f"this.{overlap.start} < this.{overlap.end}"]
    wanted += [] if overlap.when is None else [overlap.when]
    question = replace(question, conditions=[*question.conditions, *(Condition(cel, scope) for cel in wanted)])
    relation = records.entity.references[overlap.per]
    per = (*THIS, overlap.per)
    question.reader.entities |= {per: relation.to, (*per, f"{back_name(records.name, relation)}*"): records.name}
    return question


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@dataclass(frozen=True, slots=True)
class _Overlapping:
    records: Records
    overlap: NoOverlap
    rule: str
    sentence: str

    @property
    def _refused(self) -> str:
        return f"assert refusal(answer) == (409, {self.rule}, {self.sentence})"

    @property
    def _per(self) -> tuple[str, ...]:
        """Whoever the time belongs to."""
        return (*THIS, self.overlap.per)

    @property
    def _others(self) -> tuple[str, ...]:
        """The records whose time belongs to the same."""
        relation = self.records.entity.references[self.overlap.per]
        return (*self._per, f"{back_name(self.records.name, relation)}*")

    def making(self) -> tuple[str, list[Test]]:
        """Beside records that share its time, touch it, belong to others or do not count; else why there are none."""
        creation = self.records.creation
        if creation is None:
            return "no caller makes such records directly", []
        creation = counted_creation(self.records, creation, self.overlap)
        if creation is None:
            return "a new record does not count yet", []
        scene = creation.scene()
        span = self._span(creation.witness.built, creation.witness.built.this)
        target = creation.witness.built.this.values.get(self.overlap.per)
        if self.overlap.start not in self.records.entity.fields or span is None or not scene.named(target):
            return "its start is worked out", []
        assert isinstance(target, Record)  # noqa: S101 - variables hold records
        noun, per = self.records.names.plural, self.overlap.per
        timed = self._timed(span)
        make = f"await make.{self.records.names.snake}({', '.join([f'{per}={scene.name(target)}', *timed])}"
        body = creation.body(scene, creation.unusual())
        post = f'answer = await {scene.caller}.post("{self.records.path}", json={body})'
        found = [Test(f"two_{noun}_of_one_{per}_do_not_overlap", [*scene.lines, f"{make})", post, self._refused])]
        made = f"await make.{self.records.names.snake}({per}={scene.name(target)}"
        beside = [f"{made}, {given})" for given in self._touching(span)]
        name = f"{noun}_of_one_{per}_follow_one_another_without_a_gap"
        found.append(Test(name, [*scene.lines, *beside, post, _ACCEPTED]))
        other = f"await make.{self.records.names.snake}({', '.join(filter(None, [self._another(), *timed]))})"
        found.append(Test(f"{noun}_of_another_{per}_do_not_matter", [*scene.lines, other, post, _ACCEPTED]))
        return "", [*found, *self._conditional(creation, scene, make, post)]

    def _timed(self, span: Span) -> list[str]:
        """The time of the new record, where factories would give each record another one."""
        fields = apart(self.records.entity)
        ends = zip((self.overlap.start, self.overlap.end), span, strict=True)
        return [f"{key}={source(value)}" for key, value in ends if key in fields]

    def _another(self) -> str:
        """What a factory must be told so that the time belongs to another one: nothing unless it may be nobody's."""
        relation = self.records.entity.references[self.overlap.per]
        snake = self.records.suite.names(relation.to).snake
        return f"{self.overlap.per}=await make.{snake}()" if relation.optional else ""

    def _touching(self, span: Span) -> Iterator[str]:
        """The record before, which ends when the new one begins, and the one after, which begins when it ends."""
        start, end = self.overlap.start, self.overlap.end
        if end in self.records.entity.fields:
            for begins, ends in ((span[0] - timedelta(hours=1), span[0]), (span[1], span[1] + timedelta(hours=1))):
                yield f"{start}={source(begins)}, {end}={source(ends)}"
            return
        question = self.records.suite.question(
            self.records.name, Action.READ, self.records.suite.first_role(self.records.name)
        )
        builder = question.builder()
        for number in range(1, timedelta(days=1) // _STEP):
            built = builder.build({**question.start(), Slot(THIS, start): span[0] - number * _STEP})
            before = self._span(built, built.this)
            if before is not None and before[1] == span[0]:
                yield f"{start}={source(before[0])}"
                break
        yield f"{start}={source(span[1])}"

    def _conditional(self, creation: Creation, scene: Scene, make: str, post: str) -> Iterator[Test]:
        """Each value that decides whether a record counts."""
        if self.overlap.when is None:
            return
        question = _question(self.records, self.overlap, Action.CREATE, creation.role)
        scope = Scope.for_derived(self.records.suite.spec, self.records.name)
        slots = question.reader.read(compile_cel(self.overlap.when, scope), scope, {"this": self._others})
        for slot in slots:
            if slot.place != self._others or slot.name in {self.overlap.start, self.overlap.end}:
                continue
            values = self._deciding(question, creation.witness, slot)
            for counts in (True, False):
                rows = [Row((source(value),)) for value, does in values if does is counts]
                if not rows:
                    continue
                parameter = scene.parameter(slot.name)
                item = self.records.entity.fields.get(slot.name, Field(type=FieldType.STRING))
                kind = TYPES[item.type] + (" | None" if item.optional else "")
                stands = "stands" if counts else "does_not_stand"
                yield Test(
                    f"{self.records.a}_of_the_same_{self.overlap.per}_{stands}_in_the_way_with_{slot.name}",
                    [
                        *scene.lines,
                        f"{make}, {slot.name}={parameter})",
                        post,
                        self._refused if counts else _ACCEPTED,
                    ],
                    names={parameter: kind},
                    rows=rows,
                )

    def _deciding(self, question: Question, new: Witness, slot: Slot) -> list[tuple[object, bool]]:
        """Values of a record at the time of the new one, and whether it then counts: all, or those at the border."""
        start = {**new.choice, Slot(self._others, COUNT): 1}
        built = question.builder().build(start)

        def counts(built: Built) -> bool:
            return _counts(self.records, self.overlap, built, built.records[self._others][0])

        item = self.records.entity.fields.get(slot.name)
        if item is not None and not item.one_of and item.type is not FieldType.BOOL:
            found = list(question.border(Witness(start, built), slot, counts) or ())
        else:
            worlds = ({**start, slot: value} for value in question.options(slot))
            found = [Witness(choice, question.builder().build(choice)) for choice in worlds]
        taken = self._span(new.built, new.built.this)
        return [
            (one.choice[slot], counts(one.built))
            for one in found
            if question.accepts(one.built)
            and (span := self._span(one.built, one.built.records[self._others][0])) is not None
            and taken is not None
            and _meet(span, taken)
        ]

    def moving(self) -> list[Test]:
        """Changed into the time of another record, left in its own, or given to another whose time is taken."""
        plain = self.records.suite.plain(self.records.name, Action.UPDATE)
        if plain is None or self.overlap.start not in self.records.entity.fields:
            return []
        question = _question(self.records, self.overlap, Action.UPDATE, plain[0])
        base = question.base()
        if base is None:
            return []
        return [*self._moved_in_time(plain[0], question, base), *self._moved_to_another(plain[0], question, base)]

    def _moved_in_time(self, role: str, question: Question, base: Witness) -> Iterator[Test]:
        fields = writable(self.records.entity, changing=True)
        keys = [key for key in fields if key in self._timing()]
        moved = other_values(self.records.suite, question, base, self.records.name, keys)
        found = self._neighbour(question, base, moved)
        if found is None:
            return
        own = {key: base.built.this.values.get(key) for key in fields}
        scene = Scene(self.records.suite, found)
        per = self.overlap.per
        yield Test(
            f"{self.records.a}_is_not_moved_into_another_one_of_its_{per}",
            [*scene.lines, f"answer = {Change(self.records, role, scene, own | moved).put}", self._refused],
        )
        yield Test(
            f"{self.records.a}_of_a_{per}_does_not_stand_in_its_own_way",
            [
                *scene.lines,
                f"answer = {Change(self.records, role, scene, own).put}",
                "assert answer.status_code == 200",
            ],
        )

    def _timing(self) -> set[str]:
        """The fields that say when a record begins and ends."""
        spec, name = self.records.suite.spec, self.records.name
        reader, scope = Reader(spec), Scope.for_derived(spec, name)
        for end in (self.overlap.start, self.overlap.end):
            reader.read(compile_cel(f"this.{end}", scope), scope, {"this": THIS})
        return {slot.name for slot in reader.slots if slot.place == THIS}

    def _neighbour(self, question: Question, base: Witness, moved: Mapping[str, object]) -> Witness | None:
        """A world with another record that is in the way once the first is moved, and not before."""
        builder = question.builder()
        change = {Slot(THIS, key): value for key, value in moved.items()}
        built = builder.build({**base.choice, **change})
        now, then = self._span(base.built, base.built.this), self._span(built, built.this)
        if now is None or then is None:
            return None
        for choice in self._placed(base, self._times(now, then)):
            built = builder.build(choice)
            other = built.records[self._others][0]
            taken = self._span(built, other)
            if (
                taken is not None
                and _meet(taken, then)
                and not _meet(taken, now)
                and _counts(self.records, self.overlap, built, other)
                and question.accepts(built)
                and question.accepts(builder.build({**choice, **change}))
            ):
                return Witness(choice, built)
        return None

    @staticmethod
    def _times(now: Span, then: Span) -> Iterator[Span]:
        """When another record may be so that only the moved one meets it, the plainest first."""
        yield then
        yield max(then[0], now[1]), then[1]
        yield then[0], min(then[1], now[0])
        for number in range(1, timedelta(days=1) // _STEP):
            yield then[0] - number * _STEP, then[1]

    def _placed(self, base: Witness, times: Iterator[Span]) -> Iterator[dict[Slot, object]]:
        """Choices with a second record at one of these times, in each state."""
        states, fields = self.records.entity.states, self.records.entity.fields
        held: list[dict[Slot, object]] = [{}]
        if states is not None:
            held += [{Slot(self._others, states.field): state} for state in states.values]
        for begins, ends in times:
            span: dict[Slot, object] = {Slot(self._others, self.overlap.start): begins}
            if self.overlap.end in fields:
                span[Slot(self._others, self.overlap.end)] = ends
            for state in held:
                yield {**base.choice, Slot(self._others, COUNT): 1, **span, **state}

    def _moved_to_another(self, role: str, question: Question, base: Witness) -> Iterator[Test]:
        """Given to another one, who has a record at that time."""
        per = self.overlap.per
        span = self._span(base.built, base.built.this)
        builder = question.builder()
        plain = {
            slot: value for slot, value in base.choice.items() if self._per not in {slot.place[:2], slot.other[:2]}
        }
        if per not in relations_given(self.records.entity, changing=True) or span is None:
            return
        for choice in self._placed(Witness(plain, base.built), iter([span])):
            built = builder.build(choice)
            other = built.records[self._others][0]
            taken = self._span(built, other)
            if (
                taken is not None
                and _meet(taken, span)
                and _counts(self.records, self.overlap, built, other)
                and question.accepts(built)
            ):
                break
        else:
            return
        scene = Scene(self.records.suite, base)
        given = ", ".join(f"{key}={value}" for key, value in scene.given(other).items() if key != per)
        given = ", ".join(part for part in (given, self._another()) if part)
        own = {key: base.built.this.values.get(key) for key in writable(self.records.entity, changing=True)}
        change = Change(self.records, role, scene, own, {per: "other"})
        yield Test(
            f"{self.records.a}_is_not_given_to_another_{per}_whose_time_is_taken",
            [
                *scene.lines,
                f"other = await make.{self.records.names.snake}({given})",
                f"answer = {change.put}",
                self._refused,
            ],
        )

    def _span(self, built: Built, record: Record) -> Span | None:
        """From when to when a record takes up time."""
        scope = Scope.for_derived(self.records.suite.spec, self.records.name)
        ends = (compile_cel(f"this.{name}", scope) for name in (self.overlap.start, self.overlap.end))
        start, end = (evaluate(checked, built.world, this=record) for checked in ends)
        return (start, end) if isinstance(start, datetime) and isinstance(end, datetime) else None
