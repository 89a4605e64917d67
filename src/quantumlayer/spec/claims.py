"""The claims of a Spec: every promise that a passing test must name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quantumlayer.kit.identifiers import plural
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.contract_claims import contract_claims
from quantumlayer.spec.effect_claims import effect_claims, effect_words, job_claims
from quantumlayer.spec.model import (
    KEY_HEADER,
    Action,
    Derived,
    Entity,
    Field,
    FieldType,
    Grant,
    Listing,
    OnDelete,
    Operation,
    Proof,
    Query,
    Relation,
    RelationKind,
    Report,
    Rows,
    Rule,
    Spec,
)
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.report_claims import report_claims
from quantumlayer.spec.sizes import size_text
from quantumlayer.spec.style import contract_of, style_claims
from quantumlayer.spec.webhook_claims import webhook_claims
from quantumlayer.spec.wording import a, and_, kind, line, or_, value

_BEHIND_ENDPOINTS = frozenset({"rules", "derived"})
_LENGTHS = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})
_PROOFS = {
    Proof.API_KEY: "a {} is known by a key of its own, sent as {}, and by nothing else",
    Proof.OIDC: "a {} is known by a fresh access token of the OpenID provider, meant for the service, by nothing else",
    Proof.SIGNATURE: "a {} is known by the signature of each request, fresh and over all of it",
}
_ON_DELETE = {
    OnDelete.RESTRICT: "no {target} can be deleted while one of the {records} refers to it",
    OnDelete.CASCADE: "deleting a {target} deletes the {records} that refer to it",
    OnDelete.SET_NULL: "deleting a {target} leaves the {records} that referred to it without one",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One promise of a Spec.

    Args:
        element: Address of the element that makes it: `entities.Book.fields.isbn.pattern`.
        says: The promise in one sentence.
        text: The words of the requirement that it came from; empty where the Spec has no trace of them.
    """

    element: str
    says: str
    text: str = ""


def claims(spec: Spec) -> tuple[Claim, ...]:
    """Every claim of a Spec, in the order of the Spec. Quality targets are measured in operation and are none."""
    quotes = _quotes(spec)
    found = [
        (f"roles.{name}.proves", _PROOFS[role.proves].format(name, role.header or KEY_HEADER))
        for name, role in spec.roles.items()
        if role.proves is not Proof.PASSWORD
    ]
    found += [pair for name, entity in spec.entities.items() for pair in _of_entity(spec, name, entity)]
    if contract_of(spec) is not None:  # callers meet the records through its endpoints alone
        found = [pair for pair in found if pair[0].split(".")[2] in (*_BEHIND_ENDPOINTS, "proves")]
    found += [*style_claims(spec), *contract_claims(spec)]
    found += [pair for name, operation in spec.operations.items() for pair in _of_operation(name, operation)]
    found += [pair for name, query in spec.queries.items() for pair in _of_query(name, query)]
    found += [pair for name, report in spec.reports.items() for pair in _of_report(name, report)]
    found += [pair for name, job in spec.jobs.items() for pair in job_claims(name, job)]
    found += webhook_claims(spec)
    return tuple(Claim(element, says, _quote(quotes, element)) for element, says in found)


def _quotes(spec: Spec) -> dict[str, str]:
    quotes: dict[str, list[str]] = {}
    for source in spec.trace:
        for address in source.elements:
            quotes.setdefault(address, []).append(source.quote)
    return {address: " ".join(found) for address, found in quotes.items()}


def _quote(quotes: dict[str, str], address: str) -> str:
    """The words behind an element, or behind the nearest element around it that is no whole entity or operation."""
    while address.count(".") >= 1:
        if address in quotes:
            return quotes[address]
        parent = address.rpartition(".")[0]
        if parent.count(".") == 1 and parent.startswith("entities."):
            return ""
        address = parent
    return ""


Found = Iterator[tuple[str, str]]


def _always_given(spec: Spec, name: str, entity: Entity) -> set[str]:
    """The fields that whoever makes such a record always gives, so that their default says nothing."""
    if any(Action.CREATE in grant.may for grant in entity.access):
        return set()
    made = [
        set(item.creates.set)
        for item in spec.operations.values()
        if item.creates is not None and item.creates.entity == name
    ]
    return set.intersection(*made) if made else set()


