"""What the effects of an operation require and read, as expressions over what is there before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quantumlayer.qtest.messages import read_by_messages
from quantumlayer.spec.cel import (
    Acting,
    CelError,
    Checked,
    Ident,
    Nullable,
    Scope,
    acting,
    compile_cel,
    walk,
)
from quantumlayer.spec.effects import CREATED
from quantumlayer.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement of an operation or of one of its effects.

    Args:
        address: Its address in the Spec.
        name: What tests call it.
        cel: What must hold before the call.
        rule: What the caller is told is broken.
        said: The sentence that the caller is told.
    """

    address: str
    name: str
    cel: str
    rule: str
    said: str


def demands(spec: Spec, name: str) -> list[Demand]:
    """What an operation requires, of its own record first."""
    requires = spec.operations[name].requires
    own = [Demand(f"operations.{name}.requires.{key}", key, one.cel, key, one.else_) for key, one in requires.items()]
    return [*own, *demands_of_effects(spec, name)]


def demands_of_effects(spec: Spec, name: str) -> Iterator[Demand]:
    """What is required of each record or row, all of them; rows that are left out do not refuse the whole."""
    for found in acting(spec, name):
        key = found.address.rpartition(".")[2]
        for rule, one in found.effect.requires.items() if not found.effect.skips else ():
            guarded = " || ".join([*(f"!({guard})" for guard in guards(found)), f"({one.cel})"])
            cel = guarded
            if found.effect.each is not None:
                cel = f"({found.effect.each}).all({found.effect.as_}, {guarded})"
            if not _speaks_of_created(compile_cel(cel, found.outer)):
                yield Demand(f"{found.address}.requires.{rule}", f"{key}_{rule}", cel, rule, one.else_)


def guards(found: Acting) -> list[str]:
    """Conditions without which an effect does nothing."""
    optional = found.on is not None and isinstance(found.on.type, Nullable)
    there = [f"{found.effect.on} != null"] if optional else []
    return [*there, found.effect.when] if found.effect.when is not None else there


def read_by_effects(effects: Iterable[Acting], scope: Scope) -> Iterator[str]:
    """Expressions that read what effects read; `scope` has the names that they may use."""
    for found in effects:
        yield from _read(found, scope)


def _read(found: Acting, scope: Scope) -> Iterator[str]:
    effect = found.effect
    inner = [*effect.sets.values(), *(one.cel for one in effect.requires.values())]
    inner += effect.creates.set.values() if effect.creates is not None else ()
    inner += read_by_messages(found.scope.spec, effect.sends, found.target, effect.creates, found)
    for deeper in found.within:
        inner += _read(deeper, scope)
    test = " && ".join(f"({guard})" for guard in guards(found))
    for one in inner:
        guarded = f"{test} ? ({one}) : null" if test else one
        cel = guarded if effect.each is None else f"({effect.each}).map({effect.as_}, {guarded})"
        try:
            checked = compile_cel(cel, found.outer)
        except CelError:
            continue  # such as null, of which there is no list
        if not _speaks_of_created(checked):
            yield cel
    if effect.each is not None and found.outer.names.keys() == scope.names.keys():
        yield f"({effect.each}).size() >= 0"


def _speaks_of_created(checked: Checked) -> bool:
    return any(isinstance(node, Ident) and node.name == CREATED for node in walk(checked.expr))
