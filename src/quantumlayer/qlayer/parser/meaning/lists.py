"""How lists are asked for: searched, filtered, bounded, sorted, and how many records a page has."""

import re
from collections.abc import Iterable

from quantumlayer.kit.identifiers import plural, singular
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.people import actions_of, things
from quantumlayer.qlayer.parser.meaning.verbs import FILTER, SEARCH, SORT
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Action, FieldType

_UNTIL = r"(?P<list>[a-z][a-z -]*?(?:(?:, (?:and |or )?| and | or )(?!sort|filter|search|order)[a-z][a-z -]*?)*)"
_STOP = (
    r"(?=$|[.;:(]|,? (?:and |or )?(?:sort|filter|search|order|with|page|\d|in pages|so that|newest|latest|oldest)|, \d)"
)
_SEARCHED = re.compile(rf"\b(?:search(?:ed|able)?|found|find|look up)\b[^.;,]*? by (?:their |its )?{_UNTIL}{_STOP}")
_FILTERED = re.compile(
    rf"\b(?:filter(?:s|ed|able)?|narrow(?:ed)?)\b[^.;,]*? (?:by|for|on) (?:their |its )?{_UNTIL}{_STOP}"
)
_SORTED = re.compile(
    rf"\b(?:sort(?:ed|able)?|order(?:ed|able)?)\b(?P<what>[^.;,]*?) by (?:their |its )?{_UNTIL}{_STOP}"
)
_PAGED = re.compile(rf"\b(?P<n>{NUMBER}) (?:[a-z]+ )?(?:per|a|to a|on a|on each) page\b|\bpages of (?P<m>{NUMBER})\b")
_FIRST = re.compile(
    r"\b(?P<way>newest|latest|most recent|oldest|earliest|soonest|cheapest|dearest|most expensive) (?:ones? )?first\b"
)
_DOWN = re.compile(
    r" ?\(?\b(?:descending|in descending order|highest first|largest first|newest first|most recent first)\)?$"
)
_AGE = {
    "age": "created_at",
    "newest": "-created_at",
    "oldest": "created_at",
    "recency": "-created_at",
    "date added": "created_at",
}
_TEXTUAL = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})
_RANGED = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY, FieldType.DATE, FieldType.DATETIME})
_MOST_ON_PAGE = 100
_LOW, _HIGH = frozenset({"low", "lowest", "minor", "trivial"}), frozenset({"urgent", "high", "highest", "critical"})


