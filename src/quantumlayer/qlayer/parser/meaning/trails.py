"""What is remembered: who did what with which record, earlier versions, and how long records stay."""

import re

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.people import keeper
from quantumlayer.qlayer.parser.meaning.rights import role_in
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, DELETE, MANAGE, READ, UPDATE, happens, participle
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.qlayer.parser.text.phrases import NOUNS
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Action, FieldType, Job, Moment, Rule

_WHO_DID = re.compile(
    r"(?:\b(?:audit (?:trail|log)|log|trail|record|journal|history|protocol|track|list)\b(?: is kept)?,? (?:of"
    r"|showing|about) |"
    r"\b(?:(?:see|tell|know|find out|show|trace|record|log|note|audit|track|prove)s?|(?:recorded|logged|noted|kept"
    r"|visible|tracked|traceable)) )"
    r"(?:afterwards |later |at any time )?(?:when and )?who (?P<did>[a-z]+(?:(?:, | or | and |, or |, and )[a-z]+)*)"
    r"(?: to)? (?P<what>[^.;:]+)"
)
_RECORDED = (
    r"(?:recorded|logged|audited|tracked|written to (?:an?|the) (?:audit )?(?:log|trail)|kept in an? (?:audit"
    r" )?(?:log|trail))"
)
_EVERY = re.compile(
    rf"\b(?:every|each|all|any) (?P<did>[a-z]+(?:(?:, | or | and )[a-z]+)*) (?P<link>of|to) (?P<what>[a-z][a-z -]*?)"
    rf" (?:is|are|must be|should be|has to be|have to be|shall be)(?: also)? {_RECORDED}\b"
)
_DEEDS = {
    "change": {Action.UPDATE}, "edit": {Action.UPDATE}, "modification": {Action.UPDATE}, "update": {Action.UPDATE},
    "correction": {Action.UPDATE}, "access": {Action.READ}, "view": {Action.READ}, "look": {Action.READ},
    "deletion": {Action.DELETE}, "removal": {Action.DELETE}, "creation": {Action.CREATE}, "reading": {Action.READ},
    "addition": {Action.CREATE}, "viewing": {Action.READ},
}  # fmt: skip
_TRAIL_READERS = re.compile(
    r"^(?:only )?(?P<who>[a-z][a-z -]*?)(?: alone| only)? (?:can |may )?(?:see|sees|read|reads|view|views|look at"
    r"|inspect)s? (?:the|this) "
    r"(?:audit )?(?:trail|log|audit)\b"
)
_VERSIONS = re.compile(
    r"\b(?:adds?|makes?|creates?|becomes?|is|gives?|results? in) a new version\b"
    r"|\b(?:earlier|previous|old|older|former|all) (?:versions?|texts?|wordings?)\b[^.;]*\b(?:kept"
    r"|stays?|remains?|readable|available|visible|keep)\b"
    r"|\bkeeps? (?:all|every|the) (?:earlier|previous|old|older|former)? ?versions?\b|\b(?:is|are) versioned\b"
    r"|\bversion history\b"
    r"|\b(?:the )?(?:old|earlier|previous) one (?:must |should |shall )?(?:stays?|remains?|is kept|be kept)\b"
)
_KEPT = re.compile(
    rf"\b(?:keep|kept|stored?|retain(?:ed)?|preserved?)\b(?: [a-z']+){{0,3}}? for(?: at least)? (?P<n>{NUMBER}) "
    rf"(?P<unit>days?|weeks?|months?|years?)\b"
)
_DELETES = re.compile(
    rf"^(?:the [a-z]+ |we )?(?:(?:shall|must|should|will) )?(?:automatically )?deletes? (?:all |the |old"
    rf" )?(?P<what>[a-z][a-z -]*?) "
    rf"(?:after (?P<n>{NUMBER}) (?P<unit>days?|weeks?|months?|years?)"
    rf"|(?P<m>{NUMBER}) (?P<later>days?|weeks?|months?|years?) after (?:they|it) (?:was|were) (?:made|created|added"
    rf"|entered|recorded))$"
)
_GONE = re.compile(
    rf"^(?P<what>[a-z][a-z -]*?) (?:is|are|get|gets|must be|should be|shall be|will be)(?: automatically)? (?:deleted"
    rf"|removed|erased|purged)"
    rf"(?: automatically)? (?:after|once they are older than|when they are older than) (?P<n>{NUMBER}) "
    rf"(?P<unit>days?|weeks?|months?|years?)$"
)
_ALL_OF_IT = frozenset(
    {"what", "what and when", "what when", "which record", "anything", "something", "what data", "records", "the data"}
)


