"""A checked expression as nested Python functions: built once, called many times."""

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from quantumlayer.spec.cel import made, runtime
from quantumlayer.spec.cel.checker import Checked
from quantumlayer.spec.cel.errors import CelRuntimeError
from quantumlayer.spec.cel.tree import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Expr,
    Ident,
    Index,
    ListNode,
    Literal,
    Macro,
    MapNode,
    Select,
    Unary,
)
from quantumlayer.spec.cel.types import DATE, DECIMAL, DURATION, INT, TIMESTAMP, ListType
from quantumlayer.spec.cel.world import Frame

Program = Callable[[Frame], Any]
"""Gives the value in a frame; its type is what the checker says, which Python cannot express."""
Selection = Callable[[Select, Program], Program]


def build(checked: Checked, selection: Selection) -> Program:
    """The function of a checked expression; `selection` builds those of its selections from records and the like."""
    return _Builder(checked, selection).build(checked.expr, {})


class _Builder:
    def __init__(self, checked: Checked, selection: Selection) -> None:
        self._type_of = checked.type_of
        self._selection = selection
        self._slots = 0

    def build(self, expr: Expr, slots: Mapping[str, str]) -> Program:
        match expr:
            case Literal(value=value):
                return lambda _: value
            case Ident(name=name):
                return _read(slots.get(name, name))
            case Select(operand=operand):
                return self._selection(expr, self.build(operand, slots))
            case Binary():
                return self._binary(expr, slots)
            case Call():
                return self._call(expr, slots)
            case Comprehension():
                return self._comprehension(expr, slots)
            case _:
                return self._other(expr, slots)

    def _other(self, expr: Index | Unary | Conditional | ListNode | MapNode, slots: Mapping[str, str]) -> Program:
        match expr:
            case Index(operand=operand, index=index):
                is_list = isinstance(self._type_of(operand), ListType)
                return _indexed(self.build(operand, slots), self.build(index, slots), is_list=is_list)
            case Unary(operator=mark, operand=operand):
                inner = self.build(operand, slots)
                if mark == "!":
                    return lambda frame: not inner(frame)
                if self._type_of(expr) == INT:
                    return lambda frame: runtime.whole(-inner(frame))
                return lambda frame: -inner(frame)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                test, yes, no = (self.build(part, slots) for part in (condition, then, otherwise))
                return lambda frame: yes(frame) if test(frame) else no(frame)
            case ListNode(items=items):
                parts = [self.build(item, slots) for item in items]
                return lambda frame: [part(frame) for part in parts]
            case MapNode(entries=entries):
                pairs = [(self.build(key, slots), self.build(value, slots)) for key, value in entries]
                return lambda frame: _mapped([(key(frame), value(frame)) for key, value in pairs])

    def _binary(self, expr: Binary, slots: Mapping[str, str]) -> Program:
        left, right = self.build(expr.left, slots), self.build(expr.right, slots)
        if expr.operator in {"&&", "||"}:
            return _logic(left, right, decided=expr.operator == "||")
        if expr.operator == "in":
            return lambda frame: left(frame) in right(frame)
        if compare := _COMPARISONS.get(expr.operator):
            return lambda frame: compare(left(frame), right(frame))
        work = self._arithmetic(expr)
        return lambda frame: work(left(frame), right(frame))

    def _arithmetic(self, expr: Binary) -> Callable[[Any, Any], object]:
        kind = self._type_of(expr)
        if kind == INT:
            return _WHOLE[expr.operator]
        if kind == DECIMAL and expr.operator == "/":
            return runtime.divided
        if kind in {DATE, TIMESTAMP}:
            if expr.operator == "-":
                return lambda moment, span: runtime.moved(moment, -span)
            backwards = self._type_of(expr.left) == DURATION
            return (lambda span, moment: runtime.moved(moment, span)) if backwards else runtime.moved
        if kind == DURATION and expr.operator == "+":
            return runtime.spanned
        if kind == DURATION and self._type_of(expr.left) == DURATION:
            return lambda left, right: runtime.spanned(left, -right)
        return runtime.divided if expr.operator == "/" else _PLAIN[expr.operator]

    def _call(self, expr: Call, slots: Mapping[str, str]) -> Program:
        parts = [self.build(part, slots) for part in (*([expr.target] if expr.target else []), *expr.args)]
        if clock := _CLOCK.get(expr.function):
            return lambda frame: clock(frame, *(part(frame) for part in parts))
        of_list = _OF_LISTS.get(expr.function) if expr.target is not None else None
        work = of_list or _PURE[expr.function]
        if len(parts) == 1:
            only = parts[0]
            return lambda frame: work(only(frame))
        return lambda frame: work(*(part(frame) for part in parts))

    def _comprehension(self, expr: Comprehension, slots: Mapping[str, str]) -> Program:
        self._slots += 1
        slot = f"{expr.variable}:{self._slots}"
        items = self.build(expr.range, slots)
        inner = {**slots, expr.variable: slot}
        body = self.build(expr.body, inner)
        where = None if expr.where is None else self.build(expr.where, inner)
        match expr.kind:
            case Macro.ALL | Macro.EXISTS:
                return _any(items, slot, body, decided=expr.kind is Macro.EXISTS)
            case Macro.EXISTS_ONE:
                chosen = _filtered(items, slot, body)
                return lambda frame: len(chosen(frame)) == 1
            case Macro.FILTER:
                return _filtered(items, slot, body)
            case Macro.MAP:
                return _made(items, slot, body, where)


