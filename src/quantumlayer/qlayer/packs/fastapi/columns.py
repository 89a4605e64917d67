"""The columns of a query's tables."""

from dataclasses import dataclass

from quantumlayer.spec.naming import entity_names


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table in a query: of a model class or its alias, or bare names in the class's own body."""

    entity: str
    alias: str = ""
    bare: bool = False

    @property
    def table(self) -> str:
        """The source of the table itself."""
        return self.alias or entity_names(self.entity).name

    def column(self, name: str) -> str:
        """The source of a column."""
        return name if self.bare else f"{self.table}.{name}"