def _of_entity(spec: Spec, name: str, entity: Entity) -> Found:
    prefix, title = f"entities.{name}", entity_names(name).title
    # Where no caller writes at all, it says nothing that a field in particular cannot be written.
    written = any({Action.CREATE, Action.UPDATE} & set(grant.may) for grant in entity.access)
    changed = any(Action.UPDATE in grant.may for grant in entity.access)
    for key, field in entity.fields.items():
        always = key in _always_given(spec, name, entity)
        said = _of_field(f"{prefix}.fields.{key}", key, title, field)
        said = (claim for claim in said if not (always and claim[0].endswith(".default")))
        if not written or field.read_only:  # what it is copied or worked out from is held to its limits
            said = (claim for claim in said if not claim[0].endswith(_unseen(field)))
        silent = () if changed else (".immutable",) if written else (".immutable", ".read_only")
        yield from (claim for claim in said if not claim[0].endswith(silent))
    if entity.key is not None:
        yield f"{prefix}.key", f"{a(title)} is found at its {entity.key}, not at its id"
    for key, relation in entity.relations.items():
        yield from _of_relation(f"{prefix}.relations.{key}", key, title, relation, written=written)
    for key, derived in entity.derived.items():
        yield from _of_derived(f"{prefix}.derived.{key}", key, title, derived)
    if entity.states is not None:
        yield f"{prefix}.states", f"{a(title)} begins as {entity.states.values[0]}, and only operations change that"
    for key, rule in entity.rules.items():
        yield f"{prefix}.rules.{key}", _rule(title, rule)
    yield from _of_reach(prefix, title, entity)


def _unseen(field: Field) -> tuple[str, ...]:
    """The limits of a value that no caller gives: the database holds those of numbers, and choices."""
    return (".personal", ".min", ".max", ".pattern") if field.type in _LENGTHS else (".personal",)


def _of_reach(prefix: str, title: str, entity: Entity) -> Found:
    """Who reaches records, how lists are asked for, and what is kept of the past."""
    for index, grant in enumerate(entity.access):
        if grant.who:
            yield f"{prefix}.access.{index}", _grant(title, grant)
    for_anyone = {action for grant in entity.access if ANYONE in grant.who for action in grant.may}
    if for_anyone != set(Action):
        yield f"{prefix}.access", f"whoever no grant names is refused any {title}"
    yield from _of_list(f"{prefix}.list", title, entity.list)
    if entity.versioned:
        yield f"{prefix}.versioned", f"every earlier {and_(entity.versioned)} of {a(title)} stays readable"
    if entity.audit is not None:
        actions, readers = and_(entity.audit.actions), and_(entity.audit.visible_to)
        yield f"{prefix}.audit", f"each {actions} of {a(title)} is written to a trail that {readers} may read"


_ASKED = {
    "search": "searched by",
    "filter": "filtered by",
    "range": "asked for by the least and the most",
    "sort": "sorted by",
}


def _of_list(address: str, title: str, listing: Listing) -> Found:
    for word, verb in _ASKED.items():
        if keys := getattr(listing, word):
            yield f"{address}.{word}", f"the list of {plural(title)} is {verb} {and_(keys)}"
    if listing.order:
        yield f"{address}.order", f"the list of {plural(title)} comes in the order of {_order(listing.order)}"
    if listing.page != Listing().page:
        yield f"{address}.page", f"the list of {plural(title)} gives {listing.page} at once unless told otherwise"


def _order(keys: Iterable[str]) -> str:
    return ", then ".join(f"{key[1:]}, the highest first" if key.startswith("-") else key for key in keys)


def _of_query(name: str, query: Query) -> Found:
    prefix, title = f"queries.{name}", entity_names(query.of).title
    yield prefix, f"{name} lists the {plural(title)} for which {line(query.where)}"
    only = "" if ANYONE in query.by else "only "
    yield f"{prefix}.by", f"{only}{and_(query.by)} may ask for {name}"
    if query.order:
        yield f"{prefix}.order", f"{name} comes in the order of {_order(query.order)}"
    for key, field in query.takes.items():
        need = "may take" if field.optional or field.default is not None else "takes"
        yield f"{prefix}.takes.{key}", f"{name} {need} {key}, {kind(field)}"
        yield from _of_limits(f"{prefix}.takes.{key}", key, field)


