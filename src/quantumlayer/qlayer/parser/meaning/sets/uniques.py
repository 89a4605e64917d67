"""What is there only once: alone, together with something else, or among those in a certain state."""

import re
from collections.abc import Iterator

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import LIKELY, STATED, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.sets.nouns import (
    adjectives,
    bare,
    done,
    linking,
    made_by,
    member,
    mentioned,
    relation_to,
    single,
    state_test,
)
from quantumlayer.qlayer.parser.meaning.sets.sayings import Saying, noun, nouns
from quantumlayer.spec.model import FieldType, Rule, Unique

_SHORT = frozenset({FieldType.STRING, FieldType.EMAIL, FieldType.INT, FieldType.DATE, FieldType.DATETIME})
_NO_TWO = re.compile(r"\b(?P<no>no )?(?:two|2|second) (?=[a-z])")
_NEVER = re.compile(r"\b(?:never|not|cannot|no|nobody|nor)\b")
_AT_ONCE = re.compile(r"\boverlap|\bsame time\b|\bat once\b|\bsimultaneous")
_SAME = re.compile(r"\b(?:the |an? )?(?:same|identical) ")
_SCOPE = re.compile(r"\b(?:of|in|on|within|at|for|under) (?:one|an?|each|every|any|the) (?!same\b)")
_SHARED = re.compile(r"\b(?:share|have|use|carry) (?:an?|one|the) (?!same\b)")
_UNIQUE_WITHIN = re.compile(
    r"\bunique (?:within|per|inside|for each|for every|in each|in every|on each|among|in|on|for|of) "
    r"(?:an?|the|its|their|each|every|one|all|all the)? ?"
)
_ONE_PER = re.compile(
    r"\b(?P<most>only|at most|no more than|not more than|never more than|a maximum of|just|exactly|there is"
    r"|there are)? ?"
    r"\b(?:one|1|a single) (?P<what>[a-z][\w -]*?)"
    r"(?: (?:is|are|may be|can be|may|can) (?:allowed|possible|permitted|exist|kept|made|active|issued|given))?"
    r" (?P<per>per|for each|for every|for any|for the same|in each|on each|for an?|in an?|on an?) "
)
_HAS_ONE = re.compile(
    r"\b(?:an?|each|every|no|one|the) (?P<who>[a-z][\w -]*?) (?:(?:can|may|must|should|will) )?"
    r"(?:cannot |never |not )?(?:only )?(?:ever )?(?:has|have|gets?|holds?|keeps?|takes?|owns?|books?|reserves?) "
    r"(?P<most>only |at most |no more than |not more than |more than |just |never more than )?(?P<n>one|a single|two) "
)
_WHO = re.compile(
    r"^(?:an?|each|every|the) (?P<who>[a-z][\w -]*?) (?:can|may|must|should|will|has|have|gets?|writes?|makes?)\b"
)
_PERIODS = frozenset({"day", "date", "week", "month", "year", "quarter", "season", "hour"})
_OFTEN = re.compile(r"\b(?P<once>once|one time)\b|\b(?P<twice>twice|two times|more than once|again|a second time)\b")
_SURELY = re.compile(
    r"\b(?:only|at most|just|no more than|not more than) (?:once|one time)\b|\bonce (?:only|at most|per|a|each)\b"
)
_PERIOD = re.compile(r"\b(?:per|each|every|a|one|same) (?P<period>day|date|week|month|year|quarter|season)\b")
_NOBODY_ELSE = re.compile(
    r"(?P<said>[a-z][\w -]*?)(?: \([^)]*\))? (?:that|which) (?:nobody|no ?one|no other [a-z]+(?: [a-z]+)?|none"
    r" of the others)"
    r" (?:else )?(?:has|have|uses?|shares?|may have|can have|may use)\b"
)
_EACH_ONCE = re.compile(
    r"\b(?:each|every|the same|any) (?P<said>[a-z][\w -]*?)(?: (?:is|may be|can be|must be))?(?: (?:used|given"
    r"|taken|assigned))? (?:only|at most) once$"
)
_NEVER_TWICE = re.compile(
    r"(?:^|\b(?:and|but|an?|the|no|each|every|its|their) )(?P<said>[a-z][\w-]*(?: [a-z][\w-]*){0,2}?)"
    r" (?:is|are|must|may|can|should|will)?(?: ?be)? ?(?P<no>never|not|cannot)?(?: be)?"
    r" ?(?:given|used|issued|assigned|taken|handed|chosen)(?: out)? (?:twice|again|to (?:two|more than one)\b)"
)


