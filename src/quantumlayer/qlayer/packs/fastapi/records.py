"""How a record is put together: the values it is made with, in the order in which they depend on each other."""

from collections.abc import Iterable, Mapping

from quantumlayer.qlayer.packs.fastapi.code import Prelude
from quantumlayer.qlayer.packs.fastapi.fields import FieldView
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, Values
from quantumlayer.spec.cel import Call, Checked, Expr, Ident, Literal, Scope, Select, children, compile_cel
from quantumlayer.spec.cel.made import MADE
from quantumlayer.spec.model import Action, Computed, Moment, Spec
from quantumlayer.spec.naming import entity_names, route_name

_LONG_CODE = 10
"""From this length on a million codes are alike in less than one case of a thousand."""
_CLOCK = ("add_months", "days_between", "now", "rounded", "time_of_day", "today")


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
    if checked is None or own_reads(checked) or is_made(checked):
        return None
    source = Python(checked, {}).value(spec.entities[entity].fields[field].type)
    return source.removesuffix("()") if source in {"today()", "now()"} else f"lambda: {source}"


def assignments(
    spec: Spec, entity: str, given: Mapping[str, str], *, missing: Iterable[str] = ()
) -> tuple[list[str], dict[str, str]]:
    """Statements, and the arguments that a new record is made with, from the sources of the values given.

    Defaults of the column fill in themselves; those that depend on other values, or that a rule reads before the
    record is kept, are worked out here, and so are those of the values in `missing` that turn out to be None.

    Raises:
        UnsupportedError: A default depends on something that is not there yet.
    """
    return _Assignments(spec, entity, given, frozenset(missing)).made()


class _Assignments:
    """Works out the values of one new record."""

    def __init__(self, spec: Spec, entity: str, given: Mapping[str, str], missing: frozenset[str]) -> None:
        self._spec, self._entity, self._given, self._missing = spec, entity, given, missing
        self._fields = spec.entities[entity].values
        computed = {name: default(spec, entity, name) for name in self._fields}
        early = _read_early(spec, entity)
        self._computed = {name: checked for name, checked in computed.items() if checked is not None}
        self._spelled = {
            name
            for name in self._fields
            if name in missing or (name not in given and (name in early or self._is_spelled(name)))
            if self._fields[name].default is not None
        }
        self._needed = frozenset().union(*(own_reads_of(self._computed.get(name)) for name in self._spelled))
        self._prelude = Prelude(taken={"body", "caller", "session", entity_names(entity).snake, *_CLOCK})
        self._values = {key: source for key, source in given.items() if key not in self._fields}

    def _is_spelled(self, name: str) -> bool:
        """Whether the database cannot fill in the default."""
        checked = self._computed.get(name)
        return checked is not None and (bool(own_reads(checked)) or is_made(checked))

    def made(self) -> tuple[list[str], dict[str, str]]:
        """The statements, and the arguments in the order of the table."""
        for name in self._fields:
            self._settle(name)
        order = [*(key for key in self._given if key not in self._fields), *self._fields]
        return self._prelude.take(), {key: self._values[key] for key in order if key in self._values}

    def _settle(self, name: str) -> None:
        if name in self._values or name not in self._fields:
            return
        if name not in self._spelled and name not in self._needed and name not in self._given:
            return
        for other in sorted(own_reads_of(self._computed.get(name)) if name in self._spelled else ()):
            self._settle(other)
        source = self._source(name)
        self._values[name] = self._prelude.fresh(name, source) if name in self._needed else source

    def _source(self, name: str) -> str:
        field, given = self._fields[name], self._given.get(name)
        if given is not None and name not in self._missing:
            return given
        if name in self._computed and is_made(self._computed[name]):
            worked_out = self._made_up(name, self._computed[name])
        elif name in self._computed:
            worked_out = Python(self._computed[name], {"this": Values(self._values)}).value(field.type)
        else:
            worked_out = FieldView(self._entity, name, field).literal_default or "None"
        return worked_out if given is None else f"{given} if {given} is not None else {worked_out}"

    def _made_up(self, name: str, checked: Checked) -> str:
        """The call that finds a slug or a code which no record has.

        Of a slug there is one, so that those who want it at once come one after the other. Codes are random: a long one
        is like no other, a short one is looked for, and nobody waits for anybody.
        """
        assert isinstance(checked.expr, Call)  # noqa: S101 - the caller looked
        argument = checked.expr.args[0]
        source = Python(checked, {"this": Values(self._values)}).part(argument).text
        queries = self._spec.queries.items() if self._spec.entities[self._entity].key == name else ()
        taken = [route_name(key) for key, query in queries if query.of == self._entity]
        besides = f", besides={taken!r}" if taken else ""
        column = f"{entity_names(self._entity).name}.{name}"
        if checked.expr.function == "slug":
            longest = FieldView(self._entity, name, self._fields[name]).max_length
            return f"await free_name(session, {column}, slugs({source}, {longest}){besides})"
        length = argument.value if isinstance(argument, Literal) and isinstance(argument.value, int) else 0
        if length >= _LONG_CODE and length not in map(len, taken):
            return f"new_code({source})"
        return f"await unused_name(session, {column}, codes({source}){besides})"


def is_made(checked: Checked) -> bool:
    """Whether a default makes up a text that no other record has."""
    return isinstance(checked.expr, Call) and checked.expr.function in MADE


def _read_early(spec: Spec, entity: str) -> frozenset[str]:
    """The fields that are read of a new record before the database has filled in its defaults."""
    node = spec.entities[entity]
    found: set[str] = set()
    for rule in node.rules.values():
        if Moment.CREATE in rule.on and rule.cel is not None:
            found |= own_reads(compile_cel(rule.cel, Scope.for_rule(spec, entity)))
    for grant in node.access:
        if Action.CREATE in grant.may and grant.when is not None:
            found |= own_reads(compile_cel(grant.when, Scope.for_grant(spec, entity, grant.who)))
    read = [derived.cel for key, derived in node.derived.items() if derived.stored or key in found]
    for cel in read:
        found |= own_reads(compile_cel(cel, Scope.for_derived(spec, entity)))
    return frozenset(node.fields) if found & node.derived.keys() else frozenset(found)


def own_reads_of(checked: Checked | None) -> set[str]:
    """The fields of `this` that the expression reads; none where there is no expression."""
    return set() if checked is None else own_reads(checked)


def stored_values(spec: Spec, entity: str, variable: str, changed: Iterable[str] | None = None) -> list[str]:
    """The statements that work out the stored derived values of a record, those that read a changed field."""
    lines = []
    for name, derived in spec.entities[entity].derived.items():
        if derived.stored:
            checked = compile_cel(derived.cel, Scope.for_derived(spec, entity))
            if changed is not None and not own_reads(checked) & set(changed):
                continue
            lines.append(f"{variable}.{name} = {Python(checked, {'this': Loaded(variable)}).value(derived.type)}")
    return lines
