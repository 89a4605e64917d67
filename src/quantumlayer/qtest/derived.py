"""Tests of derived values: the Spec's own examples, and values worked out in small worlds."""

from collections.abc import Iterator

from quantumlayer.qtest.decisive import told
from quantumlayer.qtest.factories import parameter_type
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import THIS
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene, with_values
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Witness
from quantumlayer.qtest.worked_out import worked_out
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.askers import asker_values
from quantumlayer.spec.cel import CelRuntimeError, Scope, compile_cel, evaluate, rounded
from quantumlayer.spec.model import Action, Derived, Example


def derived_tests(records: Records) -> Iterator[Test]:
    """For each derived value its examples, then a few worlds in which it differs; for who asks is told elsewhere."""
    asked = asker_values(records.entity)
    for key, derived in records.entity.derived.items():
        if key in asked:
            continue
        roles = readers(records, derived)
        address = f"entities.{records.name}.derived.{key}"
        if not roles:
            records.suite.leave_open(address, "no role may read it")
            continue
        if derived.examples:
            yield from _examples(records, key, derived, roles[0])
        yield from _worked_out(records, key, derived, roles[0])


def readers(records: Records, derived: Derived) -> list[str]:
    """The roles that see a derived value."""
    return [
        role
        for role in records.suite.roles_for(records.name, Action.READ)
        if not derived.visible_to or role in derived.visible_to
    ]


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
    names = {scene.parameter(name): parameter_type(kinds[name]) for name in first.given}
    names |= {scene.parameter(name): "object" for name in first.then}
    made = f"{scene.this} = await make.{records.names.snake}("
    given = ", ".join(f"{name}={scene.parameter(name)}" for name in first.given)
    lines = []
    if first.today is not None:
        lines.append(
            f"clock.move_to(datetime({first.today.year}, {first.today.month}, {first.today.day}, 12, tzinfo=UTC))"
        )
    lines += [with_values(line, made, given) for line in scene.lines]
    shown = ", ".join(f'"{name}": {scene.parameter(name)}' for name in first.then)
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
    found = values(records, derived, role)
    if not found:
        return
    base = found[0][0]
    address = f"entities.{records.name}.derived.{key}"
    scene = Scene(records.suite, base)
    alike: list[tuple[dict[str, object], str]] = []
    for witness, value, name in found:
        shown = source(wire(value, derived.type))
        changed = {slot: item for slot, item in witness.choice.items() if base.choice.get(slot, _UNSET) != item}
        if not name and all(slot.place == THIS and slot.name.isidentifier() for slot in changed):
            alike.append(({slot.name: item for slot, item in changed.items()}, shown))
            continue
        other = Scene(records.suite, witness)
        yield Test(f"{key}_{name or told(changed)}", [*other.lines, *_shown(records, other, key, shown)], [address])
    if len(alike) == 1:
        yield Test(f"{key}_is_worked_out", [*scene.lines, *_shown(records, scene, key, alike[0][1])], [address])
        return
    yield _rows(records, key, scene, alike)


def _rows(records: Records, key: str, scene: Scene, alike: list[tuple[dict[str, object], str]]) -> Test:
    """Worlds that differ in the record's own values; what one of them changes each of them says."""
    this = scene.built.this
    told = scene.given(this)
    varied = {name for changed, _ in alike for name in changed}
    kept = {name: this.values.get(name) for name in told if name in varied}
    made = f"{scene.this} = {scene.call(this)}"
    free = ", ".join(["**given", *(f"{name}={value}" for name, value in told.items() if name not in varied)])
    line = f"{scene.this} = await make.{records.names.snake}({free})"
    shown = scene.parameter(key)
    return Test(
        f"{key}_is_worked_out",
        [*(line if one == made else one for one in scene.lines), *_shown(records, scene, key, shown)],
        [f"entities.{records.name}.derived.{key}"],
        names={"given": "dict[str, Any]", shown: "object"},
        rows=[Row((source({**kept, **changed}), value)) for changed, value in alike],
    )


_UNSET = object()


def _shown(records: Records, scene: Scene, key: str, value: str) -> list[str]:
    same = "is" if value in {"None", "True", "False"} else "=="
    return [
        f'answer = await {scene.caller}.get(f"{records.path}/{{{scene.this}.id}}")',
        f"assert answer.json()[{text(key)}] {same} {value}",
    ]


def values(records: Records, derived: Derived, role: str) -> list[tuple[Witness, object, str]]:
    """Worlds in which the derived value differs, the plainest first; then those that have a name for what they tell."""
    scope = Scope.for_derived(records.suite.spec, records.name)
    checked = compile_cel(derived.cel, scope)
    question = records.suite.question(records.name, Action.READ, role)
    slots = question.reader.read(checked, scope, {"this": ("this",)})

    def value(built: Built) -> object:
        try:
            return rounded(evaluate(checked, built.world, this=built.this), derived.type)
        except CelRuntimeError:
            return None

    return worked_out(records.suite, question, checked, slots, value)
