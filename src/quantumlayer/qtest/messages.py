"""What the outbox holds after a call: each message that was sent, as far as anybody can know it before."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.made import is_code
from quantumlayer.spec.cel import (
    Acting,
    CelRuntimeError,
    Comprehension,
    Macro,
    MemberKind,
    Record,
    RecordType,
    Select,
    World,
    evaluate,
    rounded,
    walk,
)
from quantumlayer.spec.cel.narrowing import path_of
from quantumlayer.spec.cel.types import without_null
from quantumlayer.spec.messages import Said, said_by
from quantumlayer.spec.model import Creation, FieldType, Spec
from quantumlayer.spec.webhooks import tells_of_made

_THIS = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?<![\w.])this\b(\.\w+)?""")

_NUMBERS = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})


@dataclass(frozen=True, slots=True)
class Sent:
    """A message: who sends it, which webhook, and what it says; `unknown` are values that nobody can know before."""

    sender: str
    webhook: str
    says: Mapping[str, object]
    unknown: frozenset[str]


def message(world: World, sender: str, webhook: str, about: Record, made: Iterable[Record]) -> Sent:
    """What a webhook says of a record in a world; an id is the record that has it."""
    says: dict[str, object] = {}
    unknown: set[str] = set()
    known = [record for entity in world.spec.entities for record in world.records(entity)]
    for said in said_by(world.spec, webhook):
        try:
            value = evaluate(said.checked, world, this=about)
        except CelRuntimeError:
            unknown.add(said.name)
            continue
        if _is_id(said):
            kind = _owner(said)
            record = next((one for one in known if one.entity == kind and one.values.get("id") == value), None)
            if record is not None and record not in [*made]:
                says[said.name] = record
                continue
        if _is_foreseen(said):
            says[said.name] = wire(rounded(value, said.kind), said.kind)
        else:
            unknown.add(said.name)
    return Sent(sender, webhook, says, frozenset(unknown))


def _is_id(said: Said) -> bool:
    expr = said.checked.expr
    return isinstance(expr, Select) and expr.field == "id"


def _owner(said: Said) -> str:
    kind = (
        without_null(said.checked.type_of(said.checked.expr.operand)) if isinstance(said.checked.expr, Select) else None
    )
    return kind.entity if isinstance(kind, RecordType) else ""


def _is_foreseen(said: Said) -> bool:
    """Whether the value speaks of nothing that the database hands out or the service makes up."""
    checked = said.checked
    for node in walk(checked.expr):
        member = checked.member_of(node) if isinstance(node, Select) else None
        if member is None or not isinstance(node, Select):
            continue
        owner = without_null(checked.type_of(node.operand))
        if member.kind is MemberKind.SYSTEM:
            return False
        fields = checked.scope.spec.entities[owner.entity].fields if isinstance(owner, RecordType) else {}
        if member.kind is MemberKind.FIELD and is_code(fields[member.name]):
            return False
    return True


def sent_by(spec: Spec, operation: str) -> list[tuple[str, bool, str]]:
    """What an operation sends in the end, each with whether it is about the record that it makes, and its address."""
    said = spec.operations[operation]
    about = ((name, tells_of_made(spec.webhooks[name], said.on, said.creates)) for name in said.sends)
    return [(name, bool(of_made), f"operations.{operation}") for name, of_made in about]


def mentioned_in(messages: Iterable[Sent]) -> list[Record]:
    """The records whose ids messages hold."""
    return [value for one in messages for value in one.says.values() if isinstance(value, Record)]


def outbox_line(messages: Iterable[Sent], id_of: Callable[[Record], str]) -> str:
    """The line that finds in the outbox what was sent, and nothing else."""
    sent = list(messages)
    unknown = sorted(frozenset[str]().union(*(one.unknown for one in sent)))
    pairs = []
    for one in sent:
        said = ((key, id_of(value) if isinstance(value, Record) else source(value)) for key, value in one.says.items())
        told = ", ".join(f"{text(key)}: {value}" for key, value in said if key not in unknown)
        pairs.append(f"({text(one.webhook)}, {{{told}}})")
    found = f"await outbox_messages(sessions{f', but={source(unknown)}' if unknown else ''})"
    listed = f"[{', '.join(pairs)}]"
    return f"assert {found} == {f'sorted_messages({listed})' if len(pairs) > 1 else listed}"


def proven_by(messages: Iterable[Sent]) -> Iterator[str]:
    """What a test proves that finds these messages and no others in the outbox."""
    for one in messages:
        yield f"{one.sender}.sends"
        if not one.unknown:
            yield f"webhooks.{one.webhook}.body"


def read_by_messages(
    spec: Spec, sends: Iterable[str], changed: str | None, creation: Creation | None, found: Acting | None = None
) -> Iterator[str]:
    """What messages read, as expressions over what there is before; in an effect that was `found`, or of `this`."""
    for name in sends:
        webhook = spec.webhooks[name]
        made = tells_of_made(webhook, changed, creation)
        known = dict(creation.set) if made and creation is not None else {} if found is None else _owner_of(found)
        path = "this" if made or found is None else found.effect.on or str(found.effect.as_)
        yield from (_moved(cel, path, known) for cel in webhook.told.values())


def telling(
    spec: Spec, sends: Iterable[str], changed: str | None, creation: Creation | None, found: Acting | None = None
) -> Iterator[str]:
    """Conditions on what there is before, under which a message shows where its values come from."""
    for name in sends:
        cels = read_by_messages(spec, [name], changed, creation, found)
        for said, cel in zip(said_by(spec, name), cels, strict=True):
            if said.optional:
                yield f"({cel}) != null"
            elif said.kind in _NUMBERS and not _is_id(said):
                yield f"({cel}) != 0"


def _owner_of(found: Acting) -> dict[str, str]:
    """The relation by which records belong to the one whose collection is gone through, and how that one is called."""
    expr = None if found.each is None or found.on is not None else found.each.expr
    expr = expr.range if isinstance(expr, Comprehension) and expr.kind is Macro.FILTER else expr
    member = found.each.member_of(expr) if found.each is not None and isinstance(expr, Select) else None
    if member is None or not isinstance(expr, Select) or member.kind is not MemberKind.BACK:
        return {}
    return {member.via: ".".join(path_of(expr.operand) or ("this",))}


def _moved(cel: str, path: str, known: Mapping[str, str]) -> str:
    """The expression with `this` called as `path` says; `known` are expressions for what it holds."""

    def moved(found: re.Match[str]) -> str:
        key = (found[1] or "").removeprefix(".")
        if found[0][0] in "'\"":
            return found[0]
        return f"({known[key]})" if key in known else f"({path}){found[1] or ''}"

    return cel if path == "this" and not known else _THIS.sub(moved, cel)
