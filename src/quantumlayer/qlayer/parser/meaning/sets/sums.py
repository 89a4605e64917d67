"""Sums, products and counts as a text says them: `price times quantity`, `all deposits minus all withdrawals`."""

import re
from dataclasses import dataclass

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.sets.nouns import (
    NUMERIC,
    adjectives,
    amount,
    bare,
    filtered,
    holding,
    letter_of,
    made_by,
    member,
    own,
    records,
    relation_to,
    state_test,
    value,
)
from quantumlayer.qlayer.parser.text.numbers import NUMBER
from quantumlayer.spec.model import FieldType

_LESS = re.compile(r" (?:minus|less|without) | - ")
_PLUS = re.compile(r" (?:plus|and) | \+ ")
_TIMES = re.compile(r" (?:times|multiplied by|x|by) | [*\u00d7] ")
_SHARE = re.compile(rf"^(?P<n>{NUMBER}) ?(?:%|percent|per cent) of (?P<what>.+)$")
_SUM = re.compile(r"^(?:the )?(?:sum|total) of (?P<what>.+)$")
_COUNT = re.compile(r"^(?:the )?(?:number|count) of (?P<what>.+)$")
_AVERAGE = re.compile(r"^(?:the )?(?:average|mean|median)(?: of)? (?P<what>.+)$")
_ALL = re.compile(r"^(?:all|every|each|its|their) (?:of )?(?:the |its )?(?P<what>.+)$")
_LEFT = re.compile(
    r"^what(?:ever)? (?:is|are) (?P<name>left|free|available|remaining|open) (?:of|in|on|from) (?P<whose>.+)$"
)
_OF = re.compile(
    r"^(?P<what>.+?) (?:of|on|in|over|across|from|for) (?:all )?(?:of )?(?:the|its|their|his|her|all|each"
    r"|every|an?) (?P<kept>[\w -]+)$"
)
_WHOSE = re.compile(r"^(?:all )?(?:its|the|their)? ?(?P<kept>[\w -]+?)(?:'s|s') (?P<what>[\w -]+)$")
_DONE = re.compile(
    r"^(?P<what>[a-z][\w -]*?) (?P<done>[a-z]+)(?: (?:from|of|to|for|on|in|by) (?:it|them|the [\w -]+|an? [\w -]+))?$"
)


@dataclass(frozen=True, slots=True)
class Worked:
    """An expression over a record, with its type; `taken` are the records that are taken away, and by which field."""

    cel: str
    type: FieldType
    taken: tuple[tuple[str, str], ...] = ()
    reads: tuple[str, ...] = ()


def worked_out(draft: Draft, entity: EntityDraft, said: str) -> Worked | None:
    """What a text says about how a value of a record is worked out; nothing where any word of it is not understood."""
    text = re.sub(r"^(?:simply|just|always|equal to|computed as|calculated as|worked out as) ", "", said.strip(" ,"))
    if (shared := _SUM.match(text)) and (found := _product_sum(draft, entity, shared["what"])):
        return found
    for splitter, sign in ((_LESS, "-"), (_PLUS, "+"), (_TIMES, "*")):
        if found := _joined(draft, entity, splitter.split(text), sign):
            return found
    return _term(draft, entity, text)


def _joined(draft: Draft, entity: EntityDraft, parts: list[str], sign: str) -> Worked | None:
    found = [worked_out(draft, entity, part) for part in parts] if len(parts) > 1 else [None]
    if any(one is None for one in found):
        return None
    known = [one for one in found if one is not None]
    around = [
        f"({one.cel})" if sign in "*-" and place and " + " in one.cel else one.cel for place, one in enumerate(known)
    ]
    taken = sum((one.reads and _collected(one) for one in known[1:]), ()) if sign == "-" else ()
    reads = tuple(read for one in known for read in one.reads)
    kept = sum((one.taken for one in known), ())
    return Worked(f" {sign} ".join(around), _widest([one.type for one in known]), (*kept, *taken), reads)


