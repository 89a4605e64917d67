"""The rules of an entity: what must hold when a record is made, changed or removed."""

from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.aggregates import conjuncts
from quantumlayer.qlayer.packs.fastapi.code import Prelude, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.fields import quoted
from quantumlayer.qlayer.packs.fastapi.roots import Changing, caller_root
from quantumlayer.qlayer.packs.fastapi.sql import Columns, Sql
from quantumlayer.qlayer.packs.fastapi.statements import Writer, rule_name
from quantumlayer.spec.cel import Binary, Checked, ListNode, Literal, Scope, Select, compile_cel
from quantumlayer.spec.model import Moment, NoOverlap, Rule, Spec
from quantumlayer.spec.naming import entity_names

_SQL_OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_SHARED = frozenset({Moment.CREATE, Moment.UPDATE})
_MOMENTS = {
    Moment.CREATE: ("creatable", "Refuse {title} that may not be made."),
    Moment.UPDATE: ("changeable", "Refuse {title} that may not be changed."),
    Moment.DELETE: ("removable", "Refuse {title} that may not be removed."),
}


@dataclass(frozen=True, slots=True)
class RuleFunction:
    """A function that refuses a record which breaks a rule."""

    name: str
    summary: str
    body: tuple[str, ...]
    takes_caller: bool


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A constraint of PostgreSQL: no two rows with the same `per` overlap in time."""

    name: str
    per: str
    start: str
    end: str
    where: str | None
    rule: str
    refusal: str

    @property
    def same(self) -> str:
        """A range of the one number: without the extension btree_gist a GiST index cannot hold the number itself."""
        column = quoted(self.per)
        return f"int8range({column}, {column}, '[]')"

    @property
    def period(self) -> str:
        """The time the record takes up, its end left out."""
        return f"tstzrange({quoted(self.start)}, {quoted(self.end)})"


def rule_functions(spec: Spec, entity: str) -> tuple[RuleFunction, ...]:
    """The functions of an entity's rules, one for each moment that has rules, and one for those that two share."""
    rules = spec.entities[entity].rules
    shared = {name: rule for name, rule in rules.items() if set(rule.on) >= _SHARED}
    valid = _function(spec, entity, "valid", "Refuse {title} that breaks a rule.", shared)
    functions = [valid] if valid else []
    for moment, (name, summary) in _MOMENTS.items():
        own = {
            key: rule
            for key, rule in rules.items()
            if moment in rule.on and (key not in shared or moment is Moment.DELETE)
        }
        function = _function(spec, entity, name, summary, own)
        if function:
            functions.append(function)
    return tuple(functions)


def calls(functions: tuple[RuleFunction, ...], moment: Moment, variable: str) -> list[str]:
    """The calls that hold a record to its rules at the moment."""
    own = _MOMENTS[moment][0]
    names = {Moment.CREATE: ["valid", own], Moment.UPDATE: [own, "valid"], Moment.DELETE: [own]}[moment]
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
    writer = Writer(
        spec, {"this": Changing(variable), "caller": caller_root()}, Prelude(taken={variable, "caller", "session"})
    )
    checked = {key: _checked(spec, entity, rule) for key, rule in rules.items()}
    lines = writer.locks((item for item in checked.values() if item is not None), f"{variable}.id")
    lines = sorted({*lines, *_overlap_locks(spec, entity, rules)})
    for key, rule in rules.items():
        address = f"entities.{entity}.rules.{key}"
        item = checked[key]
        if item is not None:
            lines += writer.refusal(address, item, key, rule.else_)
        elif rule.no_overlap is not None:
            lines += _overlap(writer, entity, key, rule, rule.no_overlap)
    article = "an" if names.title[0] in "aeiou" else "a"
    title = summary.format(title=f"{article} {names.title}")
    return RuleFunction(name, title, tuple(lines), any("caller" in line for line in lines if not line.startswith("#")))


def _overlap_locks(spec: Spec, entity: str, rules: dict[str, Rule]) -> list[str]:
    """Whoever the records belong to is locked: two inserts that wait for each other's constraint would deadlock."""
    variable = entity_names(entity).snake
    found = [rule.no_overlap.per for rule in rules.values() if rule.no_overlap is not None]
    relations = spec.entities[entity].relations
    return [f"await lock(session, {relations[per].to}, {variable}.{per}_id)" for per in found]


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
    return [
        f"in_the_way = (await session.scalars(select(exists().where({', '.join(parts)})))).one()",
        *writer.sentence(f"entities.{entity}.rules.{key}"),
        "if in_the_way:",
        f"    raise RuleBroken({rule_name(key)!r}, {rule.else_!r})",
    ]


def exclusions(spec: Spec, entity: str) -> tuple[Exclusion, ...]:
    """The exclusion constraints of an entity's table."""
    found = []
    for key, rule in spec.entities[entity].rules.items():
        if rule.no_overlap is not None:
            overlap = rule.no_overlap
            when = _when(spec, entity, overlap)
            where = None if when is None else _sql_text(when)
            name = f"ex_{entity_names(entity).table}_{key}"
            found.append(
                Exclusion(name, f"{overlap.per}_id", overlap.start, overlap.end, where, rule_name(key), rule.else_)
            )
    return tuple(found)


def _sql_text(checked: Checked) -> str:
    """A condition over the record's own columns as the text of SQL, for a constraint.

    Raises:
        UnsupportedError: It is more than comparisons with constants.
    """
    parts = []
    for part in conjuncts(checked.expr):
        if not isinstance(part, Binary) or not isinstance(part.left, Select):
            raise UnsupportedError("a constraint's condition that is no comparison with a constant")
        column = quoted(part.left.field)
        match part.right:
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
