"""What turns into something else: `Checking out turns the cart into an order: prices are copied, stock is reserved`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import LIKELY, STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.people import keeper
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Creation, Effect, Field, OnDelete, Relation, Requirement
from quantumlayer.spec.naming import entity_names

_TURNS = re.compile(
    r"(?P<doing>[a-z]+ing(?: (?:out|up|in|off|over))?)(?: (?:an?|the) [a-z ]+?)? (?:turns|converts|transforms|makes)"
    r" (?:the|an?) (?P<source>[a-z ]+?) into (?:an?|the) (?P<goal>[a-z]+(?: [a-z]+)?)(?=[.,;:]|$| and\b)"
)
_COPIED = re.compile(r"\b(?P<what>[a-z]+) (?:are|is|get|gets) copied\b")
_RESERVED = re.compile(
    r"\b(?P<what>[a-z]+) (?:is|are|gets?) (?:reserved|deducted|taken|reduced|subtracted|set aside)\b"
)


@dataclass(frozen=True, slots=True)
class _Conversion:
    sentence: Sentence
    doing: str
    source: EntityDraft
    goal: str


def find_converted(draft: Draft) -> None:
    """What comes of a record is kept as well: with what the record belongs to, and with parts like its parts."""
    for one in _conversions(draft):
        goal = draft.add_entity(one.goal)
        draft.mark(one.sentence, goal.address)
        for name, relation in one.source.relations.items():
            goal.relations.setdefault(name, relation.model_copy(update={"back": None}))
        for part in _parts(draft, one.source):
            _copy_part(draft, one, part, goal)


def _conversions(draft: Draft) -> Iterator[_Conversion]:
    for sentence in draft.sentences:
        found = _TURNS.search(sentence.text.lower())
        source = draft.spoken(found["source"]) if found else None
        if found is not None and source is not None:
            yield _Conversion(sentence, found["doing"], source, found["goal"])


def _parts(draft: Draft, whole: EntityDraft) -> list[EntityDraft]:
    return [entity for entity in draft.entities.values() if entity.whole == whole.name]


def _part_name(source: EntityDraft, part: EntityDraft, goal: EntityDraft) -> str:
    """The cart lines of a cart become the order lines of an order."""
    rest = part.title.removeprefix(source.title).strip()
    return f"{goal.title} {rest or part.title}"


def _copy_part(draft: Draft, one: _Conversion, part: EntityDraft, goal: EntityDraft) -> None:
    copy = draft.add_entity(_part_name(one.source, part, goal))
    copy.whole = goal.name
    copy.fields = {name: field for name, field in part.fields.items() if not field.is_file}
    copy.relations = {name: tie for name, tie in part.relations.items() if tie.to != one.source.name}
    copy.relations[goal.snake] = Relation(to=goal.name, on_delete=OnDelete.CASCADE)
    for name, way in _copied(draft, one, part):
        origin = draft.entities[part.relations[way.split(".")[0]].to].fields[name]
        copy.fields[name] = Field(type=origin.type, min=origin.min, max=origin.max)
        draft.mark(one.sentence, f"{copy.address}.fields.{name}")
    draft.mark(one.sentence, copy.address, LIKELY)


def _copied(draft: Draft, one: _Conversion, part: EntityDraft) -> Iterator[tuple[str, str]]:
    """Values of what a part refers to that are kept as they are now, with the way to them: `prices are copied`."""
    told = _COPIED.search(one.sentence.text.lower())
    for relation_name, relation in part.relations.items() if told else ():
        target = draft.entities[relation.to]
        for name in target.fields:
            if told and plural(name) in {told["what"], plural(told["what"])}:
                yield name, f"{relation_name}.{name}"


def convert(draft: Draft) -> None:
    """The operation that makes one record of another, and empties it."""
    for one in _conversions(draft):
        goal = draft.named(tuple(one.goal.split()))
        if goal is None:
            continue
        lemma = next((word.lemma for word in one.sentence.words if word.lower == one.doing.split(" ")[0]), one.doing)
        name = action_name(" ".join([lemma, *one.doing.split(" ")[1:]]))
        by = [who for who, role in draft.roles.items() if role.record and draft.path(one.source, role.record)]
        values = {key: f"this.{key}" for key in one.source.relations if key in goal.relations}
        operation = OperationDraft(on=one.source.name, by=by or [keeper(draft)])
        operation.creates = Creation(entity=goal.name, set=values)
        goal.created_by = name
        for part in _parts(draft, one.source):
            _carry(draft, one, part, goal, operation)
        draft.operations[name] = operation
        draft.mark(one.sentence, f"operations.{name}", STATED)


def _carry(draft: Draft, one: _Conversion, part: EntityDraft, goal: EntityDraft, operation: OperationDraft) -> None:
    """Carry the parts of a record over to what comes of it."""
    copy = draft.named(tuple(_part_name(one.source, part, goal).split()))
    if copy is None:
        return
    rows = f"this.{entity_names(part.name).plural}"
    values = {
        name: f"part.{name}"
        for name in (*part.fields, *part.relations)
        if name in copy.fields or name in copy.relations
    }
    values |= {name: f"part.{way}" for name, way in _copied(draft, one, part)}
    values[goal.snake] = "created"
    operation.requires["not_empty"] = Requirement(cel=f"{rows}.size() > 0", else_=f"This {one.source.title} is empty.")
    key = spec_name(f"carry {plural(part.title)}")
    operation.also[key] = Effect.model_validate(
        {"each": rows, "as": "part", "creates": {"entity": copy.name, "set": values}}
    )
    _reserve(draft, one, part, rows, operation)
    emptied = Effect.model_validate({"each": rows, "as": "part", "deletes": True})
    operation.also[spec_name(f"empty {one.source.title}")] = emptied
    draft.assume(one.source.address, f"{one.source.one} is empty again once it became {goal.one.lower()}.")


def _reserve(draft: Draft, one: _Conversion, part: EntityDraft, rows: str, operation: OperationDraft) -> None:
    """`Stock is reserved at once`: what is taken is no longer there for others."""
    told = _RESERVED.search(one.sentence.text.lower())
    count = next((name for name in part.fields if name in {"quantity", "count", "amount", "number"}), "")
    for relation_name, relation in part.relations.items() if told and count else ():
        stock = next(
            (name for name in draft.entities[relation.to].fields if told and name.startswith(told["what"])), ""
        )
        if not stock:
            continue
        way = f"part.{relation_name}.{stock}"
        enough = {
            "cel": f"{way} >= part.{count}",
            "else": f"There is not enough {told['what'] if told else stock} left.",
        }
        operation.also[spec_name(f"reserve {stock}")] = Effect.model_validate(
            {
                "each": rows,
                "as": "part",
                "on": f"part.{relation_name}",
                "requires": {"enough": enough},
                "sets": {stock: f"{way} - part.{count}"},
            }
        )
