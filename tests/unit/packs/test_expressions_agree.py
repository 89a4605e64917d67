"""Expressions mean the same to the evaluator, to the Python that the pack writes, and to the SQL that it writes."""

import datetime as dt
import math
import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.pack import PLATFORM, FastApiPack
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Loaded
from quantumlayer.qlayer.packs.fastapi.sql import Sql
from quantumlayer.spec.cel import CelError, CelRuntimeError, Checked, Record, Scope, World, compile_cel, evaluate
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import FieldType

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
"""Half an hour before the clocks of Berlin go forward."""

SPEC = parse_spec("""
spec: 1
service: {name: agreement, timezone: Europe/Berlin}
roles: {office: }
entities:
  Thing:
    fields:
      i: {type: int}
      j: {type: int}
      k: {type: int, optional: true}
      m: {type: money}
      d: {type: decimal}
      f: {type: float}
      g: {type: float, optional: true}
      b: {type: bool}
      c: {type: bool}
      t: {type: string}
      u: {type: string}
      day: {type: date}
      end: {type: date, optional: true}
      at: {type: datetime}
      til: {type: datetime}
    derived:
      later: {type: date, cel: 'add_months(today(), days_between(this.day, today()))'}
      long: {type: bool, cel: time_of_day(this.at) > hours(2) && this.at < now()}
      mean: {type: decimal, cel: '[this.i, this.j].average(0) + [this.i].median(0)'}
      half: {type: money, cel: this.m * 0.333}
    access: [{who: office, may: [create, read]}]
""").spec
SCOPE = Scope.for_derived(SPEC, "Thing")


class Writer:
    """Writes expressions of a type at random, always the same ones for a seed.

    `own` keeps to what rows of a table can be asked.
    """

    def __init__(self, seed: int, *, own: bool = False) -> None:
        self.random = random.Random(seed)  # noqa: S311  the same expressions each time
        self.own = own

    def one(self, *choices: str) -> str:
        """One of them."""
        return self.random.choice(choices)

    def whole(self, depth: int) -> str:
        """A whole number."""
        if depth <= 0:
            return self.one("this.i", "this.j", "3", "7", "-2", "0", "(this.k == null ? 5 : this.k)")
        left, right, least = self.whole(depth - 1), self.whole(depth - 1), self.whole(0)
        choices = [
            f"({left} {self.one(*'+-*/%')} {right})",
            f"{least} {self.one(*'+-*')} ({right})",
            f"({self.truth(depth - 1)} ? {left} : {right})",
            f"{self.one('min', 'max')}({left}, {right})",
            f"-({left})",
            f"int({self.amount(depth - 1)})",
        ]
        if not self.own:
            choices += [
                self.one("this.t.size()", "size(this.u)", "days_between(this.day, today())", "this.day.getMonth()"),
                self.one("this.at.getHours(timezone)", "this.at.getDayOfWeek()", "this.day.getDayOfYear()"),
                self.one("(this.til - this.at).getMinutes()", "time_of_day(this.at).getHours()"),
                f"[{left}, {right}].sum()",
                f"int([{left}, {least}].filter(x, x > {right}).{self.one('average', 'median')}({least}))",
                f"[{left}, {least}].filter(x, x > {right}).size()",
            ]
        return self.one(*choices)

    def amount(self, depth: int) -> str:
        """A decimal number."""
        if depth <= 0:
            return self.one("this.m", "this.d", "this.f", "(this.g == null ? 0.5 : this.g)", "0.5", "1.25", "12.345")
        left, right, whole = self.amount(depth - 1), self.amount(depth - 1), self.whole(depth - 1)
        return self.one(
            f"({left} {self.one(*'+-*/')} {right})",
            f"({left} {self.one(*'+-*/')} {whole})",
            f"({whole} {self.one(*'+-*')} {right})",
            f"({self.truth(depth - 1)} ? {left} : {whole})",
            f"max({left}, {whole})",
        )

    def text(self, depth: int) -> str:
        """A text."""
        if depth <= 0:
            return self.one("this.t", "this.u", "'ab'", "''")
        left, right = self.text(depth - 1), self.text(depth - 1)
        return self.one(
            f"({left} + {right})",
            f"string({self.whole(depth - 1)})",
            f"string({self.truth(depth - 1)})",
            f"({self.truth(depth - 1)} ? {left} : {right})",
            "string(this.day)",
            "string(this.m)",
        )

    def day(self, depth: int) -> str:
        """A date."""
        if depth <= 0:
            return self.one("this.day", "today()", "date('2026-02-28')")
        base, count = self.day(depth - 1), self.whole(0)
        return self.one(
            f"({base} {self.one(*'+-')} {self.one('days', 'hours')}({count}))", f"add_months({base}, {count})"
        )

    def moment(self, depth: int) -> str:
        """An instant."""
        if depth <= 0:
            return self.one("this.at", "this.til", "now()")
        base, count = self.moment(depth - 1), self.whole(0)
        unit = self.one("hours", "minutes", "days")
        return self.one(f"({base} {self.one(*'+-')} {unit}({count}))", f"add_months({base}, {count})")

    def truth(self, depth: int) -> str:
        """A condition."""
        if depth <= 0:
            return self.one("this.b", "this.c", "true", "this.k == null", "this.end == null")
        left, right, whole = self.truth(depth - 1), self.truth(depth - 1), self.whole(depth - 1)
        other = self.one(self.whole(depth - 1), self.amount(depth - 1))
        return self.one(
            f"({left} {self.one('&&', '||', '==')} {right})",
            f"!({left})",
            f"({whole} {self.one('<', '<=', '>', '>=', '==', '!=')} {other})",
            f"(this.f {self.one('<', '<=', '==', '!=')} {self.one('0.1', '0.3', 'this.m')})",
            f"({self.text(depth - 1)} {self.one('==', '!=', '<')} {self.text(depth - 1)})",
            f"({self.day(depth - 1)} {self.one('<', '>=', '==')} {self.day(depth - 1)})",
            f"({self.moment(depth - 1)} {self.one('<', '>=')} {self.moment(depth - 1)})",
            f"({whole} in [{self.whole(0)}, {self.whole(0)}])",
            f"{self.text(depth - 1)}.{self.one('startsWith', 'endsWith', 'contains')}({self.text(0)})",
            f"{self.text(0)}.matches('^a+$')",
        )

    def values(self) -> dict[str, Any]:
        """The fields of a record."""
        number, within = self.random.randint, timedelta(minutes=self.random.randint(-3000, 3000))
        return {
            "i": number(-9, 9),
            "j": number(-9, 9),
            "k": self.random.choice([None, 2]),
            "m": Decimal(number(-900, 900)) / 100,
            "d": Decimal(number(-(10**7), 10**7)) / 10**6,
            "f": self.random.choice([0.1, 0.30000000000000004, 1e-7, float(number(-9, 9)) / 8]),
            "g": self.random.choice([None, 0.3]),
            "b": self.random.random() < 0.5,
            "c": self.random.random() < 0.5,
            "t": self.one("a", "ab", "Zoë", ""),
            "u": self.one("b", "aa"),
            "day": date(2026, number(1, 12), 28),
            "end": self.random.choice([None, date(2026, 1, 31)]),
            "at": NOW + within,
            "til": NOW - within / 2,
        }


