from collections.abc import Callable
from pathlib import Path

EXAMPLES = Path(__file__).parents[3] / "examples"
Written = Callable[[str], dict[str, str]]


def _example(written: Written, name: str) -> dict[str, str]:
    return written((EXAMPLES / f"{name}.spec.yaml").read_text(encoding="utf-8"))


def test_an_operation_meets_a_change_of_what_it_judges_by_and_of_what_it_copies(written: Written) -> None:
    tests = _example(written, "tickets")
    test = tests["confirm_payment_waits_for_changes_of_event"]
    changed = test.index("update(Event).where(Event.id == event.id).values(status='draft')".replace("'", '"'))
    asked = test.index("asked = asyncio.ensure_future(as_payment_provider.post(")
    assert changed < asked < test.index("assert await waits(asked, other)") < test.index("await other.commit()")
    assert 'refusal(answer) == (409, "event-on", "The event does not take place.")' in test
    assert 'to="grace@example.org"' in tests["cancel_waits_for_changes_of_bookings_attendee"]


def test_what_an_effect_locks_again_is_changed_in_what_is_read_before_that(written: Written) -> None:
    tests = _example(written, "shop")
    assert "values(price=" in tests["check_out_waits_for_changes_of_lines_product"]
    assert '"subtotal": "40.00"' in tests["check_out_waits_for_changes_of_lines_product"]
    assert '"valid-voucher"' in tests["check_out_waits_for_changes_of_voucher"]
    for verb, method in (("made", "post"), ("changed", "put"), ("deleted", "delete")):
        test = tests[f"a_cart_line_that_is_{verb}_waits_for_changes_of_cart_because_of_open_cart"]
        assert f"as_customer.{method}(" in test
        assert '"open-cart"' in test


def test_nothing_waits_where_no_other_record_is_read(written: Written) -> None:
    assert not [test for test in _example(written, "town-library") if "_waits_for_changes_of_" in test]
