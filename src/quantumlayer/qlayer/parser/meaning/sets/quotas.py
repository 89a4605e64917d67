"""How many, or how much, there may be at most: of the records that belong to one, or of what they take together."""

import re
from collections.abc import Sequence

from quantumlayer.kit.identifiers import plural, singular
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.sets.nouns import (
    NUMERIC,
    Value,
    adjectives,
    amount,
    bare,
    filtered,
    holding,
    letter_of,
    linking,
    made_by,
    own,
    records,
    relation_to,
    state_test,
    value,
)
from quantumlayer.qlayer.parser.meaning.sets.sayings import Saying, noun
from quantumlayer.qlayer.parser.text.numbers import NUMBER
from quantumlayer.spec.model import Derived, FieldType, Moment, RelationKind, Requirement, Rule

_MOST = r"(?:at most|up to|no more than|not more than|never more than|more than|a maximum of|max(?:imum)?\.?|only)"
_NOT = r"(?:never|not|cannot)"
_MORE = (
    r"(?:exceeds?|be (?:more|greater|higher|larger) than|be above|go (?:above|over|beyond)"
    r"|(?:add|sum) up to more than|total more than|(?:is|are) (?:more|greater|higher|larger) than|surpass)"
)
_HAS_MOST = re.compile(
    rf"^(?P<lead>no|an?|each|every|one|the|any) (?P<who>[a-z][\w -]*?) (?P<not>(?:can|may|must|should|will|does|do)?"
    rf" ?(?:{_NOT} )?)(?:ever )?(?P<verb>has|have|takes?|holds?|gets?|accepts?|admits?|contains?|carr(?:y|ies)|fits?)"
    rf" (?P<most>{_MOST}) (?P<n>{NUMBER}) "
)
_MOST_PER = re.compile(
    rf"\b(?P<most>{_MOST}) (?P<n>{NUMBER}) (?P<what>[a-z][\w -]*?) (?:can |may |are |is )?(?:allowed |possible )?"
    rf"(?:go to|goes to|belong to|per|in|on|for each|for|to) (?:an?|one|each|every|any)? ?(?P<who>[a-z][\w -]*)$"
)
_EXCEED = re.compile(
    rf"^(?P<what>.+?) (?P<whole>together )?(?:may|must|can|should|will|shall|do|does)? ?(?P<no>{_NOT})"
    rf"(?: together)?(?: ever)? {_MORE} (?P<most>[\w' .-]+?)(?P<also>,? and not (?:more than|above|over) "
    rf"(?P<second>[\w' -]+))?$"
)
_MORE_THAN = re.compile(
    rf"^(?:there (?:are|may be|can be|must be) )?(?:{_NOT}|no)(?: be)? more (?P<what>[a-z][\w -]*?) (?:(?:for"
    rf"|of|in|on) "
    rf"(?:an?|one|the|each) (?P<who>[a-z][\w -]*?) )?than (?P<most>[\w' -]+)$"
)
_HAS_MORE = re.compile(
    rf"^(?P<lead>no|an?|each|every|the) (?P<who>[a-z][\w -]*?) (?P<not>(?:can|may|must|should|will|does|do)? ?"
    rf"(?:{_NOT} )?)"
    rf"(?:ever )?(?:has|have|takes?|gets?|accepts?) more (?P<what>[a-z][\w -]*?) than (?P<most>[\w' -]+)$"
)
_ALL_OF = re.compile(
    r"^(?:the )?(?:(?:total|sum|number|count|amount)(?: number| amount)?(?: of)? )?(?P<what>[a-z][\w -]*?)"
    r" (?:of|for|in|on|to) (?:an?|one|the|each|every|all|its) (?P<who>[a-z][\w -]*)$"
)
_SOLD = re.compile(
    r"^(?:the )?(?:total )?(?P<what>[a-z][\w -]*?) (?P<done>[a-z]+(?:ed|en|ld|nt)) (?:of|for|in|from) (?:all"
    r" )?(?:the )?"
    r"(?P<kept>[a-z][\w -]*?) (?:of|for|in) (?:an?|one|the|each|every) (?P<who>[a-z][\w -]*)$"
)
_PAID = re.compile(r"^what (?:was|is|has been|had been) (?P<done>[a-z]+)$")
_AMOUNTS = frozenset(
    {"quantity", "amount", "number", "count", "place", "seat", "person", "head", "size", "piece", "unit"}
)
_PERIOD = re.compile(
    r"\b(?:per|each|every|a|in|within) (?:\w+ )?(?:day|week|month|year|hour|season)s?\b|\bat the same time\b"
)


