"""Tests of derived values: the Spec's own examples, and values worked out in small worlds."""

import re
from collections.abc import Iterator

from quantumlayer.qtest.factories import TYPES
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import COUNT, THIS, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene, with_values
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Question, Witness
from quantumlayer.spec.cel import CelRuntimeError, Scope, compile_cel, evaluate, rounded
from quantumlayer.spec.model import Action, Derived, Example

_MOST_VALUES = 4


def derived_tests(records: Records) -> Iterator[Test]:
    """For each derived value its examples, then a few worlds in which it differs."""
    for key, derived in records.entity.derived.items():
        roles = [
            role
            for role in records.suite.roles_for(records.name, Action.READ)
            if not derived.visible_to or role in derived.visible_to
        ]
        address = f"entities.{records.name}.derived.{key}"
        if not roles:
            records.suite.leave_open(address, "no role may read it")
            continue
        if derived.examples:
            yield from _examples(records, key, derived, roles[0])
        yield from _worked_out(records, key, derived, roles[0])


def _examples(records: Records, key: str, derived: Derived, role: str) -> Iterator[Test]:
    """Examples that give the same fields become the rows of one test."""
    shapes: dict[tuple[str, ...], list[Example]] = {}
    for example in derived.examples:
        shapes.setdefault((*example.given, *example.then, str(example.today)), []).append(example)
    question = records.suite.question(records.name, Action.READ, role)
    base = question.base()
    if base is None:
        return
    scene = Scene(records.suite, base)
    for number, alike in enumerate(shapes.values()):
        yield _example_test(records, key, alike, scene, f"_{number + 1}" if number else "")


def _example_test(records: Records, key: str, alike: list[Example], scene: Scene, suffix: str) -> Test:
    first = alike[0]
    kinds = records.entity.fields
    rows = [
        Row(
            (
                *(source(value) for value in example.given.values()),
                *(source(wire(value, records.entity.derived[name].type)) for name, value in example.then.items()),
            )
        )
        for example in alike
    ]
    names = {name: f"{TYPES[kinds[name].type]}{' | None' if kinds[name].optional else ''}" for name in first.given}
    names |= dict.fromkeys(first.then, "object")
    made = f"{scene.this} = await make.{records.names.snake}("
    given = ", ".join(f"{name}={name}" for name in first.given)
    lines = []
    if first.today is not None:
        lines.append(
            f"clock.move_to(datetime({first.today.year}, {first.today.month}, {first.today.day}, 12, tzinfo=UTC))"
        )
    lines += [with_values(line, made, given) for line in scene.lines]
    shown = ", ".join(f'"{name}": {name}' for name in first.then)
    return Test(
        f"{key}_is_as_in_the_examples{suffix}",
        [
            *lines,
            f'answer = await {scene.caller}.get(f"{records.path}/{{{scene.this}.id}}")',
            f"assert answer.json().items() >= {{{shown}}}.items()",
        ],
        [f"entities.{records.name}.derived.{name}" for name in first.then],
        names=names,
        rows=rows,
    )


def _worked_out(records: Records, key: str, derived: Derived, role: str) -> Iterator[Test]:
    """Worlds that differ in the record's own values are the rows of one test; each other world is a test."""
    found = values(records, key, derived, role)
    if not found:
        return
    base = found[0][0]
    address = f"entities.{records.name}.derived.{key}"
    rows: list[Row] = []
    for witness, value in found:
        shown = source(wire(value, derived.type))
        changed = {slot: item for slot, item in witness.choice.items() if base.choice.get(slot, _UNSET) != item}
        if all(slot.place == THIS and slot.name.isidentifier() for slot in changed):
            rows.append(Row((source({slot.name: item for slot, item in changed.items()}), shown)))
            continue
        scene = Scene(records.suite, witness)
        yield Test(f"{key}_{_told(changed)}", [*scene.lines, *_shown(records, scene, key, shown)], [address])
    scene = Scene(records.suite, base)
    if len(rows) == 1:
        yield Test(f"{key}_is_worked_out", [*scene.lines, *_shown(records, scene, key, rows[0].values[1])], [address])
        return
    made = f"{scene.this} = await make.{records.names.snake}("
    yield Test(
        f"{key}_is_worked_out",
        [*(with_values(line, made, "**given") for line in scene.lines), *_shown(records, scene, key, key)],
        [address],
        names={"given": "dict[str, Any]", key: "object"},
        rows=rows,
    )


_UNSET = object()


def _shown(records: Records, scene: Scene, key: str, value: str) -> list[str]:
    same = "is" if value in {"None", "True", "False"} else "=="
    return [
        f'answer = await {scene.caller}.get(f"{records.path}/{{{scene.this}.id}}")',
        f"assert answer.json()[{text(key)}] {same} {value}",
    ]


def _told(changed: dict[Slot, object]) -> str:
    """What is special about a world, as part of a name."""
    words = []
    for slot, value in changed.items():
        last = slot.place[-1].removesuffix("*")
        words.append(f"{value}_{last}" if slot.name == COUNT else f"{slot.name}_{value}")
    return "with_" + "_and_".join(re.sub(r"\W+", "_", word).strip("_").lower() for word in words)


def values(records: Records, key: str, derived: Derived, role: str) -> list[tuple[Witness, object]]:
    """Worlds in which the derived value differs, the plainest first."""
    scope = Scope.for_derived(records.suite.spec, records.name)
    checked = compile_cel(derived.cel, scope)
    permission = records.suite.question(records.name, Action.READ, role)
    question = Question(
        records.suite.spec,
        records.suite.defaults,
        records.name,
        [role],
        permission.conditions,
        fixed=permission.fixed,
    )
    slots = question.reader.read(checked, scope, {"this": ("this",)})
    found: dict[object, Witness] = {}
    for witness in question.variations(slots):
        try:
            value = evaluate(checked, witness.built.world, this=witness.built.this)
        except CelRuntimeError:
            continue
        found.setdefault(rounded(value, derived.type), witness)
        if len(found) == _MOST_VALUES:
            break
    return [(witness, value) for value, witness in found.items()]
