"""The rules of an entity: what must hold when a record is made, changed or removed."""

from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.code import Prelude, UnsupportedError, names_in
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.fields import quoted
from quantumlayer.qlayer.packs.fastapi.holds import Start, holds, reread
from quantumlayer.qlayer.packs.fastapi.roots import Changing, Loaded, caller_root, column_name
from quantumlayer.qlayer.packs.fastapi.sql import Sql
from quantumlayer.qlayer.packs.fastapi.statements import Writer, rule_name
from quantumlayer.spec.cel import (
    Binary,
    Checked,
    ListNode,
    Literal,
    Nullable,
    Scope,
    Select,
    Unary,
    compile_cel,
    operands,
)
from quantumlayer.spec.held import Held, work_of_rules
from quantumlayer.spec.locking import locking_order
from quantumlayer.spec.model import Moment, NoOverlap, Rule, Spec
from quantumlayer.spec.naming import entity_names

_SQL_OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_SQL_ABSENCE = {"==": "IS NULL", "!=": "IS NOT NULL"}
OVERLAP = "free"
_SHARED = frozenset({Moment.CREATE, Moment.UPDATE})
_MOMENTS = {
    Moment.CREATE: ("creatable", "Refuse {title} that may not be made."),
    Moment.UPDATE: ("changeable", "Refuse {title} that may not be changed."),
    Moment.DELETE: ("removable", "Refuse {title} that may not be removed."),
}
REFUSALS = frozenset(
    [
        "RuleBroken",
        "WrongState",
        *(f"require_{name}" for name in ("valid", OVERLAP, *(one for one, _ in _MOMENTS.values()))),
    ]
)
"""Names in the code of a service whose call may refuse a request by a rule."""


@dataclass(frozen=True, slots=True)
class RuleFunction:
    """A function that refuses a record which breaks a rule."""

    name: str
    summary: str
    body: tuple[str, ...]
    takes_caller: bool
    rereads: bool


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A constraint of PostgreSQL: no two rows with the same `per` overlap in time."""

    name: str
    per: str
    start: str
    end: str
    where: str
    rule: str
    refusal: str
    free: bool  # whether callers may give an end before the start, which no range can have

    @property
    def same(self) -> str:
        """A range of the one number: without the extension btree_gist a GiST index cannot hold the number itself."""
        column = quoted(self.per)
        return f"int8range({column}, {column}, '[]')"

    @property
    def period(self) -> str:
        """The time the record takes up, its end left out."""
        start = quoted(self.start)
        end = f"GREATEST({start}, {quoted(self.end)})" if self.free else quoted(self.end)
        return f"tstzrange({start}, {end})"


def rule_functions(spec: Spec, entity: str) -> tuple[RuleFunction, ...]:
    """The functions of an entity's rules: what holds always, time that others take up, and each moment's own rules."""
    rules = spec.entities[entity].rules
    overlaps = {name: rule for name, rule in rules.items() if rule.no_overlap is not None}
    others = {name: rule for name, rule in rules.items() if rule.cel is not None}
    shared = {name: rule for name, rule in others.items() if set(rule.on) >= _SHARED}
    functions = [_function(spec, entity, "valid", "Refuse {title} that breaks a rule.", shared)]
    functions.append(_function(spec, entity, OVERLAP, "Refuse {title} at a time that another one takes up.", overlaps))
    for moment, (name, summary) in _MOMENTS.items():
        own = {
            key: rule
            for key, rule in others.items()
            if moment in rule.on and (key not in shared or moment is Moment.DELETE)
        }
        functions.append(_function(spec, entity, name, summary, own))
    return tuple(function for function in functions if function is not None)


def overlap_call(variable: str) -> str:
    """The call that refuses a record at a time that another one takes up."""
    return f"await rules.require_{OVERLAP}(session, {variable})"


def calls(functions: tuple[RuleFunction, ...], moment: Moment, variable: str) -> list[str]:
    """The calls that hold a record to its rules at the moment."""
    own = _MOMENTS[moment][0]
    names = {Moment.CREATE: ["valid", OVERLAP, own], Moment.UPDATE: [own, "valid", OVERLAP], Moment.DELETE: [own]}[
        moment
    ]
    return [
        f"await rules.require_{function.name}(session, {'caller, ' if function.takes_caller else ''}{variable})"
        for name in names
        for function in functions
        if function.name == name
    ]


def _function(spec: Spec, entity: str, name: str, summary: str, rules: dict[str, Rule]) -> RuleFunction | None:
    if not rules:
        return None
    names = entity_names(entity)
    variable = names.snake
    work = work_of_rules(spec, entity, tuple(rules))
    held = work.held()
    prelude = Prelude(taken={variable, "caller", "session"}, reread=reread(held))
    writer = Writer(spec, {"this": Changing(variable), "caller": caller_root()}, prelude)
    checked = {key: _checked(spec, entity, rule) for key, rule in rules.items()}
    lines = (
        _held(spec, entity, held, counts=work.counts_own)
        if held
        else writer.locks((item for item in checked.values() if item is not None), f"{variable}.id")
    )
    if name == _MOMENTS[Moment.DELETE][0]:
        # A new record that refers to this one would go with it, unseen by the rule.
        own = f"await lock(session, {entity}, {variable}.id)"
        lines = [line.replace("lock(", "lock_to_remove(") if line == own else line for line in lines]
    for key, rule in rules.items():
        address = f"entities.{entity}.rules.{key}"
        item = checked[key]
        if item is not None:
            lines += writer.refusal(address, item, key, rule.else_)
        elif rule.no_overlap is not None:
            lines += _overlap(writer, entity, key, rule, rule.no_overlap)
    article = "an" if names.title[0] in "aeiou" else "a"
    title = summary.format(title=f"{article} {names.title}")
    return RuleFunction(name, title, tuple(lines), "caller" in names_in(lines), bool(held))


def _held(spec: Spec, entity: str, held: tuple[Held, ...], *, counts: bool) -> list[str]:
    """Lock what the rules read of other records, and the record itself where it would be locked after them too late."""
    variable, order = entity_names(entity).snake, locking_order(spec)
    own = counts or any(order[entity] < order[one.entity] for one in held)
    start = Start(entity, f"{variable}.id", Loaded(variable), "lock" if own else "")
    return holds(spec, Scope.for_rule(spec, entity), held, start)


def _checked(spec: Spec, entity: str, rule: Rule) -> Checked | None:
    return None if rule.cel is None else compile_cel(rule.cel, Scope.for_rule(spec, entity))


def _when(spec: Spec, entity: str, rule: NoOverlap) -> Checked | None:
    return None if rule.when is None else compile_cel(rule.when, Scope.for_derived(spec, entity))


def _overlap(writer: Writer, entity: str, key: str, rule: Rule, overlap: NoOverlap) -> list[str]:
    """Look for a record in the way. The database's constraint has the last word when two requests arrive at once."""
    variable = entity_names(entity).snake
    parts = [
        f"{entity}.id.is_distinct_from({variable}.id)",
        f"{entity}.{overlap.per}_id == {variable}.{overlap.per}_id",
        f"{entity}.{overlap.start} < {variable}.{overlap.end}",
        f"{entity}.{overlap.end} > {variable}.{overlap.start}",
    ]
    when = _when(writer.spec, entity, overlap)
    if when is not None:
        parts += Sql(writer.spec, when, {"this": Columns(entity)}, {}).conditions()
    relation = writer.spec.entities[entity].references[overlap.per]
    # Two inserts that wait for each other's constraint would deadlock, so whoever the time belongs to is locked first.
    lines = [
        f"await lock(session, {relation.to}, {variable}.{overlap.per}_id)",
        f"in_the_way = (await session.scalars(select(exists().where({', '.join(parts)})))).one()",
        *writer.sentence(f"entities.{entity}.rules.{key}"),
        "if in_the_way:",
        f"    raise RuleBroken({rule_name(key)!r}, {rule.else_!r})",
    ]
    if not relation.optional:
        return lines
    return [f"if {variable}.{overlap.per}_id is not None:", *(f"    {line}" for line in lines)]


