"""How a list is asked for, in the words of the target."""

from collections.abc import Iterable
from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.fields import FieldView
from quantumlayer.spec.lists import NONE, asks_for_none, choices, field_of
from quantumlayer.spec.model import Entity
from quantumlayer.spec.naming import entity_names, link_id

_MOST_BRANCHES = 9


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter that asks for one value, or for `none` where the value is optional."""

    name: str
    type: str
    column: str
    optional: bool
    links: bool = False

    def condition(self, model: str) -> str:
        """The condition on the rows."""
        column, value = f"{model}.{self.column}", f"query.{self.name}"
        if self.links:
            return f"{column}.any(id={value})"
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
        if key in entity.references:
            optional = asks_for_none(entity, key)
            return Filter(f"{key}_id", f'Id | Literal["{NONE}"]' if optional else "Id", f"{key}_id", optional)
        if key in entity.links:
            return Filter(link_id(key), "Id", key, optional=False, links=True)
        if key not in entity.fields:
            return Filter(key, f"{self._name}State", key, optional=False)
        field = entity.fields[key]
        kind = FieldView(self._name, key, field).query_type
        optional = asks_for_none(entity, key)
        return Filter(key, f'{kind} | Literal["{NONE}"]' if optional else kind, key, optional)

    @property
    def apart(self) -> bool:
        """Whether there are so many filters that they need a function of their own."""
        listing = self._entity.list
        return len(listing.filter) + bool(listing.search) + bool(listing.sort and listing.order) > _MOST_BRANCHES

    @property
    def ranges(self) -> list[Range]:
        """The values that are asked for by their least and their most."""
        return [Range(key, self._ranged(key)) for key in self._entity.list.range]

    def _ranged(self, key: str) -> str:
        return FieldView(self._name, key, field_of(self._entity, key)).range_type

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
        if not choices(self._entity, key):
            return ""
        field = self._entity.fields.get(key)
        return f"{self._name}State" if field is None else FieldView(self._name, key, field).alias or ""

    def ranked(self, names: Iterable[str]) -> list[str]:
        """The types whose choices the orders go by."""
        found = (self._choices(name.removeprefix("-")) for name in names)
        return [*dict.fromkeys(name for name in found if name)]
