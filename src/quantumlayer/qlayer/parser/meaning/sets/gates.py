"""What may be done in which state: `only published events can be booked`, `blocked members may not borrow`."""

import re
from collections.abc import Iterable, Sequence

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.conditions import opposite
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.sets.nouns import (
    adjectives,
    filtered,
    letter_of,
    made_by,
    mentioned,
    records,
    relation_to,
    state_test,
)
from quantumlayer.qlayer.parser.meaning.sets.sayings import Saying
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, DELETE, UPDATE, happens, synonym
from quantumlayer.qlayer.parser.silence import ask_about
from quantumlayer.spec.model import FieldType, Moment, Requirement, Rule, States

_MAY = r"(?:can|may|must|could|is allowed to|are allowed to)"
_MAY_NOT = r"(?:cannot|(?:can|may|must|could|should|shall|will|do|does)(?: not| never)|never)"
_BY = r"(?: (?P<prep>from|for|to|on|into|at|in|with|by))?(?P<rest> .*)?"
_ONLY = re.compile(rf"^only (?:an? |the )?(?P<what>[a-z][\w, -]*?) {_MAY} (?:ever )?be (?P<verb>[a-z]+){_BY}$")
_ONLY_WHEN = re.compile(
    rf"^(?:an?|the|each|every)? ?(?P<what>[a-z][\w -]*?) {_MAY} (?:only )?be (?:only )?(?P<verb>[a-z]+)"
    rf"(?P<rest> [\w -]*?)? ?"
    r"(?:only )?(?:when|if|while|once|as long as|after) (?:it|they) (?:is|are|has been|have been|was) "
    r"(?P<states>[a-z][\w, -]*)$"
)
_NOT_WHEN = re.compile(
    rf"^(?:an?|the|no|each)? ?(?P<what>[a-z][\w -]*?) {_MAY_NOT} be (?P<verb>[a-z]+)(?: any ?more| any longer)?"
    rf"(?P<rest> [\w -]*?)?,? "
    r"(?P<how>unless|until|before|when|if|while|once|after|as soon as) (?:it|they) (?:is|are|has been|have"
    r" been|was) (?P<not>not )?(?P<states>[a-z][\w, -]*)$"
)
_NOT_ADJ = re.compile(rf"^(?:an?|the)? ?(?P<what>[a-z][\w, -]*?) {_MAY_NOT} be (?P<verb>[a-z]+){_BY}$")
_NOT_FOR = re.compile(
    rf"^(?:(?P<who>[a-z][\w -]*? )?{_MAY_NOT}|(?:nobody|no ?one) {_MAY}) (?P<verb>[a-z]+)(?P<rest> [\w"
    rf" ,-]*?)? ?(?:for |from |to |in |on |at )?(?:an?|the|any) (?P<what>[a-z][\w-]*(?: [a-z][\w-]*)?)"
    r" (?:that|which) (?:is|are|has been) (?P<not>not (?:yet )?)?(?P<states>[a-z][\w -]*)$"
)
_THAT_ARE = re.compile(
    r"^(?P<what>[a-z][\w-]*(?: [a-z][\w-]*)?) (?:that|which|who) (?:is|are|has been|have been|was|were) "
    r"(?P<not>not (?:yet )?)?(?P<states>[a-z][\w -]*)$"
)
_WHO_HAS = re.compile(
    r"^(?:an?|the)? ?(?P<who>[a-z][\w-]*(?: [a-z][\w-]*)?) (?:(?:that|which|who) (?:has|have|still has|still"
    r" have)|with) (?P<some>an? |any |some |one or more )?(?P<kept>[a-z][\w -]*?)$"
)
_ACTS_NOT = re.compile(
    rf"^(?:an?|the|any|every)? ?(?P<who>[a-z][\w -]*?) {_MAY_NOT} (?!be\b)(?P<verb>[a-z]+)(?P<rest> .*)?$"
)
_ONLY_ACTS = re.compile(rf"^only (?P<who>[a-z][\w -]*?) {_MAY} (?!be\b)(?P<verb>[a-z]+)(?P<rest> .*)?$")
_WHO_DID = re.compile(
    r"^(?P<who>[a-z][\w-]*(?: [a-z][\w-]*)?) (?:who|that) (?:has|have|had)(?: already| ever)? (?P<verb>[a-z]+)"
    r" (?:an?|the|that|this|it) ?(?P<what>[a-z][\w -]*)?$"
)
_ONLY_BY = re.compile(
    rf"^(?:an?|the)? ?(?P<what>[a-z][\w -]*?) {_MAY} (?:only )?be (?P<verb>[a-z]+) (?:only )?by (?P<by>[a-z][\w"
    rf" -]*? who (?:has|have|had) .+)$"
)
_MOMENTS = re.compile(
    r"\b(?:before|after|until) (?!(?:it|they|he|she)\b)[\w ]+, (?:or |and )?|, (?:before|after|until) (?!(?:it|they)\b)"
)
"""Moments in a list beside what was read: `before sales start, after sales end, or for an event that is a draft`."""
_JOIN = re.compile(r",? or |,? and |, ")


