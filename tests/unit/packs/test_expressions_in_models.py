"""What the pack writes for an expression means what the Spec's language says it means."""

import asyncio
import importlib
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from quantumlayer.qlayer.packs.fastapi.code import Prelude, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Loaded
from quantumlayer.qlayer.packs.fastapi.sql import Sql, asking
from quantumlayer.spec.cel import (
    BOOL,
    Caller,
    CelError,
    CelRuntimeError,
    Checked,
    Record,
    Scope,
    World,
    compile_cel,
    evaluate,
)  # fmt: skip
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec

SPEC = Path(__file__).with_name("expressions.spec.yaml")
_TEXTS = ("''", "'ab'", "'Ä'", "'a_b'", "'5%'", "'😀'")


class Expressions:
    """Writes one expression after the other; `var` is the record they read."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - chance, not secrecy

    def of(self, kind: str, depth: int = 3, var: str = "this") -> str:
        """An expression of the type."""
        options = {
            "int": self._int,
            "decimal": self._decimal,
            "string": self._string,
            "bool": self._bool,
            "date": self._date,
            "timestamp": self._timestamp,
        }[kind](depth, var)
        if depth > 0 and self._random.random() < 0.1:
            options = [f"({self.of('bool', depth - 1, var)} ? {self.of(kind, depth - 1, var)} : {options[0]})"]
        return self._random.choice(options)

    def _int(self, depth: int, var: str) -> list[str]:
        leaf = [f"{var}.a", f"{var}.b", "3", "-2", f"{var}.maker.level" if var == "this" else "7"]
        if depth <= 0:
            return [self._random.choice(leaf)]
        one, other = self.of("int", depth - 1, var), self.of("int", depth - 1, var)
        text, day, at = (self.of(kind, depth - 1, var) for kind in ("string", "date", "timestamp"))
        more = [
            *(f"({one} {operator} {other})" for operator in "+-*"),
            f"({one} / -3)", f"({one} % 4)", f"({one} / {other})", f"({one} % {other})",
            f"{text}.size()", f"min({one}, {other})", f"max({one}, {other})", f"-({one})",
            f"{day}.getMonth()", f"{day}.getDayOfWeek()", f"{at}.getHours(timezone)", f"{at}.getDate()", f"int({at})",
            f"days_between({day}, {var}.day)", f"({var}.maybe != null ? {var}.maybe : {one})",
            f"int({self.of('decimal', depth - 1, var)})", f"{var}.twice",
        ]  # fmt: skip
        if var == "this":
            inner = self.of("bool", 1, "x")
            more += [
                f"this.maker.made.filter(x, {inner}).size()",
                f"this.maker.made.map(x, {self.of('int', 1, 'x')}).sum()",
                f"(this.owner != null ? this.owner.level : {one})",
            ]
        return [*leaf[:2], *more]

    def _decimal(self, depth: int, var: str) -> list[str]:
        leaf = [f"{var}.price", f"{var}.weight", "2.5", "0.125", f"{var}.share"]
        if depth <= 0:
            return [self._random.choice(leaf)]
        one, other = (
            self.of("decimal", depth - 1, var),
            self.of(self._random.choice(("int", "decimal")), depth - 1, var),
        )
        return [
            *leaf,
            *(f"({one} {operator} {other})" for operator in "+-"),
            f"({one} * 2)", f"min({one}, {other})", f"max({other}, {one})", f"({one} / 4)",
            f"({var}.offer == null ? {one} : {var}.offer)",
        ]  # fmt: skip

    def _string(self, depth: int, var: str) -> list[str]:
        leaf = [f"{var}.title", f"{var}.size_name", *_TEXTS]
        if depth <= 0:
            return [self._random.choice(leaf)]
        number = self.of("int", depth - 1, var)
        return [*leaf, f"({leaf[0]} + {self.of('string', depth - 1, var)})", f"string({number})",
                f"string({var}.flag)", f"string({self.of('date', depth - 1, var)})",
                f"({var}.note == null ? 'none' : {var}.note)"]  # fmt: skip

    def _date(self, depth: int, var: str) -> list[str]:
        leaf = [f"{var}.day", "today()", "date('2026-02-28')"]
        if depth <= 0:
            return [self._random.choice(leaf)]
        day, span = self.of("date", depth - 1, var), self._span(var)
        return [*leaf, f"({day} + {span})", f"({day} - {span})", f"add_months({day}, {self._random.randint(-14, 14)})",
                f"({var}.due != null ? {var}.due : {day})"]  # fmt: skip

    def _timestamp(self, depth: int, var: str) -> list[str]:
        leaf = [f"{var}.at", "now()", "timestamp('2026-03-29T02:30:00+01:00')"]
        if depth <= 0:
            return [self._random.choice(leaf)]
        at, span = self.of("timestamp", depth - 1, var), self._span(var)
        return [*leaf, f"({at} + {span})", f"({at} - {span})", f"add_months({at}, 1)"]

    def _span(self, var: str) -> str:
        return self._random.choice(
            ["days(2)", "hours(5)", "hours(-30)", "minutes(90)", "duration('1h30m')", f"days({var}.b)"]
        )

    def _bool(self, depth: int, var: str) -> list[str]:
        leaf = [f"{var}.flag", f"{var}.size_name in ['S', 'M']", f"{var}.maybe == 3", f"{var}.note != 'ab'",
                f"{var}.sure == true", f"{var}.sure != true", f"{var}.due == {var}.day", f"{var}.owner == {var}.maker",
                f"{var}.offer == {var}.price", f"{var}.note in ['ab', 'Ä']", f"{var}.status == 'new'",
                f"{var}.maybe == null"]  # fmt: skip
        if var == "this":
            leaf += ["this.owner == caller.member", "this.owner != caller.member", "caller.role == 'office'"]
        if depth <= 0:
            return [self._random.choice(leaf)]
        one, other = self.of("bool", depth - 1, var), self.of("bool", depth - 1, var)
        kind = self._random.choice(("int", "decimal", "date", "timestamp", "string"))
        left, right = self.of(kind, depth - 1, var), self.of(kind, depth - 1, var)
        operator = self._random.choice(("==", "!=", "<", "<=", ">", ">="))
        text = self.of("string", depth - 1, var)
        more = [
            f"({one} && {other})", f"({one} || {other})", f"!({one})", f"({one}) == ({other})",
            *[f"({left} {operator} {right})"] * 4,
            f"({var}.maybe != null && {var}.maybe > {self.of('int', depth - 1, var)})",
            f"({var}.maybe == null || {var}.maybe < 2)", f"!({var}.maybe != null && {var}.maybe > 0)",
            f"{text}.contains('b')", f"{text}.startsWith('a')", f"{text}.matches('^\\\\\\w+$')",
            f"({var}.day {self._random.choice('+-')} {self._span('this')} < today())",
            f"({var}.at {self._random.choice('+-')} {self._span('this')} <= now())",
        ]  # fmt: skip
        if var == "this":
            macro = self._random.choice(("exists", "all", "exists_one"))
            more += [f"this.maker.made.{macro}(x, {self.of('bool', depth - 1, 'x')})"] * 2
        return [*leaf, *more]


NOW = datetime(2026, 3, 29, 22, 30, 15, 250_000, tzinfo=UTC)
COUNT = 200
FAULTS = (ArithmeticError, ValueError, OverflowError)


@pytest.fixture(scope="module")
def spec() -> Spec:
    return checked_spec(load_spec(SPEC))


@pytest.fixture(scope="module")
def package(spec: Spec, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The names that generated modules have, from the package as it is generated."""
    folder, pack = tmp_path_factory.mktemp("service"), FastApiPack()
    for part in pack.parts(spec):
        for artifact in pack.generate(spec, part):
            (folder / artifact.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / artifact.path).write_bytes(artifact.content)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--select", "F401", "--fix", str(folder)]
    subprocess.run(command, check=True)
    sys.path.insert(0, str(folder / "src"))
    names: dict[str, Any] = {}
    exec(IMPORTS, names)  # noqa: S102 - what templates import
    names.update(now=lambda: NOW, today=lambda: NOW.astimezone(ZoneInfo("Europe/Berlin")).date())
    for module in (
        "clock",
        "database",
        "decimals",
        "accounts.models",
        "accounts.access",
        "owners.models",
        "things.models",
    ):
        loaded = importlib.import_module(f"agreement.{module}")
        names.update({key: value for key, value in vars(loaded).items() if key not in {"now", "today"}})
    exec(CLOCK, names)  # noqa: S102 - the service has only those functions of the clock that it uses
    yield names
    sys.path.remove(str(folder / "src"))
    for name in [name for name in sys.modules if name.split(".")[0] == "agreement"]:
        del sys.modules[name]


