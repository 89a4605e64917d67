"""What lateness costs: `a fee of 0.25 per day late, but never more than 10.00`, with the text's own examples."""

import re
from datetime import date, timedelta
from decimal import Decimal

from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Derived, Example, FieldType

_RATE = re.compile(
    rf"(?:(?:an?|the) (?P<name>[a-z]+(?: [a-z]+)?) of )?(?P<rate>{NUMBER})(?: \w+)?"
    rf" (?:per|for each|for every|a|each) (?P<unit>day|week) (?P<late>late|overdue|of delay)"
)
_CAP = re.compile(rf"(?:never|not|no) more than (?P<cap>{NUMBER})|at most (?P<most>{NUMBER})|up to (?P<upto>{NUMBER})")
_SAMPLE = re.compile(
    rf"(?P<n>{NUMBER}) (?P<unit>days?|weeks?) (?:late|overdue)[^.;\d]*?\b(?:costs?|is|makes?|gives?|pays?)"
    rf" (?P<cost>\d+(?:\.\d+)?)"
)
_FREE = re.compile(r"\bon time\b[^.;]*\b(?:costs? nothing|is free|pays? nothing|costs? no|free of charge)")
_DAY = date(2026, 3, 2)
"""Any day that is far from a change of year; examples count from it."""


def find_fees(draft: Draft) -> None:
    """A derived sum that grows with every day late, bounded where the text bounds it, with the text's examples."""
    for sentence in draft.sentences:
        text = sentence.text.lower()
        rate = _RATE.search(text)
        if rate is None:
            continue
        entity = _late_one(draft)
        if entity is None:
            draft.ask("", f"Of what does lateness cost something? {sentence.text}", "Nothing is charged.")
            continue
        _fee(draft, sentence, entity, rate)


def _late_one(draft: Draft) -> EntityDraft | None:
    """The only kind of record that can be late: it has a date that it is due and one that it ended."""
    found = [entity for entity in draft.entities.values() if entity.due and entity.ended]
    return found[0] if found else None


def _fee(draft: Draft, sentence: Sentence, entity: EntityDraft, rate: re.Match[str]) -> None:
    due, ended = entity.due, entity.ended
    late = f"{rate['unit']}s_late"
    days = f"days_between(this.{due}, this.{ended} == null ? today() : this.{ended})"
    entity.derived["days_late"] = Derived(type=FieldType.INT, cel=f"max(0, {days})")
    factor = "this.days_late" if late == "days_late" else "(this.days_late + 6) / 7"
    cost = f"{factor} * {_money(rate['rate'])}"
    cap = _CAP.search(sentence.text.lower(), rate.end())
    most = next((found for found in cap.groups() if found), "") if cap else ""
    cel = f"min({cost}, {_money(most)})" if most else cost
    name = spec_name((rate["name"] or "fee").split(" ")[-1])
    examples, sources = _examples(draft, entity, name)
    entity.derived[name] = Derived(
        type=FieldType.MONEY,
        cel=cel,
        about=f"What a late {entity.title} costs.",
        examples=examples,
    )
    address = f"{entity.address}.derived.{name}"
    draft.mark(sentence, address)
    draft.mark(sentence, f"{entity.address}.derived.days_late")
    for source in sources:
        draft.mark(source, address)
    draft.assume(address, f"The {name} of {entity.one.lower()} that is still open is shown as it would be today.")


def _money(text: str) -> str:
    """An amount as a decimal literal, so that it is never a whole number."""
    value = Decimal(str(number(text)))
    return f"{value:.2f}"


def _examples(draft: Draft, entity: EntityDraft, name: str) -> tuple[tuple[Example, ...], list[Sentence]]:
    found: list[Example] = []
    sources: list[Sentence] = []
    for sentence in draft.sentences:
        text = sentence.text.lower()
        for sample in _SAMPLE.finditer(text):
            days = int(number(sample["n"])) * (7 if sample["unit"].startswith("week") else 1)
            found.append(_example(entity, name, days, Decimal(sample["cost"])))
            sources.append(sentence)
        if _FREE.search(text):
            found.append(_example(entity, name, 0, Decimal("0.00")))
            sources.append(sentence)
    return tuple(found), sources


def _example(entity: EntityDraft, name: str, days: int, cost: Decimal) -> Example:
    then = _DAY + timedelta(days=days)
    return Example(given={entity.due: _DAY, entity.ended: then}, then={name: cost})
