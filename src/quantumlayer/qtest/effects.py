"""Tests of what operations do to other records, looked up in the database afterwards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from quantumlayer.qtest.acting import Outcome, Path, Simulation, nowhere, outcome, seen
from quantumlayer.qtest.demands import Demand
from quantumlayer.qtest.files.released import letting_go
from quantumlayer.qtest.free_names import made_up
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.messages import mentioned_in, outbox_line, proven_by, telling
from quantumlayer.qtest.parts import numbered
from quantumlayer.qtest.places import COUNT, THIS, Reader, Slot
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS, Suite, typed
from quantumlayer.qtest.telling import telling as told_apart
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.variables import unnamed
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.spec.cel import Acting, Comprehension, Nullable, Record, Scope, compile_cel
from quantumlayer.spec.naming import entity_names


class Acts(Protocol):
    """What has effects: an operation, or a job.

    Attributes:
        suite: What is known of the Spec.
        name: Its name.
        scope: The names that its effects may use.
        calls: Whether somebody calls it.
    """

    suite: Suite
    name: str
    scope: Scope
    calls: bool

    def paths(self) -> Sequence[Path]:
        """Its effects, each with those that it stands in."""

    def questions(self) -> Iterator[Question]:
        """The search spaces in which it works."""

    def simulation(self, base: Witness) -> Simulation:
        """What it does to a world."""

    def performed(self, scene: Scene, base: Witness, after: Outcome) -> list[str]:
        """The lines that do it, and look whether it could be done."""


def effect_tests(operating: Acts) -> Iterator[Test]:
    """Each effect where it shows, and where nothing must happen."""
    for path in operating.paths():
        found = found_world(operating, seen(operating.scope, path), path=path)
        address = path[-1].address
        if found is None:
            operating.suite.leave_open(address, NO_WITNESS)
            continue
        name = "_".join([operating.name.strip("_"), *path[-1].address.split(".also.")[1:]])
        name = name.replace(".also.", "_")
        test = effect_test(operating, found[0], found[1], name, [one.address for one in path])
        yield test
        if path[-1].effect.sends:
            yield whole_or_nothing(operating, *found, name, path[-1].address)
            yield from _telling(operating, path, test)
        yield from _left_alone(operating, path, name)
        if path[-1].effect.skips:
            yield from _left_out(operating, path[-1])


def tells(operating: Acts, told: Iterable[str], name: str, address: str) -> Iterator[Test]:
    """A call whose messages say as much as they can; `told` are conditions for that."""
    cels = [cel for cel in told if typed(cel, operating.scope)]
    found = found_world(operating, [" && ".join(cels), *cels] if len(cels) > 1 else cels)
    if found is not None:
        yield effect_test(operating, *found, name, [address])


def _telling(operating: Acts, path: Path, first: Test) -> Iterator[Test]:
    """The effect where its messages say more than in the first test."""
    last, spec = path[-1], operating.suite.spec
    cels = list(telling(spec, last.effect.sends, last.target, last.effect.creates, last))
    for more in ([cels] if len(cels) > 1 else []) + [[cel] for cel in cels]:
        found = found_world(operating, seen(operating.scope, path, more=more))
        if found is not None:
            test = effect_test(operating, *found, f"{first.name}_tells", [last.address])
            yield from [test] if test.body != first.body else []
            return


def _left_alone(operating: Acts, path: Path, name: str) -> Iterator[Test]:
    """Where a condition is false, and of records that are not among those it goes through."""
    last = path[-1]
    if last.effect.when is not None:
        found = found_world(operating, seen(operating.scope, path, happens=False))
        if found is not None:
            yield effect_test(operating, found[0], found[1], f"{name}_only_if", [last.address], idle=path)
    if last.on is not None and isinstance(last.on.type, Nullable):
        found = found_world(operating, nowhere(operating.scope, path))
        if found is not None:
            yield effect_test(operating, found[0], found[1], f"{name}_where_there_is_none", [last.address], idle=path)
    if len(path) == 1 and last.each is not None and isinstance(last.each.expr, Comprehension):
        for number, (base, after) in enumerate(_others(operating, last), 1):
            says = f"{name}_and_no_other{f'_{number}' if number > 1 else ''}"
            yield effect_test(operating, base, after, says, [last.address], idle=path)


def _others(operating: Acts, last: Acting) -> Iterator[tuple[Witness, Outcome]]:
    """Worlds in which there is a record that is not among those an effect goes through, in each state of such ones."""
    assert last.each is not None  # noqa: S101 - only asked of what goes through some
    reader = Reader(operating.suite.spec)
    slots = reader.read(last.each, last.outer, {"this": THIS})
    counted: dict[Slot, object] = {slot: 1 for slot in slots if slot.name == COUNT}
    entities = operating.suite.spec.entities
    chosen = [counted]
    for slot in slots:
        states = entities[reader.entities[slot.place]].states if slot.place in reader.entities else None
        if states is not None and slot.name == states.field and slot.place[-1].endswith("*"):
            chosen += [{**counted, slot: value} for value in states.values]
    seen_before: list[list[object]] = []
    for fixed in chosen:
        found = found_world(operating, [f"({last.effect.each}).size() == 0"], fixed)
        if found is not None:
            held = [one.values for slot in counted for one in found[0].built.records.get(slot.place, ())]
            alike = [{key: value for key, value in one.items() if not isinstance(value, Record)} for one in held]
            if alike not in seen_before:
                seen_before.append([*alike])
                yield found


def _left_out(operating: Acts, found: Acting) -> Iterator[Test]:
    """Rows that break a requirement, and those at its border that keep it."""
    effect = found.effect
    every = {
        key: Condition(f"({effect.each}).all({effect.as_}, {one.cel})", found.outer)
        for key, one in effect.requires.items()
    }
    for key, condition in every.items():
        address = f"{found.address}.requires.{key}"
        questions = (replace(one, conditions=[*one.conditions, *every.values()]) for one in operating.questions())
        pairs = next((pairs for question in questions if (pairs := list(question.refusals(condition)))), [])
        if not pairs:
            operating.suite.leave_open(address, NO_WITNESS)
        for nth, pair in numbered(pairs):
            for one, says in ((pair.refused, "leaves_out"), (pair.accepted, "keeps")):
                after = None if one is None else after_effects(operating, one)
                if one is not None and after is not None:
                    name = f"{operating.name.strip('_')}_{says}_rows_as_{key}{nth}"
                    yield effect_test(operating, one, after, name, [address])


def found_world(
    operating: Acts, conditions: list[str], fixed: dict[Slot, object] | None = None, path: Path | None = None
) -> tuple[Witness, Outcome] | None:
    """A world in which the operation works under one of the conditions, and what there is afterwards.

    Where a `path` is given, it is the world that tells most of the effect.
    """
    for cel in conditions:
        for asked in operating.questions():
            question = _wider(asked, Condition(cel, operating.scope), fixed or {})
            base = question.base()
            after = None if base is None else after_effects(operating, base)
            if base is not None and after is not None:
                told = base if path is None else told_apart(question, base, path[-1], operating.simulation)
                return told, after_effects(operating, told) or after
    return None


def _wider(question: Question, condition: Condition, fixed: dict[Slot, object]) -> Question:
    return replace(question, conditions=[*question.conditions, condition], fixed={**question.fixed, **fixed})


def after_effects(operating: Acts, base: Witness) -> Outcome | None:
    """What there is afterwards."""
    return outcome(operating.simulation(base))


def leaves_none(operating: Acts, base: Witness, demand: Demand) -> bool:
    """Whether what an effect requires no longer holds once the operation was done."""
    simulation = operating.simulation(base)
    after = outcome(simulation, compile_cel(demand.cel, operating.scope))
    return after is not None and simulation.then is False


def effect_test(
    operating: Acts,
    base: Witness,
    after: Outcome,
    name: str,
    proves: list[str],
    idle: Path | None = None,
) -> Test:
    """A call, and what the database holds then; of an effect that must be `idle`, that it did nothing."""
    told = [record for record, _ in after.held] + after.gone
    for _, values in after.made:
        told += [value for value in values.values() if isinstance(value, Record)]
    untouched = _untouched(operating, base, idle) if idle is not None else {}
    told += [record for record, _ in untouched]
    told += mentioned_in(after.sent)
    scene = Scene(operating.suite, base, told=told, signs_in=operating.calls)
    arranged, let_go = letting_go(scene, after.gone)
    lines = [*arranged, *operating.performed(scene, base, after), *let_go]
    seen_then = looks(operating, scene, replace(after, held={**untouched, **after.held}))
    if idle is not None:
        seen_then += _kept(scene, base, idle, after)
    if seen_then:
        lines += ["async with sessions() as session:", *(f"    {line}" for line in dict.fromkeys(seen_then))]
    if operating.suite.spec.webhooks:
        lines.append(outbox_line(after.sent, partial(_id, scene)))
    lines = lines if operating.calls else unnamed(lines)
    return Test(name, lines, list(dict.fromkeys([*proves, *_shown_by(operating, after), *proven_by(after.sent)])))


def whole_or_nothing(
    operating: Acts, base: Witness, after: Outcome, name: str, sender: str, made: str | None = None
) -> Test:
    """Where a message cannot be kept, what it would tell of does not happen, nor is a record `made` besides."""
    told = [record for record, _ in after.held] + after.gone
    scene = Scene(operating.suite, base, told=told, signs_in=operating.calls)
    call, *_ = operating.performed(scene, base, after)
    counts = {
        entity: f"await session.scalar(select(func.count()).select_from({entity}))" for entity in _makes(after, made)
    }
    counted = [f"{_before(entity)} = {count}" for entity, count in counts.items()]
    lines = [
        *scene.lines,
        *(["async with sessions() as session:", *(f"    {line}" for line in counted)] if counted else []),
    ]
    lines += ["with full_outbox():", f"    {call if operating.calls else call.replace('== 0', '> 0')}"]
    lines += ["assert answer.status_code == 500"] if operating.calls else []
    looks = _held(operating, scene, {(record, key): record.values.get(key) for record, key in after.held})
    looks += [line.replace(" is None", " is not None") for line in _gone(scene, after)]
    looks += [f"assert {count} == {_before(entity)}" for entity, count in counts.items()]
    if looks:
        lines += ["async with sessions() as session:", *(f"    {line}" for line in dict.fromkeys(looks))]
    lines = [*lines, *operating.suite.silent()]
    return Test(
        f"{name}_is_not_done_if_it_cannot_be_told",
        lines if operating.calls else unnamed(lines),
        [f"{sender}.sends"],
    )


def _makes(after: Outcome, made: str | None) -> list[str]:
    """The entities of which there would be more records."""
    return list(dict.fromkeys([*([made] if made is not None else []), *(record.entity for record, _ in after.made)]))


def _before(entity: str) -> str:
    return f"{entity_names(entity).plural}_before"


def looks(operating: Acts, scene: Scene, after: Outcome) -> list[str]:
    """The lines that look in the database for what the effects leave behind."""
    return [*_held(operating, scene, after.held), *_gone(scene, after), *_made(operating, scene, after)]


def _shown_by(operating: Acts, after: Outcome) -> list[str]:
    """What records that are looked up by all their values prove of their entities."""
    found: list[str] = []
    for record, values in after.made:
        entity, address = operating.suite.spec.entities[record.entity], f"entities.{record.entity}"
        for key in values:
            item = entity.fields.get(key)
            if key in entity.references:
                found.append(f"{address}.relations.{key}")
            elif item is not None and item.default is not None:
                found.append(f"{address}.fields.{key}.default")
        codes = made_up(operating.suite, record.entity, "")
        found += [f"{address}.fields.{key}.default" for key in codes]
    return list(dict.fromkeys(found))


def _untouched(operating: Acts, base: Witness, idle: Path) -> dict[tuple[Record, str], object]:
    """The values of records that an idle effect would change."""
    last = idle[-1]
    if last.target is None:
        return {}
    keys = list(last.effect.sets)
    states = operating.suite.spec.entities[last.target].states
    if last.effect.to is not None and states is not None:
        keys.append(states.field)
    records = base.built.world.records(last.target)
    return {(record, key): record.values.get(key) for record in records for key in keys}


def _kept(scene: Scene, base: Witness, idle: Path, after: Outcome) -> list[str]:
    """What an idle effect would remove is there, and what it would make is not."""
    last, lines = idle[-1], list[str]()
    if last.effect.deletes and last.target is not None:
        records = [one for one in base.built.world.records(last.target) if scene.named(one) and one not in after.gone]
        lines += [f"assert await session.get({one.entity}, {scene.name(one)}.id) is not None" for one in records]
    if last.effect.creates is not None:
        entity = last.effect.creates.entity
        there = len(base.built.world.records(entity)) + sum(record.entity == entity for record, _ in after.made)
        lines.append(f"assert await session.scalar(select(func.count()).select_from({entity})) == {there}")
    return lines


def _held(operating: Acts, scene: Scene, held: dict[tuple[Record, str], object]) -> list[str]:
    lines = []
    for (record, key), value in held.items():
        if not scene.named(record):
            continue
        relation = key in operating.suite.spec.entities[record.entity].references
        found = f"(await session.get_one({record.entity}, {scene.name(record)}.id)).{key}{'_id' if relation else ''}"
        lines.append(f"assert {found} {_compared(scene, value)}")
    return lines


def _compared(scene: Scene, value: object) -> str:
    if isinstance(value, Record):
        return f"== {_id(scene, value)}"
    return f"is {value}" if value is None or isinstance(value, bool) else f"== {source(value)}"


def _id(scene: Scene, record: Record) -> str:
    """The id of a record: one of the scene, or the one that the operation made."""
    return f"{scene.name(record)}.id" if scene.named(record) else 'answer.json()["id"]'


def _gone(scene: Scene, after: Outcome) -> list[str]:
    return [f"assert await session.get({one.entity}, {scene.name(one)}.id) is None" for one in after.gone]


def _made(operating: Acts, scene: Scene, after: Outcome) -> list[str]:
    """How many records there are with the values of those that were made."""
    counted: dict[str, int] = {}
    found: list[str] = []
    for record, values in after.made:
        entity = operating.suite.spec.entities[record.entity]
        given = [
            f"{key}_id={_id(scene, value) if isinstance(value, Record) else None}"
            if key in entity.references
            else f"{key}={source(value)}"
            for key, value in values.items()
        ]
        query = f"select(func.count()).select_from({record.entity}).filter_by({', '.join(given)})"
        counted[query] = counted.get(query, 0) + 1
        for key, shape in made_up(operating.suite, record.entity, "").items():
            codes = f"(await session.scalars(select({record.entity}.{key}).filter_by({', '.join(given)}))).all()"
            found.append(f"assert all(re.fullmatch({text(shape)}, code) for code in {codes})")
    return [*(f"assert await session.scalar({query}) == {number}" for query, number in counted.items()), *found]
