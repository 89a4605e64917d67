"""Values that nobody types in, because the text says how they are worked out."""

import re

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.sets.nouns import (
    NUMERIC,
    bare,
    letter_of,
    member,
    own,
    records,
    relation_to,
    single,
    spelled,
)
from quantumlayer.qlayer.parser.meaning.sets.sayings import Saying
from quantumlayer.qlayer.parser.meaning.sets.sums import Worked, worked_out
from quantumlayer.spec.model import Computed, Derived, Field, FieldType, Moment, Rule
from quantumlayer.spec.naming import back_name

_IS = re.compile(
    r"^(?P<what>[a-z][\w' -]*?) (?:is|are|=|equals|amounts to|comes to|means)(?: (?:computed|calculated|worked"
    r" out|made up) (?:as|from|of|by))? "
    r"(?P<how>.+)$"
)
_LEFT = re.compile(
    r"^what(?:ever)? (?:is|are) (?P<name>left|free|available|remaining|due|owed) (?:of|in|on|from) "
    r"(?P<whose>[\w -]+?) (?:is|are) (?P<how>.+)$"
)
_NAMED = re.compile(
    r"^(?:the |an? |its |each )?(?P<what>[a-z][\w -]*?) (?:of|for|on|in) (?:an?|the|each|every|its) (?P<whose>[\w -]+)$"
)
_OWNED = re.compile(r"^(?:the |an? |each |every )?(?P<whose>[\w -]+?)(?:'s|s') (?P<what>[\w -]+)$")
_HAS = re.compile(
    r"\b(?P<value>(?:the |its |a |an |their )?(?:number of [a-z][\w -]*|average [a-z][\w -]*))(?=,| and |$|\.|"
    r" is | are )"
)
_MADE = re.compile(
    r"\b(?P<name>[a-z][\w -]*?) (?:that|which) (?:is|are|gets?) (?:automatically )?(?:generated|made up|drawn)\b"
    r"|\b(?:automatically )?generated (?P<after>[a-z]+ ?(?:code|reference|token|key|number)?)\b"
    r"|^(?:the |an? |each |every |its )?(?P<own>[a-z][\w' -]*?) (?:is|are) (?:automatically |always )?generated\b"
)
_CODES = frozenset({"code", "reference", "token", "key", "id", "identifier", "number"})
_TAKE_MORE = re.compile(
    r"\b(?:nobody|no ?one|no [a-z]+|they|an? [a-z]+)(?: can| may| must| will)?(?: never| not|cannot)? (?:be )?"
    r"(?:takes?|draws?|dispenses?|books?|sells?|sold"
    r"|withdraws?|uses?|borrows?|orders?|buys?|reserves?|taken|dispensed|withdrawn) more than (?:what )?"
    r"(?:there is|is|are|there are) ?(?P<what>left|there|available|in stock|free)?"
)
_NEVER_BELOW = re.compile(
    r"^(?P<what>[a-z][\w' -]*?) (?:may|must|can|should|will)? ?(?:is |are )?(?:never|not|cannot) (?:(?:be"
    r"|goe?s?|falls?|drops?|becomes?|gets?) )*(?:negative|below (?:zero|0)|less than (?:zero|0))\b"
)
_COMPUTED = re.compile(
    r"\b(?P<what>[a-z][\w -]*?) (?:is|are|gets|must be|should be) (?:always |automatically )?(?:computed"
    r"|calculated|worked out|added up)\b"
)


_AND_NEVER = re.compile(
    r"^(?P<what>[a-z][\w' -]*?) (?:is|equals) .* and (?P<rest>(?:may|must|can|should|will)? ?(?:is )?(?:never"
    r"|not|cannot) .*)$"
)


def find_totals(draft: Draft, saying: Saying) -> None:
    """Everything in a sentence that is worked out."""
    for part in _parts(saying.text):
        _left(draft, saying, part) or _is_worked(draft, saying, part) or _computed(draft, saying, part)
    _shown(draft, saying)
    _made_up(draft, saying)


