"""Tests of the rows that operations take: how many, and what each of them holds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from quantumlayer.qtest.limits import rows as edge_rows
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.named import row_taken, taken
from quantumlayer.qtest.places import TAKES, Slot
from quantumlayer.qtest.records import NOBODY
from quantumlayer.qtest.samples import wrong_type
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import required
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Witness
from quantumlayer.spec.cel import Record

if TYPE_CHECKING:
    from quantumlayer.qtest.operations import Operating

_PLACED = 'assert pointers(answer) == [f"/body/{name}/0/{{key}}"]'


def row_tests(operating: "Operating", name: str, base: Witness) -> Iterator[Test]:
    """Too few and too many rows; cells of another type, left out, at their limits and beyond."""
    if not base.built.takes[name]:
        return
    yield from _numbers(operating, name, base)
    yield from _cells(operating, name, base)
    yield from _limits(operating, name, base)
    for cell in operating.operation.rows[name].references:
        yield _missing(operating, name, cell, base)
        yield from _hidden(operating, name, cell)


def _sent(operating: "Operating", scene: Scene, name: str, rows: str) -> str:
    body = taken(operating.operation, scene, without={name})
    given = f"{text(name)}: {rows}"
    return operating.sent(scene, f"{{{given}}}" if body == "{}" else f"{body[:-1]}, {given}}}")


def _numbers(operating: "Operating", name: str, base: Witness) -> Iterator[Test]:
    rows, scene = operating.operation.rows[name], Scene(operating.suite, base)
    row, address = row_taken(operating.operation, name, scene), f"{operating.address}.takes.{name}"
    tried = [(rows.max + 1, "max"), *([(rows.min - 1, "min")] if rows.min > 0 else [])]
    yield Test(
        f"{operating.name.strip('_')}_is_refused_with_too_few_or_too_many_{name}",
        [
            *scene.lines,
            _sent(operating, scene, name, f"[{row}] * number"),
            f'assert pointers(answer) == ["/body/{name}"]',
        ],
        names={"number": "int"},
        rows=[Row((str(number),), (f"{address}.{word}",)) for number, word in tried],
    )


def _cells(operating: "Operating", name: str, base: Witness) -> Iterator[Test]:
    rows, scene = operating.operation.rows[name], Scene(operating.suite, base)
    verb, row = operating.name.strip("_"), row_taken(operating.operation, name, scene)
    prefix = f"{operating.address}.takes.{name}.each"
    wrong = [Row((text(key), source(wrong_type(item)))) for key, item in rows.inputs.items()]
    wrong += [Row((text(f"{key}_id"), text("nonsense"))) for key in rows.references]
    placed = _PLACED.replace("{name}", name).replace("{{key}}", "{key}")
    yield Test(
        f"{verb}_is_refused_with_{name}_of_another_type",
        [*scene.lines, _sent(operating, scene, name, f"[{row} | {{key: value}}]"), placed],
        names={"key": "str", "value": "object"},
        rows=[*wrong, Row(('"nonsense"', "1"))],
    )
    needed = {key: key for key in required(rows.inputs)}
    needed |= {f"{key}_id": key for key, one in rows.references.items() if not one.optional}
    if needed:
        left = "[{cell: row[cell] for cell in row if cell != key}]"
        yield Test(
            f"{verb}_is_refused_with_{name}_without",
            [*scene.lines, f"row = {row}", _sent(operating, scene, name, left), placed],
            names={"key": "str"},
            rows=[Row((text(key),), (f"{prefix}.{element}",)) for key, element in needed.items()],
        )


def _limits(operating: "Operating", name: str, base: Witness) -> Iterator[Test]:
    rows, scene = operating.operation.rows[name], Scene(operating.suite, base)
    verb, row = operating.name.strip("_"), row_taken(operating.operation, name, scene)
    prefix, place = f"{operating.address}.takes.{name}.each", (*TAKES, f"{name}*")
    sent = _sent(operating, scene, name, f"[{row} | {{key: value}}]")
    question = operating.question(base.built.caller.role)
    fitting = [
        tried
        for key, edge, tried in edge_rows(prefix, rows.inputs, fits=True)
        if question.accepts(question.builder().build({**base.choice, Slot(place, key): edge.value}))
    ]
    names = {"key": "str", "value": "object"}
    if fitting:
        check = f"assert answer.status_code == {operating.done}"
        yield Test(f"{verb}_takes_{name}_at_their_limit", [*scene.lines, sent, check], names=names, rows=fitting)
    beyond = [tried for _, _, tried in edge_rows(prefix, rows.inputs, fits=False)]
    if beyond:
        check = _PLACED.replace("{name}", name).replace("{{key}}", "{key}")
        yield Test(f"{verb}_refuses_{name}_beyond_their_limit", [*scene.lines, sent, check], names=names, rows=beyond)


def _missing(operating: "Operating", name: str, cell: str, base: Witness) -> Test:
    scene = Scene(operating.suite, base)
    row = f'{row_taken(operating.operation, name, scene)} | {{"{cell}_id": {NOBODY}}}'
    return Test(
        f"{operating.name.strip('_')}_is_refused_with_{name}_of_{cell}_that_is_not_there",
        [*scene.lines, _sent(operating, scene, name, f"[{row}]"), _refused(operating, name, cell, str(NOBODY))],
        [f"{operating.address}.takes.{name}.each.{cell}"],
    )


def _hidden(operating: "Operating", name: str, cell: str) -> Iterator[Test]:
    """What a caller may not read is not there for them."""
    suite, operation = operating.suite, operating.operation
    for role in operation.by:
        for condition in suite.naming(operating.name, role)[f"{name}.{cell}"]:
            question = suite.operation(operating.name, role)
            asked = ((one, one.at) for one in question.conditions if one.cel == condition.cel)
            found = question.refusal(next(one for one, at in asked if at == condition.at))
            if found is None:
                continue
            scene = Scene(suite, found.refused)
            rows = found.refused.built.takes[name]
            named = rows[0][cell] if isinstance(rows, list) and rows else None
            assert isinstance(named, Record)  # noqa: S101 - nothing is refused where nothing is named
            yield Test(
                f"{role}_cannot_{operating.name.strip('_')}_with_{name}_of_{cell}_that_they_may_not_read",
                [
                    *scene.lines,
                    operating.call(scene),
                    _refused(operating, name, cell, f"{{{scene.name(named)}.id}}"),
                ],
                [f"{operating.address}.takes.{name}.each.{cell}"],
            )


def _refused(operating: "Operating", name: str, cell: str, number: str) -> str:
    target = operating.suite.names(operating.operation.rows[name].references[cell].to).table.replace("_", " ")
    mark = "f" if "{" in number else ""
    return f'assert refusal(answer) == (409, "about:blank", {mark}"There is no {target} {number}.")'


def referred(operating: "Operating", base: Witness) -> list[Record]:
    """The records to which what an operation sets or makes refers."""
    creation = operating.operation.creates
    said = operating.operation.sets if creation is None else creation.set
    return [value for cel in said.values() if isinstance(value := operating.value(cel, base), Record)]
