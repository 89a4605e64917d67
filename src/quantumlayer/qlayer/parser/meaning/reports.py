"""Reports: `a report per production with the seats sold and the takings`, `number of loans per member and month`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.figures import Figure, Span, figure
from quantumlayer.qlayer.parser.meaning.people import keeper, own_records, reads
from quantumlayer.qlayer.parser.meaning.rights import role_in
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.qlayer.parser.text.stories import STORY
from quantumlayer.spec.effects import Cell
from quantumlayer.spec.model import Action, Report

_REPORT = re.compile(r"\b(?P<adjective>[a-z]+ )?(?:reports?|statistics?|overview|summary)\b(?P<rest>[^.]*)")
_FIGURES = re.compile(
    r"(?P<value>\b(?:(?:the )?(?:number|count) of|(?:the )?(?:total|average|median)|(?:the )?sum of|how many|how much"
    r"|[a-z]+ed days)\b[^.;:,]*?)"
    r" (?:per|for each|for every|by) (?P<rest>[^.;]*)"
)
_FIRST_EACH = re.compile(
    r"\bfor (?:each|every) (?P<what>[a-z]+(?: [a-z]+)?),? (?P<then>(?:the )?(?:number|total|average|sum|how many)\b.*)$"
)
_PER = re.compile(r"\b(?:per|by|for each|for every|of each|of every|and|each) (?P<what>[a-z]+(?: [a-z]+)?)")
_LISTED = re.compile(
    r"(?:\b(?:with|showing|listing|containing|that shows?,?)|^ (?:of|about))(?: the)?(?P<list> .+)$"
    r"|\((?P<aside>[^)]+)\)|: (?P<colon>.+)$"
)
_TIMED = re.compile(
    r"\b(?:per|each|every|and|by|in an?|for an?|of an?|in a given|for a given) (?P<unit>day|week|month|year|period)\b"
    r"|\b(?P<ly>daily|weekly|monthly|yearly|annual)\b|\bbetween two (?P<two>dates|days)\b"
)
_LY = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year"}
_LIMITS = re.compile(
    r"\b(?:at most|more than|fewer than|less than|up to|maximum|only|limit(?:ed)?|at least|must not|cannot|never"
    r"|within)\b"
)
_OWNED = re.compile(r"\b(?:their|his|her|my) own (?P<what>[a-z]+(?: [a-z]+)??) (?:and|with|,)")
_FOR = re.compile(r"\bfor (?:the |our )?(?P<who>[a-z]+(?: [a-z]+)?)\b")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a sentence wants to know: the figures, for each record of an entity, for each day or in a span of time."""

    sentence: Sentence
    figures: tuple[str, ...]
    of: EntityDraft | None
    span: Span
    name: str
    own: bool


