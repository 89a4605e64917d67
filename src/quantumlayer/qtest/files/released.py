"""Tests of what goes with a record: its files, and those of the records below it."""

from collections.abc import Iterator, Sequence

from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.files.field import PLAIN
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene, with_values
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.cel import Record
from quantumlayer.spec.model import Action, OnDelete

_GONE = "assert not app.state.file_store.path(held_file.sha256).exists()"


def released_tests(records: Records) -> Iterator[Test]:
    """What goes with a record takes its files along, whoever else held the same content."""
    plain = records.suite.plain(records.name, Action.DELETE)
    if plain is None:
        return
    scene = Scene(records.suite, plain[1])
    delete = f'await {scene.caller}.delete(f"{records.path}/{{{scene.this}.id}}", {IF_ANY})'
    for name, key, what, made in [*_own(records, scene), *_below(records, scene)]:
        yield Test(
            f"the_{key}_of_{what}_goes_with_{records.a}",
            [
                *made,
                f"assert ({delete}).status_code == 204",
                _GONE,
            ],
            [f"entities.{name}.fields.{key}"],
        )


def letting_go(scene: Scene, gone: Sequence[Record]) -> tuple[list[str], list[str]]:
    """The arrangement with a file for one of the records that are to go, and the lines that find its content gone."""
    for record in gone:
        snake, files = scene.suite.names(record.entity).snake, scene.suite.spec.entities[record.entity].files
        key = next((key for key in files if (record.entity, key) not in scene.built.read), "")
        made = f"{scene.name(record)} = await make.{snake}(" if scene.named(record) else ""
        if key and any(line.startswith(made) for line in scene.lines if made):
            held = f'held_file = kept_already(app, content_of("{PLAIN}"))'
            lines = [with_values(line, made, f"{key}=held_file") for line in scene.lines]
            return [held, *lines], [_GONE]
    return scene.lines, []


def _own(records: Records, scene: Scene) -> Iterator[tuple[str, str, str, list[str]]]:
    """The files of the record itself: the entity and the field, what the record is called, and how it is made."""
    made = f"{scene.this} = await make.{records.names.snake}("
    for key in records.entity.files:
        lines = []
        for line in scene.lines:
            bare = line.replace(f"{key}=A_FILE", "").replace("(, ", "(").replace(", )", ")")
            given = f"{key}=held_file" + ("" if bare.removeprefix(made) == ")" else ", ")
            lines.append(made + given + bare.removeprefix(made) if line.startswith(made) else line)
        yield records.name, key, "the_record", [f'held_file = kept_already(app, content_of("{PLAIN}"))', *lines]


def _below(records: Records, scene: Scene) -> Iterator[tuple[str, str, str, list[str]]]:
    """The same of what goes with the record, unless what it has below it matters for removing it."""
    question = records.suite.question(records.name, Action.DELETE, scene.built.caller.role)
    if any(place[-1].endswith("*") for place in question.reader.entities):
        return
    for name, what, given in _ways(records.suite, records.name, scene.this):
        for key in records.suite.spec.entities[name].files:
            held = f"await make.{records.suite.names(name).snake}({given}, {key}=held_file)"
            yield name, key, what, [*scene.lines, f'held_file = kept_already(app, content_of("{PLAIN}"))', held]


def _ways(suite: Suite, target: str, value: str, behind: str = "") -> Iterator[tuple[str, str, str]]:
    """The entities whose records go with one, each with the way to it, in words and as Python."""
    for name, entity in suite.spec.entities.items():
        for via, relation in entity.references.items():
            if relation.to == target and relation.on_delete is OnDelete.CASCADE:
                what = f"{suite.names(name).snake}_by_{via}{behind}"
                yield name, what, f"{via}={value}"
                if name != target:
                    yield from _ways(suite, name, f"await make.{suite.names(name).snake}({via}={value})", f"_of_{what}")
