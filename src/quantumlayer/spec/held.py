"""The records that must stay as they are while a request judges by them: those that somebody else could change.

What is judged or copied was true once; unless the record is locked first, another request may change it in between, and
what the two do together is what neither would do alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from quantumlayer.spec.cel import (
    Acting,
    Checked,
    ListType,
    MemberKind,
    RecordType,
    Scope,
    acting,
    acting_job,
    compile_cel,
)
from quantumlayer.spec.cel.reads import Path, Reading, Spot, Spots, readings, spots
from quantumlayer.spec.cel.types import without_null
from quantumlayer.spec.changeable import changeable
from quantumlayer.spec.effects import CREATED, Creation, Effect
from quantumlayer.spec.model import Moment, Rule, Spec
from quantumlayer.spec.remember import remembered

_KEPT = frozenset({MemberKind.FIELD, MemberKind.STATE, MemberKind.RELATION, MemberKind.SYSTEM})
_ROOTS = frozenset({"this", "caller", "takes"})


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """Records of an entity, all that are reached over a path.

    `alone` are they held where nobody else may hold them meanwhile: they are changed or what belongs to them is
    counted; others are only read. `judged` are they where something is decided by them, and not only copied.
    """

    entity: str
    path: Path
    alone: bool = False
    judged: bool = False


@dataclass(slots=True)
class Work:
    """What one function reads and changes, put together expression by expression.

    Args:
        spec: The Spec.
        reads: What is read of other records that somebody can change.
        counted: The records of which a condition of its own counts something that belongs to them.
        more: Those of which its effects or its values do.
        counts_own: Whether a condition of its own counts something that belongs to `this`.
        changed: The records that effects change, in their order; they are locked when it is their turn.
        items: The entities of collections whose items change.
        created: Where the records are that a record which is made refers to, by relation.
    """

    spec: Spec
    reads: dict[Held, None] = field(default_factory=dict)
    counted: dict[Held, None] = field(default_factory=dict)
    more: dict[Held, None] = field(default_factory=dict)
    counts_own: bool = False
    changed: dict[Held, None] = field(default_factory=dict)
    items: dict[str, None] = field(default_factory=dict)
    created: Mapping[str, Spots] = field(default_factory=dict)

    def judge(self, checked: Checked) -> None:
        """Take in a condition of its own. What it counts is looked after by locking whose it is."""
        self._read(checked, {}, (), judged=True, counted=self.counted)

    def judge_each(self, checked: Checked, names: Mapping[str, Spots], besides: Iterable[Path]) -> None:
        """Take in a condition of an effect, whose own target is locked when it is its turn."""
        self._read(checked, names, besides, judged=True, counted=self.more)

    def copy(self, checked: Checked, names: Mapping[str, Spots], besides: Iterable[Path] = ()) -> None:
        """Take in a value: it must not change between the places to which it goes."""
        self._read(checked, names, besides, judged=False, counted=self.more)

    def choose(self, checked: Checked, names: Mapping[str, Spots]) -> None:
        """Take in which records an effect goes through: those are locked themselves."""
        self._read(checked, names, (), judged=True, counted={})

    def _read(
        self,
        checked: Checked,
        names: Mapping[str, Spots],
        besides: Iterable[Path],
        *,
        judged: bool,
        counted: dict[Held, None],
    ) -> None:
        for one in readings(checked, names):
            if one.spot.many:
                continue
            self.counts_own |= judged and _counts(one) and one.spot == Spot(("this",))
            for path in _through(one.spot.path, CREATED, self.created):
                if _counts(one) and not one.spot.counted:
                    counted[Held(one.entity, path, alone=True, judged=judged)] = None
                elif self._may_change(one) and path not in besides and not (judged and one.spot.counted):
                    self.reads[Held(one.entity, path, judged=judged)] = None

    def _may_change(self, one: Reading) -> bool:
        return one.member.kind in _KEPT and one.member.name in changeable(self.spec)[one.entity]

    def held(self) -> tuple[Held, ...]:
        """What is to be locked before anything is read.

        Nothing where only `this` is read, and records of which it counts something: those are locked for that.
        """
        read = {*self.reads, *self.more}
        if {one.path for one in read} <= {one.path for one in self.counted}:
            return ()
        counted = {*self.counted, *self.more}
        early = {one.entity for one in {*read, *counted}}
        taken = [*read, *counted, *(one for one in self.changed if one.entity in early)]
        alone = {one.entity for one in {*counted, *self.changed}} | self.items.keys()
        found: dict[tuple[str, Path], bool] = {}
        for one in taken:
            key = one.entity, one.path
            found[key] = found.get(key, False) or one.judged
        return tuple(Held(*key, alone=key[0] in alone, judged=judged) for key, judged in sorted(found.items()))


def _counts(one: Reading) -> bool:
    return one.member.kind is MemberKind.BACK and isinstance(one.member.type, ListType)


@remembered
def work_of_operation(spec: Spec, name: str) -> Work:
    """What an operation reads and changes besides its own record.

    Raises:
        CelError: Some expression of it cannot be read.
    """
    operation = spec.operations[name]
    work = Work(spec)
    scope, names = Scope.for_operation(spec, name), dict[str, Spots]()
    for requirement in operation.requires.values():
        work.judge(compile_cel(requirement.cel, scope))
    for cel in operation.sets.values():
        work.copy(compile_cel(cel, scope), names)
    if operation.creates is not None:
        work.created = _made(work, operation.creates, scope, names)
    _Effects(work).all(acting(spec, name), names)
    return work


@remembered
def work_of_job(spec: Spec, name: str) -> Work:
    """What a job reads and changes besides its own record.

    Raises:
        CelError: Some expression of it cannot be read.
    """
    job = spec.jobs[name]
    work = Work(spec)
    work.judge(compile_cel(job.where, Scope.for_job(spec, job.of)))
    _Effects(work).all([acting_job(spec, name)], {})
    return work


@remembered
def work_of_rules(spec: Spec, entity: str, keys: tuple[str, ...]) -> Work:
    """What some rules of an entity read; what any of its rules counts is held alone by all of them.

    Raises:
        CelError: One of them cannot be read.
    """
    work = Work(spec)
    for key, rule in spec.entities[entity].rules.items():
        one = Work(spec)
        if rule.cel is not None:
            one.judge(compile_cel(rule.cel, Scope.for_rule(spec, entity)))
            work.items |= {counted.entity: None for counted in one.counted}
        elif rule.no_overlap is not None:
            work.items[spec.entities[entity].references[rule.no_overlap.per].to] = None
        if key in keys:
            work.reads |= one.reads
            work.counted |= one.counted
            work.counts_own |= one.counts_own
    return work


def rules_when(spec: Spec, entity: str, moment: Moment) -> dict[str, Rule]:
    """The conditions of an entity that are judged at a moment."""
    rules = spec.entities[entity].rules.items()
    return {key: rule for key, rule in rules if rule.cel is not None and moment in rule.on}


def _made(
    work: Work, creation: Creation, scope: Scope, names: Mapping[str, Spots], besides: Iterable[Path] = ()
) -> dict[str, Spots]:
    """Take in what a record is made of and what its rules read; gives where the records are that it refers to."""
    referred: dict[str, Spots] = {}
    for key, cel in creation.set.items():
        checked = compile_cel(cel, scope)
        work.copy(checked, names, besides)
        if isinstance(without_null(checked.type), RecordType):
            referred[key] = spots(checked, names)
    for rule in rules_when(work.spec, creation.entity, Moment.CREATE).values():
        inner = Work(work.spec)
        inner.judge(compile_cel(rule.cel or "true", Scope.for_rule(work.spec, creation.entity)))
        work.items |= {one.entity: None for one in inner.counted}
        for one in inner.reads:
            for path in _through(one.path, "this", referred):
                work.reads[replace(one, path=path)] = None
    for rule in work.spec.entities[creation.entity].rules.values():
        if rule.no_overlap is not None:
            per = work.spec.entities[creation.entity].references[rule.no_overlap.per]
            work.items[per.to] = None
    return referred


def _through(path: Path, made: str, referred: Mapping[str, Spots]) -> Iterator[Path]:
    """The path of another record; of one that a new record refers to, from where that is known before it is made."""
    if path[0] != made:
        yield from [path] if path[0] in _ROOTS and len(path) > 1 else []
        return
    for spot in sorted(referred.get(path[1], ()) if len(path) > 1 else (), key=lambda one: one.path):
        whole = (*spot.path, *path[2:])
        if not spot.many and spot.path[0] in _ROOTS and len(whole) > 1:
            yield whole


@dataclass(slots=True)
class _Effects:
    """Takes in the effects of one operation or job."""

    work: Work
    targets: list[Path] = field(default_factory=list)

    def all(self, effects: Iterable[Acting], names: Mapping[str, Spots]) -> None:
        for found in effects:
            self._one(found, names)

    def _one(self, found: Acting, outer: Mapping[str, Spots]) -> None:
        effect, names = found.effect, dict(outer)
        if found.each is not None:
            self.work.choose(found.each, outer)
            names[str(effect.as_)] = frozenset(one.item() for one in spots(found.each, outer))
        target = self._target(found, names)
        before = len(self.targets)
        self.targets += [target] if target is not None else []
        if effect.when is not None:
            self.work.judge_each(compile_cel(effect.when, found.scope), names, self.targets)
        for requirement in effect.requires.values():
            self.work.judge_each(compile_cel(requirement.cel, found.scope), names, self.targets)
        for cel in effect.sets.values():
            self.work.copy(compile_cel(cel, found.scope), names, self.targets)
        if effect.creates is not None:
            _made(self.work, effect.creates, found.scope, names, self.targets)
        self.all(found.within, names)
        del self.targets[before:]

    def _target(self, found: Acting, names: Mapping[str, Spots]) -> Path | None:
        """The record that changes, noted; None where it is `this`, one of a collection or just made."""
        if found.target is None:
            return None
        if found.on is None:
            if _changes(found.effect):
                self.work.items[found.target] = None
            return None
        for spot in spots(found.on, names):
            if not spot.many and len(spot.path) > 1 and spot.path[0] in _ROOTS:
                self.work.changed[Held(found.target, spot.path, alone=True)] = None
                return spot.path
        return None


def _changes(effect: Effect) -> bool:
    return bool(effect.sets or effect.to or effect.deletes)
