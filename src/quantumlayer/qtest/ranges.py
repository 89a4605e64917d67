"""Tests of lists: values between two ends, values that are missing, the order and the size that nobody asks for."""

from collections.abc import Iterator

from quantumlayer.qtest.lists import Reader, in_order, reader_of
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.variables import variable
from quantumlayer.spec.lists import asks_for_none, field_of
from quantumlayer.spec.model import FieldType, Listing

_FOUND = '{item["id"] for item in answer.json()["items"]}'


def range_tests(records: Records) -> Iterator[Test]:
    """What the list of one entity gives out between two values, without a value, and when nothing is asked for."""
    reader = reader_of(records)
    if reader is None:
        return  # told where lists are searched
    listing = records.entity.list
    for key in listing.filter:
        if asks_for_none(records.entity, key):
            yield from _without(reader, key)
    for key in listing.range:
        yield from _between(reader, key)
    if listing.order:
        yield order_test(reader, listing.order, records.names.plural, f"{reader.address}.order")
    if listing.page != Listing().page:
        yield Test(
            f"{records.names.plural}_are_given_out_{listing.page}_at_once",
            [*reader.scene.unnamed(), reader.get("{}"), f'assert answer.json()["limit"] == {listing.page}'],
            [f"{reader.address}.page"],
        )


def _without(reader: Reader, key: str) -> Iterator[Test]:
    """The records whose value is missing, beside one that has it."""
    records = reader.records
    before, given, first, name = reader.before, {}, {}, key
    if key in records.entity.references:
        name = f"{key}_id"
        if reader.scene.named(reader.witness.built.this.values.get(key)):
            return
        target = records.entity.references[key].to
        before = [*before, f"{variable(key)} = await make.{records.suite.names(target).snake}()"]
        given = {key: variable(key)}
    else:
        values = in_order(records.entity, key)
        if not values or not reader.readable(key, None):
            return
        first, given = {key: "None"}, {key: source(values[0])}
    this = reader.scene.this
    own = key in records.entity.references and records.entity.references[key].to == records.name
    yield Test(
        f"{records.names.plural}_without_{key}_are_asked_for",
        [
            *before,
            f"{this} = {reader.made(**first)}",
            reader.plain(**given) if reader.single else reader.made(**given),
            *reader.after,
            reader.get(f'{{"{name}": "none"}}'),
            reader.only(variable(key), this) if own else reader.only(this),
        ],
        [f"{reader.address}.filter"],
    )


def _between(reader: Reader, key: str) -> Iterator[Test]:
    records = reader.records
    values = in_order(records.entity, key)
    name = f"{records.names.plural}_are_asked_for_by_the_least_and_the_most_{key}"
    proves = [f"{reader.address}.range"]
    if len(values) < len(["low", "high"]) or not reader.readable(key, values[0]):
        records.suite.leave_open(proves[0], "no two values are known of which the caller reads one")
        return
    low, high = (_told(value, field_of(records.entity, key).type) for value in values)
    least, most = text(f"{key}_min"), text(f"{key}_max")
    if reader.single or not reader.readable(key, values[1]):
        this = reader.scene.this
        lines = [
            f"{this} = {reader.made(**{key: source(values[0])})}",
            *reader.after,
            reader.get(f"{{{least}: {low}, {most}: {low}}}"),
            reader.only(this),
            reader.get(f"{{{least}: {high}}}"),
            f"assert {_FOUND} == set()",
        ]
    else:
        lines = [
            f"low = {reader.made(**{key: source(values[0])})}",
            f"high = {reader.made(**{key: source(values[1])})}",
            *reader.signed_in_as("low"),
            reader.get(f"{{{least}: {high}}}"),
            f"assert {_FOUND} == {{high.id}}",
            reader.get(f"{{{most}: {low}}}"),
            f"assert {_FOUND} == {{low.id}}",
            reader.get(f"{{{least}: {low}, {most}: {high}}}"),
            f"assert {_FOUND} == {{low.id, high.id}}",
            reader.get(f"{{{least}: {high}, {most}: {low}}}"),
            f"assert {_FOUND} == set()",
        ]
    yield Test(name, [*reader.before, *lines], proves)


def _told(value: object, kind: FieldType) -> str:
    return text(str(wire(value, kind)))


def order_test(reader: Reader, order: tuple[str, ...], many: str, address: str) -> Test:
    """Records that were made in the opposite order: each key in turn decides between two of them."""
    keys = _deciding(reader, order)
    if reader.single or not keys:
        lines = [*reader.scene.lines, reader.get("{}"), reader.only(reader.scene.this)]
        return Test(f"{many}_come_in_their_order", lines, [address])
    made = []
    for decides in range(len(keys) + 1):  # in the record that is made last no key has its second value
        given = {}
        for number, (key, first, second) in enumerate(keys):
            if number > decides and _unique(reader, key):
                continue  # another record has the value
            given[key] = source(second if number == decides else first)
        made.append(reader.made(**given))
    return Test(
        f"{many}_come_in_their_order",
        [
            *reader.before,
            f"backwards = [{', '.join(made)}]",
            *reader.signed_in_as("backwards[0]"),
            reader.get("{}"),
            'assert [item["id"] for item in answer.json()["items"]] == [record.id for record in reversed(backwards)]',
        ],
        [address],
    )


def _deciding(reader: Reader, order: tuple[str, ...]) -> list[tuple[str, object, object]]:
    """The keys of an order of which the caller reads two values, each with the one that comes first and the other."""
    found = []
    for name in order:
        key = name.removeprefix("-")
        values = in_order(reader.records.entity, key)
        if len(values) > 1 and all(reader.readable(key, value) for value in values):
            first, second = reversed(values) if name.startswith("-") else values
            found.append((key, first, second))
        if _unique(reader, key):
            break
    return found


def _unique(reader: Reader, key: str) -> bool:
    fields = reader.records.entity.fields
    return key in fields and fields[key].unique
