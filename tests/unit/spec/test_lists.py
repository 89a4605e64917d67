"""How lists are asked for: ranges, orders, and queries, judged, claimed and compared."""

from collections.abc import Callable

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.diff import diff
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.lists import asks_for_none, choices
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import dump_spec

QUERIES = """\
queries:
  open_ones:
    of: Order
    by: [clerk, buyer]
    takes:
      least: {type: int, min: 1, max: 9}
      since: {type: datetime, optional: true}
    where: this.status == 'open' && this.number >= takes.least && (takes.since == null || this.due >= takes.since)
    order: [-number, created_at]
"""
LISTED = "list: {search: [note], filter: [number, buyer, status], sort: [number, due]}"
WIDER = (
    "list: {search: [note], filter: [number, buyer, status], range: [number, created_at], sort: [number, due],"
    " order: [-due], page: 50}"
)

Judge = Callable[..., list[Problem]]


def read(text: str) -> Spec:
    return parse_spec(text).spec


@pytest.fixture
def wide(shop: str) -> str:
    return shop.replace(LISTED, WIDER) + QUERIES


def test_a_list_may_have_ranges_an_order_and_a_page_and_a_query_parameters(wide: str) -> None:
    assert validate(read(wide)) == ()
    assert read(dump_spec(read(wide))) == read(wide)


FAULTS = [
    ("range: [number,", "range: [note,", "entities.Order.list.range", "no exact number, date or instant 'note'"),
    ("range: [number,", "range: [number, number,", "entities.Order.list.range", "twice"),
    ("order: [-due]", "order: [-note]", "entities.Order.list.order", "no field or state 'note'"),
    ("order: [-due]", "order: [-due, due]", "entities.Order.list.order", "twice"),
    ("order: [-due]", "order: [secret]", "entities.Order.list.order", "give it away"),
    ("    of: Order", "    of: Ordr", "queries.open_ones.of", "no entity 'Ordr'"),
    ("by: [clerk, buyer]", "by: [clark]", "queries.open_ones.by", "no role 'clark'"),
    ("by: [clerk, buyer]", "by: []", "queries.open_ones.by", "No role is named"),
    ("by: [clerk, buyer]", "by: [clerk, auditor]", "queries.open_ones.by", "auditor may read no Order"),
    ("by: [clerk, buyer]", "by: anyone", "queries.open_ones.by", "anyone may read no Order"),
    ("      least:", "      limit: {type: int}\n      least:", "queries.open_ones.takes.limit", "already"),
    ("      least:", "      class: {type: int}\n      least:", "queries.open_ones.takes.class", "keyword of Python"),
    ("min: 1, max: 9}\n      since", "min: 9, max: 1}\n      since", "queries.open_ones.takes.least", "`max`"),
    ("{type: datetime, optional", "{unique: true, type: datetime, optional", "queries.open_ones.takes.since", "input"),
    ("order: [-number, ", "order: [-secret, ", "queries.open_ones.order", "give it away"),
    ("(takes.since == null || ", "(", "queries.open_ones.where", "may be null"),
    ("this.number >= takes.least", "this.number + takes.least", "queries.open_ones.where", "bool"),
    ("takes.least && (", "takes.lest && (", "queries.open_ones.where", "no member of parameters of open_ones"),
]


@pytest.mark.parametrize(("old", "new", "element", "message"), FAULTS)
def test_what_does_not_fit_is_told_with_its_place(wide: str, old: str, new: str, element: str, message: str) -> None:
    assert old in wide
    problems = validate(read(wide.replace(old, new, 1)))
    assert any(problem.element.startswith(element) and message in problem.message for problem in problems), problems
    assert all(problem.hint for problem in problems)


def test_a_filter_called_like_the_end_of_a_range_is_told(wide: str) -> None:
    text = wide.replace("      number:", "      number_min: {type: int}\n      number:")
    problems = validate(read(text.replace("filter: [number,", "filter: [number_min,")))
    assert ["both be the parameter 'number_min'" in problem.message for problem in problems] == [True]


def test_two_queries_of_one_entity_have_different_names(wide: str) -> None:
    again = QUERIES.removeprefix("queries:\n").replace("open_ones", "open__ones")
    problems = validate(read(wide + again))
    assert [problem.element for problem in problems] == ["queries.open__ones"]


def test_each_way_to_ask_is_a_claim(wide: str) -> None:
    found = {claim.element: claim.says for claim in claims(read(wide))}
    assert (
        found["entities.Order.list.range"]
        == "the list of orders is asked for by the least and the most number and created_at"
    )
    assert found["entities.Order.list.order"] == "the list of orders comes in the order of due, the highest first"
    assert found["entities.Order.list.page"] == "the list of orders gives 50 at once unless told otherwise"
    assert found["queries.open_ones.by"] == "only clerk and buyer may ask for open_ones"
    assert found["queries.open_ones.order"].endswith("number, the highest first, then created_at")
    assert {
        "queries.open_ones",
        "queries.open_ones.takes.least",
        "queries.open_ones.takes.least.min",
        "queries.open_ones.takes.least.max",
        "queries.open_ones.takes.since",
    } <= found.keys()


CHANGES = [
    ("range: [number, created_at]", "range: [number]", "entities.Order.list.range", True),
    ("page: 50", "page: 10", "entities.Order.list.page", False),
    ("order: [-due]", "order: [due]", "entities.Order.list.order", False),
    ("by: [clerk, buyer]", "by: [clerk]", "queries.open_ones.by", True),
    ("by: [clerk, buyer]", "by: [buyer, clerk]", "queries.open_ones.by", False),
    ("max: 9}\n      since", "max: 8}\n      since", "queries.open_ones.takes.least.max", True),
    (
        "since: {type: datetime, optional: true}",
        "since: {type: datetime}",
        "queries.open_ones.takes.since.optional",
        True,
    ),
    (
        "    takes:\n      least",
        "    takes:\n      more: {type: int}\n      least",
        "queries.open_ones.takes.more",
        True,
    ),
    (QUERIES, "", "queries.open_ones", True),
]


@pytest.mark.parametrize(("old", "new", "element", "breaking"), CHANGES)
def test_a_change_tells_whether_it_breaks_callers(
    wide: str, old: str, new: str, element: str, *, breaking: bool
) -> None:
    assert old in wide
    found = {change.element: change.breaking for change in diff(read(wide), read(wide.replace(old, new)))}
    assert found == {element: breaking}


def test_choices_go_in_the_order_in_which_they_are_named(wide: str) -> None:
    text = wide.replace("      number: {type: int, min: 1, max: 9}", "      number: {type: int, one_of: [3, 1]}")
    order = read(text).entities["Order"]
    assert choices(order, "number") == (3, 1)
    assert choices(order, "status") == ("open", "paid")
    assert choices(order, "due") == ()
    ascending = read(text.replace("[3, 1]", "[1, 3]")).entities["Order"]
    assert choices(ascending, "number") == ()


def test_what_may_be_missing_can_be_asked_for_unless_it_may_be_the_word_itself(wide: str) -> None:
    order = read(wide.replace("{to: Buyer}", "{to: Buyer, optional: true}")).entities["Order"]
    assert [asks_for_none(order, key) for key in ("buyer", "note", "number", "status")] == [True, False, False, False]
    chosen = read(wide.replace("note: {type: text,", "note: {type: string, one_of: [a, none],")).entities["Order"]
    assert not asks_for_none(chosen, "note")
    plain = read(wide.replace("note: {type: text,", "note: {type: string, one_of: [a, b],")).entities["Order"]
    assert asks_for_none(plain, "note")
