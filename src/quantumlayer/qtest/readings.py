"""Values that show how they were worked out, because no other plausible reading gives them, too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations_with_replacement

from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.cel import (
    Binary,
    Call,
    CelError,
    CelRuntimeError,
    Checked,
    Expr,
    Literal,
    Select,
    evaluate,
    parse,
    walk,
)
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate.expressions import places

_UNITS = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}
_OTHERWISE = {"+": "-", "-": "+", "*": "+", "/": "*"}
_LONGEST = 10_000


def spans(spec: Spec) -> frozenset[timedelta]:
    """What the lengths of time that a Spec names come to, alone and two together, and no time at all."""
    named = {timedelta()}
    for place in places(spec):
        try:
            named |= set(_named(parse(place.text)))
        except CelError:  # told by the checks of the Spec
            continue
    return frozenset(one + other for one, other in combinations_with_replacement(sorted(named), 2))


def _named(expr: Expr) -> Iterator[timedelta]:
    for node in walk(expr):
        match node:
            case Call(function=unit, args=(Literal(value=int(number)),)) if unit in _UNITS and number < _LONGEST:
                yield number * _UNITS[unit]


def unmistakable(checked: Checked, built: Built, known: frozenset[timedelta]) -> bool:
    """Whether neither another time of the record plus a known span nor another operator gives the same."""
    value = _value(checked, built)
    if isinstance(value, date):
        return not any(value - other in known for other in _other_times(checked, built, value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return all(_value(other, built) != value for other in _other_operators(checked))
    return True


def _value(checked: Checked, built: Built) -> object:
    try:
        return evaluate(checked, built.world, this=built.this, caller=built.caller, takes=built.takes)
    except CelRuntimeError:
        return None


def _other_times(checked: Checked, built: Built, like: date) -> Iterator[date]:
    """Times of the same kind that the expression does not read."""
    nodes = [*walk(checked.expr)]
    read = {node.field for node in nodes if isinstance(node, Select)}
    called = {node.function for node in nodes if isinstance(node, Call)}
    for key, value in built.this.values.items():
        if isinstance(value, date) and type(value) is type(like) and key not in read:
            yield value
    if isinstance(like, datetime):
        if "now" not in called:
            yield built.world.now
    elif "today" not in called:
        yield built.world.today()


def _other_operators(checked: Checked) -> Iterator[Checked]:
    for node in walk(checked.expr):
        if isinstance(node, Binary) and node.operator in _OTHERWISE:
            yield checked.with_part(node, replace(node, operator=_OTHERWISE[node.operator]))
