"""Property tests: texts are given back unchanged, and derived numbers stay between the bounds of their expressions."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.changes import changing
from quantumlayer.qtest.factories import parameter_type
from quantumlayer.qtest.intervals import Interval, interval
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.places import THIS, Reader, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene, with_values
from quantumlayer.qtest.suite import Suite, links_given, relations_given, writable
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.askers import asker_values
from quantumlayer.spec.cel import Scope, compile_cel
from quantumlayer.spec.model import LONGEST, Action, Derived, Field, FieldType
from quantumlayer.spec.naming import link_ids

_MANY = "@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])"
_AS_JSON = {
    FieldType.DATE: "%Y-%m-%d",
    FieldType.DATETIME: "%Y-%m-%dT%H:%M:%SZ",
    FieldType.MONEY: ".2f",
    FieldType.DECIMAL: ".6f",
}
_NUMBERS = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})


def property_tests(suite: Suite) -> Iterator[Test]:
    """Entity by entity."""
    keys = Counter(key for entity in suite.spec.entities.values() for key in entity.derived)
    for name in suite.spec.entities:
        records = Records(suite, name)
        yield from _texts(records)
        for key, derived in records.entity.derived.items():
            if derived.type in _NUMBERS and key not in asker_values(records.entity):
                about = f"{key}_of_{records.a}" if keys[key] > 1 else key
                yield from _bounds(records, key, derived, about)


def _texts(records: Records) -> Iterator[Test]:
    """Changed rather than made, so that what must be unique stays the record's own."""
    found = changing(records)
    if found is None:
        return
    role, values = found.role, found.sent
    scene = Scene(records.suite, found.scene.witness, repeated=True)
    question = records.suite.question(records.name, Action.UPDATE, role)
    free = {
        key: item
        for key, item in writable(records.entity, changing=True).items()
        if item.type in {FieldType.STRING, FieldType.TEXT}
        and not (item.pattern or item.one_of or item.unique)
        and Slot(THIS, key) not in question.reader.slots
        and records.shown(key, role)
    }
    if not free:
        return

    def own(key: str, value: object) -> str:
        item = records.entity.fields[key]
        if not item.unique:
            return source(value)
        if item.optional:
            return "None"
        kept = f"{scene.this}.{key}"
        return f'f"{{{kept}:{_AS_JSON[item.type]}}}"' if item.type in _AS_JSON else kept

    relations = [f'"{key}_id": {scene.this}.{key}_id' for key in relations_given(records.entity, changing=True)]
    held = map(link_ids, links_given(records.entity, changing=True))
    relations += [f'"{ids}": {scene.this}.{ids}' for ids in held]
    given = {key: scene.parameter(key) for key in free}
    body = ", ".join([*(f"{text(k)}: {given[k] if k in free else own(k, v)}" for k, v in values.items()), *relations])
    yield Test(
        f"any_text_of_{records.a}_is_given_back_unchanged",
        [
            *scene.lines,
            f"body = {{{body}}}",
            f'answer = await {scene.caller}.put(f"{records.path}/{{{scene.this}.id}}", json=body, {IF_ANY})',
            "assert answer.status_code == 200",
            "assert answer.json().items() >= body.items()",
        ],
        [f"entities.{records.name}.fields.{key}" for key in free],
        names=dict.fromkeys(given.values(), "str"),
        decorators=[f"@given({', '.join(f'{given[key]}={_text(item)}' for key, item in free.items())})", _MANY],
    )


def _text(item: Field) -> str:
    shortest = max(1, int(item.min or 0))
    longest = min(LONGEST[item.type] if item.max is None else int(item.max), 500)
    characters = 'st.characters(exclude_characters="\\0", exclude_categories=["Cs"])'
    found = f"st.text({characters}, min_size={shortest}, max_size={max(longest, shortest)})"
    return f"{found}.filter(lambda text: text == text.lstrip())"


def _bounds(records: Records, key: str, derived: Derived, about: str) -> Iterator[Test]:
    scope = Scope.for_derived(records.suite.spec, records.name)
    checked = compile_cel(derived.cel, scope)
    bounds = interval(records.suite.spec, checked)
    slots = Reader(records.suite.spec).read(checked, scope, {"this": THIS})
    own = [slot.name for slot in slots if slot.place == THIS and slot.name in records.entity.fields]
    roles = [
        role
        for role in records.suite.roles_for(records.name, Action.READ)
        if not derived.visible_to or role in derived.visible_to
    ]
    if bounds == Interval() or not own or not roles or derived.optional or len(slots) != len(own):
        return
    base = records.suite.question(records.name, Action.READ, roles[0]).base()
    if base is None:
        return
    scene = Scene(records.suite, base, repeated=True)
    fields = {name: records.entity.fields[name] for name in own}
    made = f"{scene.this} = await make.{records.names.snake}("
    given = ", ".join(f"{name}={scene.parameter(name)}" for name in own)
    lines = [with_values(line, made, given) for line in scene.lines]
    shown = scene.parameter(key)
    strategies = ", ".join(f"{scene.parameter(name)}={_strategy(item)}" for name, item in fields.items())
    yield Test(
        f"{about}_stays_within_its_bounds",
        [
            *lines,
            f'answer = await {scene.caller}.get(f"{records.path}/{{{scene.this}.id}}")',
            f"{shown} = Decimal(answer.json()[{text(key)}])",
            f"assert {_within(bounds, shown)}",
        ],
        [f"entities.{records.name}.derived.{key}"],
        names={scene.parameter(name): parameter_type(item) for name, item in fields.items()},
        decorators=[f"@given({strategies})", _MANY],
    )


def _within(bounds: Interval, value: str) -> str:
    if bounds.high is None and bounds.low is not None:
        return f"{value} >= {_number(bounds.low)}"
    low = "" if bounds.low is None else f"{_number(bounds.low)} <= "
    high = "" if bounds.high is None else f" <= {_number(bounds.high)}"
    return f"{low}{value}{high}"


def _number(value: Decimal) -> str:
    return str(int(value)) if value == int(value) else source(value)


def _strategy(item: Field) -> str:
    """Any value of a field."""
    low = _number(Decimal(-1000 if item.min is None else item.min))
    high = _number(Decimal(1_000_000 if item.max is None else item.max))
    found = {
        FieldType.INT: f"st.integers({low}, {high})",
        FieldType.BOOL: "st.booleans()",
        FieldType.DATE: "st.dates(date(2000, 1, 1), date(2100, 1, 1))",
        FieldType.DATETIME: "st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))",
        FieldType.MONEY: f"st.decimals({low}, {high}, places=2)",
        FieldType.DECIMAL: f"st.decimals({low}, {high}, places=6)",
        FieldType.FLOAT: f"st.floats({low}, {high})",
    }.get(item.type, "st.text(min_size=1, max_size=20)")
    if item.one_of:
        found = f"st.sampled_from({source(list(item.one_of))})"
    return f"st.none() | {found}" if item.optional else found
