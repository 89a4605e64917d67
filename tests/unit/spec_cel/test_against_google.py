"""Google's own implementation is the oracle for the part of CEL that both share."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cel_expr_python import cel  # type: ignore[import-untyped]

from quantumlayer.spec.cel import (
    ANY,
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    CelError,
    CelRuntimeError,
    ListType,
    MapType,
    Nullable,
    Scope,
    Type,
    World,
    check,
    parse,
)
from quantumlayer.spec.cel.evaluate import _built, _run
from quantumlayer.spec.cel.world import Frame
from quantumlayer.spec.model import Entity, Service, Spec

GENERATED = 5000
MUTATED = 3000
WRONG = 0.06
"""Share of the places in a generated expression where another type than the wanted one is put."""
SEED = 20261122

NOW = datetime(2026, 3, 29, 1, 30, 15, 250_000, tzinfo=UTC)
VALUES: dict[str, object] = {
    "i": 7,
    "j": -3,
    "s": "Grüße, book",
    "p": True,
    "t": NOW,
    "d": timedelta(hours=30, milliseconds=1500),
    "ns": [3, 1, 2, 3],
    "words": ["a", "bb", ""],
}
TYPES: dict[str, Type] = {
    "i": INT,
    "j": INT,
    "s": STRING,
    "p": BOOL,
    "t": TIMESTAMP,
    "d": DURATION,
    "ns": ListType(INT),
    "words": ListType(STRING),
}
ENV = cel.NewEnv(
    variables={
        "i": cel.Type.INT,
        "j": cel.Type.INT,
        "s": cel.Type.STRING,
        "p": cel.Type.BOOL,
        "t": cel.Type.TIMESTAMP,
        "d": cel.Type.DURATION,
        "ns": cel.Type.List(cel.Type.INT),
        "words": cel.Type.List(cel.Type.STRING),
    }
)
SPEC = Spec(spec=1, service=Service(name="oracle"), entities={"Thing": Entity()})
SCOPE = Scope(SPEC, TYPES)
WORLD = World(SPEC, NOW)
FAILED = "an evaluation error"


@dataclass(frozen=True)
class Outcome:
    """How far an expression came: `syntax`, `type` or `value`, and what came of it."""

    stage: str
    kind: str = ""
    value: object = None
    message: str = ""


def ours(text: str) -> Outcome:
    try:
        tree = parse(text)
    except CelError as error:
        return Outcome("syntax", message=error.what)
    try:
        checked = check(tree, SCOPE)
    except CelError as error:
        return Outcome("type", message=error.what)
    kind = _spelled(checked.type)
    try:
        return Outcome("value", kind, _run(_built(checked), Frame(WORLD, dict(VALUES))))
    except CelRuntimeError as error:
        return Outcome("value", kind, FAILED, error.what)


def googles(text: str) -> Outcome:
    try:
        ENV.compile(text, disable_check=True)
    except RuntimeError as error:
        return Outcome("syntax", message=str(error))
    try:
        expression = ENV.compile(text)
        kind = str(expression.return_type())
    except RuntimeError as error:
        return Outcome("type", message=str(error))
    try:
        found = expression.eval(data=VALUES)
    except RuntimeError as error:
        return Outcome("value", kind, FAILED, str(error))
    if str(found.type()) == "ERROR":
        return Outcome("value", kind, FAILED, str(found.value()))
    return Outcome("value", kind, found.plain_value())


def _spelled(kind: Type) -> str:
    match kind:
        case ListType(item=item):
            return f"LIST<{_spelled(item)}>"
        case MapType(value=value):
            return "MAP<DYN, DYN>" if value == ANY else f"MAP<STRING, {_spelled(value)}>"
        case Nullable(item=item):
            return f"NULLABLE<{_spelled(item)}>"
    return {"any": "DYN", "decimal": "DOUBLE"}.get(str(kind), str(kind).upper())


@dataclass(frozen=True)
class Deviation:
    """Where this dialect differs on purpose.

    `says` is found in our refusal, `gives` in our type, `google` in the type or the refusal that Google gives.
    """

    reason: str
    example: str
    says: str | None = None
    gives: str | None = None
    google: str | None = None

    def explains(self, mine: Outcome, google: Outcome) -> bool:
        refused, given = mine.stage != "value", mine.stage == "value"
        return (
            (refused and self.says is not None and re.search(self.says, mine.message) is not None)
            or (given and self.gives is not None and re.search(self.gives, mine.kind) is not None)
            or (self.google is not None and re.search(self.google, google.kind + google.message) is not None)
        )


DEVIATIONS = (
    Deviation(
        "a constant that can never be read is refused before anything runs",
        "duration('soon')",
        says="is no (duration|instant|time zone|regular expression)",
    ),
    Deviation("lists and maps hold one type, as compiled code does", "[1, 'a']", says="holds values of one type"),
    Deviation("maps have text as keys", "{1: 2}", says="the key of a map must|the index of a (map|list)"),
    Deviation("`in` on a map asks for a text", "1 in {}", says="has no meaning between int and map"),
    Deviation("null is no instant and no duration", "null - t", says=r"\bnull\b"),
    Deviation("an optional value has a type: `int or null`", "p ? null : 1", gives="NULLABLE", google="null_type"),
    Deviation("the elements of an empty list or map have no type to work with", "[][0] + 'a'", says=r"\bany\b"),
    Deviation("an empty list is not typed by what is done with it", "[].filter(n, n in [1])", gives="DYN"),
    Deviation("the keys of an empty map are text all the same", "{}.map(k, k)", google="DYN"),
    Deviation(
        "a number with a point is a decimal and mixes with whole numbers",
        "1.5 + 1",
        gives="DOUBLE",
        google=r"\((double, int|int, double)\)",
    ),
    Deviation("a decimal has at most 28 digits before or behind its point", "1e29", says="beyond 28 digits"),
    Deviation("no unsigned numbers", "1u", says="unsigned numbers are not offered"),
    Deviation("no bytes", "b'a'", says="bytes are not offered"),
    Deviation("no messages", "google.protobuf.Duration{}", says="messages are not offered"),
    Deviation("reserved words name nothing, not even messages", "if{}", says="reserved word"),
    Deviation("a raw text may end in a backslash, as the grammar has it", "r'\\'", google="String must end with"),
    Deviation("no names that begin with a dot", ".s", says="does not begin with a dot"),
    Deviation("no conversion to other numbers and no types as values", "type(1)", says=r"\(\) is not offered"),
    Deviation("the names of types are no values", "string", google="TYPE<"),
    Deviation("`!!` is typed like any `!`; Google cancels it unseen", "!!1", says="`!` wants a bool"),
    Deviation(
        "no conversion between durations and numbers", "duration(1)", says=r"found (duration\(int|int\(duration)\)"
    ),
    Deviation("64 levels of nesting, not 32", "(" * 40 + "1" + ")" * 40, google="recursion limit exceeded"),
)


def agree(mine: Outcome, google: Outcome) -> bool:
    if mine.stage != google.stage or mine.stage != "value":
        return mine.stage == google.stage
    return (mine.kind, type(mine.value)) == (google.kind, type(google.value)) and mine.value == google.value


class Maker:
    """Writes random expressions of a wanted type; now and then one of another type, to be refused."""

    def __init__(self, seed: int, *, wrong: float) -> None:
        self._random = random.Random(seed)  # noqa: S311 - test data, no secrets
        self._wrong = wrong
        self._locals: list[tuple[str, str]] = []
        self._names = 0

    def expression(self) -> str:
        self._locals = []
        return self._of(
            self._one("int", "bool", "string", "time", "span", "ints", "strings"), self._random.randint(1, 4)
        )

    def _one(self, *options: str) -> str:
        return self._random.choice(options)

    def _of(self, kind: str, depth: int) -> str:
        if self._random.random() < self._wrong:
            kind = self._one("int", "bool", "string", "time", "span", "ints", "strings", "null", "map")
        known = [name for name, held in self._locals if held == kind]
        if known and self._random.random() < 0.4:
            return self._one(*known)
        if depth <= 0 or self._random.random() < 0.12:
            return self._one(*_LEAVES[kind])
        template = self._one(*_TEMPLATES[kind], *_ANY_TEMPLATES)
        return self._filled(template, kind, depth - 1)

    def _filled(self, template: str, kind: str, depth: int) -> str:
        """Fills `<kind>` with expressions; `<x:kind>` binds a variable of that kind for what follows `;` ."""
        template = template.replace("<same>", f"<{kind}>")
        if "@" not in template:
            return re.sub(r"<(\w+)>", lambda found: self._of(found[1], depth), template)
        head, bound, body = template.split("@")
        self._names += 1
        name = f"v{self._names % 3}"
        head = re.sub(r"<(\w+)>", lambda found: self._of(found[1], depth), head)
        self._locals.append((name, bound))
        body = re.sub(r"<(\w+)>", lambda found: self._of(found[1], depth), body)
        self._locals.pop()
        return f"{head}{name}{body}"


_LEAVES = {
    "int": ("i", "j", "0", "1", "2", "-1", "5", "0x1F", "9223372036854775807", "-9223372036854775808"),
    "bool": ("p", "true", "false"),
    "string": ("s", "''", "'book'", '"a"', "r'\\d'", "'\\u00fc\\n'", "'''x'y'''", "'12'", "'true'"),
    "time": ("t", "timestamp('2024-02-29T23:59:59Z')", "timestamp('2026-10-25T02:30:00+02:00')", "timestamp(0)"),
    "span": ("d", "duration('1h30m')", "duration('-1.5s')", "duration('0s')", "duration('250ms')"),
    "ints": ("ns", "[]", "[1, 2]", "[-1]"),
    "strings": ("words", "['a']", "['', 'book']", "[]"),
    "null": ("null",),
    "map": ("{}", "{'a': 1}", "{'a': 1, 'b': 2,}"),
}
_ANY_TEMPLATES = ("<bool> ? <same> : <same>", "(<same>)")
_TEMPLATES = {
    "int": (
        "<int> + <int>", "<int> - <int>", "<int> * <int>", "<int> / <int>", "<int> % <int>", "-<int>", "-(<int>)",
        "size(<string>)", "<string>.size()", "size(<ints>)", "<strings>.size()", "<ints>[<int>]", "int(<string>)",
        "int(<int>)", "int(<time>)", "<time>.getFullYear()", "<time>.getMonth()", "<time>.getDate()",
        "<time>.getDayOfMonth()", "<time>.getDayOfWeek()", "<time>.getDayOfYear()", "<time>.getHours()",
        "<time>.getMinutes()", "<time>.getSeconds()", "<time>.getMilliseconds()", "<span>.getHours()",
        "<span>.getMinutes()", "<span>.getSeconds()", "<span>.getMilliseconds()",
        "<time>.getHours('Europe/Berlin')", "<time>.getDayOfWeek('America/New_York')", "<time>.getMinutes('+05:30')",
        "<time>.getDayOfYear('-11:00')", "{'a': <int>, 'b': 2}['a']", "<map>.a", "<map>[<string>]", "size(<map>)",
        "<map>.map(@string@, <string>).size()",
    ),
    "bool": (
        "<bool> && <bool>", "<bool> || <bool>", "!<bool>", "!(<bool>)", "<int> == <int>", "<int> != <int>",
        "<int> < <int>", "<int> >= <int>", "<string> == <string>", "<string> < <string>", "<string> >= <string>",
        "<bool> == <bool>", "<bool> < <bool>", "<time> == <time>", "<time> <= <time>", "<span> > <span>",
        "<span> != <span>", "<ints> == <ints>", "<strings> != <strings>", "<int> in <ints>", "<string> in <strings>",
        "<string> in <map>", "<string>.contains(<string>)", "<string>.startsWith(<string>)", "null == null",
        "<string>.endsWith(<string>)", "<string>.matches('^[a-z]+$')", "matches(<string>, 'o{2}|b.')",
        "bool(<string>)", "bool(<bool>)", "<ints>.all(@int@, <bool>)", "<ints>.exists(@int@, <bool>)",
        "<ints>.exists_one(@int@, <bool>)", "<strings>.all(@string@, <bool>)", "<strings>.exists(@string@, <bool>)",
        "<map>.all(@string@, <bool>)", "<map> == <map>", "1 / <int> > 0 || <bool>", "<int> / 0 == 1 && <bool>",
    ),
    "string": (
        "<string> + <string>", "string(<int>)", "string(<bool>)", "string(<string>)", "string(<time>)",
        "string(<span>)", "<strings>[<int>]",
    ),
    "time": (
        "<time> + <span>", "<span> + <time>", "<time> - <span>", "timestamp(<string>)", "timestamp(<time>)",
        "timestamp(string(<time>))", "timestamp(<int>)",
    ),
    "span": (
        "<span> + <span>", "<span> - <span>", "<time> - <time>", "duration(<string>)", "duration(string(<span>))",
        "duration(<span>)",
    ),
    "ints": (
        "<ints> + <ints>", "[<int>, <int>]", "<ints>.filter(@int@, <bool>)", "<ints>.map(@int@, <int>)",
        "<strings>.map(@string@, <int>)", "<ints>.map(@int@, <bool>, <int>)", "[<int>, <int>,]",
    ),
    "strings": (
        "<strings> + <strings>", "[<string>]", "<strings>.filter(@string@, <bool>)", "<ints>.map(@int@, <string>)",
        "<strings>.map(@string@, <string>)",
    ),
    "null": ("null",),
    "map": ("{'a': <int>}", "{<string>: <int>}", "{'a': <int>, <string>: <int>}"),
}  # fmt: skip


def mutated(text: str, seed: int) -> str:
    """The text with one to three characters or tokens taken away, doubled or put in."""
    dice = random.Random(seed)  # noqa: S311 - test data, no secrets
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(text) + 1)
        end = min(len(text), at + dice.randint(0, 3))
        text = text[:at] + dice.choice(_SCRAPS) + text[dice.choice((at, end)) :]
    return text


_SCRAPS = (
    *("", "", "(", ")", "[", "]", "{", "}", ".", ",", "'", '"', "+", "-", "!", "?", ":", "&&", "||", "==", "in", " "),
    *("//", "\n", "\\", "1", "0x", "e3", "u", "b", "r", "=", "@", "$", "`", "true", "null", "if", "_x", "ü"),
)


def corpus() -> Iterator[str]:
    sound, careless = Maker(SEED, wrong=0), Maker(SEED + 1, wrong=WRONG)
    for number in range(GENERATED):
        yield (careless if number % 2 else sound).expression()
    for number in range(MUTATED):
        yield mutated(sound.expression(), number)


def test_both_agree_on_syntax_types_and_values() -> None:
    stages: Counter[str] = Counter()
    unexplained = []
    for text in corpus():
        mine, google = ours(text), googles(text)
        stages[(google.message and google.stage == "value" and "error") or google.stage] += 1
        if not agree(mine, google) and not any(deviation.explains(mine, google) for deviation in DEVIATIONS):
            unexplained.append((text, mine, google))
    assert unexplained == []
    assert min(stages[stage] for stage in ("syntax", "type", "error", "value")) > 500, stages


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.reason)
def test_each_deviation_is_one(deviation: Deviation) -> None:
    mine, google = ours(deviation.example), googles(deviation.example)
    assert not agree(mine, google)
    assert deviation.explains(mine, google)
