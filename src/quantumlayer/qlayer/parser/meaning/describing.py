"""What a clause says of a thing: that it has values, is made, is sent, or is where the service is at home."""

import re
from collections.abc import Iterable
from dataclasses import replace

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.meaning.fields import (
    FILES,
    NAMING,
    lists_fields,
    spec_name,
)
from quantumlayer.qlayer.parser.meaning.verbs import BRING, CREATE, names_event
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER
from quantumlayer.qlayer.parser.text.phrases import NOUNS, Phrase

HAVING = frozenset({"have", "record", "hold", "store", "contain", "include", "comprise", "consist", "carry", "keep"})
_FEW, _SEVERAL = 2, 3
PUBLIC = frozenset({"anyone", "anybody", "everyone", "everybody", "public", "visitor", "guest", "passerby"})
"""Who is nobody in particular."""
_ENROLLING = frozenset({"register", "sign up", "apply", "join"})
LINKING = frozenset({"belong", "link", "connect", "concern", "refer", "come", "join", "cover", "be"})
_SYSTEM = frozenset(
    {"system", "service", "application", "app", "software", "platform", "website", "site", "we", "i", "backend"}
)
_SO_MANY = re.compile(rf"(?:about |some |over )?{NUMBER}$")
_SHOWN = frozenset({"report", "statistic", "list", "overview", "summary", "table", "dashboard", "export"})
"""What only shows what is kept."""
_SIGNS = frozenset({"digit", "letter", "character", "sign", "symbol", "hyphen", "dash", "slash", "underscore"})
_DESCRIBED = frozenset(
    {"register", "describe", "identify", "record", "store", "keep", "list", "define", "enter", "save", "enrol"}
)
_KINDS_OF = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|\d+|the following|these) (?:kinds of |types of )?"
    r"(?P<what>[a-z]+(?: [a-z]+)?s): (?P<list>[a-z-]+(?: [a-z-]+)?(?:, [a-z-]+(?: [a-z-]+)?)*,? (?:and|or)"
    r" [a-z-]+(?: [a-z-]+)?)"
    r"(?=[.;]|$)"
)
_COUNTED = re.compile(rf"^\w+ (?!exactly one\b)(?:at most|at least|up to|no more than|exactly|between) {NUMBER}")


def is_system(phrase: Phrase) -> bool:
    """Whether a phrase means who speaks or what is to be built, rather than something to keep."""
    kept = phrase.lead in {"a", "an", "each", "every"} and phrase.core[-1:] in {("site",), ("application",)}
    return (phrase.core[-1:] != () and phrase.core[-1] in _SYSTEM and not kept) or (
        phrase.lead.split(" ")[0] in {"our", "my"} and not phrase.many
    )


def introduces(clause: Clause) -> bool:
    """Whether a clause has a role make something: `As a customer, I want to open a ticket with a subject`."""
    makes = clause.verb in CREATE and clause.modal == "can" and not clause.passive and not clause.negated
    return makes and len(clause.objects) == 1 and clause.objects[0].lead in {"", "a", "an", "new", "a new"}


def describes(clause: Clause) -> bool:
    """Whether a clause lists what its subject has."""
    if not clause.subject or clause.negated or is_system(clause.subject[0]):
        return False
    if clause.modal in {"may", "can", "could"} and clause.verb not in _ENROLLING:
        return False
    if not clause.tail or re.match(r"(?:no )?two\b", clause.subject[0].lead):
        return False
    if clause.text.split(" ")[0] in {"had", "was", "were"} or not clause.subject[0].core[-1].isalnum():
        return False  # what was is a tale, and no requirement
    if clause.verb == "have" and len(clause.attributes) == 1 and _SO_MANY.match(clause.attributes[0].lead):
        return False  # `The parish has three halls` tells how many there are
    if clause.passive:
        listed_by = clause.tail[0].lower in {"with", "by"} and len(clause.attributes) > 1
        return clause.verb in _DESCRIBED and listed_by
    if clause.verb in _ENROLLING:
        return (
            clause.tail[0].lower == "with" and len(clause.attributes) > 1 and clause.subject[0].core[-1] not in PUBLIC
        )
    if _COUNTED.match(clause.text):
        return False
    several = {"", "if", "since", "because"} | ({"when"} if len(clause.attributes) > 1 else set())
    if clause.condition.split(" ")[0] not in several or clause.subject[0].core[0] in {"nobody", "anyone"}:
        return False
    return clause.verb in HAVING or _leaves(clause)


def spells(clause: Clause) -> bool:
    """Whether a clause says how a value is written: `The chip number consists of fifteen digits`."""
    return all(phrase.core[-1] in _SIGNS for phrase in clause.attributes)


def _leaves(clause: Clause) -> bool:
    """`A guest leaves a name, an email and a mobile number`: whatever the verb, these are values of the subject."""
    named = clause.attributes
    if (
        clause.verb in {"be", "do"}
        or len(named) < _SEVERAL
        or clause.subject[0].lead not in {"a", "an", "each", "every"}
    ):
        return False
    return sum(phrase.core[-1] in NAMING for phrase in named) * 4 >= len(named) * 3


