"""Judges what a service makes up: slugs and codes stand alone as the default of a text that no two records share."""

from collections.abc import Iterator

from quantumlayer.spec.cel import Call, CelError, Expr, Literal, compile_cel, walk
from quantumlayer.spec.cel.made import ALPHABET, MADE, code
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import LONGEST, Field, FieldType, Spec
from quantumlayer.spec.validate.expressions import places
from quantumlayer.spec.validate.patterns import judge_pattern, matches

_LEAST, _MOST = 6, 64
_SHORTEST = 20


def judge_made(spec: Spec) -> Iterator[Problem]:
    """Calls of `slug` and `code` elsewhere, and fields that cannot hold what they make up."""
    for place in places(spec):
        try:
            expr = compile_cel(place.text, place.scope).expr
        except CelError:
            continue  # told where expressions are judged
        part, _, rest = place.address.partition(".fields.")
        field = (
            spec.entities[part.removeprefix("entities.")].fields[rest.removesuffix(".default.cel")] if rest else None
        )
        for node in walk(expr):
            if isinstance(node, Call) and node.function in MADE:
                if node is not expr or field is None or not field.unique or field.type is not FieldType.STRING:
                    message = f"`{node.function}` makes up a text of its own for each record."
                    hint = "Write it alone, as the default of a field with `type: string, unique: true`."
                    yield Problem(place.address, message, hint, node.line, node.column)
                elif fault := _unfit(expr, field):
                    yield Problem(place.address, fault[0], fault[1], node.line, node.column)


def _unfit(expr: Expr, field: Field) -> tuple[str, str] | None:
    """Why a field cannot hold what is made up for it, and what to do."""
    assert isinstance(expr, Call)  # noqa: S101  the caller looked
    longest = int(field.max or LONGEST[field.type])
    if expr.function == "code":
        length = expr.args[0].value if isinstance(expr.args[0], Literal) else None
        if not isinstance(length, int) or not _LEAST <= length <= min(_MOST, longest):
            return f"A code has {_LEAST} to {min(_MOST, longest)} characters here.", "Write such a number."
        samples = [code(length), ALPHABET[-1] * length, ALPHABET[0] * length]
    else:
        if longest < _SHORTEST:
            return f"A slug needs room for {_SHORTEST} characters.", f"Raise `max` to {_SHORTEST} or more."
        samples = ["a", "some-title", "untitled-2b7k", "2-of-3"]
    shortest = int(field.min or 0)
    known = field.pattern is None or judge_pattern(field.pattern)  # a broken one is told elsewhere
    if (
        field.one_of
        or shortest > len(samples[0])
        or not (known or all(matches(field.pattern or "", one) for one in samples))
    ):
        return f"What `{expr.function}` makes up would break the limits of the field.", "Drop or widen them."
    return None
