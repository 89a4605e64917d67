"""Tests of lists: searched, filtered, sorted and given out in pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from quantumlayer.qtest.apart import is_rare
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.oneself import as_caller
from quantumlayer.qtest.places import THIS, Constants, Slot
from quantumlayer.qtest.pools import candidates
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import NOW, TEXTS, lengths, samples
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.variables import mentioned, variable
from quantumlayer.qtest.witness import Question, Witness
from quantumlayer.spec.cel import Record
from quantumlayer.spec.lists import choices, field_of
from quantumlayer.spec.model import Action, Entity, Field, FieldType, Listing
from quantumlayer.spec.naming import link_id


def list_tests(records: Records) -> Iterator[Test]:
    """The list of one entity, as a caller sees it who reads as much as possible."""
    reader, plain = reader_of(records), Listing()
    if reader is None:
        for word in Listing.model_fields:
            if getattr(records.entity.list, word) != getattr(plain, word):
                records.suite.leave_open(f"entities.{records.name}.list.{word}", "nobody reads such records")
        return
    for tests in (_search, _filters, _sort, _pages):
        yield from tests(reader)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever asks for the list, and how the records are made that they find in it.

    `single` is true where they can read one record only, such as their own. `path` is that of the list, where it is not
    the entity's own, and `asked` the parameters that every request for it has, as Python.
    """

    records: Records
    role: str
    question: Question
    witness: Witness
    scene: Scene
    single: bool
    path: str = ""
    asked: str = ""

    @property
    def address(self) -> str:
        """The address of the list."""
        return f"entities.{self.records.name}.list"

    @property
    def before(self) -> list[str]:
        """The lines that come before any record of the list."""
        lines = self.scene.lines
        return lines[: lines.index(self._made)]

    @property
    def after(self) -> list[str]:
        """The lines that come after the records, up to the caller who signs in."""
        lines = self.scene.lines
        return lines[lines.index(self._made) + 1 :]

    @property
    def _made(self) -> str:
        return next(line for line in self.scene.lines if line.startswith(f"{self.scene.this} = "))

    def readable(self, key: str, value: object) -> bool:
        """Whether the caller reads a record with this value."""
        choice = {**self.witness.choice, Slot(THIS, key): value}
        return self.question.accepts(self.question.builder().build(choice))

    def made(self, **values: str) -> str:
        """The call that makes a record for the list, with further values as Python."""
        return self.scene.call(self.scene.built.this, values)

    def plain(self, **values: str) -> str:
        """The call that makes any other record."""
        given = ", ".join(f"{key}={value}" for key, value in values.items())
        return f"await make.{self.records.names.snake}({given})"

    def signed_in_as(self, record: str) -> list[str]:
        """The lines after the records; the caller is one of them if callers of the role are such records."""
        opening = f'{self.scene.caller} = await sign_in("{self.role}"'
        alone = {f"{opening})", f"{opening}, {self.scene.this})"}
        roles = self.records.suite.spec.roles
        if self.role in roles and roles[self.role].record == self.records.name:
            return [f"{opening}, {record})" if line in alone else line for line in self.after]
        return self.after

    def kept(self, **values: str) -> str:
        """The line that makes the record, in a variable where a later line needs it."""
        made, this = self.made(**values), self.scene.this
        return f"{this} = {made}" if this in mentioned(self.after) else made

    def get(self, params: str) -> str:
        """The request for the list."""
        return f"answer = {self.request(params)}"

    def request(self, params: str = "{}") -> str:
        """The call that asks for the list."""
        given = " | ".join(part for part in (self.asked, params) if part and part != "{}")
        more = f", params={given}" if given else ""
        return f'await {self.scene.caller}.get("{self.path or self.records.path}"{more})'

    def only(self, *variables: str) -> str:
        """The check that these records are in the answer, in this order, and no other."""
        ids = ", ".join(f"{variable}.id" for variable in variables)
        return f'assert [item["id"] for item in answer.json()["items"]] == [{ids}]'


def reader_of(records: Records) -> Reader | None:
    """Whoever reads every record, if possible without being one of them; else whoever reads some."""
    suite = records.suite
    roles = suite.roles_for(records.name, Action.READ)

    def burden(role: str) -> tuple[bool, bool]:
        own = role in suite.spec.roles and suite.spec.roles[role].record == records.name
        return not suite.always(records.name, Action.READ, role), own

    for role in sorted(roles, key=burden):
        question = suite.question(records.name, Action.READ, role)
        witness = question.base()
        if witness is not None:
            scene = Scene(suite, witness)
            among = as_caller(question, witness) if scene.named(witness.built.caller.record) else None
            if among is not None:  # the list shows callers themselves, too, beside others like them
                told = [one for one in among.built.this.values.values() if isinstance(one, Record)]
                return Reader(records, role, question, among, Scene(suite, among, told=told), single=False)
            others = [line for line in scene.lines if not line.startswith(f"{scene.this} = ")]
            single = scene.is_one_of_a_kind or any(scene.this in mentioned([line]) for line in others)
            return Reader(records, role, question, witness, scene, single)
    return None


