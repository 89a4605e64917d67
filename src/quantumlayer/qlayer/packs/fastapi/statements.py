"""The statements of service functions: locks, refusals and assignments."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from quantumlayer.qlayer.packs.fastapi.aggregates import locked_paths
from quantumlayer.qlayer.packs.fastapi.code import Code, Prelude, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, Root
from quantumlayer.qlayer.packs.fastapi.sql import asking
from quantumlayer.spec.cel import Checked, MemberKind, Nullable
from quantumlayer.spec.model import FieldType, Spec
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.remember import remembered

COMMENT_WIDTH = 100
# Comments that tools obey: a requirement's words must not switch a check off.
_PRAGMA = re.compile(
    r"(?i)\b(ruff|fmt|isort|flake8|pylint|pyright|mypy|yapf|type(?=: *ignore)|pragma|no(?=qa|sec))(:|qa|sec)"
)


def sentence(spec: Spec, address: str) -> list[str]:
    """The requirement's sentence behind an element, as comment lines."""
    quotes = _quotes(spec).get(address, [])
    text = _PRAGMA.sub(lambda found: f"{found[1]} {found[2]}", " ".join(" ".join(quotes).split()))
    return [f"# {line}" for line in textwrap.wrap(text, COMMENT_WIDTH)]


@remembered
def _quotes(spec: Spec) -> Mapping[str, list[str]]:
    """The sentences behind each element."""
    found: dict[str, list[str]] = {}
    for source in spec.trace:
        for address in source.elements:
            found.setdefault(address, []).append(source.quote)
    return found


def rule_name(name: str) -> str:
    """The name of a rule in a problem's type."""
    return name.strip("_").replace("_", "-")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the statements of one function, sharing what they load and quoting each sentence once."""

    spec: Spec
    roots: Mapping[str, Root]
    prelude: Prelude
    quoted: set[str] = field(default_factory=set)

    def sentence(self, address: str) -> list[str]:
        """The requirement's sentence behind an element, unless it stands in the function already."""
        lines = sentence(self.spec, address)
        if "".join(lines) in self.quoted:
            return []
        self.quoted.add("".join(lines))
        return lines

    def refusal(self, address: str, checked: Checked, name: str, sentence_for_caller: str) -> list[str]:
        """Raise unless the condition holds, with the requirement's sentence beside it."""
        opposite = self._python(checked).opposite().text
        raised = f"raise RuleBroken({rule_name(name)!r}, {sentence_for_caller!r})"
        return [*self.prelude.take(), *self.sentence(address), f"if {opposite}:", f"    {raised}"]

    def value(self, checked: Checked, kind: FieldType | None = None) -> tuple[list[str], str]:
        """The statements that a value needs, and its source; `kind` is that of the field it is for."""
        source = self._python(checked).value(kind)
        return self.prelude.take(), source

    def opposite(self, checked: Checked) -> Code:
        """The opposite of a condition; what it loads waits in the prelude."""
        return self._python(checked).opposite()

    def _python(self, checked: Checked) -> Python:
        return Python(checked, self.roots, self.prelude, asking(self.spec, self.prelude))

    def locks(
        self,
        expressions: Iterable[Checked],
        this_id: str,
        *,
        via_this: bool | None = None,
        also: tuple[str, str] | None = None,
    ) -> list[str]:
        """Lock every record whose collections the expressions count, always in the same order.

        Args:
            expressions: The expressions.
            this_id: The source of the id of `this`.
            via_this: Only the records that are reached over a relation of `this`, or only the others.
            also: The entity and the source of the id of a record to lock in any case.

        Raises:
            UnsupportedError: A record is reached in a way that cannot be locked.
        """
        wanted: set[tuple[str, str]] = {also} if also else set()
        for checked in expressions:
            for path in sorted(locked_paths(self.spec, checked)):
                if via_this is None or via_this == (path[0] == "this" and len(path) > 1):
                    wanted.add(self._locked(checked, path, this_id))
        ids: dict[str, list[str]] = {}
        for entity, source in sorted(wanted):
            ids.setdefault(entity, []).append(source)
        statements = [f"await lock(session, {entity}, {', '.join(sources)})" for entity, sources in ids.items()]
        return [*self.prelude.take(), *statements]

    def _locked(self, checked: Checked, path: tuple[str, ...], this_id: str) -> tuple[str, str]:
        kind, root, source = checked.scope.names[path[0]], self.roots[path[0]], this_id
        for number, step in enumerate(path[1:], 1):
            member = checked.scope.members(kind)[step]
            if member.kind not in {MemberKind.RELATION, MemberKind.CALLER}:
                raise UnsupportedError("a count over a record that is reached backwards")
            optional = isinstance(member.type, Nullable) and member.kind is MemberKind.RELATION
            source = f"{root.value(f'{step}_id')} or 0" if optional else root.value(f"{step}_id")
            kind = member.type.item if isinstance(member.type, Nullable) else member.type
            if number < len(path) - 1:
                if isinstance(member.type, Nullable):
                    raise UnsupportedError("a count over a record behind an optional relation")
                names = entity_names(str(kind))
                root = Loaded(self.prelude.variable(names.snake, f"await session.get_one({names.name}, {source})"))
        return entity_names(str(kind)).name, source