def find_trails(draft: Draft) -> None:
    """Trails, versions and how long things are kept, from every sentence."""
    for index, sentence in enumerate(draft.sentences):
        text = " ".join(sentence.text.lower().rstrip(".").split())
        _trail(draft, sentence, text)
        _readers(draft, sentence, text)
        _versions(draft, sentence, text, index)
        _keep(draft, sentence, text, index)


def _spoken_of(draft: Draft, index: int) -> EntityDraft | None:
    """The entity that a sentence is about: the first that it names, else the only one of the sentence before it."""
    here = _named_in(draft, draft.sentences[index])
    before = _named_in(draft, draft.sentences[index - 1]) if index and not here else []
    return here[0] if here else before[0] if len(before) == 1 else None


def _named_in(draft: Draft, sentence: Sentence) -> list[EntityDraft]:
    """The entities that a sentence names, in its order."""
    lemmas = [singular(word.lower) for word in sentence.words if word.tag in NOUNS]
    found = (draft.named((*lemmas[place - 1 : place], lemma)) for place, lemma in enumerate(lemmas))
    return list({one.name: one for one in found if one is not None}.values())


def _trail(draft: Draft, sentence: Sentence, text: str) -> None:
    found = _WHO_DID.search(text)
    if found is not None:
        actions = set().union(*(_deed(verb) for verb in re.split(r",? (?:or|and) |, ", found["did"])))
        what = re.sub(r"^(?:which|an?|the|each|every|any|all|our|their) ", "", found["what"])
    elif (found := _EVERY.search(text)) is not None:
        actions = set().union(
            *(_DEEDS.get(singular(deed), set()) for deed in re.split(r",? (?:or|and) |, ", found["did"]))
        )
        what = re.sub(r"^(?:an?|the|each|every|any|all) ", "", found["what"])
    else:
        return
    if not actions:
        _moved(draft, sentence, found["did"])
    for entity in _meant(draft, what) if actions else ():
        entity.trail |= actions
        draft.mark(sentence, f"{entity.address}.audit")


def _moved(draft: Draft, sentence: Sentence, did: str) -> None:
    """`Who moved what`: an operation of that name is written down as a change of its record."""
    for name, operation in draft.operations.items():
        if happens(name.split("_")[0], did):
            entity = draft.entities[operation.on]
            entity.trail.add(Action.UPDATE)
            draft.mark(sentence, f"{entity.address}.audit")


def _deed(form: str) -> set[Action]:
    """What a past form says that somebody did: `read`, `changed`, `did`."""
    if form in {"did", "does", "has", "touched"}:
        return {Action.CREATE, Action.UPDATE, Action.DELETE}
    known = ((READ | {"open", "consult"}, Action.READ), (CREATE, Action.CREATE), (DELETE, Action.DELETE))
    if any(form in {verb, participle(verb), f"{verb}s"} for verb in UPDATE | {"alter", "touch"}):
        return {Action.UPDATE}
    actions = {
        action
        for verbs, action in known
        if any(form in {verb, participle(verb), f"{verb}s", _PAST.get(verb)} for verb in verbs)
    }
    return set(Action) - {Action.READ} if any(form == participle(verb) for verb in MANAGE) else actions


_PAST = {"see": "saw", "make": "made", "read": "read"}


def _meant(draft: Draft, what: str) -> list[EntityDraft]:
    """The entities whose trail is kept: all of them, the one that is named, or the one that has the value."""
    plain = re.sub(r" (?:and|or|,) when$|,? when$| with .*$| and why$", "", what).strip()
    if plain in _ALL_OF_IT or re.match(r"(?:what|which) ?(?:and when|when)?$", plain):
        return list(draft.entities.values())
    last = re.sub(r"^(?:which|what|whose) ", "", plain)
    named = draft.spoken(last) or draft.spoken(re.split(r"'s? | of (?:an?|the|each|every) ", last)[0])
    if named is not None:
        return [named]
    having = [entity for entity in draft.entities.values() if spec_name(singular(last)) in entity.fields]
    return having if len(having) == 1 else []


def _readers(draft: Draft, sentence: Sentence, text: str) -> None:
    """`Auditors can see the audit trail`."""
    found = _TRAIL_READERS.match(text)
    roles = [role_in(draft, part) for part in re.split(r" and |, ", found["who"])] if found else []
    if not roles or not all(roles):
        return
    for entity in draft.entities.values():
        if entity.trail:
            entity.trail_readers.update(roles)
            draft.mark(sentence, f"{entity.address}.audit.visible_to")


