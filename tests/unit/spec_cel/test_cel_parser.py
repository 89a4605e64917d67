from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantumlayer.spec.cel import (
    Binary,
    Call,
    CelError,
    Comprehension,
    Conditional,
    Expr,
    Ident,
    Index,
    ListNode,
    Literal,
    Macro,
    MapNode,
    Select,
    Unary,
    parse,
    walk,
)


def drawn(expr: Expr) -> str:
    """The tree with every bracket written out."""
    match expr:
        case Literal(value=value):
            return repr(value)
        case Ident(name=name):
            return name
        case Select(operand=operand, field=field):
            return f"{drawn(operand)}.{field}"
        case Index(operand=operand, index=index):
            return f"{drawn(operand)}[{drawn(index)}]"
        case Call(function=function, target=target, args=args):
            inside = ", ".join(map(drawn, args))
            return f"{drawn(target)}.{function}({inside})" if target else f"{function}({inside})"
        case _:
            return drawn_with_marks(expr)


def drawn_with_marks(expr: Unary | Binary | Conditional | ListNode | MapNode | Comprehension) -> str:
    match expr:
        case Unary(operator=operator, operand=operand):
            return f"({operator}{drawn(operand)})"
        case Binary(operator=operator, left=left, right=right):
            return f"({drawn(left)} {operator} {drawn(right)})"
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return f"({drawn(condition)} ? {drawn(then)} : {drawn(otherwise)})"
        case ListNode(items=items):
            return f"[{', '.join(map(drawn, items))}]"
        case MapNode(entries=entries):
            return "{" + ", ".join(f"{drawn(key)}: {drawn(value)}" for key, value in entries) + "}"
        case Comprehension(range=items, kind=kind, variable=variable, body=body, where=where):
            middle = f"{drawn(where)}, " if where else ""
            return f"{drawn(items)}.{kind}!({variable}, {middle}{drawn(body)})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
        ("a || b && c == d", "(a || (b && (c == d)))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("1 < 2 == true", "((1 < 2) == True)"),
        ("x in [1, 2,]", "(x in [1, 2])"),
        ("!!a", "(!(!a))"),
        ("-a.b", "(-a.b)"),
        ("-1.size()", "-1.size()"),
        ("1 - -1", "(1 - -1)"),
        ("!-1", "(!-1)"),
        ("--1", "(-(-1))"),
        ("a.b[0].c(1, x)", "a.b[0].c(1, x)"),
        ("has(a.b)", "(a.b != None)"),
        ("a.all(x, x > 1)", "a.all!(x, (x > 1))"),
        ("a.map(x, x > 1, x * 2)", "a.map!(x, (x > 1), (x * 2))"),
        ("a.all(x)", "a.all(x)"),
        ("{'a': 1, 'b': {}}", "{'a': 1, 'b': {}}"),
        ("{,}", "{}"),
        ("[,]", "[]"),
        ("0xFF", "255"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1.50", "Decimal('1.50')"),
        (".5e1", "Decimal('5')"),
        ("-2e2", "Decimal('-2E+2')"),
        ("null // nothing", "None"),
        (r"'\x41\u00e4\U0001F600\101\n\"\\'", repr('AäߘA\n"\\'.replace("ߘ", "\U0001f600"))),
        (r"r'\d'", repr(r"\d")),
        ("'''a\r\n'b'''", repr("a\n'b")),
        ('R"""\\"""', repr("\\")),
        ("\n\t f ( ) ", "f()"),
    ],
)
def test_reads(text: str, tree: str) -> None:
    assert drawn(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "expected a value, found the end of the expression"),
        ("1 +", 1, 4, "expected a value"),
        ("a\n  b", 2, 3, "expected an operator or the end, found `b`"),
        ("(1", 1, 3, "expected `)`"),
        ("[1 2]", 1, 4, "expected `,`"),
        ("[,1]", 1, 3, "expected `]`"),
        ("f(1,)", 1, 5, "expected a value"),
        ("{1}", 1, 3, "expected `:`"),
        ("a ? b", 1, 6, "expected `:`"),
        ("a ? b ? c : d : e", 1, 7, "expected `:`"),
        ("a.", 1, 3, "expected a name"),
        ("a.in", 1, 3, "expected a name, found `in`"),
        ("!-a", 1, 3, "expected a number, found `a`"),
        ("a = b", 1, 3, "unexpected character '='"),
        ("a & b", 1, 3, "unexpected character '&'"),
        ("a | b", 1, 3, "unexpected character '|'"),
        ("`a`", 1, 1, "unexpected character '`'"),
        ("a.b.?c", 1, 5, "optional values"),
        ("a[?0]", 1, 3, "optional values"),
        ("[?a]", 1, 2, "optional values"),
        ("{?'a': 1}", 1, 2, "optional values"),
        ("Loan{fee: 1}", 1, 5, "messages are not offered"),
        (".a", 1, 1, "does not begin with a dot"),
        ("1 + b'x'", 1, 5, "bytes are not offered"),
        ("rr'x'", 1, 1, "unexpected prefix"),
        ("12u", 1, 1, "unsigned numbers"),
        ("9223372036854775808", 1, 1, "does not fit 64 bits"),
        ("--9223372036854775808", 1, 3, "does not fit 64 bits"),
        ("99999999999999999999", 1, 1, "does not fit 64 bits"),
        ("1" * 60, 1, 1, "does not fit 64 bits"),
        ("1e29", 1, 1, "beyond 28 digits"),
        ("1e99999999999999999999", 1, 1, "beyond 28 digits"),
        ("'abc", 1, 1, "a text is not closed"),
        ("'a\nb'", 1, 1, "a text is not closed"),
        ("'a\\", 1, 1, "a text is not closed"),
        (r"'\q'", 1, 1, "unknown escape"),
        (r"'\ud800'", 1, 1, "names no character"),
        (r"'\UFFFFFFFF'", 1, 1, "names no character"),
        ("if", 1, 1, "reserved word"),
        ("has(a)", 1, 1, "has() wants a selection"),
        ("a.all(1, b)", 1, 7, "wants the name of a variable first"),
        ("1" + "+1" * 4000, 1, 1, "8001 characters"),
        ("1" + "+1" * 100, 1, 130, "64 levels"),
        ("(" * 3000, 1, 65, "64 levels"),
        ("!" * 3000 + "a", 1, 3002, "64 levels"),
    ],
)
def test_refuses_with_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(CelError) as caught:
        parse(text)
    assert message in caught.value.what
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.what.startswith(f"line {line}, column {column}: ")


