from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from quantumlayer.spec.cel import Caller, CelRuntimeError, Record, Scope, World, compile_cel, evaluate, rounded
from quantumlayer.spec.model import FieldType, Spec

SPEC = Spec.model_validate(
    {
        "spec": 1,
        "service": {"name": "library", "timezone": "Europe/Berlin"},
        "roles": {"clerk": None, "member": {"record": "Member"}},
        "entities": {
            "Member": {"fields": {"name": {"type": "string"}}},
            "Loan": {
                "fields": {
                    "due": {"type": "date"},
                    "returned": {"type": "date", "optional": True},
                    "price": {"type": "decimal"},
                },
                "relations": {"member": {"to": "Member"}},
                "derived": {
                    "late": {"type": "int", "cel": "days_between(this.due, today())"},
                    "fee": {"type": "money", "cel": "this.late * this.price / 3"},
                    "loop": {"type": "int", "cel": "this.loop + 1"},
                    "open": {"type": "bool", "cel": "this.returned == null"},
                },
            },
            "Note": {"relations": {"loan": {"to": "Loan", "kind": "one_to_one"}}},
        },
        "operations": {
            "give": {
                "on": "Loan",
                "by": ["member", "clerk"],
                "takes": {"days": {"type": "int"}, "why": {"type": "text", "optional": True}},
            }
        },
    }
)
SCOPE = Scope.for_operation(SPEC, "give")
NOW = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)


class Library:
    def __init__(self) -> None:
        self.world = World(SPEC, NOW)
        self.member = self.world.add(Record("Member", {"id": 1, "name": "Ada"}))
        values = {"id": 7, "due": date(2026, 3, 20), "member": self.member, "price": Decimal("0.5")}
        self.loan = self.world.add(Record("Loan", values))
        self.other = self.world.add(Record("Loan", {**values, "id": 8, "member": None}))

    def value(self, text: str, takes: dict[str, object] | None = None) -> object:
        caller = Caller("member", 1, self.member)
        return evaluate(compile_cel(text, SCOPE), self.world, this=self.loan, caller=caller, takes=takes)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("this.late", 10),  # it is past midnight in Berlin already
        ("this.fee", Decimal("1.67")),
        ("this.open && this.returned == null", True),
        ("this.member.name", "Ada"),
        ("this.member.loans.size()", 1),
        ("this.member.loans.map(l, l.fee).sum()", Decimal("1.67")),
        ("this.member.loans.all(l, l == this)", True),
        ("this.note == null", True),
        ("caller.role == 'member' && caller.id == 1 && caller.member == this.member", True),
        ("today()", date(2026, 3, 30)),
        ("now()", NOW),
        ("timezone", "Europe/Berlin"),
        ("time_of_day(now())", timedelta(minutes=30)),
        ("today() + days(2) - hours(24)", date(2026, 3, 31)),
        ("hours(24) + today()", date(2026, 3, 31)),
        ("now() + minutes(1) - now()", timedelta(minutes=1)),
        ("minutes(1) + now() == now() + minutes(1)", True),
        ("hours(1) - minutes(30) + minutes(1)", timedelta(minutes=31)),
        ("add_months(date('2024-01-31'), 1)", date(2024, 2, 29)),
        ("add_months(now(), -12)", datetime(2025, 3, 29, 22, 30, tzinfo=UTC)),
        ("date('2024-02-29').getDayOfWeek()", 4),
        ("date('2024-02-29').getMonth()", 1),
        ("timestamp(0)", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1 / 2 * 1.0", Decimal("0.0")),
        ("1 / 2.0", Decimal("0.5")),
        ("(true ? 1 : 2.5) / 2", Decimal("0.5")),
        ("true ? 1 : 2.5", Decimal(1)),
        ("-(1.5)", Decimal("-1.5")),
        ("1.5 - 1 + 2 * 3", Decimal("6.5")),
        ("7.0 > 6 && 7.0 == 7", True),
        ("int(2.9)", 2),
        ("string(2.50)", "2.50"),
        ("string(today())", "2026-03-30"),
        ("[1.5, 2].sum()", Decimal("3.5")),
        ("[].sum()", 0),
        ("min(3, 2)", 2),
        ("max('a', 'b')", "b"),
        ("{'a': 1}.a + {'b': 2}['b']", 3),
        ("[[1], [2]].map(x, x.map(x, x + 1))", [[2], [3]]),
        ("[1, 2, 3].exists_one(x, x > 2)", True),
        ("this.returned", None),
    ],
)
def test_values(text: str, value: object) -> None:
    found = Library().value(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("this.loop", "Loan.loop is derived from itself"),
        ("this.created_at == now()", "Loan.created_at has no value"),
        ("this.late / 0", "division by zero"),
        ("1 % 0", "division by zero"),
        ("1.5 / 0", "division by zero"),
        ("9223372036854775807 + this.late", "range of 64 bits"),
        ("-9223372036854775808 % -1", "range of 64 bits"),
        ("[9223372036854775807, 1].sum()", "range of 64 bits"),
        ("int(1e28)", "range of 64 bits"),
        ("[1][1]", "no element 1"),
        ("[1][-1]", "no element -1"),
        ("{'a': 1}.b", "the map has no 'b'"),
        ("{'a': 1, 'a': 2}", "same key twice"),
        ("days(9223372036854775807)", "10,000 years"),
        ("days(3652500) + days(1)", "10,000 years"),
        ("duration('99999999999' + 'h')", "10,000 years"),
        ("today() + days(3000000)", "years 1 to 9999"),
        ("add_months(today(), 120000)", "years 1 to 9999"),
        ("timestamp('9999-12-31T23:59:59Z').getHours('Europe/Berlin')", "years 1 to 9999"),
        ("int('x' + '1')", "no whole number"),
        ("bool('x' + '1')", "neither true nor false"),
        ("now().getHours('+24' + ':00')", "no time zone"),
        ("'a'.matches('[a' + '||b]')", "no regular expression"),
        ("takes.days", "`takes` was not given"),
    ],
)
def test_errors(text: str, message: str) -> None:
    with pytest.raises(CelRuntimeError, match=message):
        Library().value(text)


