"""Reads all rules about time of a text."""

import re
from collections.abc import Sequence

from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.meaning.times import ages, bounds, expiry, lengths, points, quotas
from quantumlayer.qlayer.parser.meaning.times.acts import act_of
from quantumlayer.qlayer.parser.meaning.times.amounts import CLOCK, DAYS, SPAN
from quantumlayer.qlayer.parser.meaning.times.statements import Statement, ask_about_rest, statements
from quantumlayer.qlayer.parser.silence import ask_about
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER

_RESTRICTS = re.compile(
    rf"\b(?:within|before|after|until|up to|at least|at most|than|for|every|in the last) {SPAN}"
    rf"|\bwithin {NUMBER} (?:working|business) |\b(?:between|from|before|after|until|at) {CLOCK}|\bon {DAYS}"
    r"|\b(?:per|a|an|each|every) (?:day|week|month|year)\b"
)
_LONGEST = 500
"""The longest sentence that is looked at, in characters: no rule is longer, and what is would take long to match."""
_RHYTHM = re.compile(r"(?:every|each) (?:minute|hour|day|night|week|month|year|[a-z]+day)\b")


def find_moments(draft: Draft) -> None:
    """The fields that are moments although their names alone do not say so."""
    points.find_moments(draft)


def find_times(draft: Draft, clauses: Sequence[Clause]) -> None:
    """What must hold in time, and what the service does by itself."""
    read_before = set(draft.marks)
    told = statements(draft, clauses)
    short = [clause for clause in clauses if len(clause.sentence.text) <= _LONGEST]
    bounds.find_bounds(draft, short)
    ages.find_ages(draft, short)
    lengths.find_lengths(draft, short)
    quotas.find_quotas_in_time(draft, short)
    expiry.find_expiry(draft, (one for one in told if len(one.sentence.text) <= _LONGEST))
    ask_about_rest(draft, told, read_before)
    _ask_about_unread(draft, told)


def _ask_about_unread(draft: Draft, told: Sequence[Statement]) -> None:
    """Who may do something was read, and within which time was not: that is asked, not dropped."""
    for statement in told:
        for clause in statement.clauses:
            read = draft.read & {id(clause), id(clause.sentence)}
            timed = clause.modal and (_RESTRICTS.search(clause.text) or _RHYTHM.match(statement.text))
            if read and timed and id(clause) not in draft.whole and act_of(draft, clause):
                ask_about(draft, statement.text, statement.sentence)