def test_ten_thousand_brackets_are_refused() -> None:
    with pytest.raises(CelError, match="characters"):
        parse("(" * 10_000)


def test_every_node_knows_its_place() -> None:
    tree = parse("a.b +\n  f(c)[1] ? [x, {'k': !y}] : z.map(i, i, i)")
    places = {(type(node).__name__, node.line, node.column) for node in walk(tree)}
    assert {("Select", 1, 3), ("Binary", 1, 5), ("Call", 2, 3), ("Index", 2, 7), ("Conditional", 2, 11)} <= places
    assert {("Comprehension", 2, 32), ("Unary", 2, 23), ("MapNode", 2, 17)} <= places
    assert next(node for node in walk(tree) if isinstance(node, Comprehension)).kind is Macro.MAP


def test_nodes_are_keys_of_their_own() -> None:
    first, second = parse("1"), parse("1")
    assert first != second
    assert len({first, second}) == 2
    assert isinstance(first, Literal)
    assert first.value == 1 != Decimal("1.5")


_PIECES = st.sampled_from(
    [
        *"()[]{}.,?:+-*/%!<>'\"\\ \n=&|`@1aé\0",
        "this",
        "in",
        "true",
        "null",
        "0x",
        "1.5",
        "e9",
        "'''",
        "r'",
        "has(",
        "&&",
        "map(x,",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=40).map("".join)))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    lines = text.split("\n")
    try:
        nodes = list(walk(parse(text)))
    except CelError as error:
        places = [(error.line, error.column)]
    else:
        places = [(node.line, node.column) for node in nodes]
    for line, column in places:
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