def find_quotas(draft: Draft, saying: Saying) -> None:
    """Everything in a sentence that bounds how many there are, or what they come to."""
    if _PERIOD.search(saying.text):
        return
    for part in (saying.text, *re.split(r", (?:and |but )?|(?<=\w) and (?=(?:no|an?|each|at most) )", saying.text)):
        for read in (_sold, _has_most, _most_per, _has_more, _more_than, _exceed):
            if read(draft, saying, part):
                return


def _has_most(draft: Draft, saying: Saying, part: str) -> bool:
    """`A course takes at most 12 participants`; `no team has more than 15 players`."""
    found = _HAS_MOST.match(part)
    if found is None or not _denied(found):
        return False
    owner, said = draft.spoken(found["who"]), noun(part[found.end() :])
    return owner is not None and bool(said) and _limit(draft, saying, part, owner, said, found["n"])


def _denied(found: re.Match[str]) -> bool:
    """Whether a text that says `more than` denies it, and one that says `at most` does not."""
    no = found["lead"] == "no" or re.search(rf"\b{_NOT}\b", found["not"] or "") is not None
    most = found.groupdict().get("most") or ""
    return no if most == "more than" or "n" not in found.re.groupindex else not no


def _most_per(draft: Draft, saying: Saying, part: str) -> bool:
    """`At most eight seats go to one reservation`; `no more than 4 players per team`."""
    found = _MOST_PER.search(part)
    if found is None or found["most"] in {"more than", "only"}:
        return False
    owner = draft.spoken(found["who"])
    return owner is not None and _limit(draft, saying, part, owner, found["what"], found["n"])


def _limit(draft: Draft, saying: Saying, part: str, owner: EntityDraft, said: str, most: str) -> bool:
    """At most so many records of a kind, or so much of a value that the owner has itself."""
    kept = draft.spoken(said)
    if kept is None or kept is owner:
        return _limit_value(draft, saying, part, owner, said, most)
    link = next(
        (n for n, one in owner.relations.items() if one.to == kept.name and one.kind is RelationKind.MANY_TO_MANY), ""
    )
    if link:
        owner.relations[link] = owner.relations[link].model_copy(update={"max": int(amount(most))})
        saying.mark(draft, part, f"{owner.address}.relations.{link}")
        return True
    counted = kept if relation_to(kept, owner) else linking(draft, owner, kept)
    if counted is None:
        return False
    letter = letter_of(counted)
    said_so = adjectives(said, kept)
    tests = [state_test(counted, word, letter) for word in said_so] if counted is kept else []
    if not all(tests) or not _unlimited(draft, counted, amount(most), narrowed=bool(set(said_so) - {"open"})):
        return False
    test = " && ".join(tests) or holding(draft, counted, letter)
    way = f"this.{relation_to(counted, owner)}"
    cel = f"{filtered(records(draft, owner, counted, way), letter, test)}.size() < {amount(most)}"
    if counted.relations[way.removeprefix("this.")].optional:
        cel = f"{way} == null || {cel}"
    title = f"at most {amount(most)} {plural(kept.title)}"
    moves = _moves_into(draft, counted, said_so)
    for name in moves:
        draft.operations[name].requires[spec_name(title)] = Requirement(cel=cel, else_=saying.told())
        saying.mark(draft, part, f"operations.{name}.requires.{spec_name(title)}")
    if not moves:
        _rule(draft, saying, part, counted, title, cel, (Moment.CREATE,))
    return True


