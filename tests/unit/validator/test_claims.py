"""What a Spec promises against what tests prove."""

from quantumlayer.core.checks import Status, TestCase
from quantumlayer.qlayer.validator.claims import check_claims
from quantumlayer.spec.claims import Claim

CLAIMS = (Claim("entities.Book.fields.isbn.unique", "An ISBN is unique"), Claim("entities.Book.access", "Members read"))


def case(name: str, *proves: str, passed: bool = True) -> TestCase:
    return TestCase(name=name, passed=passed, proves=proves)


def test_claims_that_passing_tests_name_are_proven() -> None:
    check = check_claims(CLAIMS, [case("a", CLAIMS[0].element, CLAIMS[1].element), case("b")])
    assert (check.status, check.findings) == (Status.PASSED, ())
    assert check.figures == {"claims": 2, "proven": 2}
    assert check.summary == "2 of 2 promises proven"


def test_a_claim_that_no_test_names_is_found() -> None:
    check = check_claims(CLAIMS, [case("a", CLAIMS[0].element)])
    assert check.status is Status.FAILED
    (finding,) = check.findings
    assert (finding.element, finding.message) == (CLAIMS[1].element, "Members read: no test proves it.")
    assert check.figures["proven"] == 1


def test_a_claim_is_not_proven_while_one_of_its_tests_fails() -> None:
    element = CLAIMS[0].element
    check = check_claims(CLAIMS[:1], [case("a", element), case("b", element, passed=False)])
    assert [finding.element for finding in check.findings] == [element]
    assert "fails: b" in check.findings[0].message


def test_a_test_that_names_an_unknown_element_is_found() -> None:
    check = check_claims((), [case("tests/test_books.py::test_a", "entities.Bok")])
    assert check.status is Status.FAILED
    (finding,) = check.findings
    assert (finding.code, finding.element, finding.path) == ("unknown", "entities.Bok", "tests/test_books.py")