def _search(reader: Reader) -> Iterator[Test]:
    records = reader.records
    told: dict[str, tuple[str, str]] = {}
    for number, key in enumerate(records.entity.list.search):
        pair = apart(key, records.entity.fields[key], number)
        if pair is not None and reader.readable(key, pair[0]):
            told[key] = pair
    if not told:
        if records.entity.list.search:
            records.suite.leave_open(f"{reader.address}.search", "no two texts are known of which one is found alone")
        return
    wanted = {key: source(pair[0]) for key, pair in told.items()}
    others = {key: source(pair[1]) for key, pair in told.items()}
    first = reader.scene.this
    other = reader.plain if reader.single else reader.made
    yield Test(
        f"{records.names.plural}_are_found_by_a_part_of_their_text",
        [
            *reader.before,
            f"{first} = {reader.made(**wanted)}",
            other(**others),
            *reader.after,
            reader.get('{"search": part}'),
            reader.only(first),
        ],
        [f"{reader.address}.search"],
        names={"part": "str"},
        rows=[Row((text(pair[0][1:].upper()),)) for pair in told.values()],
    )
    yield Test(
        f"signs_with_a_meaning_to_the_database_find_no_{records.names.plural}",
        [
            *reader.before,
            reader.kept(**wanted),
            *reader.after,
            reader.get('{"search": "%_"}'),
            'assert answer.json()["items"] == []',
        ],
        [f"{reader.address}.search"],
    )


def apart(key: str, item: Field, number: int) -> tuple[str, str] | None:
    """Two texts of a field, of which the first, without its first letter, is no part of the second."""
    found = [value for value in samples(key, item) if isinstance(value, str)]
    if found and not item.pattern and not item.one_of and item.type is not FieldType.EMAIL:
        numbered = f"{found[0]} {number}"
        found[0] = numbered if len(numbered) <= lengths(item)[1] else found[0]
    pairs = ((one, other) for one in found for other in found if len(one) > 1)
    return next((pair for pair in pairs if pair[0][1:].upper() not in pair[1].upper()), None)


def _filters(reader: Reader) -> Iterator[Test]:
    entity = reader.records.entity
    for key in entity.list.filter:
        if key in entity.references:
            yield _filtered_by_relation(reader, key)
        elif key in entity.links:
            yield _filtered_by_link(reader, key)
    for key in entity.list.filter:
        if key not in entity.relations:
            yield from _filtered_by_value(reader, key)


def _filtered_by_relation(reader: Reader, key: str) -> Test:
    records, first = reader.records, reader.scene.this
    target = records.entity.references[key]
    before, given, snake = reader.before, {}, records.suite.names(target.to).snake
    held = reader.witness.built.this.values.get(key)
    if target.optional and not reader.scene.named(held):
        before = [*before, f"{variable(key)} = await make.{snake}()"]
        given = {key: variable(key)}
    fixed = reader.single or (not given and reader.scene.named(held))
    shared = not (fixed or target.optional) and is_rare(records.suite.spec.entities[target.to])
    return Test(
        f"{records.names.plural}_are_filtered_by_{key}",
        [
            *before,
            f"{first} = {reader.made(**given)}",
            reader.plain() if fixed else reader.made(**({key: f"await make.{snake}()"} if shared else {})),
            *reader.after,
            reader.get(f'{{"{key}_id": {first}.{key}_id}}'),
            reader.only(first),
        ],
        [f"{reader.address}.filter"],
    )


def _filtered_by_link(reader: Reader, key: str) -> Test:
    """Of a record that has it among others, one that has another and one that has none, the first."""
    records = reader.records
    target = records.suite.names(records.entity.links[key].to).snake
    wanted, other = f"wanted_{target}", f"other_{target}"
    return Test(
        f"{records.names.plural}_are_filtered_by_{key}",
        [
            *reader.before,
            f"{wanted}, {other} = await make.{target}(), await make.{target}()",
            f"{reader.scene.this} = {reader.made(**{key: f'[{wanted}, {other}]'})}",
            reader.plain(**{key: f"[{other}]"}),
            reader.plain() if reader.single else reader.made(),
            *reader.after,
            reader.get(f'{{"{link_id(key)}": {wanted}.id}}'),
            reader.only(reader.scene.this),
        ],
        [f"{reader.address}.filter"],
    )


def _filtered_by_value(reader: Reader, key: str) -> Iterator[Test]:
    """Of two records with different values the one that is asked for."""
    records = reader.records
    values = _known(records, key)
    usual = reader.witness.built.this.values.get(key)
    wanted = next((value for value in values if value != usual and reader.readable(key, value)), None)
    spare = usual if usual is not None else next((value for value in values if value != wanted), None)
    if wanted is None:  # then the record has what it must have, and another one something else
        wanted, spare = usual, next((value for value in values if value != usual), None)
    if wanted is None or spare is None:
        return
    item = records.entity.fields.get(key)
    sent = wire(wanted, None if item is None else item.type)
    told = str(sent).lower() if isinstance(sent, bool) else str(sent)
    first = reader.scene.this
    apart = reader.single or not reader.readable(key, spare)
    other = {} if spare == usual and not apart else {key: source(spare)}
    yield Test(
        f"{records.names.plural}_are_filtered_by_{key}",
        [
            *reader.before,
            f"{first} = {reader.made(**{key: source(wanted)})}",
            reader.plain(**other) if apart else reader.made(**other),
            *reader.after,
            reader.get(f"{{{text(key)}: {source(told)}}}"),
            reader.only(first),
        ],
        [f"{reader.address}.filter"],
    )