def _versions(draft: Draft, sentence: Sentence, text: str, index: int) -> None:
    """`A correction adds a new version; the old one stays readable`."""
    found = _VERSIONS.search(text)
    entity = _spoken_of(draft, index) if found else None
    if (
        found is None
        or entity is None
        or re.search(r"\bnot\b|\bno\b|\bnever\b(?! deleted)", text[found.start() : found.end()])
    ):
        return
    texts = [name for name, field in entity.fields.items() if field.type is FieldType.TEXT]
    plain = [name for name, field in entity.fields.items() if field.type is not FieldType.FILE and not field.read_only]
    entity.versioned = list(dict.fromkeys([*entity.versioned, *(texts or plain)]))
    draft.mark(sentence, f"{entity.address}.versioned")


def _keep(draft: Draft, sentence: Sentence, text: str, index: int) -> None:
    """`Invoices must be kept for ten years`; `logs are deleted after 90 days`."""
    if gone := _GONE.match(text):
        _forget(draft, sentence, gone["what"], gone["n"], gone["unit"])
        return
    if gone := _DELETES.match(text):
        _forget(draft, sentence, gone["what"], gone["n"] or gone["m"], gone["unit"] or gone["later"])
        return
    found = _KEPT.search(text)
    entity = _spoken_of(draft, index) if found else None
    if found is None or entity is None or re.search(r"\b(?:not|no longer)\b", text):
        return
    count, unit = int(number(found["n"])), found["unit"].rstrip("s")
    if Action.DELETE not in entity.reserved:
        said = f"{entity.one} is kept for {found['n']} {found['unit']}."
        rule = Rule(cel=f"this.created_at <= {_before('now()', count, unit)}", on=(Moment.DELETE,), else_=said)
        name = spec_name(f"kept for {found['n']} {found['unit']}")
        entity.rules[name] = rule
        draft.mark(sentence, f"{entity.address}.rules.{name}", LIKELY)
    asked = f"Is {entity.one.lower()} removed after {found['n']} {found['unit']}?"
    draft.ask(entity.address, asked, "No: it is kept at least so long, and nothing removes it by itself.")


def _forget(draft: Draft, sentence: Sentence, what: str, count: str, unit: str) -> None:
    entity = draft.spoken(what)
    if entity is None or any(job.of == entity.name and job.deletes for job in draft.jobs.values()):
        return
    name = spec_name(f"forget {entity.title}")
    since = _before("now()", int(number(count)), unit.rstrip("s"))
    draft.jobs[name] = Job(of=entity.name, where=f"this.created_at < {since}", every="1h", deletes=True)
    draft.mark(sentence, f"jobs.{name}")
    draft.assume(f"jobs.{name}", f"The time runs from when {entity.one.lower()} was added.")


def _before(moment: str, count: int, unit: str) -> str:
    months = {"month": 1, "year": 12}.get(unit)
    return (
        f"add_months({moment}, -{count * months})"
        if months
        else f"{moment} - days({count * (7 if unit == 'week' else 1)})"
    )


def finish_trails(draft: Draft) -> None:
    """Who reads a trail, where nobody is named: whoever changes all of the records, else whoever reads all."""
    for entity in draft.entities.values():
        _let_correct(draft, entity)
        readers = {who for (who, _), may in entity.access.items() if Action.READ in may and who in draft.roles}
        if not entity.trail:
            continue
        named = entity.trail_readers & readers
        whole = {who for who in readers if Action.READ in entity.access.get((who, ""), ())}
        changing = {who for who in whole if entity.access[who, ""] & {Action.UPDATE, Action.DELETE}}
        chosen = {keeper(draft)} & whole or changing or whole or readers
        entity.trail_readers = named or chosen
        if not named and chosen:
            who = " and ".join(one.replace("_", " ") for one in sorted(chosen))
            draft.assume(f"{entity.address}.audit", f"The trail of {entity.one.lower()} is for the role {who}.")


def _let_correct(draft: Draft, entity: EntityDraft) -> None:
    """Versions come from corrections: where nobody may make one, whoever wrote a record may."""
    changed = any(Action.UPDATE in may for may in entity.access.values())
    made = draft.operations.get(entity.created_by)
    set_later = any(
        one.on == entity.name and set(entity.versioned) & set(one.sets) for one in draft.operations.values()
    )
    if not entity.versioned or changed or set_later or made is None or made.creates is None:
        return
    for name, cel in made.creates.set.items():
        who = cel.removeprefix("caller.")
        if cel.startswith("caller.") and who in made.by and name in entity.relations:
            draft.grant(entity, who, {Action.READ, Action.UPDATE}, f"this.{name} == caller.{who}")
            draft.assume(f"{entity.address}.access", f"Who wrote {entity.one.lower()} corrects it, nobody else.")