def _parts(text: str) -> list[str]:
    return re.split(r", (?:and |but |so )(?=(?:when|if|the|its|an?|what)\b)|, work that out.*$", text)


def _left(draft: Draft, saying: Saying, part: str) -> bool:
    """`What is left of a batch is the packs delivered minus all packs dispensed from it`."""
    found = _LEFT.match(part)
    owner = draft.spoken(found["whose"]) if found else None
    return found is not None and owner is not None and _derive(draft, saying, part, owner, found["name"], found["how"])


def _is_worked(draft: Draft, saying: Saying, part: str) -> bool:
    """`The cart total is the sum of price times quantity`; `the balance is all deposits minus all withdrawals`."""
    found = _IS.match(part)
    if found is None or not re.search(
        r"\b(?:sum|total of|times|multiplied|minus|plus|number of|average|median|mean|less|% of|percent of)\b"
        r"|[*\u00d7]",
        found["how"],
    ):
        return False
    told = _owners(draft, found["what"])
    if any(_derive(draft, saying, part, owner, name, found["how"]) for owner, name in told):
        return True
    fitting = [one for one in draft.entities.values() if not told and _fits(draft, one, found["how"])]
    return len(fitting) == 1 and _derive(draft, saying, part, fitting[0], found["what"], found["how"])


def _fits(draft: Draft, entity: EntityDraft, how: str) -> bool:
    """Whether something is worked out from what belongs to a record itself."""
    found = worked_out(draft, entity, _formula(how))
    return found is not None and ".flatten()" not in found.cel and ".map(" in found.cel


def _owners(draft: Draft, said: str) -> list[tuple[EntityDraft, str]]:
    """Whose value is meant, and its name: `an order's total`, `the cart total`, `the balance`."""
    for form in (_OWNED, _NAMED):
        found = form.match(said)
        owner = draft.spoken(found["whose"]) if found else None
        if found and owner is not None:
            return [(owner, found["what"])]
    parts = bare(said).split()
    for cut in range(1, len(parts)):
        owner = draft.spoken(" ".join(parts[:cut]))
        if owner is not None:
            return [(owner, " ".join(parts[cut:]))]
    part = [one for one in draft.entities.values() if len(parts) > 1 and one.title.split()[-1] == parts[0]]
    if len(part) == 1:
        return [(part[0], " ".join(parts[1:]))]
    having = [one for one in draft.entities.values() if spelled(one, said)]
    return [(one, bare(said)) for one in having]


def _formula(how: str) -> str:
    """The part of a text that says how something is worked out."""
    return re.split(
        r" of (?:the|an?|its) record$|, (?:not|never|which|so|and)\b| and (?:may|must|can|cannot|should|is|never)\b",
        how,
    )[0]


def _derive(draft: Draft, saying: Saying, part: str, owner: EntityDraft, said: str, how: str) -> bool:
    """Keep a value of a record as what it is worked out from; a field with its name was none."""
    name = member(owner, said) if spelled(owner, said) else ""
    name = name or spec_name(bare(said))
    before = owner.fields.pop(name, None)
    found = worked_out(draft, owner, _formula(how))
    if found is None or name in owner.relations or re.search(rf"\bthis\.{name}\b", found.cel):
        if before is not None:
            owner.fields[name] = before
        return False
    _keep(draft, saying, part, owner, name, found, before)
    return True


def _keep(
    draft: Draft, saying: Saying, part: str, owner: EntityDraft, name: str, found: Worked, before: Field | None
) -> None:
    kind = before.type if before is not None and before.type in NUMERIC and found.type is FieldType.INT else found.type
    owner.derived[name] = Derived(type=kind, cel=found.cel)
    for listed in (owner.search, owner.filter, owner.sort):
        while name in listed:
            listed.remove(name)
    saying.mark(draft, part, f"{owner.address}.derived.{name}")


