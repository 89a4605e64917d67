"""How a record is put together: the values it is made with, in the order in which they depend on each other."""

from collections.abc import Iterable

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, Values
from quantumlayer.spec.cel import Checked, Expr, Ident, Scope, Select, children, compile_cel
from quantumlayer.spec.model import Computed, Spec


def default(spec: Spec, entity: str, field: str) -> Checked | None:
    """The computed default of a field."""
    value = spec.entities[entity].fields[field].default
    return compile_cel(value.cel, Scope.for_default(spec, entity)) if isinstance(value, Computed) else None


def own_reads(checked: Checked) -> set[str]:
    """The fields of `this` that the expression reads."""

    def reads(expr: Expr) -> set[str]:
        found = set().union(*(reads(child) for child in children(expr)))
        if isinstance(expr, Select) and isinstance(expr.operand, Ident) and expr.operand.name == "this":
            found.add(expr.field)
        return found

    return reads(checked.expr)


def column_default(spec: Spec, entity: str, field: str) -> str | None:
    """The callable that gives a column its default, when it depends on nothing but the clock (`today`)."""
    checked = default(spec, entity, field)
    if checked is None or own_reads(checked):
        return None
    source = Python(checked, {}).value()
    return source.removesuffix("()") if source in {"today()", "now()"} else f"lambda: {source}"


def assignments(spec: Spec, entity: str, given: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """Statements, and the arguments that a new record is made with, from the sources of the values given.

    Defaults of the column fill in themselves; those that depend on other values are worked out here.

    Raises:
        UnsupportedError: Defaults depend on each other, or on something that is not there yet.
    """
    fields = spec.entities[entity].fields
    lines: list[str] = []
    values = dict(given)
    waiting = {}
    for name in fields:
        checked = default(spec, entity, name)
        if checked is not None and name not in given and own_reads(checked):
            waiting[name] = checked
    needed = set().union(*(own_reads(checked) for checked in waiting.values())) if waiting else set()
    for name in fields:
        if name in needed:
            source = _known(spec, entity, name, values)
            lines.append(f"{name} = {source}")
            values[name] = name
        elif name in waiting:
            values[name] = Python(waiting[name], {"this": Values(values)}).value()
    order = [*(key for key in given if key not in fields), *(key for key in fields if key in values)]
    return lines, {key: values[key] for key in order}


def _known(spec: Spec, entity: str, name: str, values: dict[str, str]) -> str:
    if name in values:
        return values[name]
    checked = default(spec, entity, name)
    if checked is None:
        message = f"a default that reads `{name}` before it is set"
        raise UnsupportedError(message)
    return Python(checked, {"this": Values(values)}).value()


def stored_values(spec: Spec, entity: str, variable: str, changed: Iterable[str] | None = None) -> list[str]:
    """The statements that work out the stored derived values of a record, those that read a changed field."""
    lines = []
    for name, derived in spec.entities[entity].derived.items():
        if derived.stored:
            checked = compile_cel(derived.cel, Scope.for_derived(spec, entity))
            if changed is not None and not own_reads(checked) & set(changed):
                continue
            lines.append(f"{variable}.{name} = {Python(checked, {'this': Loaded(variable)}).value()}")
    return lines
