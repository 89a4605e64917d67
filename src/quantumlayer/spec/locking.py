"""The one order in which every request locks records, so that no two of them wait for each other."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from quantumlayer.spec.cel import (
    CallerType,
    CelError,
    ListType,
    Member,
    MemberKind,
    RecordType,
    Scope,
    TakesType,
    Type,
)
from quantumlayer.spec.cel.reads import Path
from quantumlayer.spec.cel.types import without_null
from quantumlayer.spec.changeable import changeable
from quantumlayer.spec.held import Work, work_of_job, work_of_operation, work_of_rules
from quantumlayer.spec.model import Spec
from quantumlayer.spec.order import making_order
from quantumlayer.spec.remember import remembered

Owner = RecordType | CallerType | TakesType
"""What a step of a path starts from."""
Step = tuple[Owner, Member]
"""From what, and over which member."""
_Pairs = dict[tuple[str, str], None]


@remembered
def locking_order(spec: Spec) -> Mapping[str, int]:
    """The place of each entity in the order.

    A record comes after those through which it is found, where they could lead to another one in the meantime, and what
    an effect locks when it is its turn after what is locked at the start. Apart from that come first those that others
    refer to. Where this leads in a circle, the first one that others refer to begins.
    """
    base = list(making_order(spec))
    before: dict[str, set[str]] = {name: set() for name in base}
    for first, second in _pairs(spec):
        if first != second:
            before[second].add(first)
    order: dict[str, int] = {}
    while base:
        name = next((one for one in base if not before[one] - order.keys()), base[0])
        base.remove(name)
        order[name] = len(order)
    return order


def steps(scope: Scope, path: Path) -> Iterator[Step]:
    """Each step of a path."""
    kind: Type = scope.names[path[0]]
    for name in path[1:]:
        assert isinstance(kind, RecordType | CallerType | TakesType)  # noqa: S101 - nothing else has members
        member = scope.members(kind)[name]
        yield kind, member
        kind = without_null(member.type)
        kind = kind.item if isinstance(kind, ListType) else kind


def _pairs(spec: Spec) -> _Pairs:
    """The entities of which one is locked before the other."""
    found: _Pairs = {}
    for name, operation in spec.operations.items():
        try:
            found |= _of_work(spec, Scope.for_operation(spec, name), operation.on, work_of_operation(spec, name))
        except CelError:  # what cannot be read is left out of the service, or refused for that
            continue
    for name, job in spec.jobs.items():
        try:
            found |= _of_work(spec, Scope.for_job(spec, job.of), job.of, work_of_job(spec, name))
        except CelError:
            continue
    for name, entity in spec.entities.items():
        try:
            held = work_of_rules(spec, name, tuple(entity.rules)).held()
        except CelError:
            continue
        scope = Scope.for_rule(spec, name)
        for one in held:
            found |= _found_through(spec, scope, one.path, one.entity, known=1)
        found |= {(one.entity, name): None for one in held}
    return found


def _of_work(spec: Spec, scope: Scope, this: str, work: Work) -> _Pairs:
    held = work.held()
    found: _Pairs = {}
    for one in held:
        found |= _found_through(spec, scope, one.path, one.entity, known=0)
    start = [this, *(one.entity for one in held)]
    later = [one.entity for one in work.changed if one not in held] + [*work.items]
    if not held:  # then whose records it counts is locked with `this`, or behind it where `this` leads there
        behind = [one.entity for one in work.counted if one.path[0] == "this"]
        found |= _in_turn(sorted({this, *(one.entity for one in work.counted)} - set(behind)))
        later = [*sorted(behind), *later]
    later = [name for name in dict.fromkeys(later) if name not in start]
    found |= {(first, second): None for first in start for second in later}
    return found | _in_turn(later)


def _in_turn(names: list[str]) -> _Pairs:
    return dict.fromkeys(pairwise(names))


def _found_through(spec: Spec, scope: Scope, path: Path, entity: str, *, known: int) -> _Pairs:
    """The records on the way to others which could lead elsewhere meanwhile; the first steps may be `known`."""
    found: _Pairs = {}
    for owner, member in list(steps(scope, path))[known:]:
        if isinstance(owner, RecordType) and (
            member.kind is MemberKind.BACK or member.name in changeable(spec)[owner.entity]
        ):
            found[owner.entity, entity] = None
    return found
