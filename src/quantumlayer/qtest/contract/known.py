"""What a test knows of a record, as Python: what it sends of it, and what an answer must show."""

from ast import literal_eval
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.samples import NOW, samples
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.variables import mentioned
from quantumlayer.spec.interface import Interface, Member, Shape
from quantumlayer.spec.model import Entity, Field, FieldType

_STAMP = source(wire(NOW))


@dataclass
class Known:
    """A record of an entity: the Python of each of its values, by the name that the Spec has for it.

    Args:
        entity: What it is.
        variable: Its variable; empty where only the answer tells its id.
        fields: The JSON of each field.
        targets: The record at the end of each relation; none where there is none.
        links: The records that it is linked to.
    """

    entity: str
    variable: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    targets: dict[str, "Known"] = field(default_factory=dict)
    links: dict[str, list["Known"]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its id; empty where only the answer tells it."""
        return f"{self.variable}.id" if self.variable else ""


class Bodies:
    """Bodies of requests and answers for the shapes of an interface."""

    def __init__(self, suite: Suite, interface: Interface) -> None:
        self.suite, self.interface = suite, interface
        for name, entity in suite.spec.entities.items():
            usual = suite.defaults.of(name)
            for key, item in entity.fields.items():
                if item.type is FieldType.JSON:
                    usual[key] = None if item.optional else self.structure_of(name, key)

    def entity(self, name: str) -> Entity:
        """An entity of the Spec."""
        return self.suite.spec.entities[name]

    def made(self, entity: str, variable: str, targets: dict[str, Known]) -> Known:
        """A record that a factory made, with nothing said of its fields."""
        node, usual = self.entity(entity), self.suite.defaults.of(entity)
        known = Known(entity, variable, targets=dict(targets))
        for key, item in node.fields.items():
            known.fields[key] = "None" if usual.get(key) is None else read_of(variable, key, item)
        if node.states is not None:
            known.fields[node.states.field] = source(node.states.values[0])
        return known

    # What answers show.

    def shown(self, shape: str, known: Known) -> str:
        """What an answer of this shape shows of a record, without what only the answer tells."""
        parts = (f"{text(json)}: {value}" for json, value in self._shown(self.interface.shapes[shape], known))
        return "{" + ", ".join(parts) + "}"

    def untold(self, shape: str, known: Known) -> list[str]:
        """The members that only the answer tells."""
        node = self.interface.shapes[shape]
        derived = self.entity(known.entity).derived
        return [
            json
            for json, member in node.members.items()
            if not member.write_only and ((member.is_ == "id" and not known.id) or member.is_ in derived)
        ]

    def _shown(self, shape: Shape, known: Known) -> Iterator[tuple[str, str]]:
        for json, member in shape.members.items():
            if member.write_only:
                continue
            if member.says_always:
                yield json, source(member.shows)
                continue
            value = self._value(member, known)
            if value is not None and (value != "None" or member.nullable):
                yield json, value

    def _value(self, member: Member, known: Known) -> str | None:
        name = member.is_ or ""
        if name == "this" and member.shape:
            return self.shown(member.shape, known)
        if name == "id":
            return known.id or None
        if name in {"created_at", "updated_at"}:
            return _STAMP
        if name in known.fields:
            return self._shaped(member, known.fields[name])
        node = self.entity(known.entity)
        if name in node.references:
            target = known.targets.get(name)
            if target is None:
                return "None"
            return self.shown(member.shape, target) if member.shape else target.id
        if name in node.links and member.shape:
            return f"[{', '.join(self.shown(member.shape, one) for one in known.links.get(name, []))}]"
        if name in node.derived:
            return None
        return "[]" if member.many else "None"

    def _shaped(self, member: Member, value: str) -> str:
        """A structure as answers show it: what may be null is, where nobody said it."""
        if member.shape is None or value == "None":
            return value
        try:
            held = literal_eval(value)
        except ValueError:
            return value  # a variable: the record shows it as it was made
        if member.many:
            return source([self._filled(member.shape, one) for one in held])
        if member.keyed:
            return source({key: self._filled(member.shape, one) for key, one in held.items()})
        return source(self._filled(member.shape, held))

    def _filled(self, shape: str, held: dict[str, object]) -> dict[str, object]:
        found: dict[str, object] = {}
        for json, member in self.interface.shapes[shape].members.items():
            value = held.get(json)
            if isinstance(value, dict) and member.keyed:
                value = {key: self._filled(member.shape, one) if member.shape else one for key, one in value.items()}
            elif isinstance(value, dict) and member.shape is not None:
                value = self._filled(member.shape, value)
            elif isinstance(value, list) and member.shape is not None:
                value = [self._filled(member.shape, one) for one in value]
            if json in held or (member.optional and member.nullable):
                found[json] = value
        return found | {key: value for key, value in held.items() if key not in found}

    # What requests send.

    def held(self, entity: str, member: Member) -> Field | None:
        """What a member holds, with the bounds that callers must keep; None for what is no plain value."""
        if member.shape is not None or member.is_ is None:
            return member.field if member.shape is None else None
        return member.field or self.entity(entity).fields.get(member.is_)

    def sample(self, member: Member, entity: str, number: int) -> object:
        """A value that callers may write."""
        if member.shape is not None:
            return self._several(member, number, partial(self._structure, member.shape))
        held = self.held(entity, member)
        if held is None:
            return self._several(member, number, lambda _: {})
        return self._several(member, number, partial(sample, member.is_ or "value", held))

    def _several(self, member: Member, number: int, value: Callable[[int], object]) -> object:
        """A value, or as many as a list needs."""
        if member.keyed:
            return {"one": value(number)}
        numbers = range(number, number + max(1, member.min_items))
        return [value(one) for one in numbers] if member.many else value(number)

    def _structure(self, shape: str, number: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for json, member in self.interface.shapes[shape].members.items():
            held = member.field
            if member.shape is not None:
                found[json] = self._several(member, number, partial(self._structure, member.shape))
            elif held is not None:
                found[json] = self._several(member, number, partial(sample, json, held))
        return found

    def structure_of(self, entity: str, key: str) -> object:
        """What a field that is kept as a whole holds where nothing is said of it."""
        for shape in self.interface.shapes.values():
            for member in shape.members.values():
                if shape.of == entity and member.is_ == key:
                    return self.sample(member, entity, 0)
        return {}


def sample(key: str, held: Field, number: int) -> object:
    """The JSON of a valid value, another for each number where there are several."""
    if held.type is FieldType.JSON:
        return {}
    found = samples(key, held)
    value = found[min(number, len(found) - 1)] if found else ""
    return wire(value, held.type)


def read_of(variable: str, key: str, item: Field) -> str:
    """The JSON of an attribute."""
    if item.type is FieldType.DATE:
        return f"{variable}.{key}.isoformat()"
    if item.type is FieldType.DATETIME:
        return f'{variable}.{key}.isoformat().replace("+00:00", "Z")'
    if item.type in {FieldType.MONEY, FieldType.DECIMAL}:
        return f"str({variable}.{key})"
    return f"{variable}.{key}"


def unbound(lines: list[str]) -> list[str]:
    """The lines of a test without names for records that nothing mentions afterwards."""
    found: list[str] = []
    for index, line in enumerate(lines):
        name, made, call = line.partition(" = await make.")
        if made and name.isidentifier() and name not in mentioned(lines[index + 1 :]):
            found.append(f"await make.{call}")
        else:
            found.append(line)
    return found
