"""Rules that no two records have the same values together: read, judged and claimed."""

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import dump_spec

RULE = "one_number: {unique: {of: [buyer, number], when: this.status == 'open'}, else: Open already.}"


@pytest.fixture
def numbered(shop: str) -> str:
    return shop.replace("positive: {cel: this.number > 0, else: Positive only.}", RULE)


def test_it_is_read_judged_claimed_and_written_again(numbered: str) -> None:
    spec = parse_spec(numbered).spec
    assert validate(spec) == ()
    said = {claim.element: claim.says for claim in claims(spec)}
    assert said["entities.Order.rules.one_number"] == (
        "no two orders have the same buyer and number, where this.status == 'open': Open already."
    )
    assert parse_spec(dump_spec(spec)).spec == spec


@pytest.mark.parametrize(
    ("old", "new", "element", "message"),
    [
        ("of: [buyer, number]", "of: [byer, number]", ".unique.of", "There is no relation or short field 'byer'."),
        ("of: [buyer, number]", "of: [buyer, buyer]", ".unique.of", "'buyer' stands here twice."),
        ("of: [buyer, number]", "of: note", ".unique.of", "There is no relation or short field 'note'."),
        ("number: {type: int", "number: {unique: true, type: int", ".unique.of", "No two records have the same number"),
        ("this.status == 'open'", "this.buyer.name == 'a'", ".unique.when", "reads the record's own fields only"),
        ("this.status == 'open'", "this.number", ".unique.when", "a bool is needed here"),
        ("{unique: {of", "{cel: this.number > 0, unique: {of", "", "one of `cel`, `no_overlap` and `unique`"),
        ("else: Open", "'on': [create], else: Open", ".on", "holds whenever a record is made or changed"),
    ],
)
def test_what_cannot_be_is_told(numbered: str, old: str, new: str, element: str, message: str) -> None:
    assert old in numbered
    problems = validate(parse_spec(numbered.replace(old, new, 1)).spec)
    found = [one for one in problems if one.element == f"entities.Order.rules.one_number{element}"]
    assert [message in problem.message for problem in found] == [True]
    assert found[0].hint
