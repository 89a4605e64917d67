"""The readings of rules over sets, in their order."""

from collections.abc import Iterable

from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.meaning.sets.charges import find_prices, find_shipping
from quantumlayer.qlayer.parser.meaning.sets.gates import find_gates
from quantumlayer.qlayer.parser.meaning.sets.quotas import find_quotas
from quantumlayer.qlayer.parser.meaning.sets.records import find_alternatives, find_bounds, find_flags
from quantumlayer.qlayer.parser.meaning.sets.sayings import sayings
from quantumlayer.qlayer.parser.meaning.sets.totals import bound_takings, find_totals, sum_up
from quantumlayer.qlayer.parser.meaning.sets.uniques import find_uniques
from quantumlayer.qlayer.parser.text.clauses import Clause


def find_sets(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Rules over several records, from every sentence."""
    said = list(sayings(draft, clauses))
    for saying in said:
        find_uniques(draft, saying)
    for saying in said:
        find_totals(draft, saying)
    sum_up(draft)
    for saying in said:
        find_shipping(draft, saying)
        find_prices(draft, saying, said)
    for saying in said:
        bound_takings(draft, saying)
        find_quotas(draft, saying)
        find_flags(draft, saying)
        find_bounds(draft, saying)
        find_alternatives(draft, saying)
    for saying in said:
        find_gates(draft, saying)
