import pytest

from quantumlayer.spec.cel import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    STRING,
    TIMESTAMP,
    Binary,
    CelError,
    ListType,
    MemberKind,
    Nullable,
    RecordType,
    Scope,
    Select,
    TakesType,
    assignable,
    compile_cel,
    walk,
)
from quantumlayer.spec.cel.types import ANY, NULL, MapType, joined
from quantumlayer.spec.model import Spec

SPEC = Spec.model_validate(
    {
        "spec": 1,
        "service": {"name": "shop"},
        "roles": {"clerk": None, "buyer": {"record": "Buyer"}, "seller": {"record": "Buyer"}},
        "entities": {
            "Buyer": {
                "fields": {"name": {"type": "string"}, "limit": {"type": "money", "optional": True}},
                "access": [{"who": "anyone", "may": ["create"]}],
            },
            "Order": {
                "fields": {
                    "count": {"type": "int", "one_of": [1, 2, 5]},
                    "price": {"type": "money"},
                    "colour": {"type": "string", "one_of": ["red", "green"]},
                    "due": {"type": "date"},
                    "paid": {"type": "date", "optional": True},
                    "seen": {"type": "datetime", "optional": True},
                },
                "relations": {"buyer": {"to": "Buyer"}, "gift_for": {"to": "Buyer", "optional": True, "back": "gifts"}},
                "derived": {
                    "total": {"type": "money", "cel": "this.price * this.count"},
                    "left": {"type": "int", "optional": True, "cel": "null"},
                },
                "states": {"values": ["open", "closed"]},
            },
            "Receipt": {"relations": {"order": {"to": "Order", "kind": "one_to_one"}}},
        },
        "operations": {
            "pay": {
                "on": "Order",
                "by": ["buyer"],
                "takes": {"on": {"type": "date"}, "note": {"type": "text", "optional": True}},
            }
        },
    }
)
PAY = Scope.for_operation(SPEC, "pay")
RULE = Scope.for_rule(SPEC, "Order")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("this.price * 3", DECIMAL),
        ("this.count / 2 + 1", INT),
        ("this.due + days(3)", DATE),
        ("days(3) + this.due", DATE),
        ("now() - hours(1)", TIMESTAMP),
        ("this.id + 1", INT),
        ("this.created_at < this.updated_at", BOOL),
        ("this.status", STRING),
        ("this.total > 1", BOOL),
        ("this.left", Nullable(INT)),
        ("this.buyer", RecordType("Buyer")),
        ("this.gift_for", Nullable(RecordType("Buyer"))),
        ("this.buyer.orders", ListType(RecordType("Order"))),
        ("this.buyer.gifts.map(g, g.price).sum()", DECIMAL),
        ("this.receipt", Nullable(RecordType("Receipt"))),
        ("this.receipt == null || this.receipt.order == this", BOOL),
        ("caller.id", INT),
        ("caller.role", STRING),
        ("caller.buyer.name + timezone", STRING),
        ("takes", TakesType("pay")),
        ("takes.on", DATE),
        ("takes.note", Nullable(STRING)),
        ("has(this.paid)", BOOL),
        ("this.paid == this.due", BOOL),
        ("this.paid == null ? today() : this.paid", DATE),
        ("!(this.paid == null) ? this.paid : today()", DATE),
        ("this.paid != null && this.seen != null && this.paid < today() && this.seen < now()", BOOL),
        ("null == this.paid || this.paid < today()", BOOL),
        ("(this.paid == null || this.seen == null) ? 0 : days_between(this.paid, today())", INT),
        ("this.paid == null ? 0 : (true ? days_between(this.paid, today()) : 1)", INT),
        ("this.buyer.orders.exists(o, o.paid != null && o.paid > this.due)", BOOL),
        ("this.buyer.orders.map(o, o.paid != null, o.paid + days(1))", ListType(DATE)),
        ("this.paid != null && [1].all(x, this.paid > today())", BOOL),
        ("[1, 2.5]", ListType(DECIMAL)),
        ("[null, 1]", ListType(Nullable(INT))),
        ("{'a': 1, 'b': null}['a']", Nullable(INT)),
        ("{'a': 1}.a", INT),
        ("'a' in {'a': 1}", BOOL),
        ("this.paid in [today()]", BOOL),
        ("min(1, 2.5)", DECIMAL),
        ("max(this.due, today())", DATE),
        ("[].sum()", INT),
        ("-this.price", DECIMAL),
        ("true ? null : null", NULL),
        ("this.colour == 'red' || this.colour in ['green']", BOOL),
        ("'open' != this.status", BOOL),
        ("this.count == 5", BOOL),
        ("this.colour == this.status", BOOL),
        ("caller.buyer == this.buyer", BOOL),
    ],
)
def test_types(text: str, kind: object) -> None:
    assert compile_cel(text, PAY).type == kind


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("this.prise > 1", (1, 6), "`prise` is no member of Order", "`price`"),
        ("thus.price > 1", (1, 1), "`thus` is no name", "`this`"),
        ("zzz", (1, 1), "`zzz` is no name", "There are: caller, takes, this, timezone."),
        ("days_betwen(this.due, today())", (1, 1), "`days_betwen` is no function", "`days_between`"),
        ("this.price +\n  'a'", (1, 12), "`+` has no meaning between decimal and string", ""),
        ("this.price % 2", (1, 12), "`%` has no meaning between decimal and int", ""),
        ("this.due - this.due", (1, 10), "`-` has no meaning between date and date", "days_between"),
        ("this.due == 'x'", (1, 10), "cannot compare date with string", ""),
        ("this.due < now()", (1, 10), "cannot compare date with timestamp", ""),
        ("this.buyer == this", (1, 12), "cannot compare Buyer with Order", ""),
        ("this.price == null", (1, 12), "this.price is never null", "optional"),
        ("null != this.price", (1, 6), "this.price is never null", "optional"),
        ("this.paid > today()", (1, 11), "this.paid may be null here", "`this.paid != null && ...`"),
        ("this.paid > today() && this.paid != null", (1, 11), "this.paid may be null", ""),
        ("this.paid != null || this.paid > today()", (1, 32), "this.paid may be null", ""),
        ("today() > this.paid", (1, 9), "this.paid may be null", ""),
        ("this.gift_for.name == 'x'", (1, 15), "this.gift_for may be null", ""),
        ("days_between(this.due, this.paid)", (1, 1), "this.paid may be null", ""),
        ("this.seen.getHours() > 1", (1, 11), "this.seen may be null", ""),
        ("-this.left", (1, 1), "this.left may be null", ""),
        ("{'a': null, 'b': 1}.a + 1", (1, 23), "this value may be null", "Compare it with `null` first."),
        ("{'a': null, 'b': [1]}['a'][0]", (1, 27), "this value may be null", ""),
        ("{'a': null, 'b': [1]}['a'].all(x, true)", (1, 28), "this value may be null", ""),
        ("{'a': null, 'b': true}['a'] ? 1 : 2", (1, 23), "this value may be null", ""),
        ("[this].all(this, this.paid > today())", (1, 28), "this.paid may be null", ""),
        ("this.buyer.orders.total", (1, 19), "a list(Order) has no member `total`", "`.map(x, x.total)`"),
        ("this.price.cents", (1, 12), "a decimal has no member `cents`", ""),
        ("this.colour == 'rad'", (1, 16), "`rad` is no value of this.colour", "`red`"),
        ("this.status in ['open', 'closd']", (1, 25), "`closd` is no value of this.status", "`closed`"),
        ("'opn' == this.status", (1, 1), "`opn` is no value", "`open`"),
        ("this.count == 3", (1, 15), "`3` is no value of this.count", "There are: 1, 2, 5."),
        ("caller.role == 'clerk'", (1, 16), "`clerk` is no value of caller.role", "buyer"),
        ("caller.seller == null", (1, 8), "`seller` is no member of caller", ""),
        ("this.count ? 1 : 2", (1, 6), "the condition before `?` must be a bool, found int", ""),
        ("true ? 1 : 'a'", (1, 6), "both branches must have one type, found int and string", ""),
        ("!this.count", (1, 1), "`!` wants a bool, found int", ""),
        ("-'a'", (1, 1), "`-` wants a number, found string", ""),
        ("1 && true", (1, 3), "`&&` has no meaning between int and bool", ""),
        ("1 in 2", (1, 3), "`in` has no meaning between int and int", ""),
        ("[1, 'a']", (1, 5), "a list holds values of one type, found int and string", ""),
        ("{1: 2}", (1, 2), "the key of a map must be a string, found int", ""),
        ("[1]['a']", (1, 5), "the index of a list(int) is an int, found string", ""),
        ("1[0]", (1, 2), "a int has no elements", ""),
        ("1.all(x, true)", (1, 3), "all() wants a list, found int", ""),
        ("[1].all(x, x)", (1, 12), "the condition of all() must be a bool, found int", ""),
        ("[1].map(x, x, x)", (1, 12), "the condition of map() must be a bool, found int", ""),
        ("days('x')", (1, 1), "expected days(int), found days(string)", ""),
        ("days(1, 2)", (1, 1), "expected days(int), found days(int, int)", ""),
        ("this.due.days(1)", (1, 10), "expected days(int), found date.days(int)", ""),
        ("double(1)", (1, 1), "double() is not offered", "point"),
        ("date('2026-02-30')", (1, 6), "'2026-02-30' is no date", ""),
        ("now().getHours('Berlin')", (1, 16), "'Berlin' is no time zone", ""),
        ("this.colour.matches('(')", (1, 21), "'(' is no regular expression", ""),
    ],
)
def test_refusals(text: str, place: tuple[int, int], message: str, hint: str) -> None:
    with pytest.raises(CelError) as caught:
        compile_cel(text, PAY)
    assert message in caught.value.what
    assert (caught.value.line, caught.value.column) == place
    assert hint in caught.value.hint


