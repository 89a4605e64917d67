"""What the factories of the generated tests look like."""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field

from quantumlayer.qtest.apart import apart, is_rare, room_of
from quantumlayer.qtest.expressions import python
from quantumlayer.qtest.literals import source
from quantumlayer.qtest.samples import TEXTS, lengths
from quantumlayer.qtest.suite import Suite
from quantumlayer.spec.fitting import matching, numbered
from quantumlayer.spec.model import Entity, Field, FieldType
from quantumlayer.spec.naming import EntityNames

TYPES = {
    FieldType.STRING: "str",
    FieldType.TEXT: "str",
    FieldType.EMAIL: "str",
    FieldType.INT: "int",
    FieldType.DECIMAL: "Decimal",
    FieldType.MONEY: "Decimal",
    FieldType.FLOAT: "float",
    FieldType.JSON: "Any",
    FieldType.BOOL: "bool",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime",
    FieldType.FILE: "StoredFile",
}
NUMBER = "next(self._numbers)"
_MANY = 5000
"""So many records no test makes."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A keyword of a factory with its default, as Python."""

    name: str
    type: str
    default: str

    @property
    def remark(self) -> str:
        """What keeps the linter from minding that a field is called like something of Python's own."""
        return "  # noqa: A002 - the field's name" if hasattr(builtins, self.name) else ""


@dataclass(slots=True)
class Factory:
    """How a record is made."""

    names: EntityNames
    parameters: list[Parameter] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    arguments: list[tuple[str, str]] = field(default_factory=list)
    versioned: bool = False

    @property
    def shares(self) -> bool:
        """Whether it refers to the same record as others, where there can be a few only."""
        return any("self._one(" in value for _, value in self.arguments)

    @property
    def counts(self) -> bool:
        """Whether it counts a field's values apart from all others."""
        return any("self._few[" in line for line in [*self.lines, *(value for _, value in self.arguments)])

    @property
    def variable(self) -> str:
        """What the record is called in its factory; a field may have the name of its entity."""
        found, taken = self.names.snake, {parameter.name for parameter in self.parameters}
        while found in taken:
            found = f"made_{found}"
        return found


def factories(suite: Suite) -> list[Factory]:
    """One for each entity, in the order of the Spec."""
    said = suite.spec.model_dump_json()
    moments = [key for key in ("created_at", "updated_at") if key in said]  # what the service keeps by itself
    return [_factory(suite, name, entity, moments) for name, entity in suite.spec.entities.items()]


def _factory(suite: Suite, name: str, entity: Entity, moments: Sequence[str]) -> Factory:
    made = Factory(suite.names(name), versioned=bool(entity.versioned))
    for key, relation in entity.references.items():
        made.parameters.append(Parameter(key, f"{relation.to} | None", "None"))
        target = suite.names(relation.to).snake
        made_up = f"self._one(self.{target})" if is_rare(suite.spec.entities[relation.to]) else f"self.{target}()"
        new = f"{key}.id if {key} else None" if relation.optional else f"({key} or await {made_up}).id"
        made.arguments.append((f"{key}_id", new))
    for key, relation in entity.links.items():
        made.parameters.append(Parameter(key, f"list[{relation.to}] | None", "None"))
        new = f"await self.{suite.names(relation.to).snake}()"
        least = relation.min or 0
        several = f"[{new} for _ in range({least})]" if least > 1 else f"[{new}]" if least else "[]"
        made.arguments.append((key, f"{key} or {several}"))
    usual = suite.defaults.of(name)
    stored = {key: derived for key, derived in entity.derived.items() if derived.stored}
    for key, item in entity.fields.items():
        unlike = item.model_copy(update={"unique": True}) if key in apart(entity) else item
        _add_field(made, key, unlike, usual.get(key), early=any(f"this.{key}" in one.cel for one in stored.values()))
    for key, derived in stored.items():
        value = python(derived.cel, {name: name for name in entity.fields}, derived.type)
        if value is not None:
            made.arguments.append((key, value))
    if entity.states is not None:
        made.parameters.append(Parameter(entity.states.field, "str", source(entity.states.values[0])))
        made.arguments.append((entity.states.field, entity.states.field))
    for key in moments:
        made.parameters.append(Parameter(key, "datetime", "NOW"))
        made.arguments.append((key, key))
    return made


def _add_field(made: Factory, key: str, item: Field, usual: object, *, early: bool) -> None:
    kind = TYPES[item.type]
    if item.unique and not item.optional:
        made.parameters.append(Parameter(key, f"{kind} | None", "None"))
        word = f"{key} or" if item.type in TEXTS else f"{key} if {key} is not None else"
        value = f"{word} {_unique(made, key, item)}"
        if early:
            made.lines.append(f"{key} = {value}")
        made.arguments.append((key, key if early else value))
        return
    if isinstance(usual, dict | list):  # each record gets one of its own
        made.parameters.append(Parameter(key, kind, "None"))
        made.arguments.append((key, f"{source(usual)} if {key} is None else {key}"))
        return
    made.parameters.append(Parameter(key, parameter_type(item), source(usual)))
    made.arguments.append((key, key))


def parameter_type(item: Field) -> str:
    """The type of a field's value in tests, as Python."""
    nullable = (item.optional or item.is_file) and item.type is not FieldType.JSON
    return f"{TYPES[item.type]} | None" if nullable else TYPES[item.type]


def _unique(made: Factory, key: str, item: Field) -> str:
    """An expression that gives the same value again as late as it can."""
    if item.one_of:
        return f"{source(list(item.one_of))}[{_few(made, key)} % {len(item.one_of)}]"
    match item.type:
        case FieldType.INT:
            least = int(item.min or 0)
            room = room_of(item)
            number = NUMBER if room is None or room > _MANY else f"{_few(made, key)} % {room}"
            return f"{least} + {number}" if least else number
        case FieldType.DECIMAL | FieldType.MONEY:
            return f"Decimal({NUMBER})"
        case FieldType.DATE:
            return f"NOW.date() + timedelta(days={NUMBER})"
        case FieldType.DATETIME:
            return f"NOW + timedelta(days={NUMBER})"
        case FieldType.EMAIL if item.pattern is None:
            return f'f"{key}-{{{NUMBER}}}@example.org"'
    if item.pattern is None:
        least, most = lengths(item)
        if most < len(key) + len("-0000"):
            return f'f"{{{NUMBER}:0{least}}}"'
        return f'f"{key}-{{{NUMBER}:0{max(1, least - len(key) - 1)}}}"'
    return _unique_by_pattern(made, key, item.pattern, item)


def _few(made: Factory, key: str) -> str:
    """The next number for a field of few values: its own, so that each value comes before one comes again."""
    return f'next(self._few["{made.names.snake}.{key}"])'


def _unique_by_pattern(made: Factory, key: str, pattern: str, item: Field) -> str:
    samples = [sample for sample, _ in zip(matching(pattern, *lengths(item)), range(60), strict=False)]
    shape = numbered(pattern, samples[0]) if samples else None
    if shape is None:
        return f"{source(samples)}[{_few(made, key)} % {len(samples)}]"
    before, digits, after = shape
    before, after = (part.replace("{", "{{").replace("}", "}}") for part in (before, after))
    quoted = source(f"{before}<number>{after}")
    number = NUMBER if digits > 3 else f"{NUMBER} % {10**digits}"
    return "f" + quoted.replace("<number>", f"{{{number}:0{digits}}}")