def _moves_into(draft: Draft, kept: EntityDraft, said: Sequence[str]) -> list[str]:
    """The operations that make a record what is limited, where it is not so from the start."""
    later = kept.states.values[1:] if kept.states else ()
    goals = {spec_name(word) for word in said} & set(later)
    return [name for name, one in draft.operations.items() if one.on == kept.name and one.to in goals]


def _unlimited(draft: Draft, kept: EntityDraft, most: str, *, narrowed: bool) -> bool:
    """Whether nothing limits the records yet; a limit that leaves out which of them count is taken back."""
    name = spec_name(f"fewer than {most} open {plural(kept.title)}")
    if narrowed:
        kept.rules.pop(name, None)
        for operation in draft.operations.values():
            operation.requires.pop(name, None)
    return name not in kept.rules and not any(name in one.requires for one in draft.operations.values())


def _limit_value(draft: Draft, saying: Saying, part: str, owner: EntityDraft, said: str, most: str) -> bool:
    """`At most eight seats go to one reservation`, which says how many full and how many reduced ones it takes."""
    parts = taking(owner, said)
    if not parts:
        return False
    if len(parts) == 1 and parts[0] in owner.fields:
        field = owner.fields[parts[0]]
        if field.max is None:
            owner.fields[parts[0]] = field.model_copy(update={"max": int(amount(most))})
            saying.mark(draft, part, f"{owner.address}.fields.{parts[0]}")
        return True
    cel = f"{' + '.join(f'this.{name}' for name in parts)} <= {amount(most)}"
    name = f"at most {amount(most)} {plural(singular(bare(said).split()[-1]))}"
    _rule(draft, saying, part, owner, name, cel, (Moment.CREATE, Moment.UPDATE))
    return True


def taking(entity: EntityDraft, said: str) -> list[str]:
    """The fields that say how much of something a record takes: those whose name ends with the word."""
    word = singular(bare(said).split()[-1])
    return [
        name
        for name, field in entity.fields.items()
        if field.type in NUMERIC and not field.optional and not field.one_of and singular(name.split("_")[-1]) == word
    ]


def amounts(entity: EntityDraft, said: str) -> list[str]:
    """The fields that count what a record takes, where records are not counted themselves."""
    if named := taking(entity, said):
        return named
    groups: dict[str, list[str]] = {}
    for name, field in entity.fields.items():
        counts = field.type is FieldType.INT and not field.optional and not field.one_of
        if counts or (field.type is FieldType.MONEY and singular(name.split("_")[-1]) == "amount"):
            groups.setdefault(singular(name.split("_")[-1]), []).append(name)
    known = [names for word, names in groups.items() if word in _AMOUNTS or len(names) > 1]
    return known[0] if len(known) == 1 else []


def _has_more(draft: Draft, saying: Saying, part: str) -> bool:
    """`A course cannot have more enrolments than places`."""
    found = _HAS_MORE.match(part)
    if found is None or not _denied(found):
        return False
    owner, kept = draft.spoken(found["who"]), draft.spoken(found["what"])
    return owner is not None and kept is not None and _within(draft, saying, part, owner, kept, found["most"])


def _more_than(draft: Draft, saying: Saying, part: str) -> bool:
    """`Never more bookings than seats`; `never more bookings for a trip than it has seats`."""
    found = _MORE_THAN.match(part)
    kept = draft.spoken(found["what"]) if found else None
    if found is None or kept is None:
        return False
    most = re.sub(r"^(?:it|there|the [\w -]+?|an? [\w -]+?) (?:has|have|are|is) ", "", found["most"])
    owners = [draft.spoken(found["who"])] if found["who"] else _limiting(draft, kept, most)
    owner = owners[0] if len(owners) == 1 else None
    return owner is not None and _within(draft, saying, part, owner, kept, most)


def _limiting(draft: Draft, kept: EntityDraft, most: str) -> list[EntityDraft]:
    """The entities that something belongs to and that have a value which could limit it."""
    near = [one for one in draft.entities.values() if one is not kept and relation_to(kept, one)]
    return [one for one in near if (found := value(draft, one, most)) is not None and found.type in NUMERIC]