def test_a_guarded_selection_has_the_type_without_null() -> None:
    checked = compile_cel("this.paid != null && this.paid < today()", PAY)
    selections = [node for node in walk(checked.expr) if isinstance(node, Select)]
    assert [checked.type_of(node) for node in selections] == [Nullable(DATE), DATE]
    assert isinstance(checked.expr, Binary)
    assert checked.type_of(checked.expr.right) == BOOL


def test_members_tell_where_values_come_from() -> None:
    checked = compile_cel("this.buyer.orders.map(o, {'a': o.total}).map(m, m.a)", PAY)
    found = {node.field: checked.member_of(node) for node in walk(checked.expr) if isinstance(node, Select)}
    orders, total, buyer = found["orders"], found["total"], found["buyer"]
    assert orders is not None
    assert (orders.kind, orders.source, orders.via) == (MemberKind.BACK, "Order", "buyer")
    assert total is not None
    assert total.kind is MemberKind.DERIVED
    assert buyer is not None
    assert buyer.kind is MemberKind.RELATION
    assert found["a"] is None


def test_who_the_caller_may_be() -> None:
    assert compile_cel("caller.buyer", RULE).type == Nullable(RecordType("Buyer"))
    assert compile_cel("caller.role == 'clerk'", RULE).type == BOOL
    assert compile_cel("caller.id", Scope.for_rule(SPEC, "Buyer")).type == Nullable(INT)
    assert compile_cel("caller.role == 'anyone'", Scope.for_rule(SPEC, "Buyer")).type == BOOL
    assert compile_cel("caller.buyer", Scope.for_grant(SPEC, "Order", ["buyer"])).type == RecordType("Buyer")
    two = Scope.for_grant(SPEC, "Order", ["buyer", "seller"])
    assert compile_cel("caller.buyer", two).type == Nullable(RecordType("Buyer"))