def find_reports(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Every report of which each figure can be worked out; the others stay questions."""
    found = list(clauses)
    for sentence in draft.sentences:
        text = " ".join(sentence.text.lower().rstrip(".").split()).split(", so that ")[0]
        asked = None if _LIMITS.search(text) else _asked(draft, sentence, text)
        if asked is None:
            continue
        figures = [figure(draft, asked.of, said, asked.span) for said in asked.figures]
        known = [one for one in figures if one is not None]
        done = len(known) == len(figures) and _add(draft, asked, known, _asking(draft, found, sentence, text))
        if not done and draft.gave(sentence):
            # What else the sentence says was read, so that nobody would ask about this.
            said = f'How is this worked out: "{sentence.text[:300]}"?'
            draft.ask(asked.of.address if asked.of else "", said, "There is no such report yet.")


def _asked(draft: Draft, sentence: Sentence, text: str) -> _Asked | None:
    if each := _FIRST_EACH.search(text):
        text = f"{text[: each.start()]}{each['then']} per {each['what']}"
    told = _REPORT.search(text)
    if told is not None:
        listed = _LISTED.search(told["rest"])
        said = next((part for part in listed.groups() if part), "") if listed else ""
        kind = (told["adjective"] or "").strip()
        behind = told["rest"]
        name = "" if kind in {"", "a", "an", "the", "this"} else kind if kind in _LY else f"{kind} report"
    elif (told := _FIGURES.search(text)) is not None:
        said, name, behind = told["value"], "", text[told.end("value") :]
    else:
        return None
    timed = _TIMED.search(text)
    unit = (timed["unit"] or _LY.get(timed["ly"] or "", "period")) if timed else ""
    figures = tuple(_figures(said))
    per = list(_rows(draft, behind))
    owned = _OWNED.search(text) if not per else None
    mine = draft.spoken(owned["what"]) if owned else None
    of = per[0] if len(per) == 1 else mine
    if not figures or len(per) > 1 or (of is None and unit != "day"):
        return None
    named = re.sub(r"^(?:the )?(?:number of|count of|how many|how much|total|sum of) (?:the )?", "", figures[0])
    rows = f" per {of.title}" if of else ""
    return _Asked(sentence, figures, of, Span(unit), name or f"{named}{rows}", own=mine is not None)


def _rows(draft: Draft, text: str) -> Iterator[EntityDraft]:
    """The entities that a text has rows for: `per member`, `by member and month`."""
    seen: set[str] = set()
    for found in _PER.finditer(text):
        behind = text[max(0, found.start() - 1) : found.start("what")]
        first, *_ = found["what"].split(" ")
        entity = draft.spoken(found["what"]) or draft.spoken(first)
        joined = " and " in f" {behind}" and not re.search(
            r"\b(?:per|by|each|every) [a-z ]+$", text[: found.start()].strip()
        )
        if entity is not None and not joined and entity.name not in seen:
            seen.add(entity.name)
            yield entity


def _figures(said: str) -> Iterator[str]:
    """The single figures of a list, without what they are worked out for."""
    plain = re.sub(
        r"\b(?:per|for each|for every|by|in an?|of each) [a-z]+(?: and (?:per )?(?:day|week|month|year))?", "", said
    )
    for part in re.split(r", and |, | and ", plain):
        one = re.sub(r"^(?:the|their|its) ", "", part.strip())
        if one and one not in {"day", "week", "month", "year"}:
            yield one


def _asking(draft: Draft, clauses: list[Clause], sentence: Sentence, text: str) -> list[str]:
    """The roles that want it: who needs, sees or asks, else for whom it is."""
    found = [
        who
        for clause in clauses
        if clause.sentence is sentence
        for part in clause.subject
        if (who := role_in(draft, part.name) or role_in(draft, part.post.removeprefix("the ")))
    ]
    if story := STORY.match(sentence.text):
        found = [who] if (who := role_in(draft, story["who"].lower())) else []
    named = [
        who
        for one in _FOR.finditer(text)
        if (who := role_in(draft, one["who"]) or role_in(draft, one["who"].split(" ")[0]))
    ]
    return list(dict.fromkeys(found or named))


def _add(draft: Draft, asked: _Asked, figures: list[Figure], roles: list[str]) -> bool:
    """Give the service a report; gives whether it may have it."""
    name = spec_name(asked.name[:_LONGEST_NAME])
    while name in draft.reports:
        name = f"{name}_again"
    by = roles or [keeper(draft)]
    where = own_records(draft, asked.of, by[0]) if asked.own and asked.of else ""
    if (asked.own and (not where or len(by) > 1)) or len({one.name for one in figures}) < len(figures):
        return False
    if not all(_sees(draft, asked.of, who) for who in by) if asked.of else not _sees_counted(draft, figures, by):
        return False
    takes: dict[str, Cell] = {**asked.span.takes}
    draft.reports[name] = Report(
        of=asked.of.name if asked.of else None,
        by=tuple(by),
        about=" ".join(asked.sentence.text.split())[:200],
        takes=takes,
        where=where or None,
        per="day" if asked.span.unit == "day" else None,
        values={one.name: one.value for one in figures},
    )
    draft.mark(asked.sentence, f"reports.{name}", LIKELY)
    if not roles:
        draft.assume(f"reports.{name}.by", f"The report is for the role {by[0].replace('_', ' ')}.")
    for said in dict.fromkeys(said for one in figures for said in one.assumed):
        draft.assume(f"reports.{name}.values", said)
    return True


def _sees_counted(draft: Draft, figures: list[Figure], by: list[str]) -> bool:
    """Whether roles may read all of what a report without rows of its own adds up."""
    counted = [draft.entities[one.counted] for one in figures]
    return all(Action.READ in entity.access.get((who, ""), ()) for entity in counted for who in by)


def _sees(draft: Draft, entity: EntityDraft, who: str) -> bool:
    """Whether a role sees the rows; where it may not see them yet, plain ones are opened to it."""
    if reads(entity, who):
        return True
    if any(field.personal for field in entity.fields.values()) or not entity.open_to(who, {Action.READ}):
        return False
    draft.grant(entity, who, {Action.READ})
    said = f"The role {who.replace('_', ' ')} can read every {entity.title}: a report shows each."
    draft.assume(f"{entity.address}.access", said)
    return True