def find_uniques(draft: Draft, saying: Saying) -> None:
    """Everything in a sentence that is said to be there only once."""
    if _AT_ONCE.search(saying.text):
        return
    if _no_two(draft, saying) or _unique_within(draft, saying):
        return
    found = [any(read(draft, saying, part) for read in (_has_one, _one_per, _once)) for part in _parts(saying.text)]
    if not any(found):
        _alone(draft, saying)


def _parts(text: str) -> list[str]:
    return re.split(r",? (?:and|but) (?=(?:an?|the|each|every|no|one|only|nobody) )|, ", text)


def _no_two(draft: Draft, saying: Saying) -> bool:
    """`No two desks on the same floor have the same label`; `two batches of one medicine never share a number`."""
    found = _NO_TWO.search(saying.text)
    rest = saying.text[found.end() :] if found else ""
    if found is None or not (found["no"] or _NEVER.search(saying.text)):
        return False
    said = noun(rest)
    kept = draft.spoken(said) if said else None
    if kept is None:
        return False
    whole = rest[len(said) :]
    keys = [
        key
        for opening in (_SAME, _SCOPE, _SHARED)
        for each in opening.finditer(whole)
        for key in nouns(whole[each.end() :])
    ]
    return _together(draft, saying, kept, keys, said)


def _unique_within(draft: Draft, saying: Saying) -> bool:
    """`Labels are unique within a floor`; `a label (unique per floor)`."""
    found = _UNIQUE_WITHIN.search(saying.text)
    if found is None:
        return False
    scopes = nouns(saying.text[found.end() :])
    before = saying.text[: found.start()]
    fitting: list[tuple[int, EntityDraft, str]] = []
    for entity in draft.entities.values():
        if not scopes or not all(_key(draft, entity, scope) for scope in scopes):
            continue
        places = {name: before.rfind(name.replace("_", " ")) for name in entity.fields}
        name = max(places, key=lambda each: places[each], default="")
        if name and places[name] >= 0:
            fitting.append((places[name], entity, name))
    if len(fitting) != 1:
        return False
    _, entity, name = fitting[0]
    return _together(draft, saying, entity, [*scopes, name.replace("_", " ")], entity.title)


def _one_per(draft: Draft, saying: Saying, part: str) -> bool:
    """`One licence per dog and year`; `only one open loan per book`; `a member writes one review per book`."""
    for found in _ONE_PER.finditer(part):
        sure = found["most"] or found["per"] in {"per", "for each", "for every"}
        keys = nouns(part[found.end() :])
        if not sure or not keys or all(key in _PERIODS for key in keys):
            continue
        kept = draft.spoken(found["what"])
        who = _WHO.match(part[: found.start()])
        owner = draft.spoken(who["who"]) if who else None
        if kept is not None and owner is not None and relation_to(kept, owner):
            keys = [owner.title, *keys]
        if kept is not None and _together(draft, saying, kept, keys, found["what"]):
            return True
        if kept is None and _one_each(draft, saying, found["what"], keys):
            return True
    return False