def _collected(one: Worked) -> tuple[tuple[str, str], ...]:
    return tuple(tuple(read.split(".", 1)) for read in one.reads if read[:1].isupper())  # type: ignore[misc]


def _widest(types: list[FieldType]) -> FieldType:
    return next((kind for kind in (FieldType.MONEY, FieldType.DECIMAL) if kind in types), FieldType.INT)


def _term(draft: Draft, entity: EntityDraft, text: str) -> Worked | None:
    if share := _SHARE.match(text):
        base = worked_out(draft, entity, share["what"])
        return (
            Worked(f"{_wrapped(base.cel)} * {amount(share['n'])} / 100", base.type, reads=base.reads) if base else None
        )
    if count := _COUNT.match(text):
        return _counted(draft, entity, count["what"]) or _own(draft, entity, text)
    if average := _AVERAGE.match(text):
        return _collected_value(draft, entity, average["what"], "average(0)" if "median" not in text else "median(0)")
    for form in (_SUM, _ALL):
        if (found := form.match(text)) and (summed := _collected_value(draft, entity, found["what"], "sum()")):
            return summed
    if left := _LEFT.match(text):
        return _collected_value(draft, entity, f"{left['name']} of {left['whose']}", "sum()") or _own(
            draft, entity, left["name"]
        )
    return _own(draft, entity, text)


def _wrapped(cel: str) -> str:
    return f"({cel})" if " " in cel else cel


def _own(draft: Draft, entity: EntityDraft, text: str) -> Worked | None:
    found = value(draft, entity, text)
    if found is None or found.type not in NUMERIC or found.optional:
        return None
    return Worked(found.cel, found.type, reads=(found.name,) if found.entity == entity.name else ())


def _counted(draft: Draft, entity: EntityDraft, said: str) -> Worked | None:
    """`The number of open tasks`."""
    listed = re.sub(r" (?:of|in|on|for) (?:it|the [\w -]+|an? [\w -]+|its [\w -]+)$", "", bare(said))
    kept = draft.spoken(listed)
    if kept is None or not (all_of := records(draft, entity, kept)):
        return None
    tests = _tests(kept, listed)
    if tests is None:
        return None
    letter = letter_of(kept)
    return Worked(f"{filtered(all_of, letter, tests)}.size()", FieldType.INT)


def _tests(kept: EntityDraft, said: str) -> str | None:
    """The test that the adjectives before a noun make; nothing where one of them is not understood."""
    tests = [state_test(kept, word, letter_of(kept)) for word in adjectives(said, kept)]
    return " && ".join(tests) if all(tests) else None


def _product_sum(draft: Draft, entity: EntityDraft, said: str) -> Worked | None:
    """`The sum of price times quantity`: over those of its parts that have both."""
    whole = re.sub(r" (?:over|of|for|across) (?:all )?(?:of )?(?:its|the|all|each|every|their) [\w -]+$", "", said)
    parts = _TIMES.split(whole)
    if len(parts) < 2:
        return None
    fitting = []
    for part in draft.entities.values():
        listed = records(draft, entity, part) if part is not entity and relation_to(part, entity) else ""
        values = [value(draft, part, one) for one in parts] if listed else [None]
        if all(one is not None and one.type in NUMERIC and not one.optional for one in values):
            fitting.append((part, [one for one in values if one is not None]))
    if len(fitting) != 1:
        return None
    part, known = fitting[0]
    letter = letter_of(part)
    each = " * ".join(one.on(letter) for one in known)
    held = filtered(records(draft, entity, part), letter, _given_up(draft, part, letter))
    return Worked(f"{held}.map({letter}, {each}).sum()", _widest([one.type for one in known]))


def _given_up(draft: Draft, part: EntityDraft, letter: str) -> str:
    """Parts that live on their own may be given up; those of a whole count with it."""
    return "" if part.whole else holding(draft, part, letter) if part.states else ""