def bound_takings(draft: Draft, saying: Saying) -> None:
    """`Nobody can take more than is left`; `the balance never goes below zero`: what is taken away is there."""
    joined = _AND_NEVER.match(saying.text)
    more = _TAKE_MORE.search(saying.text)
    below = _NEVER_BELOW.match(f"{joined['what']} {joined['rest']}" if joined else saying.text)
    for owner in draft.entities.values():
        for name, derived in owner.derived.items():
            meant = (more and (more["what"] or "left") in {name, "left", "there"}) or (
                below and _means(below["what"], owner, name)
            )
            if meant:
                _bound(draft, saying, owner, name, derived.cel)


def _means(said: str, owner: EntityDraft, name: str) -> bool:
    parts = {singular(word) for word in re.findall(r"[a-z]+", bare(said))}
    return (
        set(map(singular, name.split("_")))
        <= parts
        <= set(name.split("_"))
        | set(owner.title.split())
        | {
            "the",
            "of",
            "s",
            "a",
            "an",
        }
    )


def _bound(draft: Draft, saying: Saying, owner: EntityDraft, name: str, cel: str) -> None:
    """Whoever takes something away takes no more than there is, when it is taken and when that is changed."""
    for taken in re.finditer(
        r" - \(?this\.(?P<back>\w+)(?:\.filter\([^.]*?\))?\.map\((?P<letter>\w), (?P=letter)\."
        r"(?P<field>\w+)\)\.sum\(\)",
        cel,
    ):
        for kept in draft.entities.values():
            way = relation_to(kept, owner)
            if not way or records(draft, owner, kept) != f"this.{taken['back']}" or taken["field"] not in kept.fields:
                continue
            left, own_ = f"this.{way}.{name}", f"this.{taken['field']}"
            told = saying.told()
            kept.rules[spec_name(f"within {name}")] = Rule(cel=f"{own_} <= {left}", else_=told, on=(Moment.CREATE,))
            saying.mark(draft, saying.text, f"{kept.address}.rules.{spec_name(f'within {name}')}")
            field = kept.fields[taken["field"]]
            if not field.immutable and not field.read_only:
                _bound_changed(draft, saying, (owner, kept), way, (name, taken["field"]))


def _bound_changed(
    draft: Draft, saying: Saying, who: tuple[EntityDraft, EntityDraft], way: str, what: tuple[str, str]
) -> None:
    """A record that is changed gives back first what it had taken."""
    owner, kept = who
    name, field = what
    letter = letter_of(kept)
    listed = records(draft, owner, kept, f"this.{way}")
    before = f"{listed}.filter({letter}, {letter} == this).map({letter}, {letter}.{field}).sum()"
    rule = spec_name(f"within {name} when changed")
    cel = f"this.{field} <= this.{way}.{name} + {before}"
    kept.rules[rule] = Rule(cel=cel, else_=saying.told(), on=(Moment.UPDATE,))
    saying.mark(draft, saying.text, f"{kept.address}.rules.{rule}")


def _shown(draft: Draft, saying: Saying) -> None:
    """`A project shows the number of open tasks`; `a product has an average rating`."""
    owner = saying.about(draft, saying.text)
    for found in _HAS.finditer(saying.text):
        said = bare(found["value"])
        worked = worked_out(draft, owner, said) if owner is not None else None
        if owner is None or worked is None or not re.search(r"\.(?:size|average|median)\(", worked.cel):
            continue
        name = spec_name(said.removeprefix("number of "))
        if any(
            back_name(one.name, link) == name
            for one in draft.entities.values()
            for link in one.relations.values()
            if link.to == owner.name
        ):
            name = spec_name(said)
        misread = {name, name.split("_")[0], *(f"{word}s" for word in name.split("_"))} & owner.fields.keys()
        before = None
        for field in misread:
            before = owner.fields.pop(field)
        _keep(draft, saying, found.group(), owner, name, worked, before)


