"""The statements that lock, before anything is read, the records by which a function judges or from which it copies."""

from dataclasses import dataclass

from quantumlayer.kit.identifiers import safe, singular
from quantumlayer.qlayer.packs.fastapi.roots import Root
from quantumlayer.spec.cel import MemberKind, Nullable, RecordType, Scope
from quantumlayer.spec.cel.reads import Path
from quantumlayer.spec.held import Held
from quantumlayer.spec.locking import Step, locking_order, steps
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import entity_names


@dataclass(frozen=True, slots=True)
class Start:
    """The record that a function is about: its entity, the source of its id, and the record where it is loaded.

    `lock` is the call that locks it; empty where it stays as it is.
    """

    entity: str
    id: str
    record: Root | None = None
    lock: str = "lock"


def holds(spec: Spec, scope: Scope, held: tuple[Held, ...], this: Start) -> list[str]:
    """The statements that lock `this` and the held records, in the order that all functions keep to."""
    order = locking_order(spec)
    by_entity: dict[str, list[Held]] = {this.entity: []} if this.lock else {}
    for one in held:
        by_entity.setdefault(one.entity, []).append(one)
    lines: list[str] = []
    for name in sorted(by_entity, key=order.__getitem__):
        others = by_entity[name]
        own = [this.id] if this.lock and name == this.entity else []
        if own and (this.lock != "lock" or not others):
            lines.append(_call(this.lock, name, own))
            own = []
        if others:
            sources = [*own, *(_ids(scope, one.path, this) for one in others)]
            alone = bool(own) or any(one.alone for one in others)
            lines.append(_call("lock_all" if alone else "lock_shared", name, list(dict.fromkeys(sources))))
    return lines


def reread(held: tuple[Held, ...]) -> frozenset[str]:
    """The classes whose records are read again once they are locked, whoever has loaded them before."""
    return frozenset(entity_names(one.entity).name for one in held)


def _call(function: str, entity: str, sources: list[str]) -> str:
    return f"await {function}(session, {entity_names(entity).name}, {', '.join(sources)})"


@dataclass(frozen=True, slots=True)
class _Ids:
    """The source of ids: of one, of `several` as what a generator gives, or a statement that selects them.

    `where` is the condition of the statement where it selects the records themselves. `apart` tells that a table stands
    in the path twice, so that a statement inside another one must be kept from taking over its rows.
    """

    source: str
    several: bool = False
    selected: bool = False
    where: str = ""
    apart: bool = False

    def among(self, column: str) -> str:
        """The condition that a column has one of them."""
        if self.selected:
            return f"{column}.in_({self.source}{'.correlate(None)' if self.apart else ''})"
        return f"{column}.in_([{self.source}])" if self.several else f"{column} == {self.source}"

    def behind(self, step: Step) -> "_Ids":
        """The ids of the records to which a step leads."""
        owner, member = step
        assert isinstance(owner, RecordType)  # noqa: S101 - what callers name is where paths start
        if member.kind is MemberKind.BACK:
            source = entity_names(member.source).name
            where = self.among(f"{source}.{member.via}_id")
            return _Ids(f"select({source}.id).where({where})", selected=True, where=where, apart=self.apart)
        here = entity_names(owner.entity).name
        where = self.where or self.among(f"{here}.id")
        return _Ids(f"select({here}.{member.name}_id).where({where})", selected=True, apart=self.apart)

    @property
    def argument(self) -> str:
        """They as arguments of a call."""
        return f"*({self.source})" if self.several else self.source


def _ids(scope: Scope, path: Path, this: Start) -> str:
    """The source of the ids at the end of a path, from what is known without reading anything."""
    way = list(steps(scope, path))
    tables = [owner.entity for owner, _ in way if isinstance(owner, RecordType)]
    ids, known = _start(path[0], way, this, apart=len(set(tables)) < len(tables))
    for step in way[known:]:
        ids = ids.behind(step)
    return ids.argument


def _start(root: str, way: list[Step], this: Start, *, apart: bool) -> tuple[_Ids, int]:
    """The ids that are known at the beginning of a path, and how many of its steps lead there."""
    member = way[0][1]
    if root == "this":
        if this.record is None:
            return _Ids(this.id, apart=apart), 0
        if member.kind is MemberKind.BACK:
            return _Ids(f"({this.id} or 0)", apart=apart), 0
        return _Ids(_given(this.record.value(f"{member.name}_id"), way[0]), apart=apart), 1
    if root == "caller":
        return _Ids(f"caller.{member.name}_id", apart=apart), 1
    if member.kind is MemberKind.RELATION:
        return _Ids(_given(f"body.{member.name}_id", way[0]), apart=apart), 1
    one = safe(singular(member.name))
    cell = _given(f"{one}.{way[1][1].name}_id", way[1])
    return _Ids(f"{cell} for {one} in body.{member.name}", several=True, apart=apart), 2


def _given(source: str, step: Step) -> str:
    """The id, or one that no record has."""
    return f"{source} or 0" if isinstance(step[1].type, Nullable) else source
