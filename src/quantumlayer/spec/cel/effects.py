"""The effects of an operation with the names that their expressions may use, and the records that they change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quantumlayer.spec.cel.checker import Checked, compile_cel
from quantumlayer.spec.cel.narrowing import path_of, present_if
from quantumlayer.spec.cel.scope import Scope
from quantumlayer.spec.cel.types import ListType, Nullable, RecordType, TakesType, Type, without_null
from quantumlayer.spec.effects import CREATED, Effect
from quantumlayer.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Acting:
    """One effect of an operation.

    Args:
        address: Its address in the Spec.
        effect: What the Spec says of it.
        outer: The names that `each` may use.
        scope: The names that all other expressions of it may use.
        each: The records or rows that it goes through.
        on: The record that it changes, where it says so.
    """

    address: str
    effect: Effect
    outer: Scope
    scope: Scope
    each: Checked | None = None
    on: Checked | None = None

    @property
    def item(self) -> Type | None:
        """What `each` goes through: records, or rows."""
        return self.each.type.item if self.each is not None and isinstance(self.each.type, ListType) else None

    @property
    def rows(self) -> str:
        """The rows of the input that it goes through, if it does."""
        return self.item.rows if isinstance(self.item, TakesType) else ""

    @property
    def target(self) -> str | None:
        """The entity of the record that it changes; None where it changes none."""
        kind = without_null(self.on.type) if self.on is not None else self.item
        return kind.entity if isinstance(kind, RecordType) else None

    @property
    def within(self) -> "Iterator[Acting]":
        """The effects that follow for each one."""
        return acting_of(self.effect.also, self.address, self.scope)


def scope_of_effects(spec: Spec, name: str) -> Scope:
    """The names that the effects of an operation may use: its own, and `created` where it makes a record."""
    creation, scope = spec.operations[name].creates, Scope.for_operation(spec, name)
    return scope if creation is None else scope.and_(CREATED, RecordType(creation.entity))


def acting(spec: Spec, name: str) -> Iterator[Acting]:
    """The effects that an operation has besides its own record and the one that it makes.

    Raises:
        CelError: The records that one of them goes through or changes cannot be told.
    """
    return acting_of(spec.operations[name].also, f"operations.{name}", scope_of_effects(spec, name))


def acting_job(spec: Spec, name: str) -> Acting:
    """What a job does to one record, which is `this`.

    Raises:
        CelError: The records that an effect in it goes through or changes cannot be told.
    """
    job = spec.jobs[name]
    scope = Scope.for_job(spec, job.of)
    return Acting(f"jobs.{name}", job.effect, scope, scope, None, compile_cel("this", scope))


def acting_of(effects: Mapping[str, Effect], above: str, outer: Scope) -> Iterator[Acting]:
    """The effects at one place, in their order.

    Raises:
        CelError: The records that one of them goes through or changes cannot be told.
    """
    return (acting_one(key, effect, above, outer) for key, effect in effects.items())


def acting_one(key: str, effect: Effect, above: str, outer: Scope) -> Acting:
    """One effect.

    Raises:
        CelError: The records that it goes through or changes cannot be told.
    """
    each = compile_cel(effect.each, outer) if effect.each is not None else None
    scope = outer
    if effect.as_ is not None and each is not None and isinstance(each.type, ListType):
        scope = outer.and_(effect.as_, each.type.item)
    on = compile_cel(effect.on, scope) if effect.on is not None else None
    # What follows happens only where there is a record, and `when` is true.
    path = path_of(on.expr) if on is not None and isinstance(on.type, Nullable) else None
    if path is not None:
        scope = scope.knowing(frozenset({path}))
    if effect.when is not None:
        when = compile_cel(effect.when, scope)
        scope = scope.knowing(present_if(when.expr, holds=True))
    return Acting(f"{above}.also.{key}", effect, outer, scope, each, on)


def all_acting(spec: Spec, name: str) -> Iterator[Acting]:
    """Every effect of an operation, each before those within it.

    Raises:
        CelError: The records that one of them goes through or changes cannot be told.
    """
    waiting = list(acting(spec, name))
    while waiting:
        found = waiting.pop(0)
        yield found
        waiting[:0] = found.within
