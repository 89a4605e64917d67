"""From the draft to a Spec that validates: what does not fit becomes a question."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from quantumlayer.kit.identifiers import words
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.errors import NothingDescribedError
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.spec.address import elements
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Action, Audit, Entity, Grant, Listing, Note, Operation, Service, Source, Spec
from quantumlayer.spec.validate import validate

_ROUNDS = 60
_PIPED = "stdin"


def assemble(draft: Draft, file: str) -> Spec:
    """The Spec of a draft; an element that does not fit the others is left out and asked about.

    Raises:
        NothingDescribedError: There is no entity, or none is left.
    """
    for _ in range(_ROUNDS):
        if not draft.entities:
            break
        spec = _spec(draft)
        problem = next((found for found in validate(spec) if not found.warning), None)
        if problem is None:
            return spec
        _leave_out(draft, problem)
    message = f"{file} names nothing that a service could keep"
    raise NothingDescribedError(message)


def _spec(draft: Draft) -> Spec:
    spec = Spec(
        spec=1,
        service=_service(draft),
        roles=draft.roles,
        entities={name: _entity(entity) for name, entity in draft.entities.items()},
        operations={
            name: Operation(
                on=operation.on,
                by=tuple(operation.by),
                takes=operation.takes,
                from_=tuple(operation.from_),
                to=operation.to,
                requires=operation.requires,
                sets=operation.sets,
                creates=operation.creates,
                also=operation.also,
                sends=tuple(operation.sends),
            )
            for name, operation in draft.operations.items()
        },
        queries=draft.queries,
        reports=draft.reports,
        jobs=draft.jobs,
        webhooks=draft.webhooks,
        quality=draft.quality,
    )
    known = elements(spec)
    return spec.model_copy(
        update={
            "assumptions": _notes(draft.assumptions, known, ended=True),
            "questions": _notes(draft.questions, known, ended=False),
            "trace": tuple(_trace(draft, known)),
        }
    )


def _service(draft: Draft) -> Service:
    title = next((sentence for sentence in draft.sentences if sentence.kind is Kind.HEADING), None)
    file = PurePath(draft.sentences[0].file).stem
    kept = next(iter(draft.entities.values())).title
    place = " ".join(draft.itself[0]) if draft.itself else kept if file == _PIPED else file
    text = title.text if title else _named_system(draft) or place
    named = [word for word in words(text) if word.isascii() and word.isalnum()][:8]
    name = "-".join(named)[:50].strip("-") or "service"
    first = draft.sentences[0] if title is None else title
    # What a person says first about the whole says best what the service is.
    opening = [(index, sentence) for index, sentence in enumerate(draft.sentences[:3]) if sentence.kind is Kind.PROSE]
    prose = next((sentence for index, sentence in opening if index not in draft.marks), first)
    return Service(name=name if name[0].isalpha() else f"service-{name}", summary=" ".join(prose.text.split())[:200])


def _named_system(draft: Draft) -> str:
    """What the first sentence calls the thing to be built: `We need an appointment system`."""
    found = re.search(
        r"\b(?:an?|the|our) ((?:[a-z]+ ){1,3}(?:system|service|app|application|backend))\b", draft.sentences[0].text
    )
    return found[1] if found else ""


def _grants(draft: EntityDraft) -> dict[tuple[str, tuple[Action, ...]], list[str]]:
    """Who may do the same under the same condition, joined."""
    grants: dict[tuple[str, tuple[Action, ...]], list[str]] = {}
    for (who, when), actions in draft.access.items():
        left = tuple(action for action in Action if action in actions - _wider(draft, who, when))
        if left:
            grants.setdefault((when, left), []).append(who)
    return grants


def _wider(draft: EntityDraft, who: str, when: str) -> set[Action]:
    """What a role may do anyway, under fewer of the same conditions."""
    tests = set(when.split(" && ")) if when else set()
    found: set[Action] = set()
    for (holder, test), actions in draft.access.items():
        fewer = set(test.split(" && ")) if test else set()
        if holder == who and fewer < tests and ("||" not in when or not test):
            found |= actions
    return found


def _entity(draft: EntityDraft) -> Entity:
    return Entity(
        fields=draft.fields,
        relations=draft.relations,
        derived=draft.derived,
        states=draft.states,
        rules=draft.rules,
        access=tuple(Grant(who=tuple(who), may=may, when=when or None) for (when, may), who in _grants(draft).items()),
        list=Listing(
            search=tuple(draft.search),
            filter=tuple(draft.filter),
            range=tuple(draft.range),
            sort=tuple(draft.sort),
            order=tuple(draft.order),
            page=draft.page,
        ),
        versioned=tuple(draft.versioned),
        audit=_audit(draft),
    )


def _audit(draft: EntityDraft) -> Audit | None:
    """The trail, where somebody may read it."""
    if not draft.trail or not draft.trail_readers:
        return None
    actions = tuple(action for action in Action if action in draft.trail)
    return Audit(actions=actions, visible_to=tuple(sorted(draft.trail_readers)))


def _notes(notes: Iterable[Note], known: Mapping[str, object], *, ended: bool) -> tuple[Note, ...]:
    """Notes about elements that exist; an assumption about one that is gone goes with it."""
    found = []
    for note in notes:
        about = _nearest(note.about, known)
        if ended and note.about and note.about != about and note.about.count(".") > 1 and not about.endswith("access"):
            continue
        found.append(note.model_copy(update={"about": about}))
    return tuple(dict.fromkeys(found))


def _trace(draft: Draft, known: Mapping[str, object]) -> list[Source]:
    found = []
    for index, sentence in enumerate(draft.sentences):
        marked: dict[str, float] = {}
        for address, confidence in draft.marks.get(index, {}).items():
            near = _nearest(address, known)
            if near:
                marked[near] = max(confidence, marked.get(near, 0))
        found.append(
            Source(quote=sentence.quote, file=sentence.file, start=sentence.start, end=sentence.end, elements=marked)
        )
    return found


def _nearest(address: str, known: Mapping[str, object]) -> str:
    """The element itself, or the closest one around it."""
    while address and address not in known:
        address = address.rpartition(".")[0]
    parts = {"entities", "operations", "roles", "queries", "reports", "jobs", "webhooks", "quality"}
    return "" if address in parts else address


def _leave_out(draft: Draft, problem: Problem) -> None:
    """Take the element of a problem out of the draft, and ask about it."""
    parts = problem.element.split(".")
    source = draft.source_of(".".join(parts[:4])) or draft.source_of(".".join(parts[:2]))
    quote = f' It comes from: "{source.text[:200]}"' if source else ""
    draft.ask(
        ".".join(parts[:2]),
        f"How is {problem.element} meant? {problem.message}{quote}",
        "It is left out.",
    )
    if parts[0] == "entities" and len(parts) > 2:
        _leave_out_part(draft, parts)
        return
    if parts[0] == "operations" and len(parts) > 3 and parts[2] in {"requires", "sets", "takes", "also"}:
        part: dict[str, object] = getattr(draft.operations[parts[1]], parts[2])
        part.pop(parts[3], None)
        return
    if parts[0] == "operations" and parts[2:3] == ["sends"]:
        draft.operations[parts[1]].sends = []
        return
    if parts[0] == "entities":
        _leave_out_entity(draft, parts[1])
    else:
        getattr(draft, parts[0], {}).pop(parts[1] if len(parts) > 1 else "", None)


def _leave_out_part(draft: Draft, parts: list[str]) -> None:
    entity = draft.entities[parts[1]]
    if parts[2] in {"fields", "relations", "derived", "rules"}:
        members: dict[str, object] = getattr(entity, parts[2])
        members.pop(parts[3], None)
        for names in (entity.search, entity.filter, entity.range, entity.sort, entity.versioned):
            while parts[3] in names:
                names.remove(parts[3])
        entity.order = [name for name in entity.order if name.removeprefix("-") != parts[3]]
        entity.events.pop(parts[3], None)
    elif parts[2] == "access":
        # The conditions are what can be wrong; which one, the place of the joined grant says.
        wrong = list(_grants(entity))[int(parts[3])][0] if len(parts) > 3 else ""
        kept = (key for key in entity.access if not key[1] or wrong not in {"", key[1]})
        entity.access = {key: entity.access[key] for key in kept}
    elif parts[2] == "states":
        entity.states = None
    elif parts[2] in {"audit", "versioned"}:
        entity.trail, entity.versioned = set(), []
    else:
        entity.search, entity.filter, entity.range, entity.sort, entity.order = [], [], [], [], []


def _leave_out_entity(draft: Draft, name: str) -> None:
    del draft.entities[name]
    for other in draft.entities.values():
        other.relations = {key: relation for key, relation in other.relations.items() if relation.to != name}
    for key, operation in list(draft.operations.items()):
        if operation.on == name or (operation.creates and operation.creates.entity == name):
            del draft.operations[key]
    for who, role in draft.roles.items():
        if role.record == name:
            draft.roles[who] = role.model_copy(update={"record": None})