def find_gates(draft: Draft, saying: Saying) -> None:
    """Everything in a sentence that says in which state something may be done."""
    if _gated(draft, saying):
        if _MOMENTS.search(saying.text):
            ask_about(draft, saying.text, saying.sentence)
        draft.whole.update(id(clause) for clause in saying.clauses if id(clause) in draft.read)


def _gated(draft: Draft, saying: Saying) -> bool:
    for part in (saying.text, *re.split(r",? (?:and|but) (?=(?:only|an?|the|no|it) )", saying.text)):
        if any(read(draft, saying, part) for read in (_of_done, _of_states, _of_holders, _of_callers)):
            return True
    return False


def _of_states(draft: Draft, saying: Saying, part: str) -> bool:
    """What may be done to a record only while it is something, or not while it is."""
    for form in (_ONLY_WHEN, _NOT_WHEN, _NOT_FOR):
        if found := form.match(part):
            entity = draft.spoken(found["what"])
            wanted = _wanted(form, found)
            states = [word for word in _JOIN.split(found["states"]) if word]
            if entity is not None and wanted is not None:
                done = (found["verb"], "") if form is _NOT_FOR else _done(found)
                return _gate(draft, saying, part, entity, states, done, wanted=wanted)
    for form, wanted in ((_ONLY, True), (_NOT_ADJ, False)):
        if found := form.match(part):
            entity, states, flipped = _described(draft, saying, found["what"])
            if entity is not None and states:
                return _gate(draft, saying, part, entity, states, _done(found), wanted=wanted != flipped)
    return False


def _wanted(form: re.Pattern[str], found: re.Match[str]) -> bool | None:
    """Whether the named states are those in which it may be done."""
    if form is _ONLY_WHEN:
        return True if "only" in found.group() else None
    if form is _NOT_WHEN:
        return (found["how"] in {"unless", "until", "before"}) != bool(found["not"])
    return bool(found["not"])


def _done(found: re.Match[str]) -> tuple[str, str]:
    return found["verb"], (found["rest"] or "").strip()


def _described(draft: Draft, saying: Saying, said: str) -> tuple[EntityDraft | None, list[str], bool]:
    """The entity and the states of `published events`, `an available one`, `events that are not published`."""
    if relative := _THAT_ARE.match(said):
        return draft.spoken(relative["what"]), _JOIN.split(relative["states"]), bool(relative["not"])
    plain = re.sub(r" ones?$", "", said)
    entity = draft.spoken(plain)
    if plain != said or entity is None:
        before = saying.text[: saying.text.find(said)]
        there = mentioned(draft, before)
        return (there[0] if there else None), [plain], False
    listed = re.sub(r",? or | and ", " ", said)
    return entity, adjectives(listed, entity), False


def _gate(
    draft: Draft,
    saying: Saying,
    part: str,
    entity: EntityDraft,
    states: list[str],
    done: tuple[str, str],
    *,
    wanted: bool,
) -> bool:
    """Let something be done to a record only while a test holds."""
    if done[1] not in {"", "any more", "any longer", "again"}:
        return False  # it is forbidden to some, or at some time
    named = [spec_name(word) for word in states]
    living = entity.states
    stated = living is not None and all(name in living.values for name in named)
    tests = [state_test(entity, word) for word in states]
    if not stated and not all(tests):
        return False
    operations = _operations(draft, entity, done[0])
    if operations and living is not None and stated:
        return _move(draft, saying, part, living, named, operations, wanted=wanted)
    test = _test(living, named, wanted=wanted) if living is not None and stated else _either(tests, wanted=wanted)
    title = f"{'' if wanted else 'not '}{' or '.join(states)}"
    if operations:
        return _require(draft, saying, part, operations, title, test)
    return _on_record(draft, saying, part, entity, done[0], title, test)


def _test(living: States, named: Sequence[str], *, wanted: bool) -> str:
    field = f"this.{living.field}"
    if len(named) == 1:
        return f"{field} {'==' if wanted else '!='} '{named[0]}'"
    listed = f"{field} in [{', '.join(repr(name) for name in named)}]"
    return listed if wanted else f"!({listed})"


def _either(tests: Sequence[str], *, wanted: bool) -> str:
    joined = " || ".join(tests)
    if wanted:
        return joined
    return opposite(tests[0]) if len(tests) == 1 and "&&" not in joined else f"!({joined})"