def as_managing(clauses: Iterable[Clause]) -> list[Clause]:
    """`Clerks keep dogs and holders`, of which the text tells elsewhere, says who looks after them."""
    found = list(clauses)
    told = {singular(clause.subject[0].name) for clause in found if describes(clause) and clause.verb != "keep"}
    result = []
    for clause in found:
        objects = clause.objects if clause.verb == "keep" and not clause.negated and not clause.passive else ()
        keeps = (
            bool(objects)
            and clause.subject[:1] != ()
            and clause.subject[0].many
            and all(phrase.name in told for phrase in objects)
        )
        result.append(replace(clause, verb="maintain") if keeps else clause)
    return result


def brings(clause: Clause) -> bool:
    """Whether somebody sends something whose values are listed: `A van posts readings: time, speed and level`."""
    if not clause.subject or clause.negated or clause.passive or is_system(clause.subject[0]):
        return False
    objects = clause.objects
    return clause.verb in BRING and len(objects) == 1 and bool(objects[0].inner) and lists_fields(objects[0], sure=True)


def booked_noun(draft: Draft, clause: Clause) -> str:
    """What somebody makes by giving its values: `Guests reserve with a name and an email` tells of a reservation."""
    if (
        clause.negated
        or clause.passive
        or not clause.tail
        or clause.tail[0].lower != "with"
        or len(clause.attributes) < _FEW
    ):
        return ""
    cut = next((place for place, token in enumerate(clause.tail) if token.lower in {"both", "which", "that"}), None)
    if clause.verb in HAVING | _ENROLLING or not lists_fields(
        replace(clause.attributes[0], inner=clause.tail[1:cut]), sure=False
    ):
        return ""
    nouns = {word.lemma for sentence in draft.sentences for word in sentence.words if word.tag in NOUNS}
    return next((noun for noun in sorted(nouns) if noun != clause.verb and names_event(clause.verb, noun)), "")


def enumerated(draft: Draft) -> dict[str, tuple[str, ...]]:
    """What comes in so many kinds: `four waste types: residual, organic, paper and glass`."""
    kinds: dict[str, tuple[str, ...]] = {}
    for sentence in draft.sentences:
        found = _KINDS_OF.search(sentence.text.lower())
        if found is not None:
            values = [part.strip() for part in re.split(r",? (?:and|or) |, ", found["list"]) if part.strip()]
            kinds[spec_name(singular(found["what"]))] = tuple(dict.fromkeys(values))
    return kinds


def explained(clause: Clause) -> list[Phrase]:
    """What an aside tells the fields of: `Veterinarians (name and licence number) dispense medicines`."""
    named = [phrase for phrase in (*clause.subject, *clause.objects) if phrase.inner and phrase.core[-1].isalpha()]
    return [phrase for phrase in named if phrase.core[-1] not in FILES | _SHOWN and lists_fields(phrase, sure=False)]


def enrols_as(clause: Clause) -> Phrase | None:
    """`Anybody can sign up as a member, with a nickname and an email` tells what members have."""
    named = clause.after("as")
    enrols = clause.verb in _ENROLLING and bool(named) and len(clause.having) > 1 and not clause.negated
    return named[0] if enrols else None


def places(clauses: list[Clause]) -> tuple[tuple[str, ...], ...]:
    """What only keeps several kinds of things is where the service is at home, no record of it: `A shop keeps tools`.

    Whatever is said to have something of its own, to act, or to be one of several is a record all the same.
    """
    described = {clause.subject[0].core for clause in clauses if describes(clause)}
    kept = [clause for clause in clauses if describes(clause) and (_keeps(clause) or _numbers(clause, described))]
    keeping = dict.fromkeys(
        clause.subject[0].core for clause in kept if not clause.subject[0].many and len(clause.subject) == 1
    )
    others = [clause for clause in clauses if not any(clause is one for one in kept)]
    records = {clause.subject[0].core for clause in others if clause.subject and _is_of_record(clause)}
    named = {phrase.core for clause in others for phrase in clause.attributes}
    return tuple(core for core in keeping if core not in records | named)


def _is_of_record(clause: Clause) -> bool:
    several = clause.subject[0].many or clause.subject[0].lead in {"each", "every"}
    return describes(clause) or several or clause.modal in {"can", "may"} or clause.verb in LINKING - {"be"}


def _keeps(clause: Clause) -> bool:
    """Whether a clause says which records its subject keeps, rather than what one of it has."""
    lead = clause.subject[0].lead
    objects = clause.objects
    return (
        clause.verb in {"keep", "store", "hold"}
        and lead in {"", "a", "an", "the"}
        and bool(objects)
        and all(part.many and not part.lead for part in objects)
    )


def _numbers(clause: Clause, described: set[tuple[str, ...]]) -> bool:
    """`The parish has three halls`: it says how many there are of what is described elsewhere."""
    objects = clause.objects
    definite = clause.subject[0].lead == "the" or not clause.subject[0].lead
    counted = bool(objects) and all(
        re.fullmatch(NUMBER, part.lead) and part.many and part.core in described for part in objects
    )
    return clause.verb == "have" and definite and counted


def of_service(draft: Draft, clause: Clause) -> bool:
    """Whether a clause says what the place keeps in which the service is at home."""
    return describes(clause) and clause.subject[0].core in draft.itself
