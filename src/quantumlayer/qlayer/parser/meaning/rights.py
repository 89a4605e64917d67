"""Whose records somebody may act on: `their own bookings`, `the jobs assigned to them`, `tickets of their team`."""

import re

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.conditions import in_state, opposite
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.spec.model import RelationKind
from quantumlayer.spec.naming import back_name

_ENDS = frozenset({",", ";", "and", "or", "but", "not", "so", "sorted", "filtered", "ordered", "with", "by"})
"""What ends that which narrows a name: the next thing, or how the list is shown."""
_THEMSELVES = r"(?: themselves| himself| herself| on their own)?"
_THEY_DO = re.compile(
    rf"^(?:that |which |who(?:m)? )?(?:they|he or she|he|she|i|we)(?: have| has)?(?: been)?{_THEMSELVES}"
    rf" (?:(?:are|is|were|was) )?(?P<verb>[a-z]+)(?: (?:to|for|in|on|with|by))?{_THEMSELVES}$"
)
_DONE_TO_THEM = re.compile(
    r"^(?:(?:that|which|who) )?(?:(?:are|is|were|was|have been|has been) )?(?P<verb>[a-z]+)"
    r" (?:to|with|for|by) (?:(?:them|him|her|my)(?:selves|self)?|me|us|that (?P<whom>[a-z ]+))$"
)
_OF_THEIRS = re.compile(r"^(?:of|for|in|from|at|on|within|about) (?:their|his|her|my|our)(?: own)? (?P<what>[a-z -]+)$")
_STATED = re.compile(
    r"^(?:(?:that|which|who) |(?:while|as long as|if|when) (?:it|they|these|those|he|she|the [a-z ]+?) )"
    r"(?P<be>(?:are|is|were|was|have been|has been)(?: still)?)(?P<no> not)? (?:an? )?(?P<state>[a-z-]+)$"
)
_NARROWING = re.compile(
    r"\b(?:that|which|who|whom|whose|they|he|she|their|his|her|own|same|other|them|him|it|before|after|until|once|while"
    r"|unless|during|within|without|except|if|when)\b"
)
_WITHOUT = re.compile(r"\bwithout (?:signing|logging) in\b|\bwithout an? (?:account|login)\b")
_OUTSIDE = re.compile(
    r"^(?:without (?:an? )?(?:account|login)|who (?:is|are) not (?:signed|logged)[ -]?in|who (?:have|has) no account"
    r"|who do(?:es)? not (?:have an account|sign in|log in))$"
)
_INSIDE = re.compile(r"^(?:who|that) (?:is|are|has|have) (?:signed|logged) in$|^with an? (?:account|login)$")
_SIGNED_IN = frozenset({"signed", "logged", "authenticated", "registered"})
_PLACED = re.compile(r"^(?:of|from|at|in) (?!their\b|his\b|her\b)")
_MADE = frozenset(
    {"made", "created", "written", "wrote", "entered", "added", "recorded", "placed", "submitted", "opened", "filed"}
    | {"uploaded", "sent", "posted", "registered", "reported", "raised", "own", "owned", "booked", "requested"}
)
"""What makes a record somebody's own."""
_PLACING = frozenset({"IN", "TO", "DT", "NN", "NNS", "NNP", "NNPS", "CD", "RB", "HYPH", "POS"})
_WHO_MADE = re.compile(r"^(?:who|that) (?:has |have )?(?P<verb>[a-z]+) (?:it|them|one|this|that)$")
_OF_RECORD = re.compile(r"^of (?:an?|the|that|each|every) (?P<what>[a-z]+(?: [a-z]+)?)$")
_PEOPLE = frozenset({"anyone", "anybody", "everyone", "everybody", "user", "person", "visitor", "caller"})


def narrowing(clause: Clause, phrase: Phrase) -> str:
    """What is said behind a name about which of its records are meant, in lower case."""
    said: list[str] = []
    for token in clause.tail:
        if token.index <= phrase.head:
            continue
        if token.lower in _ENDS and not (token.lower == "by" and said):
            break
        said.append(token.lower)
    return _WITHOUT.sub("", " ".join(said)).strip()


def is_plain(clause: Clause, phrase: Phrase) -> bool:
    """Whether what stands behind a name only places it, as in `the orders of the shop`, and picks none out."""
    end = phrase.head + 1 + len(narrowing(clause, phrase).split())
    behind = [token for token in clause.tail if phrase.head < token.index < end]
    return all(token.tag in _PLACING for token in behind)


def which(draft: Draft, entity: EntityDraft, who: str, said: str) -> str | None:
    """The condition for the records that a narrowing means, as CEL, empty for all; None where it is not understood."""
    if stated := _STATED.match(said):
        test = in_state(entity, singular(stated["state"])) or in_state(entity, stated["state"])
        return (opposite(test) if stated["no"] else test) or None
    if done := _THEY_DO.match(said) or _DONE_TO_THEM.match(said):
        if done.groupdict().get("whom") not in {None, who.replace("_", " ")}:
            return None
        return theirs(draft, entity, who, done["verb"]) or None
    if place := _OF_THEIRS.match(said):
        return _of_their_place(draft, entity, who, place["what"]) or None
    return None if _NARROWING.search(said) or said.endswith("ed") else ""


