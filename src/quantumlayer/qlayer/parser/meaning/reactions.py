"""What happens to other records besides: `when an event is cancelled, every paid booking is refunded`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.described import test_for
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.integrations import is_webhook, webhook_about
from quantumlayer.qlayer.parser.meaning.mails import queue_mail, tells
from quantumlayer.qlayer.parser.meaning.verbs import happens, participle
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.qlayer.parser.text.stories import STORY
from quantumlayer.spec.effects import Effect
from quantumlayer.spec.model import FieldType, Moment, OnDelete, Relation, RelationKind, Rule, States
from quantumlayer.spec.naming import back_name

_WHEN = re.compile(
    r"(?:^|, |; )(?:when|whenever|once|as soon as|if) (?:an?|the|this|any) (?P<what>[a-z][a-z -]*?) (?:is|gets|was"
    r"|has been)"
    r" (?:being )?(?P<done>[a-z]+), (?:then )?(?P<then>.+)$"
)
_AFTERWARDS = re.compile(
    r"^(?P<then>(?:all |every |each |its|their|the )[^;]+?),? (?:when|once|as soon as) (?:an?|the|this)"
    r" (?P<what>[a-z][a-z -]*?) (?:is|gets|was|has been) (?P<done>[a-z]+)$"
)
_DOING = re.compile(
    r"^(?P<verb>[a-z]+ing) (?:an?|the) (?P<what>[a-z][a-z -]*?) (?:also |automatically )?(?P<does>[a-z]+s) "
    r"(?P<whom>[^;]+)$"
)
_ACT_THEN = re.compile(r"^(?P<act>[^;]+?); (?:and )?(?P<then>(?:its|their|his|her|all|every) [^;]+)$")
_AND = re.compile(r",? and (?=(?:the|its|their|every|all|each|an?|any|his|her) )|; ")
_ALL = r"(?:(?:every|all|each|any|the|all of|all the)(?: of)? )?(?:(?:its|their|his|her|the) )?"
_BECOMES = re.compile(
    rf"^{_ALL}(?P<what>[a-z][a-z -]*?) (?:(?:is|are|gets?|will be)(?: then)?(?: automatically)?|becomes?|goe?s?(?:"
    rf" back)? to|returns? to"
    r"|(?:is|are) set(?: back)? to|falls? back to|turns?(?: back)?(?: to)?)(?: also| automatically)? (?P<state>[a-z]+"
    r"(?: [a-z]+)??)"
    r"(?: again| too| as well| with it| with them| automatically)*$"
)
_WHOM = re.compile(rf"^{_ALL}(?P<what>[a-z][a-z -]*?)(?: too| as well)?$")
_MAKES = re.compile(r"^(?P<it>it|them|the [a-z -]+?) (?P<state>[a-z]+)(?: again)?$")
_GONE = frozenset({"deleted", "removed", "erased"})
_HELD = re.compile(
    r"^(?:an?|the|no|every|each) (?P<what>[a-z][a-z -]*?) (?:(?:with|that (?:still )?has|who (?:still )?has|having) "
    r"(?:any )?(?P<held>[a-z ]+?)"
    r" (?:cannot|can ?not|can't|must not|may not|is never|can never) be (?:deleted|removed)"
    r"|(?:cannot|can ?not|can't|must not|may not|is never|can never) be (?:deleted|removed) (?:while|as long as|if"
    r"|when) (?:it|he|she|they|there)"
    r" (?:still )?(?:has|have|are|is) (?:any )?(?P<behind>[a-z ]+))$"
)
_KEEPS = re.compile(
    rf"^{_ALL}(?P<what>[a-z][a-z -]*?) (?:stays?|remains?|is kept|are kept)(?: without (?:an? )?[a-z]+)?$"
)


@dataclass(frozen=True, slots=True)
class _Cause:
    """What a reaction follows: that something was done to a record, and the operations that do it."""

    sentence: Sentence
    entity: EntityDraft
    done: str
    operations: tuple[str, ...]
    jobs: tuple[str, ...]


def find_reactions(draft: Draft) -> None:
    """Every reaction to an operation, a job or a deletion; what is not understood of one is asked."""
    for sentence in draft.sentences:
        text = " ".join(sentence.text.lower().rstrip(".").split())
        story = STORY.match(text)
        text = text[story.end() :].split(", so that ")[0] if story else text
        for cause, then in _told(draft, sentence, text):
            parts = [part.strip() for part in _AND.split(then)]
            for part in [part for part in parts if not _react(draft, cause, part)]:
                _ask(draft, cause, part)
        _forbid_deletion(draft, sentence, text)


def _told(draft: Draft, sentence: Sentence, text: str) -> Iterator[tuple[_Cause, str]]:
    if found := _WHEN.search(text) or _AFTERWARDS.match(text):
        if cause := _cause(draft, sentence, found["what"], found["done"]):
            yield cause, found["then"]
    elif found := _DOING.match(text):
        verb = next((form for form in _bases(found["verb"].removesuffix("ing")) if _known(draft, form)), "")
        cause = _cause(draft, sentence, found["what"], participle(verb)) if verb else None
        if cause and found["does"] == "makes" and (made := _MAKES.match(found["whom"])):
            what = found["what"] if made["it"] in {"it", "them"} else made["it"].removeprefix("the ")
            yield cause, f"the {what} becomes {made['state']}"
        elif cause and (whom := _WHOM.match(found["whom"])):
            doing = next(iter(_bases(found["does"].removesuffix("s"))))
            yield cause, f"every {whom['what']} is {participle(doing)}"
    elif found := _ACT_THEN.match(text):
        act = re.search(r"\b(?P<verb>[a-z]+) (?:an?|the) (?P<what>[a-z]+(?: [a-z]+)?)$", found["act"])
        if act and (cause := _cause(draft, sentence, act["what"], participle(act["verb"]))):
            yield cause, found["then"]


def _bases(stem: str) -> Iterator[str]:
    """The verbs that a stem may come from: `cancell`, `delet` and `return` are cut short or doubled."""
    yield stem
    yield f"{stem}e"
    if len(stem) > 2 and stem[-1] == stem[-2]:
        yield stem[:-1]


def _known(draft: Draft, verb: str) -> bool:
    return verb in {"delete", "remove"} or any(name.split("_")[0] == verb for name in draft.operations)


def _cause(draft: Draft, sentence: Sentence, what: str, done: str) -> _Cause | None:
    """What was done, where the draft knows who does it; a quality before the name would need a condition."""
    entity = draft.spoken(what)
    if entity is None or spec_name(what).replace("_", " ") != entity.title:
        return None
    doing = tuple(
        name
        for name, one in draft.operations.items()
        if one.on == entity.name and (one.to == spec_name(done) or happens(name.split("_")[0], done))
    )
    jobs = tuple(name for name, job in draft.jobs.items() if job.of == entity.name and job.to == spec_name(done))
    if not doing and not jobs and done not in _GONE:
        return None
    return _Cause(sentence, entity, done, doing, jobs)


def _react(draft: Draft, cause: _Cause, said: str) -> bool:
    if is_webhook(said):
        return _send(draft, cause)
    if tells(said):
        return _tell(draft, cause, said)
    if cause.done in _GONE and not cause.operations:
        return _deleted(draft, cause, said)
    found = _BECOMES.match(said)
    return found is not None and _change(draft, cause, found["what"], found["state"])


def _deleted(draft: Draft, cause: _Cause, said: str) -> bool:
    """`Deleting an author deletes their posts`, or leaves them without one."""
    found = _BECOMES.match(said)
    kept = _KEEPS.match(said)
    named = found or kept
    other = draft.spoken(named["what"]) if named else None
    tied = _tied(other, cause.entity) if other else []
    if other is None or len(tied) != 1 or (found is not None and found["state"] not in _GONE and not kept):
        return False
    known = other.relations[tied[0]]
    what = {"on_delete": OnDelete.SET_NULL, "optional": True} if kept else {"on_delete": OnDelete.CASCADE}
    other.relations[tied[0]] = known.model_copy(update=what)
    draft.mark(cause.sentence, f"{other.address}.relations.{tied[0]}.on_delete")
    return True


def _forbid_deletion(draft: Draft, sentence: Sentence, text: str) -> None:
    """`An author with books cannot be deleted`; with a quality (`open loans`), a rule that judges the deletion."""
    found = _HELD.match(text)
    held = (found["held"] or found["behind"]) if found else ""
    entity, other = (draft.spoken(found["what"]), draft.spoken(held.split()[-1])) if found else (None, None)
    tied = _tied(other, entity) if entity and other else []
    if found is None or entity is None or other is None or len(tied) != 1:
        return
    tests = [test_for(draft, other, word) for word in held.split()[: -len(other.title.split())]]
    if not all(tests):
        return
    known = other.relations[tied[0]]
    if not tests:
        other.relations[tied[0]] = known.model_copy(update={"on_delete": OnDelete.RESTRICT})
        draft.mark(sentence, f"{other.address}.relations.{tied[0]}.on_delete")
        return
    one = other.snake[0]
    such = " && ".join(tests).replace("this.", f"{one}.")
    name = spec_name(f"no {held}")
    cel = f"!this.{back_name(other.name, known)}.exists({one}, {such})"
    entity.rules[name] = Rule(cel=cel, else_=f"{sentence.text[:200].rstrip('.')}.", on=(Moment.DELETE,))
    draft.mark(sentence, f"{entity.address}.rules.{name}")


def _tied(other: EntityDraft, entity: EntityDraft) -> list[str]:
    return [
        name
        for name, one in other.relations.items()
        if one.to == entity.name and one.kind is not RelationKind.MANY_TO_MANY
    ]


def _change(draft: Draft, cause: _Cause, what: str, state: str) -> bool:
    """What becomes of the record itself, of one that it belongs to, or of each that belongs to it."""
    other = draft.spoken(what) or draft.named(tuple(what.split()[-1:]))
    other = draft.spoken(what.rsplit(maxsplit=1)[-1]) if other is None else other
    if other is None or state in _GONE:
        return False
    size = len(other.title.split())
    words = what.split()[:-size]
    tests = [test_for(draft, other, word) for word in words]
    effect = _outcome(draft, other, state, named=bool(words))
    if not all(tests) or effect is None:
        return False
    key = spec_name(f"{state} {plural(other.title)}")
    up, down = _tied(cause.entity, other), _tied(other, cause.entity)
    if other is cause.entity:
        return not words and _itself(draft, cause, effect)
    if len(up) == 1 and not down:
        where = f"this.{up[0]}"
        when = " && ".join(test.replace("this.", f"{where}.") for test in tests)
        change = effect.model_copy(update={"on": where, "when": when or None})
    elif len(down) == 1 and not up:
        name = other.snake
        filtered = " && ".join(tests).replace("this.", f"{name[0]}.")
        each = f"this.{back_name(other.name, other.relations[down[0]])}"
        each = f"{each}.filter({name[0]}, {filtered})" if tests else each
        change = effect.model_copy(update={"each": each, "as_": name})
    else:
        return False
    _add(draft, cause, key, change)
    if other.states is not None and {"open"} & set(words) & set(other.states.values) and cause.operations:
        said = f"Only {plural(other.title)} in the state open are meant, not those in the states after it."
        draft.assume(f"operations.{cause.operations[0]}.also.{key}", said)
    return True


def _outcome(draft: Draft, other: EntityDraft, state: str, *, named: bool) -> Effect | None:
    """How a record becomes what a word says: by its state, a flag, or a relation that is let go."""
    value = spec_name(state)
    if other.states is not None and value in other.states.values:
        return Effect(to=value)
    flag = other.fields.get(value)
    if flag is not None and flag.type is FieldType.BOOL:
        return Effect(sets={value: "true"})
    if (test := test_for(draft, other, state)).endswith(" == null") and " && " not in test:
        relation = test.removeprefix("this.").removesuffix(" == null")
        if relation in other.relations and _settable(other.relations[relation]):
            return Effect(sets={relation: "null"})
    if other.states is not None and named and re.fullmatch(r"[a-z]+ed", state):
        other.states = States(field=other.states.field, values=(*other.states.values, value))
        draft.assume(f"{other.address}.states", f"{other.one} ends as {state}; nothing else leads there.")
        return Effect(to=value)
    return None


def _settable(relation: Relation) -> bool:
    return relation.optional and (relation.read_only or relation.reassignable)


def _itself(draft: Draft, cause: _Cause, effect: Effect) -> bool:
    """`Returning a book makes it available again`: the operation does it to its own record."""
    for name in cause.operations:
        operation = draft.operations[name]
        if effect.to and operation.to not in {None, effect.to}:
            return False
        if effect.to and operation.to is None and not operation.from_ and cause.entity.states is not None:
            operation.from_ = [state for state in cause.entity.states.values if state != effect.to]
        operation.to = effect.to or operation.to
        operation.sets |= effect.sets
        draft.mark(cause.sentence, f"operations.{name}", LIKELY)
    return bool(cause.operations)


def _add(draft: Draft, cause: _Cause, key: str, effect: Effect) -> None:
    for name in cause.operations:
        draft.operations[name].also[key] = effect
        draft.mark(cause.sentence, f"operations.{name}.also.{key}")
    for name in cause.jobs:
        job = draft.jobs[name]
        draft.jobs[name] = job.model_copy(update={"also": {**job.also, key: effect}})
        draft.mark(cause.sentence, f"jobs.{name}.also.{key}")


def _tell(draft: Draft, cause: _Cause, said: str) -> bool:
    """`The member is told by email`: a mail is queued with what is done."""
    queued: dict[str, dict[str, Effect]] = {}
    for name in cause.operations:
        effects = queue_mail(draft, cause.entity, cause.done, said, draft.operations[name])
        if effects is None:
            return False
        queued[name] = effects
    for name, effects in queued.items():
        draft.operations[name].also |= effects
        draft.mark(cause.sentence, f"operations.{name}.also.{next(iter(effects))}", LIKELY)
    return bool(queued)


def _send(draft: Draft, cause: _Cause) -> bool:
    """`A webhook is sent to the warehouse`."""
    if not cause.operations and not cause.jobs:
        return False
    name = webhook_about(draft, cause.entity, cause.done)
    for doing in cause.operations:
        draft.operations[doing].sends.append(name)
        draft.mark(cause.sentence, f"operations.{doing}.sends")
    for doing in cause.jobs:
        job = draft.jobs[doing]
        draft.jobs[doing] = job.model_copy(update={"sends": (*job.sends, name)})
        draft.mark(cause.sentence, f"jobs.{doing}.sends")
    draft.mark(cause.sentence, f"webhooks.{name}")
    return True


def _ask(draft: Draft, cause: _Cause, said: str) -> None:
    if not draft.gave(cause.sentence):
        return  # the whole sentence becomes a question
    address = f"operations.{cause.operations[0]}" if cause.operations else cause.entity.address
    asked = f'What should the service do about this: "{said}", when {cause.entity.one.lower()} is {cause.done}?'
    draft.ask(address, asked, "Nothing yet: it is not in the Spec.")