@pytest.mark.parametrize("scope", [Scope.for_derived(SPEC, "Order"), Scope.for_default(SPEC, "Order")])
def test_derived_values_and_defaults_know_no_caller(scope: Scope) -> None:
    with pytest.raises(CelError, match="`caller` is no name"):
        compile_cel("caller.id == 1", scope)
    assert compile_cel("this.count", scope).type == INT


def test_an_entity_that_is_not_there_has_no_members() -> None:
    broken = Spec.model_validate(
        {
            "spec": 1,
            "service": {"name": "x"},
            "entities": {"A": {"relations": {"b": {"to": "Missing"}}}},
        }
    )
    with pytest.raises(CelError, match="a Missing has no member `x`"):
        compile_cel("this.b.x", Scope.for_derived(broken, "A"))


@pytest.mark.parametrize(
    ("actual", "wanted", "fits"),
    [
        (INT, DECIMAL, True),
        (DECIMAL, INT, False),
        (NULL, Nullable(INT), True),
        (INT, Nullable(DECIMAL), True),
        (Nullable(INT), Nullable(DECIMAL), True),
        (Nullable(INT), INT, False),
        (NULL, INT, False),
        (ListType(ANY), ListType(INT), True),
        (ListType(INT), ListType(STRING), False),
        (MapType(INT), MapType(DECIMAL), True),
    ],
)
def test_assignable(actual: object, wanted: object, fits: bool) -> None:
    assert assignable(actual, wanted) is fits  # type: ignore[arg-type]


def test_joined_types() -> None:
    assert joined(MapType(INT), MapType(DECIMAL)) == MapType(DECIMAL)
    assert joined(DECIMAL, INT) == DECIMAL
    assert joined(ListType(INT), ListType(STRING)) is None
    assert joined(MapType(INT), MapType(STRING)) is None
    assert joined(Nullable(INT), STRING) is None
    assert str(joined(Nullable(INT), DECIMAL)) == "decimal or null"