IMPORTS = """
import datetime as dt, re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo
from sqlalchemy import Numeric, and_, case, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased
"""
CLOCK = """
from calendar import monthrange
TIMEZONE = ZoneInfo("Europe/Berlin")
def days_between(start, end):
    return (end - start).days
def add_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
def rounded(value, places=2):
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
from decimal import ROUND_HALF_UP
"""


def world_of(spec: Spec) -> World:
    """Records by chance, with what is missing and what is at an edge."""
    chance, world = Random(7), World(spec, NOW)  # noqa: S311 - chance, not secrecy
    owners = [
        world.add(Record("Owner", {"id": n, "created_at": NOW, "updated_at": NOW, "name": f"O{n}", "level": n * 3 - 4}))
        for n in (1, 2, 3)
    ]
    for n in range(1, 13):
        pick = chance.choice
        values = {
            "id": n, "created_at": NOW, "updated_at": NOW,
            "owner": pick([None, *owners]), "maker": pick(owners[:2]),
            "a": pick([-7, -1, 0, 2, 3]), "b": pick([0, 1, 3, 10]), "maybe": pick([None, None, 0, 1, 3]),
            "price": Decimal(pick(["0.00", "2.50", "-1.25", "99.99"])),
            "weight": Decimal(pick(["0.000000", "0.125000", "2.500000", "-3.000001"])),
            "offer": pick([None, Decimal("2.50"), Decimal("0.00")]), "title": pick(["ab", "Ä", "AB", "a%b", "😀x"]),
            "note": pick([None, "ab", "Ä"]), "size_name": pick(["S", "M", "L"]), "flag": pick([True, False]),
            "sure": pick([None, True, False]), "day": date(2026, pick([1, 2, 3]), pick([1, 28])),
            "due": pick([None, date(2026, 3, 1), date(2026, 2, 28)]),
            "at": datetime(2026, 3, pick([28, 29]), pick([0, 23]), 30, tzinfo=UTC), "status": pick(["new", "used"]),
        }  # fmt: skip
        world.add(Record("Thing", values))
    return world


