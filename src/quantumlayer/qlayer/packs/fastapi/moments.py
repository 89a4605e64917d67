"""Comparisons of days and instants over rows, written so that both databases understand them alike."""

from collections.abc import Callable
from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.code import Code, Level
from quantumlayer.qlayer.packs.fastapi.functions import executed
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.spec.cel import DATE, DURATION, TIMESTAMP, Binary, Call, Checked, Expr

_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_REVERSED = {"+": "-", "-": "+"}
_DAYS = {
    "<": "{at} < {start}",
    "<=": "{at} < {end}",
    ">": "{at} >= {end}",
    ">=": "{at} >= {start}",
    "==": "and_({at} >= {start}, {at} < {end})",
    "!=": "or_({at} < {start}, {at} >= {end})",
}


@dataclass(frozen=True, slots=True)
class Moments:
    """Comparisons that have another form than the expression.

    Args:
        checked: The expression.
        of_row: Tells whether a part differs from row to row.
        row: Writes a part that does.
        python: Writes a part that does not.
        deferred: Whether the statement is made once and run many times.
    """

    checked: Checked
    of_row: Callable[[Expr], bool]
    row: Callable[[Expr], Code]
    python: Python
    deferred: bool

    def comparison(self, operator: str, left: Expr, right: Expr) -> Code | None:
        """The comparison in its other form, or None where it has none."""
        for side, other, sign in ((left, right, operator), (right, left, _MIRRORED[operator])):
            if self.of_row(other) or not self.of_row(side):
                continue
            if (found := self._without_span(sign, side, other) or self._on_days(sign, side, other)) is not None:
                return found
        return None

    def _without_span(self, operator: str, left: Expr, right: Expr) -> Code | None:
        """`a + hours(1) < b` as `a < b - hours(1)`: databases differ in how they add to an instant."""
        match left:
            case Binary(operator="+" | "-" as sign, left=base, right=span) if self.checked.type_of(
                span
            ) == DURATION and not self.of_row(span):
                back = sign == "-" and self.checked.type_of(base) == DATE  # the hours of a day back count as a day
                reverse = "- -" if back else f"{_REVERSED[sign]} "
                moved = f"{self.python.part(right).at(Level.SUM)} {reverse}{self.python.part(span).at(Level.SIGN)}"
                code = Code(moved, Level.SUM)
                other = executed(code, self.checked.type_of(right)) if self.deferred else code
                return Code(f"{self.row(base).at(Level.SUM)} {operator} {other.at(Level.SUM)}", Level.COMPARE)
        return None

    def _on_days(self, operator: str, left: Expr, right: Expr) -> Code | None:
        """`date(a) == b` as `a` between two instants: no database knows the days of the service's time zone."""
        match left:
            case Call(function="date", args=(moment,)) if self.checked.type_of(moment) == TIMESTAMP:
                day = self.python.part(right).text
                start, end = (Code(f"{function}({day})") for function in ("start_of", "end_of"))
                if self.deferred:
                    start, end = executed(start, TIMESTAMP), executed(end, TIMESTAMP)
                at = self.row(moment).at(Level.SUM)
                text = _DAYS[operator].format(at=at, start=start.text, end=end.text)
                return Code(text, Level.ATOM if operator in {"==", "!="} else Level.COMPARE)
        return None