def _read(name: str) -> Program:
    def read(frame: Frame) -> object:
        try:
            return frame.names[name]
        except KeyError:
            message = f"`{name}` was not given"
            raise CelRuntimeError(message) from None

    return read


def _logic(left: Program, right: Program, *, decided: bool) -> Program:
    """`||` where `decided` is true, else `&&`: either side alone may decide, whatever error the other has."""

    def logic(frame: Frame) -> bool:
        try:
            found = bool(left(frame))
        except CelRuntimeError:
            if bool(right(frame)) is decided:
                return decided
            raise
        return decided if found is decided else bool(right(frame))

    return logic


def _any(items: Program, slot: str, body: Program, *, decided: bool) -> Program:
    """`exists` where `decided` is true, else `all`: an error counts only when no item decides."""

    def search(frame: Frame) -> bool:
        failure: CelRuntimeError | None = None
        for item in items(frame):
            frame.names[slot] = item
            try:
                if bool(body(frame)) is decided:
                    return decided
            except CelRuntimeError as error:
                failure = error
        if failure is not None:
            raise failure
        return not decided

    return search


def _filtered(items: Program, slot: str, body: Program) -> Program:
    def chosen(frame: Frame) -> list[object]:
        found = []
        for item in items(frame):
            frame.names[slot] = item
            if body(frame):
                found.append(item)
        return found

    return chosen


def _made(items: Program, slot: str, body: Program, where: Program | None) -> Program:
    def made(frame: Frame) -> list[object]:
        found = []
        for item in items(frame):
            frame.names[slot] = item
            if where is None or where(frame):
                found.append(body(frame))
        return found

    return made


def _indexed(operand: Program, index: Program, *, is_list: bool) -> Program:
    def indexed(frame: Frame) -> object:
        whole, at = operand(frame), index(frame)
        if at not in (range(len(whole)) if is_list else whole):
            message = f"there is no element {at!r}"
            raise CelRuntimeError(message)
        return whole[at]

    return indexed


def _mapped(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise CelRuntimeError("a map has the same key twice")
    return found


def _time_of_day(frame: Frame, value: datetime) -> timedelta:
    return runtime.time_of_day(value, runtime.zone(frame.world.spec.service.timezone))


def _day_of(frame: Frame, value: datetime | str) -> date:
    if isinstance(value, str):
        return runtime.parsed_date(value)
    return runtime.local(value, runtime.zone(frame.world.spec.service.timezone)).date()


def _days_between(start: date, end: date) -> int:
    return (end - start).days


def _part(function: str) -> Callable[..., int]:
    return lambda *args: runtime.part_of(function, *args)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WHOLE: dict[str, Callable[[Any, Any], int]] = {
    "+": lambda left, right: runtime.whole(left + right),
    "-": lambda left, right: runtime.whole(left - right),
    "*": lambda left, right: runtime.whole(left * right),
    "/": runtime.quotient,
    "%": runtime.remainder,
}
_PLAIN: dict[str, Callable[[Any, Any], object]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_CLOCK: dict[str, Callable[..., object]] = {
    "today": lambda frame: frame.world.today(),
    "now": lambda frame: frame.world.moment(),
    "time_of_day": _time_of_day,
    "date": _day_of,
}
_OF_LISTS: dict[str, Callable[..., object]] = {
    "min": lambda items, empty=None: min(items, default=empty),
    "max": lambda items, empty=None: max(items, default=empty),
    "average": runtime.average,
    "median": runtime.median,
    "first": lambda items: items[0] if items else None,
    "last": lambda items: items[-1] if items else None,
    "distinct": lambda items: list(dict.fromkeys(items)),
    "flatten": lambda lists: [item for items in lists for item in items],
}
_PURE: dict[str, Callable[..., object]] = {
    "size": len,
    "contains": operator.contains,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "matches": lambda text, pattern: runtime.pattern(pattern).search(text) is not None,
    "int": runtime.to_int,
    "string": runtime.to_string,
    "bool": runtime.to_bool,
    "timestamp": runtime.to_timestamp,
    "duration": runtime.to_duration,
    "days": lambda count: runtime.seconds(count, 86_400),
    "hours": lambda count: runtime.seconds(count, 3600),
    "minutes": lambda count: runtime.seconds(count, 60),
    "days_between": _days_between,
    "add_months": runtime.add_months,
    "min": min,
    "max": max,
    "sum": runtime.total,
    "range": runtime.counted,
    "slug": made.slug,
    "code": made.code,
    **{name: _part(name) for name in runtime.PARTS},
}