def _collected_value(draft: Draft, entity: EntityDraft, said: str, fold: str) -> Worked | None:
    """The values of the records that belong to one: `the amounts of its payments`, `all packs dispensed from it`."""
    found = _of_kept(draft, entity, said)
    if found is None:
        return None
    kept, name, test = found
    letter = letter_of(kept)
    held = filtered(records(draft, entity, kept), letter, test)
    type_ = own(kept, name).type
    kind = FieldType.DECIMAL if fold.startswith(("average", "median")) else type_
    return Worked(f"{held}.map({letter}, {letter}.{name}).{fold}", kind, reads=(f"{kept.name}.{name}",))


def _of_kept(draft: Draft, entity: EntityDraft, said: str) -> tuple[EntityDraft, str, str] | None:
    """Of which records which value is meant, and the test for those of them that count."""
    pairs = [(split["kept"], split["what"]) for form in (_OF, _WHOSE) if (split := form.match(said))]
    for listed, what in pairs:
        kept = draft.spoken(listed)
        if kept is not None and records(draft, entity, kept):
            name, test = _summed(kept, what), _tests(kept, listed)
            return (kept, name, _default(draft, kept, test)) if name and test is not None else None
    return _named_by(draft, entity, said)


def _default(draft: Draft, kept: EntityDraft, test: str) -> str:
    return test or _given_up(draft, kept, letter_of(kept))


def _summed(kept: EntityDraft, what: str) -> str:
    """The number of a record that a noun means, also as `what is left`."""
    noun_ = re.sub(r"^what(?:ever)? (?:is|are) ", "", what)
    name = member(kept, noun_)
    return name if name and own(kept, name).type in NUMERIC and not own(kept, name).optional else ""


def _named_by(draft: Draft, entity: EntityDraft, said: str) -> tuple[EntityDraft, str, str] | None:
    """`All deposits` are worth what they amount to; `all packs dispensed from it` are those of its dispensings."""
    kept = draft.spoken(said)
    if kept is not None and kept is not entity and records(draft, entity, kept):
        name, test = _worth(kept), _tests(kept, said)
        return (kept, name, _default(draft, kept, test)) if name and test is not None else None
    if done := _DONE.match(said):
        made = [one for one in made_by(draft, _verb(done["done"])) if records(draft, entity, one)]
        if len(made) == 1 and (name := member(made[0], done["what"]) or _only_count(made[0])):
            return made[0], name, _given_up(draft, made[0], letter_of(made[0]))
    parts = words(said)
    for cut in range(1, len(parts)):
        kept = draft.spoken(" ".join(parts[:cut]))
        what = " ".join(parts[cut:])
        if kept is not None and kept is not entity and records(draft, entity, kept) and (name := _summed(kept, what)):
            return kept, name, _given_up(draft, kept, letter_of(kept))
    having = [
        one for one in draft.entities.values() if one is not entity and relation_to(one, entity) and _spelled(one, said)
    ]
    return (
        (having[0], member(having[0], said), _given_up(draft, having[0], letter_of(having[0])))
        if len(having) == 1
        else None
    )


def _verb(done: str) -> str:
    """What a participle may come from: `dispensed` from `dispense`; names of events begin alike."""
    return re.sub(r"(?:e?d)$", "", done) if done.endswith("ed") else done


def _spelled(kept: EntityDraft, said: str) -> bool:
    name = _summed(kept, said)
    return bool(name) and singular(name.split("_")[-1]) == singular(bare(said).split()[-1])


def _worth(kept: EntityDraft) -> str:
    """What one record counts for where nothing else is said: its amount, or the only sum of money that it has."""
    sums = [
        name
        for name in [*kept.fields, *kept.derived]
        if own(kept, name).type is FieldType.MONEY and not own(kept, name).optional
    ]
    named = [name for name in sums if name in {"amount", "total", "value"}]
    chosen = named or sums or ([_only_count(kept)] if _only_count(kept) else [])
    return chosen[0] if len(chosen) == 1 else ""


def _only_count(kept: EntityDraft) -> str:
    counts = [name for name, one in kept.fields.items() if one.type in NUMERIC and not one.optional and not one.one_of]
    return counts[0] if len(counts) == 1 else ""