def _computed(draft: Draft, saying: Saying, part: str) -> bool:
    """`The total is calculated`: of what the record has parts of, each with a price and a quantity."""
    found = _COMPUTED.search(part)
    if found is None:
        return False
    word = bare(found["what"]).split()[-1]
    summed = [
        _sum_of_parts(draft, owner, name, saying)
        for owner in draft.entities.values()
        for name in list(owner.fields)
        if name.split("_")[-1] == word
    ]
    return any(summed)


def sum_up(draft: Draft) -> None:
    """A total of a record whose parts have a quantity and a price is what these come to, without being told."""
    for owner in draft.entities.values():
        for name in [
            name for name in owner.fields if name.split("_")[0] in {"total", "subtotal"} or name.endswith("_total")
        ]:
            _sum_of_parts(draft, owner, name, None)


def _sum_of_parts(draft: Draft, owner: EntityDraft, name: str, saying: Saying | None) -> bool:
    if owner.fields[name].type is not FieldType.MONEY:
        return False
    parts = [one for one in draft.entities.values() if one.whole == owner.name and relation_to(one, owner)]
    priced = [(part, cel) for part in parts if (cel := _price_of(draft, part))]
    if len(priced) != 1:
        return False
    part, cel = priced[0]
    letter = letter_of(part)
    owner.fields.pop(name)
    owner.derived[name] = Derived(
        type=FieldType.MONEY, cel=f"{records(draft, owner, part)}.map({letter}, {re.sub('this', letter, cel)}).sum()"
    )
    address = f"{owner.address}.derived.{name}"
    source = draft.source_of(f"{owner.address}.fields.{name}")
    if saying is not None:
        saying.mark(draft, saying.text, address)
    elif source is not None:
        draft.mark(source, address, ASSUMED)
    draft.assume(
        address, f"The {name.replace('_', ' ')} of {owner.one.lower()} is worked out from its {part.title} records."
    )
    return True


def _price_of(draft: Draft, part: EntityDraft) -> str:
    """What one part comes to: how many times the price of one, its own or that of what it is about."""
    counts = [
        n
        for n in ("quantity", "count", "number", "amount", "pieces", "hours")
        if n in part.fields and part.fields[n].type is not FieldType.MONEY
    ]
    prices = [
        f"this.{n}" for n in part.fields if part.fields[n].type is FieldType.MONEY and not part.fields[n].optional
    ]
    for name, relation in single(part).items():
        target = draft.entities.get(relation.to)
        if not prices and target is not None and target.name != part.whole and not relation.optional:
            prices += [
                f"this.{name}.{n}"
                for n in target.fields
                if own(target, n).type is FieldType.MONEY and not target.fields[n].optional
            ]
    return f"this.{counts[0]} * {prices[0]}" if len(counts) == 1 and len(prices) == 1 else ""


def _made_up(draft: Draft, saying: Saying) -> None:
    """`A reference code that is generated`: a code that nobody guesses and nobody gives."""
    for found in _MADE.finditer(saying.text):
        said = bare(found["name"] or found["after"] or found["own"] or "")
        for entity in draft.entities.values():
            parts = said.split()
            names = [member(entity, " ".join(parts[start:])) for start in range(len(parts))]
            name = next((one for one in names if one in entity.fields), "")
            field = entity.fields.get(name)
            told = (
                draft.source_of(f"{entity.address}.fields.{name}") is saying.sentence
                or saying.about(draft, saying.text) is entity
            )
            if (
                field is None
                or not told
                or field.type is not FieldType.STRING
                or name.split("_")[-1] not in _CODES
                or field.pattern
            ):
                continue
            made = {
                "unique": True,
                "read_only": True,
                "optional": False,
                "pattern": "[0-9a-z]{10}",
                "default": Computed(cel="code(10)"),
            }
            entity.fields[name] = field.model_copy(update=made)
            saying.mark(draft, saying.text, f"{entity.address}.fields.{name}", LIKELY)
            draft.assume(
                f"{entity.address}.fields.{name}",
                f"The {name.replace('_', ' ')} has ten letters and digits that cannot be guessed.",
            )
