"""Lists with a name of their own: `see all unassigned tickets sorted by priority`, `the list of low medicines`."""

import re
from collections.abc import Iterable, Iterator

from quantumlayer.kit.identifiers import plural, singular, words
from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.conditions import qualities
from quantumlayer.qlayer.parser.meaning.described import moment, test_for
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.lists import member, ordered
from quantumlayer.qlayer.parser.meaning.people import ANYONE, acting_roles, actions_of, things
from quantumlayer.qlayer.parser.meaning.rights import role_in
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Action, Query

_LIST_OF = re.compile(
    r"\b(?:lists?|overviews?) of (?:all )?(?:the )?(?P<what>[a-z][a-z-]*(?: [a-z][a-z-]*){1,3}?)"
    r"(?=$|[.,;:]| (?:is|are|must|should|sorted|ordered|with|so|for|which|that|by|in|on|the|every|and)\b)"
)
_SORTED = re.compile(
    r"\b(?:sorted|ordered) by (?P<list>[a-z][a-z ]*?(?:(?:, (?:and )?| and )[a-z][a-z ]*?)*)(?=$|[.;:]|, (?!and)| so\b)"
)
_PERIOD = re.compile(
    r"\b(?:between|from) (?:two|certain|given|any two) (?:dates|days|times|moments|instants)\b"
    r"|\b(?:in|within|for|during) an?(?: given| certain| chosen)? (?:period|date range|time range)\b|\bby date range\b"
)
_OF_ONE = re.compile(r"\b(?:of|for|by) (?:an?|one|a given|a certain|a single) (?P<what>[a-z]+)\b")


def find_queries(draft: Draft, clauses: Iterable[Clause]) -> None:
    """A query for every list of only some records, where whoever asks may see more of them."""
    found = list(clauses)
    for clause in found:
        if actions_of(clause) != {Action.READ} or clause.negated or clause.passive or clause.condition:
            continue
        roles = acting_roles(draft, clause)
        for phrase in things(clause) if roles else ():
            entity = draft.entity(phrase)
            if entity is None:
                continue
            if asked := qualities(entity, phrase):
                _add(draft, clause.sentence, entity, asked, roles)
            _bound(draft, entity, clause)
    for sentence in draft.sentences:
        text = " ".join(sentence.text.lower().split())
        for listed in _LIST_OF.finditer(text):
            core = tuple(words(singular(listed["what"])))
            entity = draft.named(core)
            size = len(words(entity.name)) if entity else 0
            if entity is not None and core[:-size] and core[-size:] == tuple(words(entity.name)):
                _add(draft, sentence, entity, list(core[:-size]), list(_asking(draft, found, sentence)))


def _asking(draft: Draft, clauses: list[Clause], sentence: Sentence) -> Iterator[str]:
    """The roles that a sentence says need something."""
    for clause in clauses:
        if clause.sentence is sentence and not clause.passive:
            yield from (who for part in clause.subject if (who := role_in(draft, part.name)))


def _add(draft: Draft, sentence: Sentence, entity: EntityDraft, asked: list[str], roles: list[str]) -> None:
    tests = [test_for(draft, entity, word) for word in asked]
    where = " && ".join(tests)
    if not all(tests):
        return
    assumed = not roles
    if assumed:
        roles = [who for (who, when), may in entity.access.items() if not when and Action.READ in may and who != ANYONE]
    # The plain list of who may see nothing but these records shows them already.
    by = tuple(who for who in dict.fromkeys(roles) if _sees_more(entity, who, where))
    name = spec_name("_".join(asked))
    if name in draft.queries and draft.queries[name].of != entity.name:
        name = spec_name(f"{'_'.join(asked)}_{plural(entity.snake)}")
    if not by:
        return
    known = draft.queries.get(name)
    holders = tuple(dict.fromkeys((*known.by, *by))) if known else by
    order = tuple(_order(entity, sentence)) or (known.order if known else ())
    draft.queries[name] = Query(of=entity.name, by=holders, where=where, order=order)
    draft.mark(sentence, f"queries.{name}", LIKELY)
    if assumed:
        who = " and ".join(one.replace("_", " ") for one in by)
        draft.assume(f"queries.{name}.by", f"The list is for who may see every {entity.title}: {who}.")


def _sees_more(entity: EntityDraft, who: str, where: str) -> bool:
    return any(
        Action.READ in may and holder in {who, ANYONE} and where not in when.split(" && ") and where != when
        for (holder, when), may in entity.access.items()
    )


def _order(entity: EntityDraft, sentence: Sentence) -> Iterator[str]:
    found = _SORTED.search(" ".join(sentence.text.lower().split()))
    for said in re.split(r", (?:and )?| and ", found["list"]) if found else ():
        if one := ordered(entity, said):
            yield one


def _bound(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    """`See the trips of a van between two times`: the list can be asked by both."""
    name = moment(entity)
    if not name or _PERIOD.search(clause.text) is None:
        return
    if name not in entity.range and name not in entity.shown_to:
        entity.range.append(name)
    draft.mark(clause, f"{entity.address}.list.range")
    one = _OF_ONE.search(clause.text)
    relation = member(entity, one["what"]) if one else ""
    if relation in entity.relations and relation not in entity.filter:
        entity.filter.append(relation)
        draft.mark(clause, f"{entity.address}.list.filter")
