"""Who may do what: the grants of an entity as code."""

import re
from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.code import Level, Prelude
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.readers import ReaderSql
from quantumlayer.qlayer.packs.fastapi.roots import Changing, Loaded, caller_root
from quantumlayer.qlayer.packs.fastapi.statements import Writer
from quantumlayer.spec.cel import ANYONE, Scope, compile_cel
from quantumlayer.spec.model import Action, Spec
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.remember import operations_on

_COLUMN = re.compile(r"\w+\.\w+")
ALWAYS = "true()"
"""The condition of those who may read every record."""
NEVER = "false()"


def member(role: str) -> str:
    """A role as a member of the enumeration."""
    return f"Role.{role.upper()}"


def roles_for(spec: Spec, entity: str, action: Action) -> tuple[str, ...]:
    """The roles that some grant lets do this, those without a condition first; empty when anyone may or nobody."""
    granted = {who for grant in spec.entities[entity].access if action in grant.may for who in grant.who}
    return () if ANYONE in granted else _widest_first(spec, entity, action, granted)


def roles_of(spec: Spec, operation: str) -> tuple[str, ...]:
    """The roles that may call an operation, those that reach every record first."""
    called = spec.operations[operation]
    return _widest_first(spec, called.on, Action.READ, set(called.by))


def _widest_first(spec: Spec, entity: str, action: Action, roles: set[str]) -> tuple[str, ...]:
    ordered = [role for role in spec.roles if role in roles]
    return tuple(sorted(ordered, key=lambda role: conditions(spec, entity, action, role) != ()))


def is_public(spec: Spec, entity: str, action: Action) -> bool:
    """Whether strangers may do this."""
    return any(action in grant.may and ANYONE in grant.who for grant in spec.entities[entity].access)


def is_granted(spec: Spec, entity: str, action: Action) -> bool:
    """Whether anybody may do this."""
    return any(action in grant.may for grant in spec.entities[entity].access)


def visiting_roles(spec: Spec, entity: str) -> tuple[str, ...]:
    """Every role that reaches one record of the entity by some request."""
    visitors = {who for grant in spec.entities[entity].access if set(grant.may) != {Action.CREATE} for who in grant.who}
    visitors |= {role for operation in operations_on(spec).get(entity, {}).values() for role in operation.by}
    return tuple(role for role in spec.roles if role in visitors)


@dataclass(frozen=True, slots=True)
class Branch:
    """What callers of some roles may reach; the last branch has no test."""

    test: str
    condition: str


def conditions(spec: Spec, entity: str, action: Action, role: str) -> tuple[str, ...] | None:
    """The conditions under which a role may do this, as CEL; empty when always, None when never."""
    found: list[str] = []
    for grant in spec.entities[entity].access:
        if action in grant.may and (role in grant.who or ANYONE in grant.who):
            if grant.when is None:
                return ()
            found.append(grant.when)
    return tuple(dict.fromkeys(found)) or None


def readable(spec: Spec, entity: str) -> tuple[Branch, ...]:
    """The records that callers may read, by role; empty when every caller reads all of them."""
    by_condition: dict[str, list[str]] = {}
    public = is_public(spec, entity, Action.READ)
    for role in (*spec.roles, ANYONE) if public else visiting_roles(spec, entity):
        code = _sql(spec, entity, role, conditions(spec, entity, Action.READ, role))
        by_condition.setdefault(code, []).append(role)
    if set(by_condition) <= {ALWAYS}:
        return ()
    ordered = sorted(by_condition.items(), key=lambda item: (ANYONE not in item[1], item[0] == ALWAYS))
    branches = [Branch(is_any(roles), condition) for condition, roles in ordered]
    return (*branches[:-1], Branch("", branches[-1].condition))


def readable_by(spec: Spec, entity: str, role: str) -> str:
    """The condition on the records that callers of one role may read."""
    return _sql(spec, entity, role, conditions(spec, entity, Action.READ, role))


def is_any(roles: list[str]) -> str:
    """The test of whether the caller is in one of the roles."""
    if ANYONE in roles:
        others = [role for role in roles if role != ANYONE]
        return f"caller is None or {is_any(others)}" if others else "caller is None"
    if len(roles) == 1:
        return f"caller.role is {member(roles[0])}"
    return f"caller.role in {{{', '.join(member(role) for role in roles)}}}"


def _sql(spec: Spec, entity: str, role: str, whens: tuple[str, ...] | None) -> str:
    if whens is None:
        return NEVER
    codes = []
    for when in whens:
        checked = compile_cel(when, Scope.for_grant(spec, entity, [role]))
        writer = ReaderSql(spec, checked, {"this": Columns(entity)})
        parts = [f"{part}.is_(True)" if _COLUMN.fullmatch(part) else part for part in writer.conditions()]
        codes.append(parts[0] if len(parts) == 1 else f"and_({', '.join(parts)})")
    if not codes:
        return ALWAYS
    return codes[0] if len(codes) == 1 else f"or_({', '.join(codes)})"


def refusals(spec: Spec, entity: str, action: Action, refusal: str) -> list[str]:
    """Statements that refuse callers whose role may do this in principle but not to this record.

    Raises:
        UnsupportedError: A condition cannot be written.
    """
    lines: list[str] = []
    strangers = is_public(spec, entity, action)
    for role in (ANYONE,) if strangers else roles_for(spec, entity, action):
        whens = conditions(spec, entity, action, role)
        reads = conditions(spec, entity, Action.READ, role)
        if not whens or (action is not Action.CREATE and whens == reads):
            continue
        variable, scope = entity_names(entity).snake, Scope.for_grant(spec, entity, [role])
        prelude = Prelude(taken={variable, "caller", "session", "body"})
        this = Changing(variable) if action is Action.CREATE else Loaded(variable)
        writer = Writer(spec, {"this": this, "caller": caller_root()}, prelude)
        refused = " and ".join(writer.opposite(compile_cel(when, scope)).at(Level.AND) for when in whens)
        loads = prelude.take()
        if strangers:
            lines += [*loads, f"if {refused}:", f"    {refusal}"]
        elif loads:
            inner = [*loads, f"if {refused}:", f"    {refusal}"]
            lines += [f"if caller.role is {member(role)}:", *(f"    {line}" for line in inner)]
        else:
            lines += [f"if caller.role is {member(role)} and {refused}:", f"    {refusal}"]
    return lines