def _known(records: Records, key: str) -> list[object]:
    """Values of a field or of the state."""
    states = records.entity.states
    if states is not None and key == states.field:
        return [*states.values[1:], states.values[0]]
    return two(key, records.entity.fields[key])


def two(key: str, item: Field) -> list[object]:
    """Two different values of a field, if it has two."""
    found = [value for value in candidates(key, item, Constants()) if value is not None]
    return found[:2]


def ascending(key: str, item: Field) -> list[object]:
    """Two values of a field in their order."""
    match item.type:
        case FieldType.DATETIME:
            return [NOW + timedelta(days=7), NOW + timedelta(days=8)]
        case FieldType.BOOL:
            return [False, True]
        case kind if kind in TEXTS and not item.pattern and not item.one_of:
            pair = ("anna@example.org", "bert@example.org") if kind is FieldType.EMAIL else ("Anna", "Bert")
            shortest, longest = lengths(item)
            if shortest <= len(pair[0]) <= longest:
                return [*pair]
    values = two(key, item)
    numbers = [value for value in values if isinstance(value, int | Decimal)]
    return [*sorted(numbers), *sorted((value for value in values if value not in numbers), key=str)]


def _sort(reader: Reader) -> Iterator[Test]:
    for key in reader.records.entity.list.sort:
        values = in_order(reader.records.entity, key)
        both = not reader.single and len(values) > 1 and all(reader.readable(key, value) for value in values)
        yield _sorted(reader, key, values) if both else _sorted_alone(reader, key)


def in_order(entity: Entity, key: str) -> list[object]:
    """Two values of a field or of the state in the order of the list; of choices two that another order would turn."""
    named = choices(entity, key)
    if not named:
        return ascending(key, field_of(entity, key))[:2]
    pairs = [(one, other) for number, one in enumerate(named) for other in named[number + 1 :]]
    turned = (pair for pair in pairs if str(pair[0]) > str(pair[1]))
    return [*next(turned, pairs[0] if pairs else named)]


def _sorted(reader: Reader, key: str, values: list[object]) -> Test:
    low, high = values
    records = reader.records
    up, down = (reader.request(f'{{"sort": {text(order)}}}') for order in (key, f"-{key}"))
    return Test(
        f"{records.names.plural}_are_sorted_by_{key}",
        [
            *reader.before,
            f"high = {reader.made(**{key: source(high)})}",
            f"low = {reader.made(**{key: source(low)})}",
            *reader.signed_in_as("low"),
            f"up = {up}",
            f"down = {down}",
            'assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]',
            'assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]',
        ],
        [f"{reader.address}.sort"],
    )


def _sorted_alone(reader: Reader, key: str) -> Test:
    """Where callers read no two records with different values, they may ask for the order all the same."""
    return Test(
        f"{reader.records.names.plural}_are_sorted_by_{key}",
        [*reader.scene.lines, reader.get('{"sort": order}'), reader.only(reader.scene.this)],
        [f"{reader.address}.sort"],
        names={"order": "str"},
        rows=[Row((text(key),)), Row((text(f"-{key}"),))],
    )


def _pages(reader: Reader) -> Iterator[Test]:
    records = reader.records
    if not reader.single:
        yield Test(
            f"{records.names.plural}_are_given_out_in_pages",
            [
                *reader.before,
                f"all_records = [{reader.made()} for _ in range(3)]",
                *reader.signed_in_as("all_records[0]"),
                reader.get('{"limit": 2, "offset": 1}'),
                _second_page(records.entity),
                'assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()',
            ],
        )
    yield Test(
        f"a_list_of_{records.names.plural}_is_refused_with",
        [
            *records.suite.sign_in(reader.role),
            reader.get("{key: value}"),
            'assert pointers(answer) == [f"/query/{key}"]',
        ],
        names={"key": "str", "value": "str"},
        rows=[
            Row(('"limit"', '"0"')),
            Row(('"limit"', '"101"')),
            Row(('"offset"', '"-1"')),
            Row(('"sort"', '"nonsense"')),
            Row(('"nonsense"', '"1"')),
            *(Row((text(f"{key}_min"), '"nonsense"')) for key in records.entity.list.range),
        ],
    )


def _second_page(entity: Entity) -> str:
    """The check of what comes second and third; unique values have an order of their own."""
    keys = {key.removeprefix("-") for key in entity.list.order}
    if any(item.unique for key, item in entity.fields.items() if key in keys):
        return 'assert {item["id"] for item in answer.json()["items"]} < {record.id for record in all_records}'
    return 'assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]'
