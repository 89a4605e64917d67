"""The value of a checked expression on records in memory."""

from collections.abc import Mapping
from decimal import Decimal, DecimalException
from weakref import WeakKeyDictionary

from quantumlayer.spec.cel.checker import Checked, compile_cel
from quantumlayer.spec.cel.errors import CelRuntimeError
from quantumlayer.spec.cel.program import Program, build
from quantumlayer.spec.cel.scope import Member, MemberKind, Scope
from quantumlayer.spec.cel.tree import Select
from quantumlayer.spec.cel.types import DECIMAL, ListType, Nullable, TakesType, without_null
from quantumlayer.spec.cel.world import Caller, Frame, Record, World, exact, present, rounded, taken, there, value_of
from quantumlayer.spec.model import Spec
from quantumlayer.spec.remember import remembered

_MAX_DERIVED = 30

_programs: WeakKeyDictionary[Checked, Program] = WeakKeyDictionary()


def evaluate(
    checked: Checked,
    world: World,
    *,
    this: Record | None = None,
    caller: Caller | None = None,
    takes: Mapping[str, object] | None = None,
    others: Mapping[str, object] | None = None,
) -> object:
    """The value of an expression: Python's int, Decimal, str, bool, date, datetime, timedelta, list, None or a Record.

    `others` are the names that effects bring along.

    Raises:
        CelRuntimeError: It has none: an overflow, a division by zero, a name or value that was not given.
    """
    program = _programs.get(checked)
    if program is None:
        program = _programs[checked] = _built(checked)
    names: dict[str, object] = {"timezone": world.spec.service.timezone, **(others or {})}
    names.update(
        {name: value for name, value in (("this", this), ("caller", caller), ("takes", takes)) if value is not None}
    )
    return _run(program, Frame(world, names))


def _run(program: Program, frame: Frame) -> object:
    try:
        value: object = program(frame)
    except DecimalException as error:
        raise CelRuntimeError("a decimal leaves its range") from error
    return value


def _built(checked: Checked) -> Program:
    program = build(checked, lambda node, operand: _selected(checked, node, operand))
    if without_null(checked.type) != DECIMAL:
        return program

    def as_decimal(frame: Frame) -> object:
        value = program(frame)
        return Decimal(value) if isinstance(value, int) else value

    return as_decimal


def _selected(checked: Checked, node: Select, operand: Program) -> Program:
    member = checked.member_of(node)
    if member is None:
        return lambda frame: _of_map(operand(frame), node.field)
    optional = isinstance(member.type, Nullable)
    name = member.name
    match member.kind:
        case MemberKind.CALLER:
            return lambda frame: _of_caller(operand(frame), name, optional=optional)
        case MemberKind.TAKES:
            return lambda frame: taken(operand(frame), name, optional=optional)
        case MemberKind.BACK:
            single = not isinstance(member.type, ListType)
            return lambda frame: _way_back(frame.world, operand(frame), member, single=single)
        case MemberKind.DERIVED:
            return lambda frame: _derive(frame, operand(frame), name)
        case _ if isinstance(checked.type_of(node.operand), TakesType):
            return lambda frame: taken(operand(frame), name, optional=optional)
        case _:
            return lambda frame: value_of(operand(frame), name, optional=optional)


def _of_map(held: Mapping[str, object], name: str) -> object:
    if name not in held:
        message = f"the map has no {name!r}"
        raise CelRuntimeError(message)
    return held[name]


def _of_caller(caller: Caller, name: str, *, optional: bool) -> object:
    if name == "role":
        return caller.role
    value = caller.id if name == "id" else caller.record if caller.role == name else None
    return present(value, f"caller.{name}", optional=optional)


def _way_back(world: World, asked: Record | None, member: Member, *, single: bool) -> object:
    record = there(asked, member.name)
    pointing = [other for other in world.records(member.source) if other.values.get(member.via) is record]
    if single:
        return pointing[0] if pointing else None
    return pointing


def _derive(frame: Frame, asked: Record | None, name: str) -> object:
    record = there(asked, name)
    if frame.depth >= _MAX_DERIVED:
        message = f"{record.entity}.{name} is derived from itself"
        raise CelRuntimeError(message)
    world = frame.world
    names = {"this": record, "timezone": world.spec.service.timezone}
    value = _derived_program(world.spec, record.entity, name)(Frame(world, names, frame.depth + 1))
    return exact(rounded(value, world.spec.entities[record.entity].derived[name].type))


@remembered
def _derived_program(spec: Spec, entity: str, name: str) -> Program:
    """Built once for a Spec, because worlds come and go by the thousand in a search."""
    return _built(compile_cel(spec.entities[entity].derived[name].cel, Scope.for_derived(spec, entity)))