def _operations(draft: Draft, entity: EntityDraft, verb: str) -> list[str]:
    """What can be done to a record that a participle or a verb means."""
    meant = []
    for name, operation in draft.operations.items():
        action = name.split("_")[0]
        if operation.on == entity.name and (
            happens(action, verb) or action == action_name(synonym(verb)).split("_")[0]
        ):
            meant.append(name)
    return meant


def _move(
    draft: Draft, saying: Saying, part: str, living: States, named: list[str], operations: list[str], *, wanted: bool
) -> bool:
    """The states in which an operation may be done."""
    for name in operations:
        operation = draft.operations[name]
        before = operation.from_ or [state for state in living.values if state != operation.to]
        operation.from_ = list(named) if wanted else [state for state in before if state not in named]
        operation.from_ = operation.from_ or before
        saying.mark(draft, part, f"operations.{name}.from")
    return True


def _require(draft: Draft, saying: Saying, part: str, operations: Iterable[str], title: str, test: str) -> bool:
    for name in operations:
        held = draft.operations[name].requires
        key = next((key for key, one in held.items() if one.cel == test), spec_name(title))
        held.setdefault(key, Requirement(cel=test, else_=saying.told(part if part != saying.text else "")))
        saying.mark(draft, part, f"operations.{name}.requires.{key}")
    return True


def _on_record(draft: Draft, saying: Saying, part: str, entity: EntityDraft, verb: str, title: str, test: str) -> bool:
    """A rule for what no operation does: changing, removing, or making what belongs to the record."""
    base = _base(saying, verb)
    if base in UPDATE | DELETE:
        moment = Moment.UPDATE if base in UPDATE else Moment.DELETE
        return _rule(draft, saying, part, entity, title, test, (moment,))
    made = [one for one in made_by(draft, base) if relation_to(one, entity)]
    if len(made) != 1:
        return False
    kept = made[0]
    way = relation_to(kept, entity)
    cel = re.sub(r"\bthis\b", f"this.{way}", test)
    if kept.relations[way].optional:
        cel = f"this.{way} == null || {cel}"
    return _rule(draft, saying, part, kept, f"{way} {title}", cel, (Moment.CREATE,))


def _base(saying: Saying, verb: str) -> str:
    """The dictionary form of a verb of the sentence."""
    return next(
        (word.lemma for word in saying.sentence.words if word.lower == verb and word.tag.startswith("VB")), verb
    )


def _rule(
    draft: Draft, saying: Saying, part: str, entity: EntityDraft, title: str, cel: str, on: tuple[Moment, ...]
) -> bool:
    name = spec_name(title)
    if not any(rule.cel == cel and rule.on == on for rule in entity.rules.values()):
        entity.rules[name] = Rule(cel=cel, else_=saying.told(part if part != saying.text else ""), on=on)
        saying.mark(draft, part, f"{entity.address}.rules.{name}", LIKELY)
    return True


def _of_holders(draft: Draft, saying: Saying, part: str) -> bool:
    """`A member who has unpaid fees cannot borrow`; `members with overdue loans may not reserve books`."""
    acts = _ACTS_NOT.match(part)
    holds = _WHO_HAS.match(acts["who"]) if acts else None
    holder = draft.spoken(holds["who"]) if holds else None
    kept = draft.spoken(holds["kept"]) if holds else None
    if acts is None or holds is None or holder is None or kept is None:
        return False
    letter = letter_of(kept)
    tests = [state_test(kept, word, letter) or _told(kept, word, letter) for word in adjectives(holds["kept"], kept)]
    listed = records(draft, holder, kept, "this")
    if not listed or not tests or not all(tests):
        return False
    cel = f"{filtered(listed, letter, ' && '.join(tests))}.size() == 0"
    return _of_actor(draft, saying, part, holder, acts, f"no {holds['kept']}", cel)


def _told(kept: EntityDraft, word: str, letter: str) -> str:
    """A yes or no that is worked out, such as `overdue`."""
    known = kept.derived.get(spec_name(word))
    return f"{letter}.{spec_name(word)}" if known is not None and known.type is FieldType.BOOL else ""


def _of_callers(draft: Draft, saying: Saying, part: str) -> bool:
    """`Blocked members may not borrow`; `only active members can book`."""
    for form, wanted in ((_ACTS_NOT, False), (_ONLY_ACTS, True)):
        found = form.match(part)
        if found is None:
            continue
        entity, states, flipped = _described(draft, saying, found["who"])
        tests = [state_test(entity, word) or _told(entity, word, "this") for word in states] if entity else []
        if entity is None or not tests or not all(tests):
            continue
        cel = _either(tests, wanted=wanted != flipped)
        return _of_actor(draft, saying, part, entity, found, f"{'' if wanted else 'not '}{' '.join(states)}", cel)
    return False