def _exceed(draft: Draft, saying: Saying, part: str) -> bool:
    """`All reservations of a show together never exceed its capacity`; `refunds never add up to more than was paid`."""
    found = _EXCEED.match(part)
    if found is None:
        return False
    scoped = _ALL_OF.match(found["what"].removeprefix("all "))
    if scoped and (owner := draft.spoken(scoped["who"])) is not None and (kept := _kept(draft, owner, scoped["what"])):
        return _within(draft, saying, part, owner, kept, found["most"])
    kept = draft.spoken(re.sub(r"^(?:all|the|the sum of (?:all )?(?:the )?) ", "", found["what"]))
    if kept is None or ("more" not in found.group() and not found["whole"]):
        return False
    owners = _paid_for(draft, kept, found["most"]) or _limiting(draft, kept, found["most"])
    return len(owners) == 1 and _within(draft, saying, part, owners[0], kept, found["most"])


def _kept(draft: Draft, owner: EntityDraft, said: str) -> EntityDraft | None:
    """The records that are counted or added up: named themselves, or by the value of theirs that is added up."""
    kept = draft.spoken(said)
    if kept is not None and kept is not owner:
        return kept
    having = [one for one in draft.entities.values() if relation_to(one, owner) and taking(one, said)]
    return having[0] if len(having) == 1 else None


def _paid_for(draft: Draft, kept: EntityDraft, most: str) -> list[EntityDraft]:
    near = [one for one in draft.entities.values() if one is not kept and relation_to(kept, one)]
    return [one for one in near if _paid(one, most) is not None]


def _paid(owner: EntityDraft, most: str) -> Value | None:
    """`What was paid` for an order is its total, or the only sum of money that it has."""
    if not (found := _PAID.match(most if most.startswith("what") else f"what {most}")):
        return None
    values = [own(owner, name) for name in [*owner.fields, *owner.derived]]
    sums = [one.name for one in values if one.type is FieldType.MONEY and not one.optional]
    named = [name for name in sums if found["done"] in name.split("_")] or [
        name for name in sums if name in {"total", "amount"}
    ]
    chosen = named or sums
    return own(owner, chosen[0]) if len(chosen) == 1 else None


def _within(draft: Draft, saying: Saying, part: str, owner: EntityDraft, kept: EntityDraft, most: str) -> bool:
    """What is kept of an owner stays within one of its values: when one is made, when one or the owner is changed."""
    way = relation_to(kept, owner)
    limit = _paid(owner, most) or value(draft, owner, re.sub(r"^(?:its|their|the) own ", "", most))
    if not way or limit is None or limit.type not in NUMERIC or limit.optional or kept.relations[way].optional:
        return False
    parts = amounts(kept, limit.name)
    letter = letter_of(kept)
    held = filtered(records(draft, owner, kept), letter, holding(draft, kept, letter))
    each, one = (" + ".join(f"{of}.{name}" for name in parts) for of in (letter, "this"))
    name = spec_name(f"{plural(singular(parts[0].split('_')[-1])) if parts else plural(kept.title)} taken")
    total = f"{held}.map({letter}, {each}).sum()" if parts else f"{held}.size()"
    kind = kept.fields[parts[0]].type if parts else FieldType.INT
    owner.derived.setdefault(name, Derived(type=kind, cel=total))
    saying.mark(draft, part, f"{owner.address}.derived.{name}")
    taken = f"this.{way}.{name}"
    cel = f"{taken} + {one} <= {limit.on(f'this.{way}')}" if parts else f"{taken} < {limit.on(f'this.{way}')}"
    title = f"within {limit.name or 'limit'}"
    _rule(draft, saying, part, kept, title, cel, (Moment.CREATE,))
    if any(not kept.fields[name].immutable and not kept.fields[name].read_only for name in parts):
        others = f"{letter} != this" + (f" && {test}" if (test := holding(draft, kept, letter)) else "")
        rest = filtered(records(draft, owner, kept, f"this.{way}"), letter, others)
        changed = f"{rest}.map({letter}, {each}).sum() + {one} <= {limit.on(f'this.{way}')}"
        _rule(draft, saying, part, kept, f"{title} when changed", changed, (Moment.UPDATE,))
    if limit.entity == owner.name and limit.name in owner.fields and not owner.fields[limit.name].read_only:
        _rule(draft, saying, part, owner, f"not below {name}", f"this.{name} <= {limit.cel}", (Moment.UPDATE,))
    return True


