"""The statements of service functions: locks, refusals and assignments."""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.aggregates import locked_paths
from quantumlayer.qlayer.packs.fastapi.code import Prelude, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Root
from quantumlayer.qlayer.packs.fastapi.sql import Sql
from quantumlayer.spec.cel import Checked, RecordType
from quantumlayer.spec.model import Spec

COMMENT_WIDTH = 100


def sentence(spec: Spec, address: str) -> list[str]:
    """The requirement's sentence behind an element, as comment lines."""
    quotes = [source.quote for source in spec.trace if address in source.elements]
    text = " ".join(" ".join(quotes).split())
    return [f"# {line}" for line in textwrap.wrap(text, COMMENT_WIDTH)]


def rule_name(name: str) -> str:
    """The name of a rule in a problem's type."""
    return name.strip("_").replace("_", "-")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the statements of one function, sharing what they load."""

    spec: Spec
    roots: Mapping[str, Root]
    prelude: Prelude

    def refusal(self, address: str, checked: Checked, name: str, sentence_for_caller: str) -> list[str]:
        """Raise unless the condition holds, with the requirement's sentence beside it."""
        opposite = self._python(checked).opposite().text
        raised = f"raise RuleBroken({rule_name(name)!r}, {sentence_for_caller!r})"
        return [*self.prelude.take(), *sentence(self.spec, address), f"if {opposite}:", f"    {raised}"]

    def value(self, checked: Checked) -> tuple[list[str], str]:
        """The statements that a value needs, and its source."""
        source = self._python(checked).value()
        return self.prelude.take(), source

    def _python(self, checked: Checked) -> Python:
        query = Sql(self.spec, checked, {}, self.roots, prelude=self.prelude).query
        return Python(checked, self.roots, self.prelude, query)

    def locks(self, expressions: Iterable[Checked], this_id: str) -> list[str]:
        """Lock every record whose collections the expressions count, always in the same order.

        Raises:
            UnsupportedError: The record is reached over more than one relation.
        """
        wanted: set[tuple[str, str]] = set()
        for checked in expressions:
            for path in locked_paths(self.spec, checked):
                wanted.add(self._locked(checked, path, this_id))
        return [f"await lock(session, {entity}, {source})" for entity, source in sorted(wanted)]

    def _locked(self, checked: Checked, path: tuple[str, ...], this_id: str) -> tuple[str, str]:
        this = checked.scope.names["this"]
        if path == ("this",) and isinstance(this, RecordType):
            return this.entity, this_id
        if len(path) == 2:
            owner = checked.scope.names[path[0]]
            kind = checked.scope.members(owner)[path[1]].type
            entity = kind if isinstance(kind, RecordType) else getattr(kind, "item", None)
            if isinstance(entity, RecordType):
                return entity.entity, self.roots[path[0]].value(f"{path[1]}_id")
        raise UnsupportedError("a count over a record that is two relations away")


def uses(lines: Iterable[str], word: str) -> bool:
    """Whether the statements mention the variable."""
    return any(f"{word}" in line.partition("#")[0] for line in lines)
