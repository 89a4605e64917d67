"""The records behind the rows of a report: loaded with one statement for all rows, and found by row and day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from quantumlayer.qlayer.packs.fastapi.code import Prelude
from quantumlayer.qlayer.packs.fastapi.roots import Loaded
from quantumlayer.spec.naming import entity_names

_APART = "\0"
"""Stands where a statement inside another one must be kept from taking over its rows, if both are of one table."""


@dataclass(frozen=True, slots=True)
class Source:
    """Records of one entity that the rows may reach, as conditions on its table.

    `through` are the entities whose tables the conditions look into, and `known` the variable that holds the ids of
    the records, if one does.
    """

    entity: str
    conditions: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    known: str = ""

    def behind(self, entity: str, column: str, held: str = "id") -> "Source":
        """The records of an entity that have in a column what these have in another."""
        model = entity_names(self.entity).name
        where = f".where({', '.join(self.conditions)})" if self.conditions else ""
        ids = self.known if self.known and held == "id" else f"select({model}.{held}){where}{_APART}"
        condition = f"{entity_names(entity).name}.{column}.in_({ids})"
        through = self.through if ids == self.known else (*self.through, self.entity)
        return Source(entity, (condition,), through)

    def statement(self) -> str:
        """The source of the statement that selects the records."""
        tables = (*self.through, self.entity)
        apart = ".correlate(None)" if len(set(tables)) < len(tables) else ""
        where = f".where({', '.join(self.conditions)})" if self.conditions else ""
        return f"select({entity_names(self.entity).name}){where}".replace(_APART, apart)


@dataclass(frozen=True, slots=True)
class Item(Loaded):
    """A record in a variable, and the records among which it is; None where nothing is known of them."""

    source: Source | None


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one entity, and how those of one row are found among them.

    Each of `keys` is the source of what they are grouped by, `{}` being a record, and of its value in the row.
    """

    source: Source
    keys: tuple[tuple[str, str], ...] = ()

    def narrowed(self, *conditions: str, keys: tuple[tuple[str, str], ...] = ()) -> "Group":
        """The group with further conditions on its records, grouped further."""
        source = replace(self.source, conditions=(*self.source.conditions, *conditions), known="")
        return Group(source, (*self.keys, *keys))


@dataclass(slots=True)
class Loads:
    """What the rows of one report need, each loaded once.

    Args:
        prelude: Takes the statements.
        ids: The source of the ids of the records that have rows.
        days: The source of the days that have rows, in their order.
        named: The variables of the records that callers name.
        label: The value that is being written: what it needs is called after it.
        fixed: The names that have a meaning everywhere in the function.
    """

    prelude: Prelude
    ids: str = ""
    days: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    fixed: frozenset[str] = frozenset()

    def rows(self, entity: str) -> Source:
        """The records that have rows."""
        known = self.prelude.variable("ids", self.ids)
        return Source(entity, (f"{entity_names(entity).name}.id.in_({known})",), known=known)

    def period(self) -> str:
        """The variable that holds the days."""
        return self.days if self.days.isidentifier() else self.prelude.variable("days", self.days)

    def group(self, group: Group) -> str:
        """The source of the records of one row."""
        names = entity_names(group.source.entity)
        found = f"await session.scalars({group.source.statement()}.order_by({names.name}.id))"
        if not group.keys:
            return self._variable(names.plural, f"({found}).all()")
        parts = [key.replace("{}", names.snake) for key, _ in group.keys]
        key = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
        variable = self._variable(names.plural, f"grouped({found}, lambda {names.snake}: {key})")
        return f"{variable}[{', '.join(value for _, value in group.keys)}]"

    def by_id(self, source: Source, column: str = "id") -> str:
        """The variable that holds records by their id, or by the id in a column."""
        names = entity_names(source.entity)
        found = f"await session.scalars({source.statement()})"
        each = f"one.{column}: one for one"
        return self._variable(f"{names.plural}_by_{column}", f"{{{each} in {found}}}")

    def _variable(self, name: str, value: str) -> str:
        if value in self.prelude.known or name not in self.prelude.taken:
            return self.prelude.variable(name, value)
        return self.prelude.variable(f"{name}_of_{self.label}", value)