def _has_one(draft: Draft, saying: Saying, part: str) -> bool:
    """`A character has at most one lead`; `a customer has only one open cart`; `a member gets one desk per day`."""
    for found in _HAS_ONE.finditer(part):
        owner, rest = draft.spoken(found["who"]), part[found.end() :]
        said = noun(rest)
        denied = _NEVER.search(found.group()) is not None
        doubled = found["n"] == "two"
        if owner is None or not said or denied != (doubled or found["most"] == "more than "):
            continue
        period = _PERIOD.search(rest)
        limited = (denied or found["most"] or " only " in found.group()) and not re.search(
            r"\b(?:per|for each)\b", rest
        )
        if period and _in_period(draft, saying, owner, said, period["period"]):
            return True
        if not period and limited and _one_each(draft, saying, said, [owner.title]):
            return True
    return False


def _in_period(draft: Draft, saying: Saying, owner: EntityDraft, said: str, period: str) -> bool:
    """`A member gets one desk per day`: of what ties a member to a desk, one for each member and day."""
    target = draft.spoken(said)
    kept = target if target is None or relation_to(target, owner) else linking(draft, owner, target)
    return kept is not None and _together(draft, saying, kept, [owner.title, period], kept.title)


def _one_each(draft: Draft, saying: Saying, said: str, keys: list[str]) -> bool:
    """At most one of the records that are something: a lead, a main address, an open cart."""
    kept = draft.spoken(said)
    if kept is not None:
        return _together(draft, saying, kept, keys, said)
    fitting = []
    for entity in draft.entities.values():
        test = state_test(entity, bare(said))
        if test and all(_key(draft, entity, key) for key in keys):
            fitting.append((entity, test))
    if len(fitting) != 1:
        return False
    entity, test = fitting[0]
    return _keep(draft, saying, entity, [_key(draft, entity, key) for key in keys], test)


def _once(draft: Draft, saying: Saying, part: str) -> bool:
    """`A desk can be booked once per day`; `the same person is cast as the same character only once`."""
    often = _OFTEN.search(part)
    denied = _NEVER.search(part)
    if often is None or (often["twice"] and not denied) or (often["once"] and not _SURELY.search(part)):
        return False
    there = mentioned(draft, part)
    for kept in _counted(draft, saying, part, there):
        owners = [one for one in there if one is not kept]
        keys = [relation_to(kept, one) for one in owners]
        period = _PERIOD.search(part)
        if period and not any(one.title == period["period"] for one in owners):
            keys.append(_key(draft, kept, period["period"]))
        if re.match(r"(?:nobody|no ?one) ", part) and (own := _actor(draft, kept)):
            keys.append(own)
        if keys and all(keys) and (len(keys) > 1 or often["once"]):
            _unflag(draft, owners)
            return _keep(draft, saying, kept, keys, "")
    return False


def _counted(draft: Draft, saying: Saying, part: str, there: list[EntityDraft]) -> Iterator[EntityDraft]:
    """What is made each time that something is done: what the verb makes, else what ties those who are named."""
    verbs = {word.lemma for word in saying.sentence.words if word.tag.startswith("VB") and word.lower in part}
    tied = linking(draft, *there[:2]) if len(there) > 1 else None
    made = [one for verb in sorted(verbs) for one in made_by(draft, verb)]
    yield from made
    if tied is not None and tied not in made:
        yield tied


def _actor(draft: Draft, kept: EntityDraft) -> str:
    """The relation to whoever made a record."""
    people = {role.record for role in draft.roles.values()}
    found = [name for name, one in single(kept).items() if one.to in people]
    return found[0] if len(found) == 1 else ""


def _unflag(draft: Draft, owners: list[EntityDraft]) -> None:
    """Take back the flag that `once` gave to the record itself: each person may do it once, not everybody together."""
    for name, operation in draft.operations.items():
        entity = draft.entities[operation.on]
        flag = spec_name(done(name.split("_")[0]))
        if entity in owners and f"not_{flag}" in operation.requires:
            del operation.requires[f"not_{flag}"]
            operation.sets.pop(flag, None)
            entity.fields.pop(flag, None)