def find_lists(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`Browse products with filters for category and price range, sorted by price or name, 20 per page`."""
    spoken: tuple[Sentence, EntityDraft] | None = None
    for clause in clauses:
        asks = actions_of(clause) == {Action.READ} and not clause.passive
        shown = clause.passive and clause.verb in SEARCH | FILTER | SORT | {"order", "show", "list"}
        named = things(clause) if asks else clause.subject if shown else ()
        if clause.negated:
            continue
        meant = [entity for phrase in named if (entity := draft.entity(phrase)) is not None]
        if not meant and asks and spoken and spoken[0] is clause.sentence:
            meant = [spoken[1]]  # `see courses, filter by level`
        for entity in meant:
            _search(draft, entity, clause)
            _filter(draft, entity, clause)
            _sort(draft, entity, clause, fixed=shown and clause.modal not in {"can", "may"})
            _page(draft, entity, clause)
        spoken = (clause.sentence, meant[-1]) if meant and asks else spoken


def _names(found: re.Match[str] | None) -> list[str]:
    listed = re.split(r", (?:and |or )?| and | or ", found["list"]) if found else []
    return [re.sub(r"^(?:an?|the|their|its) ", "", part.strip()) for part in listed if part.strip()]


def member(entity: EntityDraft, said: str) -> str:
    """The field, relation or state that words mean; empty where they mean none, or several."""
    name = spec_name(singular(said))
    if name in {"status", "state"} and entity.states is not None:
        return "status"
    for key in (name, spec_name(said), plural(name)):
        if key in entity.fields or key in entity.relations:
            return key
    ending = [
        key for key in (*entity.fields, *entity.relations) if key.endswith(f"_{name}") or key.startswith(f"{name}_")
    ]
    return ending[0] if len(ending) == 1 else ""


def _search(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    for said in _names(_SEARCHED.search(clause.text)):
        name = member(entity, said)
        known = entity.fields.get(name)
        if known is not None and known.type in _TEXTUAL:
            _add(draft, entity, clause, entity.search, name)
        elif name:
            _add(draft, entity, clause, entity.filter, name)


def _filter(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    for said in _names(_FILTERED.search(clause.text)):
        ranged = re.sub(r"(?: ranges?| from .*)$", "", said)
        name = member(entity, ranged)
        known = entity.fields.get(name)
        if known is not None and known.type in _RANGED and (ranged != said or known.type is not FieldType.INT):
            _add(draft, entity, clause, entity.range, name)
        elif name and (known is None or known.type is not FieldType.FILE):
            _add(draft, entity, clause, entity.filter, name)


def _sort(draft: Draft, entity: EntityDraft, clause: Clause, *, fixed: bool) -> None:
    """What callers may sort by; where nobody is given the choice, the order that the list has."""
    found = _SORTED.search(clause.text)
    if found is None and clause.verb in SORT:
        return
    chosen = bool(found) and " or " in found["list"] if found else False
    always = found is not None and (fixed or (clause.verb not in SORT and not chosen))
    order: list[str] = []
    for said in _names(found):
        one = ordered(entity, said)
        if (one and not one.endswith("_at")) or one.removeprefix("-") in entity.fields:
            _add(draft, entity, clause, entity.sort, one.removeprefix("-"))
        order += [one] if one else []
    if first := _FIRST.search(clause.text):
        order += [way] if (way := dated(entity, first["way"])) else []
    if (always or first) and order and not entity.order and not asks_for_some(draft, clause):
        entity.order = order
        draft.mark(clause, f"{entity.address}.list.order")


def asks_for_some(draft: Draft, clause: Clause) -> bool:
    """Whether a clause asks for only some of an entity's records, which is a list of its own."""
    return any(
        len(phrase.core) > 1 and (one := draft.entity(phrase)) and one.snake != "_".join(phrase.core)
        for phrase in clause.objects
    )


def dated(entity: EntityDraft, way: str) -> str:
    """The order that `newest first` or `cheapest first` means: by the only date, else by when a record was added."""
    if way in {"cheapest", "dearest", "most expensive"}:
        prices = [name for name, field in entity.fields.items() if field.type is FieldType.MONEY]
        down = "" if way == "cheapest" else "-"
        return f"{down}{prices[0]}" if len(prices) == 1 else ""
    dates = [name for name, field in entity.fields.items() if field.type in {FieldType.DATE, FieldType.DATETIME}]
    by = dates[0] if len(dates) == 1 and not entity.fields[dates[0]].optional else "created_at"
    return by if way in {"oldest", "earliest", "soonest"} else f"-{by}"


def ordered(entity: EntityDraft, said: str) -> str:
    """What a list is ordered by, `-` before what goes down; empty where the words mean no plain value.

    By priority means the most pressing first, whichever way round its choices are listed.
    """
    plain = _DOWN.sub("", said).strip()
    if plain in _AGE and member(entity, plain) == "":
        return _AGE[plain]
    name = member(entity, plain)
    known = entity.fields.get(name)
    if name == "status":
        return name
    if known is None or known.type in {FieldType.TEXT, FieldType.FILE, FieldType.JSON}:
        return ""
    rising = bool(known.one_of) and (str(known.one_of[0]) in _LOW or str(known.one_of[-1]) in _HIGH)
    return f"-{name}" if rising or plain != said.strip() else name


def _page(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    found = _PAGED.search(clause.text)
    size = int(number(found["n"] or found["m"])) if found else 0
    if 0 < size <= _MOST_ON_PAGE:
        entity.page = size
        draft.mark(clause, f"{entity.address}.list.page")


def _add(draft: Draft, entity: EntityDraft, clause: Clause, target: list[str], name: str) -> None:
    if name not in target:
        target.append(name)
    draft.mark(clause, f"{entity.address}.list")