def row_of(record: Record, model: Any) -> Any:  # noqa: ANN401 - a class made a moment ago
    """The record as a row of the generated table."""
    values = {
        f"{name}_id" if name in {"owner", "maker"} else name: value.values["id"] if isinstance(value, Record) else value
        for name, value in record.values.items()
    }
    return model(**values)


def meant(checked: Checked, world: World, record: Record, caller: Caller) -> object:
    """What the language says; the class of errors where it has no value."""
    try:
        return evaluate(checked, world, this=record, caller=caller)
    except CelRuntimeError:
        return CelRuntimeError


def function_of(checked: Checked, package: dict[str, Any], *, opposite: bool) -> Any:  # noqa: ANN401 - just made
    """A function as the service would have it."""
    spec = checked.scope.spec
    prelude = Prelude(taken={"this", "caller", "session"})
    writer = Python(checked, {"this": Loaded("this"), "caller": Loaded("caller")}, prelude, asking(spec, prelude))
    source = writer.opposite().text if opposite else writer.value()
    body = "\n".join([*prelude.take(), f"return {source}"])
    names = dict(package)
    exec(f"async def found(session, this, caller):\n{textwrap.indent(body, '    ')}", names)  # noqa: S102
    return names["found"]


class Comparison:
    """Compares every way of working an expression out, and keeps what differs."""

    def __init__(self, spec: Spec, package: dict[str, Any], session: AsyncSession, world: World) -> None:
        self.spec, self.package, self.session, self.world = spec, package, session, world
        self.differences: list[str] = []
        self.counts: Counter[str] = Counter()
        owner, role = world.records("Owner")[0], package["Role"]
        self.callers = [
            (Caller("member", 1, owner), package["Caller"](1, role.MEMBER, member_id=1)),
            (Caller("office", 2), package["Caller"](2, role.OFFICE)),
        ]

    async def compare(self, text: str) -> None:
        checked = compile_cel(text, Scope.for_rule(self.spec, "Thing"))
        self.counts["expressions"] += 1
        for caller, known in self.callers:
            wanted = {
                record.values["id"]: meant(checked, self.world, record, caller)
                for record in self.world.records("Thing")
            }
            await self._in_python(text, checked, wanted, known)
            if checked.type == BOOL and CelRuntimeError not in wanted.values():
                await self._in_sql(text, checked, wanted, known)

    async def _in_python(self, text: str, checked: Checked, wanted: dict[Any, object], known: object) -> None:
        ways = (False, True) if checked.type == BOOL else (False,)
        for opposite in ways:
            try:
                function = function_of(checked, self.package, opposite=opposite)
            except UnsupportedError:
                self.counts["not in Python"] += 1
                return
            for key, value in wanted.items():
                this = await self.session.get_one(self.package["Thing"], key)
                try:
                    found = await function(self.session, this, known)
                except FAULTS:
                    found = CelRuntimeError
                expected = (not value) if opposite and isinstance(value, bool) else value
                self.counts["in Python"] += 1
                if found != expected or (isinstance(value, bool) and not isinstance(found, bool)):
                    self.differences.append(f"Python: {text}: {expected!r}, found {found!r}")
                    return

    async def _in_sql(self, text: str, checked: Checked, wanted: dict[Any, object], known: object) -> None:
        thing = self.package["Thing"]
        prelude = Prelude(taken={"caller", "session"})
        writer = Sql(self.spec, checked, {"this": Columns("Thing")}, {"caller": Loaded("caller")}, prelude=prelude)
        try:
            conditions = writer.conditions()
            negative = writer.negative(checked.expr).text
        except UnsupportedError:
            self.counts["not in SQL"] += 1
            return
        lines = "\n".join([*prelude.take(), f"return [({', '.join(conditions)},), ({negative},)]"])
        names = dict(self.package)
        exec(f"async def found(session, caller):\n{textwrap.indent(lines, '    ')}", names)  # noqa: S102
        for parts, truth in zip(await names["found"](self.session, known), (True, False), strict=True):
            found = set(await self.session.scalars(names["select"](thing.id).where(*parts)))
            expected = {key for key, value in wanted.items() if value is truth}
            self.counts["in SQL"] += 1
            if found != expected:
                self.differences.append(f"SQL ({truth}): {text}: {sorted(expected)}, found {sorted(found)}")


async def compared(spec: Spec, package: dict[str, Any], texts: list[str]) -> Comparison:
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(package["Base"].metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        world = world_of(spec)
        for entity in ("Owner", "Thing"):
            session.add_all(row_of(record, package[entity]) for record in world.records(entity))
            await session.flush()
        comparison = Comparison(spec, package, session, world)
        for text in texts:
            await comparison.compare(text)
    await engine.dispose()
    return comparison


def test_python_and_sql_mean_what_the_language_means(spec: Spec, package: dict[str, Any]) -> None:
    expressions = Expressions(20260329)
    texts: list[str] = []
    while len(texts) < COUNT:
        text = expressions.of("bool" if len(texts) % 2 else ("int", "decimal", "string", "date")[len(texts) // 2 % 4])
        try:
            compile_cel(text, Scope.for_rule(spec, "Thing"))
        except CelError:
            continue
        texts.append(text)
    comparison = asyncio.run(compared(spec, package, texts))
    assert comparison.differences == []
    assert comparison.counts["in Python"] > COUNT * 10
    assert comparison.counts["in SQL"] > COUNT // 8
