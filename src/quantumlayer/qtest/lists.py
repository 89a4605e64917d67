"""Tests of lists: searched, filtered, sorted and given out in pages."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import Constants, candidates
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import NOW, TEXTS, samples
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.spec.model import Action, Field, FieldType


def list_tests(records: Records) -> Iterator[Test]:
    """The list of one entity, as a caller who reads every record sees it."""
    role = next(
        (
            role
            for role in records.suite.roles_for(records.name, Action.READ)
            if records.suite.always(records.name, Action.READ, role)
        ),
        None,
    )
    if role is None:
        yield from _own_list(records)
        return
    yield from _search(records, role)
    yield from _filters(records, role)
    yield from _sort(records, role)
    yield from _pages(records, role)


def _own_list(records: Records) -> Iterator[Test]:
    """Nobody reads all records: the order of a caller's own list is all there is to ask for."""
    for word in ("search", "filter", "sort"):
        if getattr(records.entity.list, word):
            records.suite.leave_open(f"entities.{records.name}.list.{word}", "nobody may read every record")
    yield from ()


def _search(records: Records, role: str) -> Iterator[Test]:
    make = f"await make.{records.names.snake}"
    if not records.entity.list.search:
        return
    rows, told = [], {}
    for number, key in enumerate(records.entity.list.search):
        item = records.entity.fields[key]
        found = [value for value in samples(key, item) if isinstance(value, str)]
        if item.unique or len(found) < 2 or item.pattern or item.one_of:
            continue
        told[key] = (f"{found[0]} {number}", found[1])
        part = f"{found[0]} {number}"[1:].upper()
        rows.append(Row((text(part),)))
    if not told:
        records.suite.leave_open(
            f"entities.{records.name}.list.search", "its texts follow patterns that a search cannot tell apart"
        )
        return
    wanted = ", ".join(f"{key}={source(pair[0])}" for key, pair in told.items())
    others = ", ".join(f"{key}={source(pair[1])}" for key, pair in told.items())
    yield Test(
        f"{records.names.plural}_are_found_by_a_part_of_their_text",
        [
            f"{records.names.snake} = {make}({wanted})",
            f"{make}({others})",
            f'as_{role} = await sign_in("{role}")',
            f'answer = await as_{role}.get("{records.path}", params={{"search": part}})',
            f'assert [item["id"] for item in answer.json()["items"]] == [{records.names.snake}.id]',
        ],
        [f"entities.{records.name}.list.search"],
        names={"part": "str"},
        rows=rows,
    )


def two(key: str, item: Field) -> list[object]:
    """Two different values of a field, if it has two."""
    found = [value for value in candidates(key, item, Constants()) if value is not None]
    return found[:2]


def _filters(records: Records, role: str) -> Iterator[Test]:
    snake, make = records.names.snake, f"await make.{records.names.snake}"
    rows = []
    states = records.entity.states
    for key in records.entity.list.filter:
        proves = (f"entities.{records.name}.list.filter",)
        if key in records.entity.relations:
            continue
        if states is not None and key == states.field:
            rows.append(Row((text(key), source(states.values[1]), text(states.values[1])), proves))
        elif key in records.entity.fields:
            item = records.entity.fields[key]
            values = two(key, item)
            usual = records.suite.defaults.of(records.name).get(key)
            other = next((value for value in values if value != usual), None)
            if other is not None:
                sent = wire(other, item.type)
                rows.append(
                    Row(
                        (text(key), source(other), source(str(sent).lower() if isinstance(sent, bool) else str(sent))),
                        proves,
                    )
                )
    check = f'assert [item["id"] for item in answer.json()["items"]] == [{snake}.id]'
    for key in records.entity.list.filter:
        if key in records.entity.relations:
            yield Test(
                f"{records.names.plural}_are_filtered_by_{key}",
                [
                    f"{snake} = {make}()",
                    f"{make}()",
                    f'as_{role} = await sign_in("{role}")',
                    f'answer = await as_{role}.get("{records.path}", params={{"{key}_id": {snake}.{key}_id}})',
                    check,
                ],
                [f"entities.{records.name}.list.filter"],
            )
    for row in rows:
        key, value, sent = row.values
        name = key.strip('"')
        yield Test(
            f"{records.names.plural}_are_filtered_by_{name}",
            [
                f"{snake} = {make}({name}={value})",
                f"{make}()",
                f'as_{role} = await sign_in("{role}")',
                f'answer = await as_{role}.get("{records.path}", params={{{key}: {sent}}})',
                check,
            ],
            row.proves,
        )


def ascending(key: str, item: Field) -> list[object]:
    """Two values of a field in their order."""
    match item.type:
        case FieldType.DATETIME:
            return [NOW + timedelta(days=7), NOW + timedelta(days=8)]
        case FieldType.BOOL:
            return [False, True]
        case kind if kind in TEXTS and not item.pattern and not item.one_of:
            return ["anna@example.org", "bert@example.org"] if kind is FieldType.EMAIL else ["Anna", "Bert"]
    values = two(key, item)
    numbers = [value for value in values if isinstance(value, int | Decimal)]
    return [*sorted(numbers), *sorted((value for value in values if value not in numbers), key=str)]


def _sort(records: Records, role: str) -> Iterator[Test]:
    snake = records.names.snake
    rows = []
    for key in records.entity.list.sort:
        if key in records.entity.fields:
            values = ascending(key, records.entity.fields[key])
        elif records.entity.states is not None and key == records.entity.states.field:
            values = [*sorted(records.entity.states.values)[:2]]
        else:
            continue
        if len(values) == 2:
            rows.append((key, values))
    for key, (low, high) in rows:
        yield Test(
            f"{records.names.plural}_are_sorted_by_{key}",
            [
                f"high = await make.{snake}({key}={source(high)})",
                f"low = await make.{snake}({key}={source(low)})",
                f'as_{role} = await sign_in("{role}")',
                f'up = await as_{role}.get("{records.path}", params={{"sort": "{key}"}})',
                f'down = await as_{role}.get("{records.path}", params={{"sort": "-{key}"}})',
                'assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]',
                'assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]',
            ],
            [f"entities.{records.name}.list.sort"],
        )


def _pages(records: Records, role: str) -> Iterator[Test]:
    snake = records.names.snake
    own = records.suite.spec.roles[role].record == records.name if role in records.suite.spec.roles else False
    sign = f'as_{role} = await sign_in("{role}")'
    first = "all_records = [await make." + snake + "() for _ in range(3)]"
    arrange = [first, sign if not own else f'as_{role} = await sign_in("{role}", all_records[0])']
    yield Test(
        f"{records.names.plural}_are_given_out_in_pages",
        [
            *arrange,
            f'answer = await as_{role}.get("{records.path}", params={{"limit": 2, "offset": 1}})',
            'assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]',
            'assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()',
        ],
    )
    yield Test(
        f"a_list_of_{records.names.plural}_is_refused_with",
        [
            sign,
            f'answer = await as_{role}.get("{records.path}", params={{key: value}})',
            'assert pointers(answer) == [f"/query/{key}"]',
        ],
        names={"key": "str", "value": "str"},
        rows=[
            Row(('"limit"', '"0"')),
            Row(('"limit"', '"101"')),
            Row(('"offset"', '"-1"')),
            Row(('"sort"', '"nonsense"')),
            Row(('"nonsense"', '"1"')),
        ],
    )
