"""What nouns mean among the records of a draft: a value, one of a related record, the records that belong to one."""

import re
from dataclasses import dataclass

from quantumlayer.kit.identifiers import plural, singular, words
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.conditions import in_state, opposite
from quantumlayer.qlayer.parser.meaning.lives import ENDS
from quantumlayer.qlayer.parser.meaning.verbs import names_event, participle
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import FieldType, Relation, RelationKind
from quantumlayer.spec.naming import back_name

NUMERIC = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})
GIVEN_UP = ENDS | {"refunded", "released", "returned", "given_back"}
"""States in which a record takes up nothing any more."""
_ARTICLE = re.compile(r"^(?:an?|the|its|their|his|her|each|every|any|all|own|that|this|one)\s+")
_UNIT = re.compile(r"\s+(?:eur|euros?|usd|dollars?|gbp|pounds?|chf|francs?|percent|%|cents?)$")
_OF = re.compile(r"^(?P<what>.+?) (?:of|on|in|for) (?:an?|the|its|their|each|every|that|this|one) (?P<whose>[\w -]+)$")
_OWNED = re.compile(r"^(?P<whose>[\w -]+?)(?:'s|s') (?P<what>[\w -]+)$")
_HARMLESS = frozenset(
    {"own", "total", "whole", "number", "of", "maximum", "given", "the", "its", "value", "current", "address"}
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value as an expression: `this.batch.left`.

    `name` is what it is called where it stands, `entity` whose it is; both are empty for a number.
    """

    cel: str
    type: FieldType
    optional: bool = False
    name: str = ""
    entity: str = ""

    def on(self, record: str) -> str:
        """The same value of a record that is called otherwise."""
        return re.sub(r"\bthis\b", record, self.cel)


def bare(said: str) -> str:
    """A noun without its articles."""
    text = said.strip(" ,")
    while (cut := _ARTICLE.sub("", text)) != text:
        text = cut
    return text


def member(entity: EntityDraft, said: str) -> str:
    """The field or derived value of a record that a noun means; empty where none or several do."""
    target = _stem(words(bare(said)))
    if target[:2] == ["number", "of"]:
        target = target[2:]
    names = {name: _stem(name.split("_")) for name in [*entity.fields, *entity.derived]}
    if not target:
        return ""
    exact = [name for name, own in names.items() if own == target]
    ending = [name for name, own in names.items() if own[-len(target) :] == target]
    within = [name for name, own in names.items() if _names(own, target, entity)]
    for found in (exact, ending, within):
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def _stem(parts: list[str]) -> list[str]:
    return [singular(part) for part in parts]


def _names(own: list[str], target: list[str], entity: EntityDraft) -> bool:
    """Whether a noun is a field's name with words around it that say no more: `packs delivered`, `its own quantity`."""
    size = len(own)
    if target[:size] == own:
        return all(part.endswith(("ed", "en", "ld", "nt")) or part in _HARMLESS for part in target[size:])
    if target[-size:] == own:
        allowed = _HARMLESS | set(entity.title.split())
        return all(part in allowed for part in target[:-size])
    return False


def amount(said: str) -> str:
    """The number that a text is, as an expression; empty where it is none."""
    text = _UNIT.sub("", f" {said.strip()}").strip()
    if not re.fullmatch(NUMBER, text):
        return ""
    return str(number(text))


def value(draft: Draft, entity: EntityDraft, said: str) -> Value | None:
    """What a noun means from a record on: a number, a value of its own, or one of a record that it belongs to."""
    text = bare(said)
    if count := amount(text):
        return Value(count, FieldType.MONEY if "." in count else FieldType.INT)
    for form in (_OF, _OWNED):
        found = form.match(text)
        owner = draft.spoken(found["whose"]) if found else None
        if found and owner is not None:
            return _of(draft, entity, owner, found["what"])
    if name := member(entity, text):
        return own(entity, name)
    return _of_related(draft, entity, text)


def own(entity: EntityDraft, name: str) -> Value:
    """The value of a record with this name."""
    field = entity.fields.get(name)
    if field is not None:
        return Value(f"this.{name}", field.type, field.optional, name, entity.name)
    derived = entity.derived[name]
    return Value(f"this.{name}", derived.type, derived.optional, name, entity.name)


def _of(draft: Draft, entity: EntityDraft, owner: EntityDraft, what: str) -> Value | None:
    way = draft.path(entity, owner.name)
    name = member(owner, what)
    if not way or not name or loose(draft, entity, way):
        return None
    found = own(owner, name)
    return Value(found.on(way), found.type, found.optional, name, owner.name)


def _of_related(draft: Draft, entity: EntityDraft, text: str) -> Value | None:
    """`Price` of a line is that of its product, where nothing else that it belongs to has one."""
    parts = text.split()
    for cut in range(1, len(parts)):
        owner = draft.spoken(" ".join(parts[:cut]))
        if owner is not None and owner is not entity and (found := _of(draft, entity, owner, " ".join(parts[cut:]))):
            return found
    near = [draft.entities[one.to] for one in single(entity).values() if one.to in draft.entities and not one.optional]
    having = [owner for owner in near if spelled(owner, text)]
    return _of(draft, entity, having[0], text) if len(having) == 1 else None


def spelled(entity: EntityDraft, said: str) -> bool:
    """Whether a record has a value that is called just so, but for articles and number."""
    target = _stem(words(bare(said)))
    return any(_stem(name.split("_")) == target for name in [*entity.fields, *entity.derived])


def loose(draft: Draft, entity: EntityDraft, way: str) -> bool:
    """Whether a way over relations may lead nowhere."""
    at = entity
    for step in way.split(".")[1:]:
        relation = at.relations[step]
        if relation.optional:
            return True
        at = draft.entities[relation.to]
    return False


def single(entity: EntityDraft) -> dict[str, Relation]:
    """The relations that lead to one record."""
    return {name: one for name, one in entity.relations.items() if one.kind is not RelationKind.MANY_TO_MANY}


def relation_to(entity: EntityDraft, target: EntityDraft) -> str:
    """The only relation that leads from a record to one of the target; empty where there are none or several."""
    found = [name for name, one in single(entity).items() if one.to == target.name]
    return found[0] if len(found) == 1 else ""


def records(draft: Draft, owner: EntityDraft, kept: EntityDraft, of: str = "this") -> str:
    """The records that belong to one, as an expression: `this.bookings`; also those of what belongs to it."""
    if name := relation_to(kept, owner):
        return f"{of}.{back_name(kept.name, kept.relations[name])}"
    between = [one for one in draft.entities.values() if relation_to(one, owner) and relation_to(kept, one)]
    if len(between) != 1 or between[0] in (owner, kept):
        return ""
    middle = between[0]
    letter = letter_of(middle, of)
    inner = records(draft, middle, kept, letter)
    outer = records(draft, owner, middle, of)
    return f"{outer}.map({letter}, {inner}).flatten()"


def letter_of(entity: EntityDraft, *taken: str) -> str:
    """What one of several records is called in an expression: its first letter, or its second where that is taken."""
    letters: list[str] = [*entity.snake.replace("_", ""), "x"]
    return next(char for char in letters if char not in taken)


def adjectives(said: str, entity: EntityDraft) -> list[str]:
    """The words before the name of an entity that say which of the records are meant."""
    found = bare(said).split()
    name = entity.title.split()
    size = next((size for size in range(len(name), 0, -1) if _stem(found[-size:]) == _stem(name[-size:])), 1)
    return [word for word in found[:-size] if word not in {"other", "different", "more", "such", "of"}]


def state_test(entity: EntityDraft, word: str, of: str = "this") -> str:
    """The test that a record is what an adjective says: `paid`, `unpaid`, `open`; empty where it says nothing known."""
    test = in_state(entity, word)
    if not test and word.startswith(("un", "non-")) and (base := in_state(entity, re.sub(r"^(?:un|non-)", "", word))):
        test = opposite(base)
    if not test and word in {"open", "current", "active", "outstanding"} and entity.ended:
        test = f"this.{entity.ended} == null"
    if test.endswith(f" > this.{entity.due}") and entity.ended:
        test = f"this.{entity.ended} == null && {test}"  # what has come back is late no more
    if entity.states and entity.states.field != "status":
        test = test.replace("this.status ", f"this.{entity.states.field} ")
    return re.sub(r"\bthis\b", of, test)


def holding(draft: Draft, entity: EntityDraft, of: str) -> str:
    """The test that a record still takes up what it took; empty where all do."""
    if entity.states and (over := [state for state in entity.states.values if state in GIVEN_UP]):
        field = f"{of}.{entity.states.field}"
        return f"{field} != '{over[0]}'" if len(over) == 1 else f"!({field} in [{', '.join(map(repr, over))}])"
    if entity.ended:
        return f"{of}.{entity.ended} == null"
    whole = draft.entities.get(entity.whole)
    name = relation_to(entity, whole) if whole else ""
    return holding(draft, whole, f"{of}.{name}") if whole and name else ""


def filtered(listed: str, letter: str, test: str) -> str:
    """Those of the records for which a test holds."""
    return f"{listed}.filter({letter}, {test})" if test else listed


def linking(draft: Draft, one: EntityDraft, other: EntityDraft) -> EntityDraft | None:
    """The only entity whose records belong to one of each."""
    found = [
        entity
        for entity in draft.entities.values()
        if entity not in (one, other) and relation_to(entity, one) and relation_to(entity, other)
    ]
    return found[0] if len(found) == 1 else None


def made_by(draft: Draft, verb: str) -> list[EntityDraft]:
    """The entities whose records a verb makes: `book` a booking, `dispense` a dispensing."""
    return [one for one in draft.entities.values() if names_event(verb, one.title.split(" ")[-1])]


def mentioned(draft: Draft, text: str) -> list[EntityDraft]:
    """The entities that a text names, in its order."""
    found = []
    for entity in draft.entities.values():
        names = "|".join(re.escape(name) for name in (plural(entity.title), entity.title))
        if at := re.search(rf"\b(?:{names})\b", text):
            found.append((at.start(), -len(entity.title), entity))
    return [entity for _, _, entity in sorted(found, key=lambda each: each[:2])]


def done(verb: str) -> str:
    """The participle of a verb as one word."""
    return participle(verb).split(" ")[0]
