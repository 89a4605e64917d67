"""How records hang together: to one, to several, in a tree, and as parts of another."""

import re
from collections.abc import Iterable, Iterator

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import LIKELY, STATED, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import lists_fields, spec_name
from quantumlayer.qlayer.parser.meaning.verbs import BRING, CREATE
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Field, FieldType, OnDelete, Relation, RelationKind, Rule, Unique

MANY = re.compile(
    r"\b(?:one or more|one or several|several|many|multiple|more than one|any number of|at least (?:one"
    r"|two)|a list of)\b"
)
_OF = re.compile(r"^of (?:an?|the|each|every) (?P<what>[a-z]+(?: [a-z]+)?)$")
_OF_ONE = re.compile(
    r"^(?P<how>of|for|on|about) (?:an?|one|each|every) (?P<what>[a-z]+(?: [a-z]+)?)(?=$| with\b| who\b| that\b)"
)
_MAKING = frozenset(
    {"book", "reserve", "make", "request", "issue", "write", "schedule", "place", "apply for", "hand in"}
)
_NEEDED = re.compile(r"\b(?:one or more|one or several|at least one)\b")
_PARTS = frozenset({"line", "item", "entry", "row", "position", "part", "slot", "option", "step", "detail"})
"""What is named by the whole that it is a part of: the lines of a cart are cart lines."""
_TREE = re.compile(
    r"^(?P<what>[\w -]+?) (?:(?:can |may )?(?:form|make up|build)s? (?:an? )?(?:tree|hierarchy)"
    r"|(?:is|are|can be) (?:organi[sz]ed|arranged|kept|nested|ordered) (?:in|as|into) (?:an? )?(?:trees?|hierarch\w+))"
    r"|^(?:an?|each|every) (?P<child>[\w -]+?) (?:can|may) (?:have|belong to) (?:an?(?:other)? |one )?"
    r"(?:(?:parent|superior|higher|sub)[ -]?(?P=child)\b|(?P=child) as (?:its )?parent|sub-?(?P=child)\w*)"
    r"|^(?:an?|each|every) (?P<inner>[\w -]+?) (?:can|may) (?:be )?"
    r"(?:part of|[a-z]+ (?:in|inside|within|under|below|on|to))"
    r" (?:another|an? (?:broader|larger|bigger|higher|wider|superior)) (?:(?P=inner)|one)\b"
    r"|^(?:an?|each|every) (?P<lower>[\w -]+?) (?:can|may) (?:sit|lie|stand|be|be placed|be put|be joined|be linked"
    r"|be attached|be assigned|belong|be part|be nested) (?:under|below|beneath|inside|within|in|into|to|of)"
    r" another (?P=lower)\b"
)
_CHOSEN = re.compile(
    r"^(?:exactly |only )?one (?:(?:of (?:them|these|the) ?)?(?P<what>[\w ]*?) ?)?(?:is|can be|may be|must be) "
    r"(?:(?:marked|flagged|set|used) as )?(?:the|his or her|their|its) (?P<name>default|main|primary"
    r"|preferred|favourite)\b"
)


def relate(
    draft: Draft,
    entity: EntityDraft,
    target: EntityDraft,
    sentence: Clause | Sentence,
    *,
    many: bool = False,
    optional: bool = False,
) -> str:
    """Relate a record to one of the target, and give the relation's name.

    `many` turns the relation round, as a Spec relates many to one.
    """
    if many:
        if target.snake in entity.relations or entity.snake in target.relations:
            return target.snake
        entity, target = target, entity
        draft.assume(
            f"{entity.address}.relations.{target.snake}",
            f"{entity.one} belongs to one {target.title}; {target.one.lower()} has any number of them.",
        )
    elif entity.snake in target.relations:
        return ""
    name = relation_name(target)
    entity.fields.pop(name, None)
    entity.relations.setdefault(name, Relation(to=target.name, kind=RelationKind.MANY_TO_ONE, optional=optional))
    draft.mark(sentence, f"{entity.address}.relations.{name}", LIKELY if many else STATED)
    return name


def relation_name(target: EntityDraft) -> str:
    """What a relation to one record of an entity is called."""
    return target.snake if spec_name(target.snake) == target.snake else f"{target.snake}_record"


def relate_several(draft: Draft, entity: EntityDraft, target: EntityDraft, clause: Clause | Sentence, said: str) -> str:
    """Relate a record to several of the target, each of which may have several of these."""
    name = spec_name(plural(target.snake))
    entity.fields.pop(name, None)
    least = 1 if _NEEDED.search(said) else None
    linked = Relation(to=target.name, kind=RelationKind.MANY_TO_MANY, reassignable=True, min=least)
    entity.relations.setdefault(name, linked)
    draft.mark(clause, f"{entity.address}.relations.{name}")
    return name


def part_of(draft: Draft, whole: EntityDraft, phrase: Phrase) -> EntityDraft:
    """The entity of the parts that a whole has several of."""
    alone = len(phrase.core) == 1 and phrase.core[0] in _PARTS
    part = draft.add_entity(f"{whole.title} {phrase.name}" if alone else phrase.name)
    if part is not whole:
        part.whole = whole.name
    return part


