"""The rules that no two records have the same values together, as unique indexes."""

from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.rules import condition_text
from quantumlayer.qlayer.packs.fastapi.statements import rule_name
from quantumlayer.spec.cel import Scope, compile_cel
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import entity_names


@dataclass(frozen=True, slots=True)
class UniqueIndex:
    """A unique index over columns, of the rows that meet a condition if there is one."""

    name: str
    table: str
    columns: tuple[str, ...]
    where: str
    rule: str
    refusal: str

    @property
    def told(self) -> str:
        """What SQLite says of the index: its columns."""
        return ", ".join(f"{self.table}.{column}" for column in self.columns)


def unique_indexes(spec: Spec, entity: str) -> tuple[UniqueIndex, ...]:
    """The unique indexes of an entity's table.

    Raises:
        UnsupportedError: A condition cannot be written, or SQLite could not tell two of the rules apart.
    """
    node, table = spec.entities[entity], entity_names(entity).table
    found: list[UniqueIndex] = []
    for key, rule in node.rules.items():
        if rule.unique is None:
            continue
        if not {*node.fields, *node.references}.issuperset(rule.unique.of):
            raise UnsupportedError("a rule about a value that is left out")
        when = rule.unique.when
        where = "" if when is None else condition_text(compile_cel(when, Scope.for_derived(spec, entity)))
        columns = tuple(f"{one}_id" if one in node.references else one for one in rule.unique.of)
        if any(other.columns == columns for other in found):
            raise UnsupportedError("a second rule about the same values, which SQLite does not tell from the first")
        found.append(UniqueIndex(f"ux_{table}_{key}", table, columns, where, rule_name(key), rule.else_))
    return tuple(found)