def _of_actor(
    draft: Draft, saying: Saying, part: str, who: EntityDraft, found: re.Match[str], title: str, cel: str
) -> bool:
    """What must hold for whoever does something: the caller of an operation, or whom the record that is made is of."""
    verb = _base(saying, found["verb"])
    target = next(iter(mentioned(draft, found["rest"] or "")), None)
    roles = [name for name, role in draft.roles.items() if role.record == who.name]
    meant = [
        name
        for name, operation in draft.operations.items()
        if _is_action(name, verb)
        and set(roles) & set(operation.by)
        and (target is None or target.name in _about(operation))
    ]
    for name in meant:
        caller = next(role for role in roles if role in draft.operations[name].by)
        test = re.sub(r"\bthis\b", f"caller.{caller}", cel)
        if len(draft.operations[name].by) > 1:
            test = f"caller.role != '{caller}' || {test}"
        _require(draft, saying, part, [name], title, test)
    made = [
        one
        for one in _makings(draft, verb, target)
        if relation_to(one, who) and not (meant and one.created_by in meant)
    ]
    if meant or len(made) != 1:
        return bool(meant)
    way = relation_to(made[0], who)
    if made[0].relations[way].optional:
        return False
    return _rule(
        draft, saying, part, made[0], f"{way} {title}", re.sub(r"\bthis\b", f"this.{way}", cel), (Moment.CREATE,)
    )


def _about(operation: OperationDraft) -> set[str]:
    return {operation.on, *([operation.creates.entity] if operation.creates else [])}


def _is_action(name: str, verb: str) -> bool:
    return name.split("_", maxsplit=1)[0] == action_name(synonym(verb)).split("_")[0]


def _makings(draft: Draft, verb: str, target: EntityDraft | None) -> list[EntityDraft]:
    """What a verb makes: `write a review` a review, `review a book` too."""
    if verb in CREATE | {"write", "give", "leave", "post", "place"} and target is not None:
        return [target]
    return [one for one in made_by(draft, verb) if target is None or one is target or relation_to(one, target)]


def _of_done(draft: Draft, saying: Saying, part: str) -> bool:
    """`A review can only be written by members who have borrowed the book`; `only those who bought it may rate it`."""
    if written := _ONLY_BY.match(part):
        kept, by = draft.spoken(written["what"]), written["by"]
        if "only" not in part or kept is None:
            return False
    elif acts := _ONLY_ACTS.match(part):
        made = _makings(draft, _base(saying, acts["verb"]), next(iter(mentioned(draft, acts["rest"] or "")), None))
        kept, by = (made[0] if len(made) == 1 else None), acts["who"]
    else:
        return False
    did = _WHO_DID.match(by)
    who = draft.spoken(did["who"]) if did else None
    if did is None or kept is None or who is None or not relation_to(kept, who):
        return False
    return _did_before(draft, saying, part, kept, who, did)


def _did_before(
    draft: Draft, saying: Saying, part: str, kept: EntityDraft, who: EntityDraft, did: re.Match[str]
) -> bool:
    what = draft.spoken(did["what"]) if did["what"] else None
    about = [
        one for one in draft.entities.values() if relation_to(kept, one) and one is not who and what in (None, one)
    ]
    doings = [
        (doing, one)
        for one in about
        for doing in draft.entities.values()
        if doing is not kept
        and relation_to(doing, one)
        and relation_to(doing, who)
        and _tells(doing, did["verb"], _base(saying, did["verb"]))
    ]
    if len(doings) != 1:
        return False
    doing, one = doings[0]
    letter = letter_of(doing)
    state = spec_name(did["verb"])
    cel = f"{letter}.{relation_to(doing, who)} == this.{relation_to(kept, who)}"
    if doing.states and state in doing.states.values:
        cel += f" && {letter}.{doing.states.field} == '{state}'"
    listed = records(draft, one, doing, f"this.{relation_to(kept, one)}")
    return _rule(
        draft,
        saying,
        part,
        kept,
        f"{who.title} has {did['verb']}",
        f"{listed}.exists({letter}, {cel})",
        (Moment.CREATE,),
    )


def _tells(doing: EntityDraft, participle: str, verb: str) -> bool:
    """Whether a record is one of something having been done: a loan of borrowing, a booking that was attended."""
    from_verb = singular(words(doing.title)[-1]).startswith(verb[:4]) and len(verb) > 3
    stated = doing.states is not None and spec_name(participle) in doing.states.values
    return (
        from_verb
        or stated
        or participle in doing.events.values()
        or happens(doing.created_by.split("_")[0], participle)
    )