def join_part(draft: Draft, whole: EntityDraft, part: EntityDraft, clause: Clause) -> None:
    """Relate a part to its whole, with which it goes."""
    name = relate(draft, part, whole, clause)
    if name:
        part.relations[name] = part.relations[name].model_copy(update={"on_delete": OnDelete.CASCADE})
        about = f"{part.address}.relations.{name}"
        draft.assume(about, f"{part.one} belongs to one {whole.title} and goes with it.")


def parts(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    """Those of the things a record has that are records themselves: `several addresses (street, postcode, city)`."""
    return (
        phrase for phrase in phrases if phrase.many and phrase.inner and lists_fields(phrase, sure=_several(phrase))
    )


def _several(phrase: Phrase) -> bool:
    return bool(MANY.search(phrase.lead))


def find_belonging(draft: Draft, clauses: Iterable[Clause]) -> None:
    """What something belongs to is kept, too: `A product belongs to one or more categories`."""
    for clause in clauses:
        if clause.verb != "belong" or clause.negated or not clause.subject or not clause.after("to"):
            continue
        if draft.entity(clause.subject[0]) is None and clause.subject[0].core[-1] not in {"it", "they"}:
            continue
        for phrase in clause.after("to"):
            if draft.entity(phrase) is None and phrase.lead.split(" ")[0] != "the" and phrase.core[-1].isalpha():
                draft.mark(clause, draft.add_entity(phrase.name).address, LIKELY)


def find_mutual(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`A rehearsal calls several people, and a person is called to many rehearsals`: several have several."""
    several: dict[tuple[str, str], Clause] = {}
    for clause in clauses:
        entity = draft.entity(clause.subject[0]) if len(clause.subject) == 1 and not clause.negated else None
        for phrase in clause.attributes if entity else ():
            target = draft.entity(phrase)
            if entity is None or target is None or entity is target or not MANY.search(phrase.lead):
                continue
            if (target.name, entity.name) in several:
                relate_several(draft, target, entity, several[target.name, entity.name], "")
                draft.mark(clause, f"{target.address}.relations.{spec_name(plural(entity.snake))}")
            several.setdefault((entity.name, target.name), clause)


def find_of(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`The director of a production calls rehearsals`: these are of the production."""
    for clause in clauses:
        whose = _OF.match(clause.subject[0].post) if len(clause.subject) == 1 and not clause.negated else None
        target = draft.spoken(whose["what"]) if whose else None
        for phrase in clause.objects if target is not None and not clause.passive else ():
            entity = draft.entity(phrase)
            if (
                entity is not None
                and target is not None
                and entity is not target
                and not entity.relations.get(target.snake)
            ):
                relate(draft, entity, target, clause)


def find_made_of(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`Drivers record delays of a trip`, `a donor books an appointment for a session`: these are of one trip each."""
    for clause in clauses:
        if clause.negated or clause.passive:
            continue
        for phrase in clause.attributes:
            entity, found = draft.entity(phrase), _OF_ONE.match(phrase.post)
            if entity is None or found is None or entity.snake != "_".join(phrase.core):
                continue
            target = draft.spoken(found["what"])
            sure = found["how"] == "of" or clause.verb in CREATE | BRING | _MAKING
            if target is None or target is entity or not sure:
                continue
            if not draft.path(entity, target.name) and not draft.path(target, entity.name):
                relate(draft, entity, target, clause)


def find_trees(draft: Draft) -> None:
    """`Categories form a tree`: each has at most one parent, and none is above itself."""
    for sentence in draft.sentences:
        for said in re.split(r"; |, and ", sentence.text.lower().rstrip(".")):
            found = _TREE.match(said)
            name = (found["what"] or found["child"] or found["inner"] or found["lower"]) if found else ""
            entity = draft.spoken(name) if name else None
            if entity is None:
                continue
            tree = Relation(to=entity.name, back="children", optional=True, reassignable=True, acyclic=True)
            entity.relations.setdefault("parent", tree)
            draft.mark(sentence, f"{entity.address}.relations.parent")


def find_chosen(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`One address is the default`: at most one of the parts of a whole is marked so."""
    for clause in clauses:
        found = _CHOSEN.match(f"{' '.join(part.text for part in clause.subject)} {clause.text}")
        whole = found["what"].strip() if found and found["what"] else ""
        named = [part for part in draft.entities.values() if part.whole and whole and part.title.endswith(whole)]
        if found is None or len(named) != 1:
            continue
        part, name = named[0], spec_name(found["name"])
        owner = next((key for key, one in part.relations.items() if one.to == part.whole), "")
        if not owner:
            continue
        part.fields[name] = Field(type=FieldType.BOOL, default=False)
        rule = Unique(of=(owner,), when=f"this.{name}")
        said = f"Only one {part.title} is the {found['name']}."
        part.rules[f"one_{name}"] = Rule(unique=rule, else_=said)
        draft.mark(clause, f"{part.address}.fields.{name}")
        draft.mark(clause, f"{part.address}.rules.one_{name}", LIKELY)
