"""Tests of what values may be: each limit accepted at its border and refused beyond."""

from collections.abc import Iterator, Mapping

from quantumlayer.qtest.bodies import Creation
from quantumlayer.qtest.free_names import kept_unique_tests
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import NUMBERS, Edge, edges
from quantumlayer.qtest.suite import writable
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.spec.model import Action, Field


def limit_tests(records: Records) -> Iterator[Test]:
    """The limits of the fields that callers give."""
    yield from _kept_limits(records)
    yield from kept_unique_tests(records)
    creation = records.creation
    if creation is None:
        return
    fields = writable(records.entity)
    prefix = f"entities.{records.name}.fields"
    scene = creation.scene()
    body = creation.body(scene)
    sent = f"{body[:-1]}, key: value}}" if body.endswith("}") else f"{body} | {{key: value}}"
    post = [*scene.lines, f'answer = await {scene.caller}.post("{records.path}", json={sent})']
    fitting = [row for row in rows(prefix, fields, fits=True) if _keeps_rules(records, creation, row[0], row[1])]
    hidden = [key for key in fields if not records.shown(key, creation.role)]
    if fitting:
        check = "assert answer.status_code == 201" if hidden else "assert answer.json()[key] == value"
        yield Test(
            f"{records.names.snake}_takes_a_value_at_its_limit",
            [*post, check],
            names={"key": "str", "value": "object"},
            rows=[row for _, _, row in fitting],
        )
    beyond = [row for _, _, row in rows(prefix, fields, fits=False)]
    if beyond:
        yield Test(
            f"{records.names.snake}_refuses_a_value_beyond_its_limit",
            [*post, 'assert pointers(answer) == [f"/body/{key}"]'],
            names={"key": "str", "value": "object"},
            rows=beyond,
        )


def _kept_limits(records: Records) -> Iterator[Test]:
    """The limits of what no caller gives: the database holds them, whoever writes."""
    for key, item in records.entity.fields.items():
        beyond = [edge for edge in edges(item) if not edge.fits and (item.type in NUMBERS or edge.word == "one_of")]
        if (item.read_only or records.creation is None) and beyond:
            lines = []
            for edge in beyond:
                lines.append("with pytest.raises(IntegrityError):")
                lines.append(f"    await make.{records.names.snake}({key}={source(edge.value)})")
            words = dict.fromkeys(edge.word for edge in beyond)
            proves = [f"entities.{records.name}.fields.{key}.{word}" for word in words]
            yield Test(f"{key}_of_{records.a}_is_never_beyond_its_limit", lines, proves)


def rows(prefix: str, fields: Mapping[str, Field], *, fits: bool) -> list[tuple[str, Edge, Row]]:
    """The values at the limits of fields, or those beyond, each with the limit that it proves."""
    found = []
    for key, item in fields.items():
        for edge in edges(item):
            if edge.fits is fits:
                proves = (f"{prefix}.{key}.{edge.word}",) if edge.word else ()
                value = wire(edge.value, item.type)
                found.append((key, edge, Row((text(key), source(value)), proves, _label(key, value))))
    return found


def _label(key: str, value: object) -> str:
    """A short name where pytest would show a long text."""
    return f"{key} of {len(value)} characters" if isinstance(value, str) and len(value) > 40 else ""


def _keeps_rules(records: Records, creation: Creation, key: str, edge: Edge) -> bool:
    question = records.suite.question(records.name, Action.CREATE, creation.role)
    choice = {**creation.witness.choice, Slot(THIS, key): edge.value}
    return question.accepts(question.builder().build(choice))