Kind = Callable[[Writer, int], str]
KINDS: list[Kind] = [Writer.whole, Writer.amount, Writer.text, Writer.day, Writer.moment, Writer.truth]
KEPT: dict[Kind, FieldType] = {Writer.amount: FieldType.DECIMAL}
FAILED = object()
"""What an expression gives that cannot be worked out, such as a division by zero."""


def cases(writer: Writer, kind: Kind, count: int) -> Iterator[tuple[str, Checked, dict[str, Any], object]]:
    """Expressions with a record and what the evaluator makes of them."""
    while count:
        text, values = kind(writer, writer.random.choice([1, 2, 3])), writer.values()
        try:
            checked = compile_cel(text, SCOPE)
        except CelError:  # a comparison of a constant with itself, a chain that is too long
            continue
        try:
            meant = evaluate(checked, World(SPEC, NOW), this=Record("Thing", values))
        except CelRuntimeError:
            meant = FAILED
        count -= 1
        yield text, checked, values, meant


@pytest.fixture(scope="module")
def platform() -> dict[str, Any]:
    """What expressions may call in a service: the modules that the pack writes, with a clock that stands still."""
    pack = FastApiPack()
    part = next(part for part in pack.parts(SPEC) if part.id == PLATFORM)
    sources = {artifact.path.rpartition("/")[2]: artifact.content.decode() for artifact in pack.generate(SPEC, part)}
    names: dict[str, Any] = {"re": re, "dt": dt, "fmod": math.fmod, "UTC": UTC, "timedelta": timedelta}
    names |= {"Decimal": Decimal, "ZoneInfo": ZoneInfo}
    for module in ("clock.py", "decimals.py", "figures.py"):
        exec(sources[module], names)  # noqa: S102  the pack's own code
    names["now"] = lambda: NOW
    return names


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_python_means_what_the_evaluator_means(kind: Kind, platform: dict[str, Any]) -> None:
    compared = 0
    for text, checked, values, meant in cases(Writer(7), kind, 500):
        try:
            source = Python(checked, {"this": Loaded("this")}).value()
        except UnsupportedError:
            continue
        if meant is FAILED:
            continue
        try:
            found = eval(source, {**platform, "this": SimpleNamespace(**values)})  # noqa: S307  the pack's own code
        except (ArithmeticError, ValueError):
            assert "&&" in text or "||" in text  # CEL forgives what the other side makes irrelevant
            continue
        assert same(found, meant), f"{text}\n{source}\n{found!r} is not {meant!r}\n{values}"
        compared += 1
    assert compared > 300


