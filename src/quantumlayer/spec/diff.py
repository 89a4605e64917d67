"""The semantic difference of two Specs, and which changes break those who call the service."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel

from quantumlayer.spec.base import LARGEST_FILE
from quantumlayer.spec.gone import GONE
from quantumlayer.spec.interface import Member, Parameter
from quantumlayer.spec.model import (
    LONGEST,
    Action,
    Entity,
    Field,
    FieldType,
    Grant,
    Operation,
    Query,
    Reference,
    Relation,
    Report,
    Rows,
    Spec,
)

_COLLECTIONS = frozenset(
    {
        "roles", "entities", "fields", "relations", "derived", "rules", "operations", "queries", "reports", "jobs",
        "webhooks", "body", "takes", "values", "requires", "quality", "also", "shapes", "members", "endpoints",
        "parameters",
    }
)  # fmt: skip


class ChangeKind(StrEnum):
    """What happened to an element."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Args:
        element: Its address, in the old Spec for what was removed, else in the new one.
        kind: Whether it was added, removed or changed.
        says: The change in one sentence.
        reason: Why it can break a caller that worked before; empty if it cannot.
    """

    element: str
    kind: ChangeKind
    says: str
    reason: str = ""

    @property
    def breaking(self) -> bool:
        """Whether a caller that worked before may fail now."""
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class _Raw:
    address: str
    kind: ChangeKind
    old: object
    new: object

    @property
    def shape(self) -> str:
        """The address without the names a person chose: `entities.*.fields.*.min`."""
        shape: list[str] = []
        for part in self.address.split("."):
            shape.append("*" if shape and shape[-1] in _COLLECTIONS else part)
        return ".".join(shape)


def diff(old: Spec, new: Spec) -> tuple[Change, ...]:
    """What changed from one Spec to the other, in the order of the grammar.

    A change is breaking when a request that was accepted can be refused, when a value or path that was there is gone,
    or when a value has another type or may now be missing. What only changes a computed value is not.
    """
    return tuple(_judged(raw, old, new) for raw in _models("", old, new))


def _models(prefix: str, old: BaseModel, new: BaseModel) -> Iterator[_Raw]:
    for name, field in type(old).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield from _values(f"{prefix}{field.alias or name}", before, after)


def _values(address: str, old: object, new: object) -> Iterator[_Raw]:
    if isinstance(old, BaseModel) and isinstance(new, BaseModel) and type(old) is type(new):
        yield from _models(f"{address}.", old, new)
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _mappings(address, old, new)
    elif old is None or new is None:
        kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED
        yield _Raw(address, kind, old, new)
    else:
        yield _Raw(address, ChangeKind.CHANGED, old, new)


def _mappings(address: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[_Raw]:
    for key, value in old.items():
        if key not in new:
            yield _Raw(f"{address}.{key}", ChangeKind.REMOVED, value, None)
        elif new[key] != value:
            yield from _values(f"{address}.{key}", value, new[key])
    for key, value in new.items():
        if key not in old:
            yield _Raw(f"{address}.{key}", ChangeKind.ADDED, None, value)


def _judged(raw: _Raw, old: Spec, new: Spec) -> Change:
    return Change(raw.address, raw.kind, _sentence(raw), _reason(raw, old, new))


def _sentence(raw: _Raw) -> str:
    if raw.kind is not ChangeKind.CHANGED:
        return f"{raw.address} was {raw.kind}."
    if isinstance(raw.old, tuple) and isinstance(raw.new, tuple):
        lost = [_shown(item) for item in raw.old if item not in raw.new]
        gained = [_shown(item) for item in raw.new if item not in raw.old]
        parts = [f"lost {', '.join(lost)}"] if lost else []
        parts += [f"gained {', '.join(gained)}"] if gained else []
        return f"{raw.address} {' and '.join(parts) or 'changed its order'}."
    return f"{raw.address} changed from {_shown(raw.old)} to {_shown(raw.new)}."


def _shown(value: object) -> str:
    if isinstance(value, Grant):
        return f"{'/'.join(value.who)} may {'/'.join(value.may)}{f' when {value.when}' if value.when else ''}"
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_defaults=True, by_alias=True)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return repr(str(value)) if isinstance(value, str) else str(value)


def _reason(raw: _Raw, old: Spec, new: Spec) -> str:
    shape = raw.shape
    if shape == "entities.*.access":
        name = raw.address.split(".")[1]
        return _lost_grants(old.entities[name], new.entities[name])
    if shape.startswith(_FIELDS):
        return _field_reason(raw, old, new)
    if shape.startswith(_NARROWED):
        word = shape.rpartition(".")[2]
        return (_lower if word == "max" else _FIELD.get(word, _harmless))(raw.old, raw.new)
    if raw.kind is ChangeKind.REMOVED and (reason := GONE.get(shape)):
        return reason
    if raw.kind is ChangeKind.ADDED:
        return _added(raw, new)
    return _CHANGED.get(shape, _harmless)(raw.old, raw.new)


def _field_reason(raw: _Raw, old: Spec, new: Spec) -> str:
    """Why a change inside a field or an input breaks callers."""
    part, owner, _, name, key = raw.address.split(".")[:5]
    before, after = _field_at(old, part, owner, name), _field_at(new, part, owner, name)
    if isinstance(before, Rows) or isinstance(after, Rows):
        return _ROWS.get(key, _harmless)(raw.old, raw.new)
    if isinstance(before, Reference) or isinstance(after, Reference):
        return _REFERENCE.get(key, _harmless)(raw.old, raw.new)
    if before.is_file and after.is_file and key == "optional":
        return "" if after.optional else "Callers can no longer take it away."
    if key in {"optional", "default"} and not after.optional:
        given = part != "entities" or (_is_given(new.entities[owner]) and not after.read_only)
        newly = after.default is None and (before.optional or before.default is not None)
        return "Callers must give it now." if given and newly else ""
    if key == "max":
        return _lower(_first(before.max, _USUAL.get(before.type)), _first(after.max, _USUAL.get(after.type)))
    return _FIELD.get(key, _harmless)(raw.old, raw.new)


def _field_at(spec: Spec, part: str, owner: str, name: str) -> Field | Reference | Rows:
    if part == "entities":
        return spec.entities[owner].fields[name]
    takers: Mapping[str, Operation | Query | Report] = getattr(spec, part)
    return takers[owner].takes[name]


def _first(limit: int | Decimal | None, usual: int | None) -> int | Decimal | None:
    return usual if limit is None else limit


def _harmless(_old: object, _new: object) -> str:
    return ""


def _always(reason: str) -> Callable[[object, object], str]:
    return lambda _old, _new: reason


def _turned_on(reason: str) -> Callable[[object, object], str]:
    return lambda _old, new: reason if new is True else ""


def _lost(reason: str) -> Callable[[object, object], str]:
    """For lists of names: breaking when one is gone."""
    return lambda old, new: reason if isinstance(old, tuple) and isinstance(new, tuple) and set(old) - set(new) else ""


def _narrowed(reason: str) -> Callable[[object, object], str]:
    """For lists of names where an empty one means no limit."""

    def judge(old: object, new: object) -> str:
        were, are = _names(old), _names(new)
        return reason if are and (not were or were - are) else ""

    return judge


def _names(value: object) -> set[object]:
    return set(value) if isinstance(value, tuple) else set()


def _higher(old: object, new: object) -> str:
    higher = isinstance(new, (int, Decimal)) and (old is None or (isinstance(old, (int, Decimal)) and new > old))
    return "Smaller values are refused now." if higher else ""


def _lower(old: object, new: object) -> str:
    lower = isinstance(new, (int, Decimal)) and (old is None or (isinstance(old, (int, Decimal)) and new < old))
    return "Larger values are refused now." if lower else ""


def _set_anew(old: object, new: object) -> str:
    return "Values that do not match are refused now." if new is not None and old != new else ""


def _optional(_old: object, new: object) -> str:
    return "Callers may find no value now." if new is True else "Callers must give it now."


_USUAL = {**LONGEST, FieldType.FILE: LARGEST_FILE}
_FIELD: Mapping[str, Callable[[object, object], str]] = {
    "type": _always("Its values have another type."),
    "optional": lambda _old, new: "Callers may find no value now." if new is True else "",
    "unique": _turned_on("Values that another record has are refused now."),
    "immutable": _turned_on("Callers can no longer change it."),
    "read_only": _turned_on("Callers can no longer give it."),
    "min": _higher,
    "pattern": _set_anew,
    "one_of": _narrowed("Values that were allowed are refused now."),
    "visible_to": _narrowed("Some callers can no longer see it."),
    "media": _narrowed("Files that were taken are refused now."),
}
_REFERENCE: Mapping[str, Callable[[object, object], str]] = {
    "to": _always("It refers to another kind of record."),
    "optional": lambda _old, new: "" if new is True else "Callers must give it now.",
}
_ROWS: Mapping[str, Callable[[object, object], str]] = {
    "each": _always("Its rows hold something else."),
    "min": _higher,
    "max": _lower,
}
_FIELDS = ("entities.*.fields.*.", "operations.*.takes.*.", "queries.*.takes.*.", "reports.*.takes.*.")
_NARROWED = ("interface.shapes.*.members.*.field.", "interface.endpoints.*.parameters.*.field.")
_CHANGED: Mapping[str, Callable[[object, object], str]] = {
    "interface": _always("Every path and body is another one."),
    "interface.base": _always("Every path is another one."),
    "interface.naming": _always("Keys and parameters have other names."),
    "interface.envelope": _always("Bodies have another envelope."),
    "interface.errors": _always("Errors have another body."),
    "interface.errors.members.*": _always("Errors have another body."),
    "interface.errors.within": _always("Errors have another body."),
    "interface.errors.media": _always("Errors have another media type."),
    "interface.endpoints.*.media": _always("The answer has another media type."),
    "interface.shapes.*.open": lambda _old, new: "" if new is True else "Members that were let pass are refused now.",
    "interface.shapes.*.members.*.is": _always("It shows another value."),
    "interface.shapes.*.members.*.shape": _always("It is another object."),
    "interface.shapes.*.members.*.many": _always("It is an array where it was none, or the other way round."),
    "interface.shapes.*.members.*.optional": _optional,
    "interface.shapes.*.members.*.nullable": _always("Callers may find null, or may not give it any more."),
    "interface.shapes.*.members.*.read_only": _turned_on("Callers can no longer give it."),
    "interface.shapes.*.members.*.write_only": _turned_on("Callers no longer find it."),
    "interface.shapes.*.members.*.upsert": lambda _old, new: (
        "" if new is True else "Records that were made are refused now."
    ),
    "interface.shapes.*.members.*.min_items": _higher,
    "interface.shapes.*.members.*.max_items": _lower,
    "interface.endpoints.*.method": _always("It is another request."),
    "interface.endpoints.*.path": _always("It has another path."),
    "interface.endpoints.*.does": _always("It does something else."),
    "interface.endpoints.*.on": _always("It is about another kind of record."),
    "interface.endpoints.*.takes": _always("It takes another body."),
    "interface.endpoints.*.gives": _always("It answers another body."),
    "interface.endpoints.*.many": _always("It answers a list where it did not, or the other way round."),
    "interface.endpoints.*.status": _always("It answers another status."),
    "interface.endpoints.*.errors": _lost("A refusal has another status."),
    "interface.endpoints.*.parameters.*.is": _always("It means something else."),
    "interface.endpoints.*.parameters.*.part": _always("It means something else."),
    "interface.endpoints.*.parameters.*.first": _always("Pages are numbered from another number."),
    "interface.endpoints.*.parameters.*.optional": lambda _old, new: "" if new is True else "Callers must give it now.",
    "roles.*.proves": _always("Callers must prove in another way who they are."),
    "roles.*.header": _always("Keys are sent in another header."),
    "roles.*.record": _always("Conditions about the caller's own records mean other records."),
    "entities.*.key": _always("Its records have other paths."),
    "entities.*.relations.*.to": _always("It refers to another kind of record."),
    "entities.*.relations.*.kind": _always("How many records may refer to the same one is different."),
    "entities.*.relations.*.on_delete": _always("Deleting the target does something else."),
    "entities.*.relations.*.optional": _optional,
    "entities.*.relations.*.reassignable": lambda _old, new: "" if new is True else "Callers can no longer change it.",
    "entities.*.relations.*.acyclic": _turned_on("What leads back to itself is refused now."),
    "entities.*.relations.*.read_only": _turned_on("Callers can no longer give it."),
    "entities.*.relations.*.min": lambda old, new: _higher(old, new) and "Fewer records are refused now.",
    "entities.*.relations.*.max": lambda old, new: _lower(old, new) and "More records are refused now.",
    "entities.*.derived.*.type": _always("Its values have another type."),
    "entities.*.derived.*.optional": lambda _old, new: "Callers may find no value now." if new is True else "",
    "entities.*.derived.*.visible_to": _narrowed("Some callers can no longer see it."),
    "entities.*.states.field": _always("The state has another name."),
    "entities.*.states.values": _lost("A state that callers know is gone."),
    "entities.*.rules.*.cel": _always("What was accepted can be refused."),
    "entities.*.rules.*.unique.of": _always("What was accepted can be refused."),
    "entities.*.rules.*.unique.when": _always("What was accepted can be refused."),
    "entities.*.rules.*.on": _always("What was accepted can be refused."),
    "entities.*.list.search": _lost("The list can no longer be asked this way."),
    "entities.*.list.filter": _lost("The list can no longer be asked this way."),
    "entities.*.list.range": _lost("The list can no longer be asked this way."),
    "entities.*.list.sort": _lost("The list can no longer be asked this way."),
    "entities.*.versioned": _lost("Earlier values can no longer be read."),
    "entities.*.audit.visible_to": _lost("Some callers can no longer read the audit trail."),
    "operations.*.on": _always("It has another path."),
    "operations.*.takes.*": _always("Callers give something else for it now."),
    "operations.*.by": _lost("Some callers may no longer do it."),
    "operations.*.from": _narrowed("It is refused in a state in which it was accepted."),
    "operations.*.requires.*.cel": _always("What was accepted can be refused."),
    "operations.*.also.*.requires.*.cel": _always("What was accepted can be refused."),
    "operations.*.also.*.skips": _always("It answers something else."),
    "operations.*.creates.entity": _always("The answer is another kind of record."),
    "queries.*.of": _always("It has another path."),
    "queries.*.by": _lost("Some callers may no longer ask for it."),
    "reports.*.of": _always("Its rows are about something else."),
    "reports.*.per": _always("It has other rows."),
    "reports.*.by": _lost("Some callers may no longer ask for it."),
    "reports.*.values.*.type": _always("Its values have another type."),
    "reports.*.values.*.optional": _turned_on("Callers may find no value now."),
}


def _added(raw: _Raw, new: Spec) -> str:
    """Why something new breaks callers: it must be given, or it refuses what was accepted."""
    shape, value = raw.shape, raw.new
    if shape == "operations.*.creates":
        return "The answer is another record."
    if shape.startswith("operations.") and shape.endswith(".requires.*"):
        return "What was accepted can be refused."
    if shape.startswith("entities.*.rules.*"):
        return "What was accepted can be refused."
    given = shape.endswith("s.*.takes.*") or _is_given(new.entities.get(raw.address.split(".")[1]))
    if isinstance(value, Member | Parameter):
        only_read = isinstance(value, Member) and value.read_only
        return "" if value.optional or only_read else "Callers must give it now."
    needed = isinstance(value, Field) and value.required and not value.read_only
    needed = needed or (isinstance(value, Relation) and value.required)
    needed = needed or (isinstance(value, Reference) and not value.optional)
    needed = needed or (isinstance(value, Rows) and value.min > 0)
    if given and needed:
        return "Callers must give it now."
    return _CHANGED.get(shape, _harmless)(raw.old, raw.new) if not isinstance(value, (BaseModel, Operation)) else ""


def _is_given(entity: Entity | None) -> bool:
    """Whether callers make records of the entity themselves."""
    return entity is not None and any(Action.CREATE in grant.may for grant in entity.access)


def _lost_grants(old: Entity, new: Entity) -> str:
    allowed = set(_grants(new))
    lost = [(who, may) for who, may, when in _grants(old) if not {(who, may, when), (who, may, None)} & allowed]
    if not lost:
        return ""
    return "; ".join(f"{who} may no longer {may} all that they could" for who, may in dict.fromkeys(lost)) + "."


def _grants(entity: Entity) -> Iterator[tuple[str, str, str | None]]:
    for grant in entity.access:
        for who in grant.who:
            for may in grant.may:
                yield who, str(may), grant.when