def _sold(draft: Draft, saying: Saying, part: str) -> bool:
    """`The quantities sold of all ticket types of an event can't be more than the venue's capacity`."""
    found = _EXCEED.match(part)
    said = _SOLD.match(found["what"]) if found else None
    kept, owner = (draft.spoken(said["kept"]), draft.spoken(said["who"])) if said else (None, None)
    if found is None or said is None or kept is None or owner is None or not relation_to(kept, owner):
        return False
    line = _line(draft, kept, said["what"], said["done"])
    limits = [(owner, found["most"]), *([(kept, found["second"])] if found["second"] else [])]
    if line is None:
        return False
    field = amounts(line, said["what"])[0]
    letter = letter_of(line)
    held = filtered(records(draft, kept, line), letter, holding(draft, line, letter))
    name = spec_name(said["done"])
    kept.derived.setdefault(
        name, Derived(type=line.fields[field].type, cel=f"{held}.map({letter}, {letter}.{field}).sum()")
    )
    saying.mark(draft, part, f"{kept.address}.derived.{name}")
    kept_within = [_sold_within(draft, saying, part, (line, kept, one), name, field, most) for one, most in limits]
    return all(kept_within)


def _line(draft: Draft, kept: EntityDraft, what: str, verb: str) -> EntityDraft | None:
    """The records that say how much of something was sold."""
    lines = [one for one in draft.entities.values() if relation_to(one, kept) and len(amounts(one, what)) == 1]
    made = [one for one in lines if one in made_by(draft, verb)]
    chosen = made or lines
    return chosen[0] if len(chosen) == 1 else None


def _sold_within(
    draft: Draft, saying: Saying, part: str, who: Sequence[EntityDraft], name: str, field: str, most: str
) -> bool:
    line, kept, owner = who
    way = f"this.{relation_to(line, kept)}"
    limit = None if "own " in most and owner is not kept else _own_or(draft, owner, kept, most)
    if limit is None or limit.type not in NUMERIC:
        return False
    at = way if owner is kept else f"{way}.{relation_to(kept, owner)}"
    letter = letter_of(kept)
    sold = (
        f"{way}.{name}" if owner is kept else f"{records(draft, owner, kept, at)}.map({letter}, {letter}.{name}).sum()"
    )
    cel = f"{sold} + this.{field} <= {limit.on(at)}"
    _rule(draft, saying, part, line, f"within {limit.name} of {owner.title}", cel, (Moment.CREATE,))
    if owner is kept and limit.name in kept.fields:
        _rule(draft, saying, part, kept, f"not below {name}", f"this.{name} <= {limit.cel}", (Moment.UPDATE,))
    return True


def _own_or(draft: Draft, owner: EntityDraft, kept: EntityDraft, most: str) -> Value | None:
    """`The type's own quantity`: `the type` is the end of a name."""
    whose, _, what = most.partition("'s ")
    if what and draft.spoken(whose) is kept and owner is kept:
        return value(draft, kept, what.removeprefix("own "))
    return value(draft, owner, most)


def _rule(
    draft: Draft, saying: Saying, part: str, entity: EntityDraft, title: str, cel: str, on: tuple[Moment, ...]
) -> None:
    if any(rule.cel == cel for rule in entity.rules.values()):
        return
    name = spec_name(title)
    entity.rules[name] = Rule(cel=cel, else_=saying.told(part if part != saying.text else ""), on=on)
    saying.mark(draft, part, f"{entity.address}.rules.{name}")