class Base(DeclarativeBase):
    """The table of the test."""


class Moment(sa.TypeDecorator[datetime]):
    """Instants as services keep them on SQLite."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return value and value.astimezone(UTC).replace(tzinfo=None)


class Thing(Base):
    """A row with every type."""

    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    i: Mapped[int]
    j: Mapped[int]
    k: Mapped[int | None]
    m: Mapped[Decimal] = mapped_column(sa.Numeric(18, 2))
    d: Mapped[Decimal] = mapped_column(sa.Numeric(18, 6))
    f: Mapped[float] = mapped_column(sa.Double())
    g: Mapped[float | None] = mapped_column(sa.Double())
    b: Mapped[bool]
    c: Mapped[bool]
    t: Mapped[str]
    u: Mapped[str]
    day: Mapped[date]
    end: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(Moment())
    til: Mapped[datetime] = mapped_column(Moment())


@pytest.fixture
def session() -> Iterator[Session]:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.mark.filterwarnings("ignore:Dialect sqlite")  # it has no exact decimals
@pytest.mark.parametrize("kind", [Writer.whole, Writer.amount, Writer.truth], ids=lambda kind: kind.__name__)
def test_sql_means_what_the_evaluator_means(kind: Kind, platform: dict[str, Any], session: Session) -> None:
    names = {**vars(sa), **platform, "Thing": Thing}
    compared = 0
    for text, checked, values, meant in cases(Writer(7, own=True), kind, 700):
        if "this." not in text or meant is FAILED:
            continue
        try:
            source = Sql(SPEC, checked, {"this": Columns("Thing")}, {}).value(KEPT.get(kind)).text
        except UnsupportedError:
            continue
        session.execute(sa.delete(Thing))
        session.execute(sa.insert(Thing).values(**values))
        try:
            wanted = eval(source, names)  # noqa: S307  the pack's own code
        except (ArithmeticError, ValueError):
            continue  # a constant that no branch needs cannot be worked out
        found = session.scalar(sa.select(wanted).select_from(Thing))
        assert same(found, meant), f"{text}\n{source}\n{found!r} is not {meant!r}\n{values}"
        compared += 1
    assert compared > 200


def same(found: object, meant: object) -> bool:
    """Whether two values are one; decimals are compared to what a database keeps of them."""
    if isinstance(meant, bool):
        return found in {meant, int(meant)} and found is not None
    if isinstance(meant, int | Decimal) and isinstance(found, int | float | Decimal):
        return abs(Decimal(str(found)) - Decimal(meant)) <= Decimal("1e-6") * max(Decimal(1), abs(Decimal(meant)))
    return found == meant


LARGE = [2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63) + 1, 3037000499, 10**18 - 1, 7, -7, 2]


@pytest.mark.parametrize("operator", ["/", "%"])
def test_large_whole_numbers_divide_exactly_everywhere(
    operator: str, platform: dict[str, Any], session: Session
) -> None:
    names = {**vars(sa), **platform, "Thing": Thing}
    text = f"this.j != 0 ? this.i {operator} this.j : 0"
    checked = compile_cel(text, SCOPE)
    python = Python(checked, {"this": Loaded("this")}).value()
    sql = eval(Sql(SPEC, checked, {"this": Columns("Thing")}, {}).value().text, names)  # noqa: S307  the pack's own code
    base = Writer(7).values()
    for left, right in product(LARGE, LARGE):
        values = {**base, "i": left, "j": right}
        meant = evaluate(checked, World(SPEC, NOW), this=Record("Thing", values))
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        assert meant == (quotient if operator == "/" else left - right * quotient)
        assert eval(python, {**platform, "this": SimpleNamespace(**values)}) == meant  # noqa: S307  the pack's own code
        session.execute(sa.delete(Thing))
        session.execute(sa.insert(Thing).values(**values))
        assert session.scalar(sa.select(sql).select_from(Thing)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "(this.i != 0 && 12 / this.i < 4) ? 1 : 2",
        "this.b ? (this.i != 0 && 12 / this.i < 4) : false",
        "this.i != 0 && 12 / this.i < 4",
    ],
)
def test_a_database_is_never_asked_to_divide_before_it_looks(text: str) -> None:
    with pytest.raises(UnsupportedError, match="by zero"):
        Sql(SPEC, compile_cel(text, SCOPE), {"this": Columns("Thing")}, {}).value()