def _of_report(name: str, report: Report) -> Found:
    prefix = f"reports.{name}"
    yield from report_claims(name, report)
    for key, field in report.inputs.items():
        need = "takes" if field.required else "may take"
        yield f"{prefix}.takes.{key}", f"{name} {need} {key}, {kind(field)}"
        yield from _of_limits(f"{prefix}.takes.{key}", key, field)


def _of_file(address: str, key: str, title: str, field: Field) -> Found:
    taken = ", and takes it away" if field.optional and not field.immutable else ""
    yield address, f"whoever may change {a(title)} puts its {key}, a file that is given back byte for byte{taken}"
    if field.max is not None:
        yield f"{address}.max", f"{key} has at most {size_text(int(field.max))}"
    if field.media:
        yield f"{address}.media", f"{key} is of the type {or_(field.media)}"
    yield from _of_habits(address, key, title, field)


def _of_field(address: str, key: str, title: str, field: Field) -> Found:
    if field.is_file:
        yield from _of_file(address, key, title, field)
        return
    if field.read_only:
        yield address, f"{a(title)} shows {key}, {kind(field)}"
    else:
        need = "may have" if field.optional or field.default is not None else "needs"
        yield address, f"{a(title)} {need} {key}, {kind(field)}, and gives it back as it was given"
    unit = " characters" if field.type in _LENGTHS else ""
    if field.min is not None:
        yield f"{address}.min", f"{key} has at least {field.min}{unit}" if unit else f"{key} is at least {field.min}"
    if field.max is not None:
        yield f"{address}.max", f"{key} has at most {field.max}{unit}" if unit else f"{key} is at most {field.max}"
    if field.pattern is not None:
        yield f"{address}.pattern", f"{key} matches {field.pattern}"
    if field.one_of:
        yield f"{address}.one_of", f"{key} is one of {or_(field.one_of)}"
    yield from _of_habits(address, key, title, field)


def _of_habits(address: str, key: str, title: str, field: Field) -> Found:
    if field.unique:
        yield f"{address}.unique", f"no two {plural(title)} have the same {key}"
    if field.default is not None:
        yield f"{address}.default", f"{key} is {value(field.default)} unless it is given"
    if field.immutable:
        yield f"{address}.immutable", f"{key} of {a(title)} never changes"
    if field.read_only:
        yield f"{address}.read_only", f"no caller can set {key} of {a(title)}"
    if field.visible_to:
        yield f"{address}.visible_to", f"{key} of {a(title)} is shown to {and_(field.visible_to)} only"
    if field.personal:
        yield f"{address}.personal", f"{key} of {a(title)} never reaches a log"


def _of_relation(address: str, key: str, title: str, relation: Relation, *, written: bool) -> Found:
    target = entity_names(relation.to).title
    if relation.kind is RelationKind.MANY_TO_MANY:
        yield address, f"{a(title)} {_number(key, relation)}: {plural(target)} that exist, each of them once"
        if relation.min is not None:
            few = f"without {key}" if relation.min == 1 else f"with fewer than {_several(relation.min, key)}"
            yield f"{address}.min", f"{a(title)} {few} is refused, and so is deleting {a(target)} that one cannot spare"
        if relation.max is not None:
            yield f"{address}.max", f"{a(title)} with more than {_several(relation.max, key)} is refused"
        yield (
            f"{address}.on_delete",
            f"deleting {a(title)} or {a(target)} takes the links between them away, and nothing else",
        )
        return
    need = "may have" if relation.optional else "needs"
    need = "shows" if relation.read_only else need
    only = ", which no other has" if relation.kind is RelationKind.ONE_TO_ONE else ""
    known = a(target) if key.replace("_", " ") == target else f"{a(key)}: {a(target)}"
    yield address, f"{a(title)} {need} {known} that exists{only}"
    if relation.read_only and written:
        yield f"{address}.read_only", f"no caller can set {key} of {a(title)}"
    yield f"{address}.on_delete", _ON_DELETE[relation.on_delete].format(target=target, records=plural(title))
    if relation.acyclic:
        yield f"{address}.acyclic", f"from {a(title)}, {key} after {key} never leads back to it"