def theirs(draft: Draft, entity: EntityDraft, who: str, verb: str) -> str:
    """The records that have to do with a caller by a verb: `the courses they teach`; empty where that is not sure.

    Of two ways to the caller's record the one is meant that has the verb in its name: `assignee` of what is assigned.
    """
    record = draft.record_of(who)
    if record is None:
        return ""
    ways = [
        name
        for name, one in entity.relations.items()
        if one.to == record.name and one.kind is not RelationKind.MANY_TO_MANY
    ]
    stem = verb.removesuffix("ed").removesuffix("en")[:5]
    named = [name for name in ways if name.startswith(stem)]
    if len(named or ways) == 1:
        return f"this.{(named or ways)[0]} == caller.{who}"
    return "" if ways else _through_link(draft, entity, record, who)


def _through_link(draft: Draft, entity: EntityDraft, record: EntityDraft, who: str) -> str:
    """The records that another one ties to the caller: `the plays they are cast in`, where castings have both."""
    found = []
    for link in draft.entities.values():
        here = [name for name, one in link.relations.items() if one.to == entity.name]
        there = [name for name, one in link.relations.items() if one.to == record.name]
        if link not in (entity, record) and len(here) == len(there) == 1:
            back = back_name(link.name, link.relations[here[0]])
            found.append(f"this.{back}.exists(link, link.{there[0]} == caller.{who})")
    return found[0] if len(found) == 1 else ""


def _of_their_place(draft: Draft, entity: EntityDraft, who: str, what: str) -> str:
    """`Tickets of their team`: the record and the caller hang on the same one."""
    target, record = draft.spoken(what), draft.record_of(who)
    if target is None or record is None:
        return ""
    if target is record:
        way = draft.path(entity, record.name)
        return f"{way} == caller.{who}" if way else ""
    way, mine = draft.path(entity, target.name), draft.path(record, target.name)
    if not way or mine.count(".") != 1 or mine == "this":
        return ""
    relation = record.relations[mine.removeprefix("this.")]
    told = f"caller.{who}{mine.removeprefix('this')}"
    guard = f"{told} != null && " if relation.optional else ""
    return f"{guard}{way} == {told}"


def makes(said: str) -> bool:
    """Whether a narrowing tells of records that somebody made: `they have written`, `created by them`."""
    found = _THEY_DO.match(said) or _DONE_TO_THEM.match(said)
    return found is not None and found["verb"] in _MADE


def outsiders(phrase: Phrase) -> bool:
    """Whether a subject means those who did not sign in: `guests without an account`, `not logged in`."""
    said = f"{phrase.lead} {phrase.text}"
    return bool(_OUTSIDE.match(phrase.post)) or bool(re.search(r"\bnot (?:signed|logged)[ -]?in\b", said))


def without_signing_in(clause: Clause) -> bool:
    """Whether a clause lets somebody act without an account: `file a complaint without signing in`."""
    return _WITHOUT.search(clause.text) is not None


def insiders(phrase: Phrase) -> bool:
    """Whether a subject means everybody who signed in: `everybody who is signed in`, `registered users`."""
    if phrase.core[-1] not in _PEOPLE or outsiders(phrase):
        return False
    return bool(_INSIDE.match(phrase.post)) or phrase.core[0] in _SIGNED_IN


def makers(draft: Draft, clause: Clause, phrase: Phrase) -> EntityDraft | None:
    """The records that a clause speaks of where its subject means those whose they are.

    `The doctor who wrote it can read a note`; `the author of a post can edit it`.
    """
    objects = [entity for part in clause.objects if (entity := draft.entity(part)) is not None]
    if of := _OF_RECORD.match(phrase.post):
        whole = draft.spoken(of["what"])
        meant = whole in objects or clause.text.endswith((" it", " them"))
        return whole if meant else None
    made = _WHO_MADE.match(phrase.post)
    return objects[0] if made and made["verb"] in _MADE and len(objects) == 1 else None


def narrows_people(phrase: Phrase) -> bool:
    """Whether a subject means only some of those in a role: `members without loans`, which no grant can say."""
    return bool(phrase.post) and not (_PLACED.match(phrase.post) or outsiders(phrase) or insiders(phrase))


def role_in(draft: Draft, text: str) -> str:
    """The role of the draft that a text in lower case names; empty where it names none."""
    plain = re.sub(r"^(?:an?|the|our|all|every|each|any|other|only) ", "", text.strip())
    name = spec_name(singular(plain))
    return name if name in draft.roles else ""
