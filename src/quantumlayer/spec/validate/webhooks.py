"""Judges webhooks: whether somebody sends each, about a record of its entity, and whether a message can say it."""

from collections.abc import Iterator

from quantumlayer.spec.base import FieldType
from quantumlayer.spec.cel import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    Acting,
    CelError,
    Checked,
    Member,
    MemberKind,
    RecordType,
    Scope,
    Select,
    acting,
    acting_job,
    compile_cel,
    walk,
)
from quantumlayer.spec.cel.types import without_null
from quantumlayer.spec.effects import Creation
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Proof, Spec, Webhook
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.reports import Value
from quantumlayer.spec.validate.references import known
from quantumlayer.spec.webhooks import senders, setting, tells_of_made

_PACKAGE, _TABLE = "webhooks", "webhook_message"
_PLAIN = frozenset({BOOL, DATE, DECIMAL, INT, NULL, STRING, TIMESTAMP})
_SHOWN = frozenset(FieldType) - {FieldType.JSON, FieldType.FILE}


def judge_webhooks(spec: Spec) -> Iterator[Problem]:
    """Webhooks that nothing sends, and names that are not there or mean something else already."""
    sent: set[str] = set()
    for address, names in senders(spec):
        yield from known(names, spec.webhooks, f"{address}.sends", "webhook")
        sent |= set(names)
    secrets = {f"{name}_secret": name for name, role in spec.roles.items() if role.proves is Proof.SIGNATURE}
    for name, webhook in spec.webhooks.items():
        yield from known([webhook.of], spec.entities, f"webhooks.{name}.of", "entity")
        if name not in sent:
            hint = f"Write `sends: {name}` in what makes it: an operation, an effect or a job."
            yield Problem(f"webhooks.{name}", "Nothing sends this webhook.", hint)
        if role := secrets.get(setting(name, "secret")):
            message = f"Its secret and that of the role {role} would be one setting, {setting(name, 'secret').upper()}."
            yield Problem(f"webhooks.{name}", message, "Rename one of the two.")
    for entity in spec.entities if spec.webhooks else ():
        names_of = entity_names(entity)
        if names_of.module == _PACKAGE or names_of.table == _TABLE:
            message = f"Every service with webhooks has a package {_PACKAGE!r} and a table {_TABLE!r} of its own."
            yield Problem(f"entities.{entity}", message, f"Give {entity} another name.")


def judge_messages(spec: Spec) -> Iterator[Problem]:
    """What is sent about no record of the webhook's entity, and what a message cannot or must not say."""
    for address, changed, made, names in _sending(spec):
        for name in names:
            webhook = spec.webhooks[name]
            if tells_of_made(webhook, changed, made) is None:
                there = [one for one in (changed, made.entity if made is not None else None) if one is not None]
                what = f"a record of {' or '.join(there)}" if there else "no record"
                message = f"{name} is about a record of {webhook.of}, and this is about {what}."
                hint = f"Send it where a record of {webhook.of} is changed or made, as with `on: ...` in `also`."
                yield Problem(f"{address}.sends", message, hint)
    for name, job in spec.jobs.items():
        if job.sends and not (job.sets or job.to or job.deletes or job.also):
            message = "This job would send it again and again: nothing changes by which the record is no longer due."
            yield Problem(
                f"jobs.{name}.sends", message, "Let it set what `where` asks for, such as `sets: {told: ...}`."
            )
    for name, webhook in spec.webhooks.items():
        yield from _body(spec, f"webhooks.{name}.body", webhook)


def _sending(spec: Spec) -> Iterator[tuple[str, str | None, Creation | None, tuple[str, ...]]]:
    """What sends something: its address, the entity of the record that it changes, and what it makes."""
    for name, operation in spec.operations.items():
        yield f"operations.{name}", operation.on, operation.creates, operation.sends
    acts = [acting(spec, name) for name in spec.operations]
    acts += [iter([acting_job(spec, name)]) for name in spec.jobs if _readable(spec, name)]
    for found in acts:
        try:
            for one in found:
                yield from _within(one)
        except CelError:
            continue  # told where expressions are judged


def _readable(spec: Spec, job: str) -> bool:
    try:
        acting_job(spec, job)
    except CelError:
        return False
    return True


def _within(found: Acting) -> Iterator[tuple[str, str | None, Creation | None, tuple[str, ...]]]:
    yield found.address, found.target, found.effect.creates, found.effect.sends
    for inner in found.within:
        yield from _within(inner)


def _body(spec: Spec, address: str, webhook: Webhook) -> Iterator[Problem]:
    scope = Scope.for_job(spec, webhook.of)
    for key, cel in webhook.told.items():
        said = webhook.body[key]
        place = f"{address}.{key}.cel" if isinstance(said, Value) else f"{address}.{key}"
        if isinstance(said, Value) and said.type not in _SHOWN:
            message = f"A message says plain values, and a {said.type} is none."
            yield Problem(f"{address}.{key}.type", message, f"Use one of {', '.join(sorted(_SHOWN))}.")
        try:
            checked = compile_cel(cel, scope)
        except CelError:
            continue  # told where expressions are judged
        kind = without_null(checked.type)
        if kind not in _PLAIN:
            message = f"A message says plain values, and this is {checked.type}."
            hint = "Name a record by its id, as in `this.customer.id`, and count or join what there are several of."
            yield Problem(place, message, hint, 1, 1)
        for member in () if webhook.personal else _personal(checked, set()):
            message = f"`{member}` is personal, and would leave the service."
            yield Problem(place, message, "Leave it out, or write `personal: true` in the webhook.", 1, 1)


def _personal(checked: Checked, seen: set[tuple[str, str]]) -> Iterator[str]:
    """The personal fields that an expression reads, also those behind derived values."""
    spec = checked.scope.spec
    for node in walk(checked.expr):
        member = checked.member_of(node) if isinstance(node, Select) else None
        if member is None or not isinstance(node, Select):
            continue
        owner = without_null(checked.type_of(node.operand))
        if not isinstance(owner, RecordType) or (owner.entity, member.name) in seen:
            continue
        seen.add((owner.entity, member.name))
        if _is_personal(spec, owner.entity, member):
            yield f"{owner.entity}.{member.name}"
        elif member.kind is MemberKind.DERIVED:
            derived = spec.entities[owner.entity].derived[member.name]
            try:
                yield from _personal(compile_cel(derived.cel, Scope.for_derived(spec, owner.entity)), seen)
            except CelError:
                continue  # told where expressions are judged


def _is_personal(spec: Spec, entity: str, member: Member) -> bool:
    return member.kind is MemberKind.FIELD and spec.entities[entity].fields[member.name].personal
