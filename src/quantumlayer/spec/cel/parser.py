"""From text to tree: the whole grammar of CEL by recursive descent.

What this dialect leaves out (messages, bytes, unsigned numbers, optionals) is refused by name, not by accident.
"""

from decimal import Decimal

from quantumlayer.spec.cel.errors import CelError
from quantumlayer.spec.cel.lexer import INT_MAX, Lexer, Token, TokenKind
from quantumlayer.spec.cel.tree import (
    Binary,
    Call,
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
    children,
)

MAX_LENGTH = 4000
"""Characters of an expression."""
MAX_DEPTH = 64
"""Levels of nesting, so that no reader of the tree runs out of stack."""

_RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace",
    "package", "return", "var", "void", "while",
})  # fmt: skip
_CONSTANTS = {"true": True, "false": False, "null": None}
_LEVEL: dict[object, int] = {
    operator: level
    for level, operators in enumerate(("||", "&&", "== != < <= > >= in", "+ -", "* / %"))
    for operator in operators.split()
}


def parse(text: str) -> Expr:
    """The tree of an expression.

    Raises:
        CelError: The text is no expression of this dialect, or is longer or deeper than the bounds.
    """
    if len(text) > MAX_LENGTH:
        message = f"the expression has {len(text)} characters; {MAX_LENGTH} are allowed"
        raise CelError(message, 1, 1, hint="Split it into derived fields.")
    return _Parser(list(Lexer(text).tokens())).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._nesting = 0
        self._depths: dict[Expr, int] = {}

    def whole(self) -> Expr:
        expr = self._expression()
        if self._token.kind is not TokenKind.END:
            raise self._unexpected("an operator or the end")
        return expr

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _is(self, *operators: str) -> bool:
        return self._token.kind is TokenKind.OPERATOR and self._token.value in operators

    def _next(self) -> Token:
        token = self._token
        self._at += 1
        return token

    def _take(self, *operators: str) -> Token | None:
        return self._next() if self._is(*operators) else None

    def _expect(self, operator: str) -> Token:
        if not self._is(operator):
            wanted = f"`{operator}`"
            raise self._unexpected(wanted)
        return self._next()

    def _name(self) -> Token:
        if self._token.kind is not TokenKind.NAME:
            raise self._unexpected("a name")
        return self._next()

    def _unexpected(self, wanted: str) -> CelError:
        token = self._token
        found = token.kind.value if token.kind is TokenKind.END else f"`{token.value}`"
        return _error(token, f"expected {wanted}, found {found}")

    def _grown(self, expr: Expr) -> Expr:
        """Notes how deep a new node is; chains such as `a + a + a` are as deep as they are long."""
        depth = 1 + max((self._depths[child] for child in children(expr)), default=0)
        if depth > MAX_DEPTH:
            raise _too_deep(self._token)
        self._depths[expr] = depth
        return expr

    def _expression(self) -> Expr:
        self._nesting += 1
        if self._nesting > MAX_DEPTH:
            raise _too_deep(self._token)
        expr = self._binary(0)
        if mark := self._take("?"):
            then = self._binary(0)
            self._expect(":")
            otherwise = self._expression()
            expr = self._grown(Conditional(mark.line, mark.column, expr, then, otherwise))
        self._nesting -= 1
        return expr

    def _binary(self, lowest: int) -> Expr:
        left = self._unary()
        while self._token.kind is TokenKind.OPERATOR and _LEVEL.get(self._token.value, -1) >= lowest:
            mark = self._next()
            right = self._binary(_LEVEL[mark.value] + 1)
            left = self._grown(Binary(mark.line, mark.column, str(mark.value), left, right))
        return left

    def _unary(self) -> Expr:
        marks: list[Token] = []
        while self._is(str(marks[0].value)) if marks else self._is("!", "-") and not self._negative():
            marks.append(self._next())
        expr = self._member()
        for mark in reversed(marks):
            expr = self._grown(Unary(mark.line, mark.column, str(mark.value), expr))
        return expr

    def _negative(self) -> bool:
        return self._is("-") and self._tokens[self._at + 1].kind in {TokenKind.INT, TokenKind.DECIMAL}

    def _member(self) -> Expr:
        expr = self._primary()
        while mark := self._take(".", "[", "{"):
            if mark.value == "{":
                raise _error(mark, "messages are not offered", "Use a record, or `{'key': value}` for a map.")
            if question := self._take("?"):
                raise _error(question, "optional values (`.?`, `[?`) are not offered", "Compare with `null`.")
            if mark.value == "[":
                expr = self._grown(Index(mark.line, mark.column, expr, self._expression()))
                self._expect("]")
                continue
            name = self._name()
            if self._take("("):
                expr = self._call(name, expr)
            else:
                expr = self._grown(Select(name.line, name.column, expr, str(name.value)))
        return expr

    def _primary(self) -> Expr:
        token = self._token
        if token.kind in {TokenKind.INT, TokenKind.DECIMAL, TokenKind.STRING} or self._is("true", "false", "null", "-"):
            return self._literal()
        if token.kind is TokenKind.NAME:
            return self._named()
        if self._take("("):
            expr = self._expression()
            self._expect(")")
            return expr
        if self._take("["):
            return self._grown(ListNode(token.line, token.column, self._items()))
        if self._take("{"):
            return self._map(token)
        if self._is("."):
            raise _error(token, "a name does not begin with a dot", "Leave out the dot.")
        raise self._unexpected("a value")

    def _literal(self) -> Expr:
        token = self._next()
        value: bool | int | Decimal | str | None = token.value
        if token.kind is TokenKind.OPERATOR and token.value != "-":
            value = _CONSTANTS[str(token.value)]
        elif token.kind is TokenKind.OPERATOR:
            number = self._token
            if isinstance(number.value, str):
                raise self._unexpected("a number")
            value = -number.value
            self._next()
        if isinstance(value, int) and value > INT_MAX:
            raise _error(token, f"the number {value} does not fit 64 bits")
        return self._grown(Literal(token.line, token.column, value))

    def _named(self) -> Expr:
        name = self._next()
        if name.value in _RESERVED:
            raise _error(name, f"`{name.value}` is a reserved word of CEL")
        if self._take("("):
            return self._call(name, None)
        return self._grown(Ident(name.line, name.column, str(name.value)))

    def _items(self) -> tuple[Expr, ...]:
        items: list[Expr] = []
        while self._another("]", first=not items):
            items.append(self._expression())
        return tuple(items)

    def _another(self, close: str, *, first: bool) -> bool:
        """Whether another element of a list or a map follows; one comma may stand before the closing bracket."""
        if not first and not self._is(close):
            self._expect(",")
        elif first and self._take(","):
            self._expect(close)
            return False
        if self._take(close):
            return False
        if question := self._take("?"):
            raise _error(question, "optional values are not offered", "Compare with `null`.")
        return True

    def _map(self, mark: Token) -> Expr:
        entries: list[tuple[Expr, Expr]] = []
        while self._another("}", first=not entries):
            key = self._expression()
            self._expect(":")
            entries.append((key, self._expression()))
        return self._grown(MapNode(mark.line, mark.column, tuple(entries)))

    def _arguments(self) -> tuple[Expr, ...]:
        args: list[Expr] = []
        while not self._is(")"):
            if args:
                self._expect(",")
            args.append(self._expression())
        self._expect(")")
        return tuple(args)

    def _call(self, name: Token, target: Expr | None) -> Expr:
        function, args = str(name.value), self._arguments()
        if function == "has" and target is None and len(args) == 1:
            return self._has(name, args[0])
        counts = {2, 3} if function == Macro.MAP else {2}
        if target is not None and function in set(Macro) and len(args) in counts:
            return self._comprehension(name, target, args)
        return self._grown(Call(name.line, name.column, function, target, args))

    def _has(self, name: Token, arg: Expr) -> Expr:
        if not isinstance(arg, Select):
            raise _error(name, "has() wants a selection such as `has(this.returned_on)`")
        null = self._grown(Literal(name.line, name.column, None))
        return self._grown(Binary(name.line, name.column, "!=", arg, null))

    def _comprehension(self, name: Token, target: Expr, args: tuple[Expr, ...]) -> Expr:
        variable, *rest = args
        if not isinstance(variable, Ident):
            message = f"{name.value}() wants the name of a variable first, as in `list.{name.value}(x, ...)`"
            raise CelError(message, variable.line, variable.column)
        where = rest[0] if len(rest) == 2 else None
        return self._grown(
            Comprehension(name.line, name.column, Macro(str(name.value)), target, variable.name, rest[-1], where)
        )


def _error(token: Token, message: str, hint: str = "") -> CelError:
    return CelError(message, token.line, token.column, hint=hint)


def _too_deep(token: Token) -> CelError:
    return _error(token, f"more than {MAX_DEPTH} levels of nesting", "Split it into derived fields.")
