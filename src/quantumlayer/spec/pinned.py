"""Relations that a grant ties to the caller: whoever makes the record can name nobody but themselves."""

from quantumlayer.spec.cel import Binary, Expr, Ident, Select, operands, parse, walk
from quantumlayer.spec.model import Action, Spec

_SYSTEM = frozenset({"id", "created_at", "updated_at"})


def is_pinned(spec: Spec, entity: str, key: str, role: str) -> bool:
    """Whether callers of a role may make such records only with their own record as the relation.

    That is told without a look at any other record: every other id is refused alike, be there such a record or not.
    """
    grants = [grant for grant in spec.entities[entity].access if Action.CREATE in grant.may]
    own = [grant.when for grant in grants if role in grant.who]
    every = [grant.when for grant in grants if grant.when is not None]
    tied = bool(own) and all(when is not None and _ties(spec, when, key) for when in own)
    return tied and all(_stands_alone(spec, entity, when) for when in every)


def _ties(spec: Spec, when: str, key: str) -> bool:
    """Whether a part of the condition says that the relation is the caller's record."""
    callers = {("caller", name) for name, role in spec.roles.items() if role.record is not None}
    for part in operands(parse(when), "&&"):
        if isinstance(part, Binary) and part.operator == "==":
            sides = {_path(part.left), _path(part.right)}
            if ("this", key) in sides and sides & callers:
                return True
    return False


def _path(expr: Expr) -> tuple[str, str] | None:
    """What is read of a variable."""
    if isinstance(expr, Select) and isinstance(expr.operand, Ident):
        return expr.operand.name, expr.field
    return None


def _stands_alone(spec: Spec, entity: str, when: str) -> bool:
    """Whether the condition reads nothing but what the new record holds and who calls."""
    described = spec.entities[entity]
    states = {described.states.field} if described.states is not None else set()
    held = {*described.fields, *described.references, *states, *_SYSTEM}
    paths = [_path(node) for node in walk(parse(when)) if isinstance(node, Select)]
    return all(path is not None and (path[0] == "caller" or path[1] in held) for path in paths)