def _alone(draft: Draft, saying: Saying) -> None:
    """`An email address that nobody else has`; `each name only once`; `numbers are never given twice`."""
    for form in (_NOBODY_ELSE, _EACH_ONCE, _NEVER_TWICE):
        for found in form.finditer(saying.text):
            if form is _NEVER_TWICE and not _NEVER.search(found.group()):
                continue
            _only_field(draft, saying, found["said"])


def _only_field(draft: Draft, saying: Saying, said: str) -> None:
    """Make the field unique that the end of some words names in one entity: the one that the sentence is about."""
    parts = said.split()
    for start in range(max(0, len(parts) - 3), len(parts)):
        name = " ".join(parts[start:])
        having = [one for one in draft.entities.values() if member(one, name) in one.fields]
        spoken = [
            one for one in having if one in mentioned(draft, saying.text) or one is saying.about(draft, saying.text)
        ]
        marked = [
            one for one in having if draft.source_of(f"{one.address}.fields.{member(one, name)}") is saying.sentence
        ]
        for narrowed in (marked, spoken, having):
            if len(narrowed) == 1:
                _keep(draft, saying, narrowed[0], [member(narrowed[0], name)], "")
                return


def _together(draft: Draft, saying: Saying, kept: EntityDraft, said: list[str], what: str) -> bool:
    """Keep the values together that some nouns mean, where each of them and each adjective is understood."""
    tests = [state_test(kept, word) for word in adjectives(what, kept)]
    keys = [_key(draft, kept, one) for one in said]
    if not keys or not all(keys) or not all(tests):
        return False
    return _keep(draft, saying, kept, keys, " && ".join(tests))


def _key(draft: Draft, entity: EntityDraft, said: str) -> str:
    """The relation or field of a record that a noun means."""
    target = draft.spoken(bare(said))
    if target is not None and target is not entity and (name := relation_to(entity, target)):
        return name
    related = spec_name(bare(said))
    if related in single(entity):
        return related
    if (name := member(entity, said)) in entity.fields:
        return name
    if bare(said) in {"day", "date"}:
        dates = [key for key, field in entity.fields.items() if field.type is FieldType.DATE and not field.optional]
        return dates[0] if len(dates) == 1 else ""
    return ""


def _keep(draft: Draft, saying: Saying, entity: EntityDraft, keys: list[str], when: str) -> bool:
    keys = list(dict.fromkeys(keys))
    alone = keys[0]
    if len(keys) == 1 and alone in entity.fields and not when:
        field = entity.fields[alone]
        if field.type in _SHORT and not field.one_of and field.default is None:
            entity.fields[alone] = field.model_copy(update={"unique": True})
            saying.mark(draft, saying.text, f"{entity.address}.fields.{alone}", STATED)
            return True
        return False
    for key in keys:
        if key in entity.fields:  # unique is what they are together
            entity.fields[key] = entity.fields[key].model_copy(update={"unique": False})
    rule = Unique(of=tuple(keys), when=when or None)
    if any(one.unique == rule for one in entity.rules.values()):
        return True
    name = spec_name(f"one per {' and '.join(keys)}")
    _unlimit(
        draft, entity, dated=any(key in entity.fields and entity.fields[key].type is FieldType.DATE for key in keys)
    )
    entity.rules[name] = Rule(unique=rule, else_=saying.told())
    saying.mark(draft, saying.text, f"{entity.address}.rules.{name}", LIKELY if when else STATED)
    return True


def _unlimit(draft: Draft, entity: EntityDraft, *, dated: bool) -> None:
    """Take back a limit of one: the rule says more exactly of what there is one."""
    name = spec_name(f"fewer than 1 open {plural(entity.title)}")
    entity.rules.pop(name, None)
    if dated:
        entity.rules.pop("at_most_1_per_day", None)
    for operation in draft.operations.values():
        operation.requires.pop(name, None)
