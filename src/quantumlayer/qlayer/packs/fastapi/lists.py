"""How a list is asked for, in the words of the target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.fields import FieldView
from quantumlayer.spec.model import Entity, FieldType
from quantumlayer.spec.naming import entity_names

_MOMENTS = frozenset({"created_at", "updated_at"})
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter that asks for one value, or for `none` where the value is optional."""

    name: str
    type: str
    column: str
    optional: bool

    def condition(self, model: str) -> str:
        """The condition on the rows."""
        column, value = f"{model}.{self.column}", f"query.{self.name}"
        return f"equals({column}, {value})" if self.optional else f"{column} == {value}"


@dataclass(frozen=True, slots=True)
class Range:
    """The parameters that ask for what lies between two values, both of them included."""

    name: str
    type: str


class Lists:
    """The parameters and orders of the lists of one entity."""

    def __init__(self, name: str, entity: Entity) -> None:
        self._name, self._entity = name, entity
        self._model = entity_names(name).name

    @property
    def filters(self) -> list[Filter]:
        """The exact filters."""
        return [self._filter(key) for key in self._entity.list.filter]

    def _filter(self, key: str) -> Filter:
        entity = self._entity
        if key in entity.relations:
            optional = entity.relations[key].optional
            return Filter(f"{key}_id", f'Id | Literal["{_NONE}"]' if optional else "Id", f"{key}_id", optional)
        if key not in entity.fields:
            return Filter(key, f"{self._name}State", key, optional=False)
        field = entity.fields[key]
        kind = FieldView(self._name, key, field).query_type
        # A text may be the word itself.
        optional = field.optional and (field.type not in _TEXTS or bool(field.one_of)) and _NONE not in field.one_of
        return Filter(key, f'{kind} | Literal["{_NONE}"]' if optional else kind, key, optional)

    @property
    def ranges(self) -> list[Range]:
        """The values that are asked for by their least and their most."""
        return [Range(key, self._ranged(key)) for key in self._entity.list.range]

    def _ranged(self, key: str) -> str:
        return "Moment" if key in _MOMENTS else FieldView(self._name, key, self._entity.fields[key]).range_type

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders that callers may ask for, each with the source of what is ordered by."""
        return [(key, self._ordered(key)) for key in self._entity.list.sort]

    def order(self, names: Iterable[str]) -> str:
        """The arguments of `order_by`."""
        return ", ".join(
            f"{self._ordered(name.removeprefix('-'))}.{'desc' if name.startswith('-') else 'asc'}().nulls_last()"
            if self._may_miss(name.removeprefix("-"))
            else f"{self._ordered(name.removeprefix('-'))}{'.desc()' if name.startswith('-') else ''}"
            for name in names
        )

    def _may_miss(self, key: str) -> bool:
        field = self._entity.fields.get(key)
        return field is not None and field.optional

    def _ordered(self, key: str) -> str:
        choices = self._choices(key)
        column = f"{self._model}.{key}"
        return f"ranked({column}, get_args({choices}))" if choices else column

    def _choices(self, key: str) -> str:
        """The type that names the choices of a value, where their order is not that of the values themselves."""
        states = self._entity.states
        if states is not None and key == states.field:
            return f"{self._name}State"
        field = self._entity.fields.get(key)
        if field is None or not field.one_of or is_ascending(field.one_of):
            return ""
        return FieldView(self._name, key, field).alias or ""

    def ranked(self, names: Iterable[str]) -> list[str]:
        """The types whose choices the orders go by."""
        found = (self._choices(name.removeprefix("-")) for name in names)
        return [*dict.fromkeys(name for name in found if name)]


_TEXTS = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})


def is_ascending(choices: Sequence[int | str]) -> bool:
    """Whether the choices are numbers that are named from the lowest to the highest."""
    numbers = [one for one in choices if isinstance(one, int)]
    return len(numbers) == len(choices) and numbers == sorted(numbers)