def _number(key: str, relation: Relation) -> str:
    """How many records a relation to many holds."""
    match relation.min, relation.max:
        case None, None:
            return f"may have any number of {key}"
        case None, int(most):
            return f"has at most {_several(most, key)}"
        case int(least), None:
            return f"has at least {_several(least, key)}"
        case least, most:
            return f"has exactly {least} {key}" if least == most else f"has {least} to {most} {key}"


def _several(number: int, key: str) -> str:
    return f"one of its {key}" if number == 1 else f"{number} {key}"


def _of_derived(address: str, key: str, title: str, derived: Derived) -> Found:
    yield address, f"{key} of {a(title)} is {line(derived.cel)}"
    if derived.visible_to:
        yield f"{address}.visible_to", f"{key} of {a(title)} is shown to {and_(derived.visible_to)} only"


def _rule(title: str, rule: Rule) -> str:
    if rule.cel is not None:
        return f"to {or_(rule.on)} {a(title)} is refused unless {line(rule.cel)}: {rule.else_}"
    if rule.unique is not None:
        among = f", where {line(rule.unique.when)}" if rule.unique.when is not None else ""
        return f"no two {plural(title)} have the same {and_(rule.unique.of)}{among}: {rule.else_}"
    overlap = rule.no_overlap
    per, start, end = (overlap.per, overlap.start, overlap.end) if overlap is not None else ("", "", "")
    when = f", where {line(overlap.when)}" if overlap is not None and overlap.when is not None else ""
    return f"no two {plural(title)} of one {per} overlap from {start} to {end}{when}: {rule.else_}"


def _grant(title: str, grant: Grant) -> str:
    condition = f", if {line(grant.when)}" if grant.when is not None else ""
    return f"{and_(grant.who)} may {and_(grant.may)} {a(title)}{condition}"


def _of_operation(name: str, operation: Operation) -> Found:
    prefix, title = f"operations.{name}", entity_names(operation.on).title
    yield prefix, f"{name} {effect_words(operation, title)}"
    yield f"{prefix}.by", f"only {and_(operation.by)} may {name} {a(title)}"
    if operation.from_:
        yield f"{prefix}.from", f"{name} is refused unless the {title} is {or_(operation.from_)}"
    for key, requirement in operation.requires.items():
        yield f"{prefix}.requires.{key}", f"{name} is refused unless {line(requirement.cel)}: {requirement.else_}"
    for key, field in operation.inputs.items():
        need = "may take" if field.optional or field.default is not None else "takes"
        yield f"{prefix}.takes.{key}", f"{name} {need} {key}, {kind(field)}"
        yield from _of_limits(f"{prefix}.takes.{key}", key, field)
    for key, reference in operation.references.items():
        need, target = "may take" if reference.optional else "takes", entity_names(reference.to).title
        yield f"{prefix}.takes.{key}", f"{name} {need} {key}, {a(target)} that exists and that the caller may read"
    for key, rows in operation.rows.items():
        yield from _of_rows(f"{prefix}.takes.{key}", name, key, rows)
    yield from effect_claims(prefix, name, operation)


def _of_rows(address: str, name: str, key: str, rows: Rows) -> Found:
    cells = and_(cell.replace("_", " ") for cell in rows.each)
    yield address, f"{name} takes {key}: rows with {cells}"
    if rows.min > 0:
        yield f"{address}.min", f"{name} takes at least {rows.min} of {key}"
    yield f"{address}.max", f"{name} takes at most {rows.max} of {key}"
    for cell, field in rows.inputs.items():
        need = "may have" if field.optional or field.default is not None else "has"
        yield f"{address}.each.{cell}", f"each of {key} {need} {cell}, {kind(field)}"
        yield from _of_limits(f"{address}.each.{cell}", cell, field)
    for cell, reference in rows.references.items():
        target = entity_names(reference.to).title
        yield f"{address}.each.{cell}", f"{cell} of {key} is {a(target)} that exists and that the caller may read"


def _of_limits(address: str, key: str, field: Field) -> Found:
    """An input's own limits: everything that is said of a field but what only a kept field can have."""
    for element, says in _of_field(address, key, "input", field):
        if element != address and not element.endswith((".unique", ".immutable", ".read_only", ".visible_to")):
            yield element, says