def test_decimals_leave_their_range() -> None:
    library = Library()
    library.loan.values["price"] = Decimal("9e999999")
    for text in ("this.price * 2", "this.fee"):
        with pytest.raises(CelRuntimeError, match="leaves its range"):
            library.value(text)


def test_takes_and_missing_input() -> None:
    library = Library()
    assert library.value("takes.days + 1", {"days": 2}) == 3
    assert library.value("takes.why == null", {"days": 2}) is True
    with pytest.raises(CelRuntimeError, match=r"takes\.days has no value"):
        library.value("takes.days", {})


def test_a_relation_that_is_missing_is_an_error_not_null() -> None:
    library = Library()
    program = compile_cel("this.member.name", Scope.for_derived(SPEC, "Loan"))
    with pytest.raises(CelRuntimeError, match=r"Loan\.member has no value"):
        evaluate(program, library.world, this=library.other)


def test_the_caller_is_the_record_of_their_role_only() -> None:
    library = Library()
    checked = compile_cel("caller.member == null", SCOPE)
    assert evaluate(checked, library.world, caller=Caller("clerk", 2)) is True
    assert evaluate(checked, library.world, caller=Caller("member", 1, library.member)) is False
    alone = compile_cel("caller.member", Scope.for_grant(SPEC, "Loan", ["member"]))
    with pytest.raises(CelRuntimeError, match=r"caller\.member has no value"):
        evaluate(alone, library.world, caller=Caller("clerk", 2))


def test_one_to_one_leads_back_to_one_record() -> None:
    library = Library()
    note = library.world.add(Record("Note", {"loan": library.loan}))
    assert library.value("this.note") is note
    assert library.world.records("Note") == [note]


def test_the_clock_can_move_and_the_world_can_be_made_anew() -> None:
    library = Library()
    checked = compile_cel("this.late", SCOPE)
    library.world.now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert evaluate(checked, library.world, this=library.loan) == 0
    assert evaluate(checked, Library().world, this=library.loan) == 10


def test_errors_are_absorbed_by_a_side_that_decides() -> None:
    library = Library()
    assert library.value("this.late / 0 > 1 || true") is True
    assert library.value("this.late / 0 > 1 && false") is False
    assert library.value("[0, 1].exists(x, 1 / x == 1)") is True
    for undecided in ("1 / 0 == 1 || false", "true && 1 / 0 == 1", "[0, 1].all(x, 1 / x == 1)"):
        with pytest.raises(CelRuntimeError, match="division by zero"):
            library.value(undecided)


def test_rounding_by_field_type() -> None:
    assert rounded(Decimal("0.125"), FieldType.MONEY) == Decimal("0.13")
    assert rounded(3, FieldType.MONEY) == Decimal("3.00")
    assert rounded(Decimal("0.1234567"), FieldType.DECIMAL) == Decimal("0.123457")
    assert rounded(None, FieldType.MONEY) is None
    assert rounded(3, FieldType.INT) == 3
