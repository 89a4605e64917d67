"""Judges references: that what a Spec names exists, and that no name stands twice in a list."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial

from quantumlayer.spec.address import elements
from quantumlayer.spec.askers import unasked
from quantumlayer.spec.effects import effects_within
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.lists import MOMENTS
from quantumlayer.spec.model import KEY_HEADER, Action, Entity, FieldType, Operation, Proof, Spec

ANYONE = "anyone"
_OTHER_HEADERS = frozenset(
    {
        "accept",
        "authorization",
        "connection",
        "content-disposition",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "if-match",
        "if-none-match",
        "origin",
        "transfer-encoding",
        "x-signature",
    }
)
_PROSE = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})


def judge_references(spec: Spec) -> Iterator[Problem]:
    """Names of entities, roles, states and fields that do not exist."""
    for name, entity in spec.entities.items():
        for key, relation in entity.relations.items():
            yield from _known([relation.to], spec.entities, f"entities.{name}.relations.{key}.to", "entity")
        yield from _roles_of(spec, name, entity)
        yield from _listing(name, entity)
    yield from _role_records(spec)
    yield from _headers(spec)
    for name, operation in spec.operations.items():
        yield from _operation(spec, name, operation)
    for name, job in spec.jobs.items():
        yield from _known([job.of], spec.entities, f"jobs.{name}.of", "entity")
        for path, effect in [((), job.effect), *effects_within(job.also)]:
            address = f"jobs.{name}" + "".join(f".also.{key}" for key in path)
            made = [effect.creates.entity] if effect.creates is not None else []
            yield from _known(made, spec.entities, f"{address}.creates.entity", "entity")
    yield from _timezone(spec)


def judge_addresses(spec: Spec) -> Iterator[Problem]:
    """Notes and trace entries about elements that do not exist."""
    known = elements(spec)
    for part, notes in (("assumptions", spec.assumptions), ("questions", spec.questions)):
        for index, note in enumerate(notes):
            if note.about:
                yield from _known([note.about], known, f"{part}.{index}.about", "element")
    for index, source in enumerate(spec.trace):
        for address in source.elements:
            yield from _known([address], known, f"trace.{index}.elements.{address}", "element")
        if source.end < source.start:
            message = f"The sentence ends at {source.end}, before it starts at {source.start}."
            yield Problem(f"trace.{index}.end", message, "Give offsets with `start` <= `end`.")


def _roles_of(spec: Spec, name: str, entity: Entity) -> Iterator[Problem]:
    prefix = f"entities.{name}"
    for index, grant in enumerate(entity.access):
        address = f"{prefix}.access.{index}"
        yield from _known(grant.who, [*spec.roles, ANYONE], f"{address}.who", "role", some=True)
        yield from _once(grant.may, f"{address}.may")
    for part, members in (("fields", entity.fields), ("derived", entity.derived)):
        for key, member in members.items():
            yield from _visible_to(spec, member.visible_to, f"{prefix}.{part}.{key}.visible_to")
    yield from _written_unseen(prefix, entity)
    if entity.audit is not None:
        yield from _visible_to(spec, entity.audit.visible_to, f"{prefix}.audit.visible_to", some=True)
        yield from _once(entity.audit.actions, f"{prefix}.audit.actions")


def _written_unseen(prefix: str, entity: Entity) -> Iterator[Problem]:
    """Fields that somebody would replace without seeing them: a change sends every value."""
    for key, field in entity.fields.items():
        if not field.visible_to or field.read_only or field.immutable:
            continue
        writers = [who for grant in entity.access if Action.UPDATE in grant.may for who in grant.who]
        if blind := [who for who in dict.fromkeys(writers) if who not in field.visible_to]:
            message = f"{', '.join(blind)} may change {key} without seeing it, and would overwrite what others wrote."
            hint = "Name who writes it here too, or make it `read_only: true` and let an operation set it."
            yield Problem(f"{prefix}.fields.{key}.visible_to", message, hint)


def _visible_to(spec: Spec, names: Iterable[str], address: str, *, some: bool = False) -> Iterator[Problem]:
    if ANYONE in names:
        message = "`anyone` has not signed in and can be named in `who` only."
        yield Problem(address, message, "Name roles here, or leave `visible_to` out.")
    yield from _known([name for name in names if name != ANYONE], spec.roles, address, "role", some=some)


def _role_records(spec: Spec) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, role in spec.roles.items():
        if role.record is None:
            continue
        if role.proves is Proof.SIGNATURE:
            message = f"{name} signs its requests: it is a system, and no record."
            yield Problem(f"roles.{name}.record", message, "Remove `record`, or let it prove itself by `api_key`.")
        address = f"roles.{name}.record"
        yield from _known([role.record], spec.entities, address, "entity")
        if role.record in owners:
            message = f"{role.record} is the record of {owners[role.record]} already."
            yield Problem(address, message, "Give each role an entity of its own.")
        owners.setdefault(role.record, name)


def _headers(spec: Spec) -> Iterator[Problem]:
    """Headers for keys: one for all callers with keys, and none that means something else."""
    first = next((role.header for role in spec.roles.values() if role.proves is Proof.API_KEY), None)
    for name, role in spec.roles.items():
        address = f"roles.{name}.header"
        if role.proves is not Proof.API_KEY:
            if role.header is not None:
                yield Problem(address, f"{name} has no key that a header could carry.", "Say `proves: api_key`.")
        elif role.header is not None and role.header.lower() in _OTHER_HEADERS:
            yield Problem(address, f"`{role.header}` means something else.", "Choose a header of your own.")
        elif (role.header or KEY_HEADER).lower() != (first or KEY_HEADER).lower():
            message = f"Other callers send their keys as `{first or KEY_HEADER}`."
            yield Problem(address, message, f"Say `header: {first or KEY_HEADER}`, or leave it out everywhere.")


def _listing(name: str, entity: Entity) -> Iterator[Problem]:
    prefix = f"entities.{name}"
    states = [entity.states.field] if entity.states is not None else []
    prose = [key for key, field in entity.fields.items() if field.type in _PROSE]
    exact = [key for key, field in entity.fields.items() if field.type is not FieldType.TEXT]
    plain = [*exact, *states]
    listed = partial(unasked, entity)
    yield from _known(listed(entity.list.search), prose, f"{prefix}.list.search", "field with text")
    yield from _known(
        listed(entity.list.filter), [*plain, *entity.relations], f"{prefix}.list.filter", "field, relation or state"
    )
    yield from _known(listed(entity.list.sort), [*plain, *MOMENTS], f"{prefix}.list.sort", "field or state")
    yield from _known(listed(entity.versioned), entity.fields, f"{prefix}.versioned", "field")
    for part in ("search", "filter", "sort"):
        for key in getattr(entity.list, part):
            field = entity.fields.get(key)
            if field is not None and field.visible_to:
                message = f"{key!r} is not visible to everyone, and asking the list by it would give it away."
                yield Problem(f"{prefix}.list.{part}", message, f"Take {key!r} out, or drop its `visible_to`.")
    for key in entity.versioned:
        field = entity.fields.get(key)
        if field is not None and field.visible_to:
            message = f"{key!r} is not visible to everyone, and every reader of the record may read its versions."
            yield Problem(f"{prefix}.versioned", message, f"Take {key!r} out, or drop its `visible_to`.")


def _operation(spec: Spec, name: str, operation: Operation) -> Iterator[Problem]:
    prefix = f"operations.{name}"
    yield from _known([operation.on], spec.entities, f"{prefix}.on", "entity")
    if ANYONE in operation.by:
        message = "`anyone` has not signed in and can be named in `who` only."
        yield Problem(f"{prefix}.by", message, "Name the roles that may do this.")
    yield from _known([role for role in operation.by if role != ANYONE], spec.roles, f"{prefix}.by", "role", some=True)
    if operation.creates is not None:
        yield from _known([operation.creates.entity], spec.entities, f"{prefix}.creates.entity", "entity")
    named = {f"{prefix}.takes.{key}.to": reference.to for key, reference in operation.references.items()}
    for key, rows in operation.rows.items():
        named |= {f"{prefix}.takes.{key}.each.{one}.to": reference.to for one, reference in rows.references.items()}
    for address, target in named.items():
        yield from _known([target], spec.entities, address, "entity")
        yield from _readers(spec, address, operation, target)
    for path, effect in effects_within(operation.also):
        if effect.creates is not None:
            address = ".".join(f"also.{key}" for key in path)
            yield from _known([effect.creates.entity], spec.entities, f"{prefix}.{address}.creates.entity", "entity")
    entity = spec.entities.get(operation.on)
    if entity is None or not (operation.from_ or operation.to):
        return
    if entity.states is None:
        message = f"{operation.on} has no states to move between."
        yield Problem(prefix, message, f"Give {operation.on} `states: {{values: [...]}}`, or drop `from` and `to`.")
        return
    yield from _known(operation.from_, entity.states.values, f"{prefix}.from", "state")
    yield from _known([operation.to] if operation.to else [], entity.states.values, f"{prefix}.to", "state")


def _readers(spec: Spec, address: str, operation: Operation, target: str) -> Iterator[Problem]:
    """Who names a record must be able to read some."""
    if target not in spec.entities:
        return
    readers = {who for grant in spec.entities[target].access if Action.READ in grant.may for who in grant.who}
    if ANYONE not in readers and (
        blind := [role for role in operation.by if role in spec.roles and role not in readers]
    ):
        message = f"{', '.join(blind)} may read no {target}, and could never name one."
        yield Problem(address, message, f"Grant `read` in the access of {target}, or take the role out of `by`.")


def _known(
    names: Iterable[str], allowed: Iterable[str], address: str, what: str, *, some: bool = False
) -> Iterator[Problem]:
    """Names that are not allowed, or stand twice; with `some` there must be one."""
    names = list(names)
    allowed = allowed if isinstance(allowed, Mapping) else list(allowed)
    if some and not names:
        yield Problem(address, f"No {what} is named here.", f"Name at least one {what}.")
    yield from _once(names, address)
    for name in names:
        if name not in allowed:
            yield Problem(address, f"There is no {what} {name!r}.", nearest(name, allowed))


known = _known
"""The same for other modules that judge names."""


def _once(names: Iterable[str], address: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield Problem(address, f"{name!r} stands here twice.", "Remove one of the two.")
        seen.add(name)


def nearest(name: str, allowed: Iterable[str]) -> str:
    """A hint that names the closest of the allowed names, or some of them."""
    from difflib import get_close_matches  # only a Spec with errors needs it  # noqa: PLC0415

    choices = list(allowed)
    near = get_close_matches(name, choices, n=1)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"Known are: {', '.join(choices[:12])}." if choices else "There is none yet; add it first."


def _timezone(spec: Spec) -> Iterator[Problem]:
    name = spec.service.timezone
    if name != "UTC" and name not in _timezones():
        yield Problem("service.timezone", f"{name[:60]!r} is no IANA time zone.", nearest(name, _timezones()))


@cache
def _timezones() -> tuple[str, ...]:
    from importlib.resources import files  # not needed for a service in UTC  # noqa: PLC0415

    return tuple(files("tzdata").joinpath("zones").read_text("utf-8").split())
