from collections.abc import Callable

SALES = """
spec: 1
service: {name: sales}
entities:
  Offer:
    fields: {pieces: {type: int, min: 1, max: 9}}
    derived: {total: {type: int, cel: this.pieces * 2}}
    access: [{who: anyone, may: [create, read]}]
  Sale:
    fields: {pieces: {type: int, min: 1, max: 9}}
    derived: {total: {type: int, cel: this.pieces * 3}, rest: {type: int, cel: 9 - this.pieces}}
    access: [{who: anyone, may: [create, read]}]
"""


def test_values_of_one_name_in_two_entities_have_a_test_each(written: Callable[[str], dict[str, str]]) -> None:
    tests = written(SALES)

    bounds = {name: text for name, text in tests.items() if name.endswith("stays_within_its_bounds")}
    assert list(bounds) == [
        "total_of_an_offer_stays_within_its_bounds",
        "total_of_a_sale_stays_within_its_bounds",
        "rest_stays_within_its_bounds",
    ]
    assert "/offers/" in bounds["total_of_an_offer_stays_within_its_bounds"]
    assert "/sales/" in bounds["total_of_a_sale_stays_within_its_bounds"]
