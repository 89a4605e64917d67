"""Comparisons of a record's values as tests: `its stock is below the reorder level`, `the balance is negative`."""

import re
from dataclasses import dataclass

from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.sets.nouns import (
    NUMERIC,
    Value,
    filtered,
    holding,
    letter_of,
    member,
    own,
    records,
    value,
)
from quantumlayer.spec.model import FieldType

_WAYS = {
    ">=": r"at least|no less than|no lower than|no smaller than|no earlier than|as (?:high|large|much|many) as",
    "<=": r"at most|no more than|no higher than|no greater than|no later than|no larger than|up to",
    ">": r"more than|above|over|higher than|greater than|larger than|bigger than|beyond|longer than|after|later than",
    "<": r"less than|below|under|lower than|smaller than|fewer than|shorter than|before|earlier than",
    "==": r"equal to|the same as",
}
_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!="}
_SIGN = {re.compile(rf"^(?:{words})$"): sign for sign, words in _WAYS.items()}
WAY = "|".join(_WAYS.values())
"""A pattern for every way to say how two values lie to each other."""
_NO = r"(?:not |never |no longer |cannot )"
_MODAL = r"(?:must |may |can |should |shall |will |has to |have to |always |need to |needs to )*"
_BE = r"(?:(?:is|are|be|lies?|falls?|drops?|goes?|gets?|comes?|rises?|was|becomes?|reaches) )?"
_COMPARED = re.compile(
    rf"^(?P<left>[a-z].*?) (?P<modal>{_MODAL})(?P<no>{_NO})?(?:ever )?(?P<always>always )?{_BE}(?P<late>{_NO})?"
    rf"(?P<way>{WAY}) (?P<right>.+)$"
)
_EXCEEDS = re.compile(rf"^(?P<left>[a-z].*?) (?P<modal>{_MODAL})(?P<no>{_NO})?(?:ever )?exceeds? (?P<right>.+)$")
_SIGNED = re.compile(
    rf"^(?P<left>[a-z].*?) (?P<modal>{_MODAL})(?P<no>{_NO})?(?:ever )?{_BE}(?P<way>negative|positive|zero|below"
    rf" zero|above zero|empty|used up)$"
)
_PASSED = re.compile(r"^(?P<left>[a-z].*?) (?:has passed|is past|is over|lies in the past|is in the past|has gone by)$")
_HAS_PASSED = re.compile(
    r"^(?:it|they|the [\w -]+|an? [\w -]+) (?:has|have) passed (?:its|their|the) (?P<left>[\w -]+)$"
)
_AS_MANY = re.compile(
    r"^(?:it|they|the [\w -]+|an? [\w -]+) (?:has|have) as many (?P<kept>[a-z][\w -]*?) as (?:it has |there"
    r" are )?(?P<most>[a-z][\w -]*)$"
)
_ZERO = {
    "negative": "<",
    "below zero": "<",
    "positive": ">",
    "above zero": ">",
    "zero": "==",
    "empty": "==",
    "used up": "<=",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values of a record and how they lie; `demanded` where a text says that it must be so."""

    left: Value
    sign: str
    right: Value
    demanded: bool = False

    @property
    def cel(self) -> str:
        """The test, true where both values are there and lie so."""
        return " && ".join([*(f"{one.cel} != null" for one in self._missing()), self._plain()])

    @property
    def rule(self) -> str:
        """The test, true as well where a value is missing."""
        return " || ".join([*(f"{one.cel} == null" for one in self._missing()), self._plain()])

    def _missing(self) -> list[Value]:
        return [one for one in (self.left, self.right) if one.optional]

    def _plain(self) -> str:
        return f"{self.left.cel} {self.sign} {self.right.cel}"


def compared(draft: Draft, entity: EntityDraft, said: str, it: str = "") -> Comparison | None:
    """The comparison that a text makes of a record's values; `it` is the value that a pronoun means."""
    text = said.strip(" ,")
    if passed := _PASSED.match(text) or _HAS_PASSED.match(text):
        return _past(draft, entity, passed["left"])
    if many := _AS_MANY.match(text):
        return _as_many(draft, entity, many)
    if signed := _SIGNED.match(text):
        return _made(draft, entity, signed, _ZERO[signed["way"]], "0", it)
    if exceeds := _EXCEEDS.match(text):
        return _made(draft, entity, exceeds, ">", exceeds["right"], it)
    found = _COMPARED.match(text)
    sign = next((sign for form, sign in _SIGN.items() if found and form.match(found["way"])), "")
    return _made(draft, entity, found, sign, found["right"], it) if found and sign else None


def _made(draft: Draft, entity: EntityDraft, found: re.Match[str], sign: str, right: str, it: str) -> Comparison | None:
    left = (
        own(entity, it)
        if found["left"] in {"it", "they", "this", "that"} and it
        else value(draft, entity, found["left"])
    )
    other = value(draft, entity, right)
    parts = found.groupdict()
    no = bool(parts.get("no")) != bool(parts.get("late"))
    if left is None or other is None or not _alike(left.type, other.type) or (not left.name and not other.name):
        return None
    if left.cel == other.cel:
        return None
    return Comparison(
        left,
        _OPPOSITE[sign] if no else sign,
        other,
        bool(found["modal"] or parts.get("no") or parts.get("always") or parts.get("late")),
    )


def _alike(one: FieldType, other: FieldType) -> bool:
    return one is other if FieldType.INT not in {one, other} else {one, other} <= NUMERIC


def _past(draft: Draft, entity: EntityDraft, said: str) -> Comparison | None:
    found = value(draft, entity, said)
    if found is None or found.type not in {FieldType.DATE, FieldType.DATETIME}:
        return None
    now = Value("today()" if found.type is FieldType.DATE else "now()", found.type)
    return Comparison(found, "<", now)


def _as_many(draft: Draft, entity: EntityDraft, found: re.Match[str]) -> Comparison | None:
    """`It has as many participants as places`."""
    kept, most = draft.spoken(found["kept"]), member(entity, found["most"])
    listed = records(draft, entity, kept) if kept is not None else ""
    if kept is None or not listed or not most or own(entity, most).optional:
        return None
    letter = letter_of(kept)
    counted = f"{filtered(listed, letter, holding(draft, kept, letter))}.size()"
    return Comparison(Value(counted, FieldType.INT), ">=", own(entity, most))