def exclusions(spec: Spec, entity: str) -> tuple[Exclusion, ...]:
    """The exclusion constraints of an entity's table."""
    found = []
    for key, rule in spec.entities[entity].rules.items():
        if rule.no_overlap is not None:
            overlap = rule.no_overlap
            when = _when(spec, entity, overlap)
            # PostgreSQL has no range that ends before it begins; such a record takes up no time.
            parts = [f"{quoted(overlap.end)} > {quoted(overlap.start)}"]
            parts += [] if when is None else [condition_text(when)]
            if spec.entities[entity].references[overlap.per].optional:
                parts.append(f"{quoted(f'{overlap.per}_id')} IS NOT NULL")  # a range of nothing holds every number
            where = " AND ".join(parts)
            name = f"ex_{entity_names(entity).table}_{key}"
            free = overlap.end in spec.entities[entity].fields
            per = f"{overlap.per}_id"
            found.append(Exclusion(name, per, overlap.start, overlap.end, where, rule_name(key), rule.else_, free))
    return tuple(found)


def condition_text(checked: Checked) -> str:
    """A condition over the record's own columns as the text of SQL, for a constraint.

    Raises:
        UnsupportedError: It is more than comparisons with constants.
    """
    parts = []
    for part in operands(checked.expr, "&&"):
        if isinstance(part, Select):
            parts.append(quoted(part.field))
            continue
        if isinstance(part, Unary) and isinstance(part.operand, Select):
            parts.append(f"NOT {quoted(part.operand.field)}")
            continue
        if not isinstance(part, Binary) or not isinstance(part.left, Select):
            raise UnsupportedError("a constraint's condition that is no comparison with a constant")
        member = checked.member_of(part.left)
        column = quoted(column_name(member) if member is not None else part.left.field)
        match part.right:
            case Literal(value=None) if part.operator in _SQL_ABSENCE:
                parts.append(f"{column} {_SQL_ABSENCE[part.operator]}")
            case _ if part.operator == "!=" and isinstance(checked.type_of(part.left), Nullable):
                raise UnsupportedError("a constraint's condition that a missing value meets")
            case Literal(value=str() | int() as value) if part.operator in _SQL_OPERATORS:
                parts.append(f"{column} {_SQL_OPERATORS[part.operator]} {_sql_literal(value)}")
            case ListNode(items=items) if all(isinstance(item, Literal) for item in items):
                listed = ", ".join(_sql_literal(item.value) for item in items if isinstance(item, Literal))
                parts.append(f"{column} IN ({listed})")
            case _:
                raise UnsupportedError("a constraint's condition that is no comparison with a constant")
    return " AND ".join(parts)


def _sql_literal(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
