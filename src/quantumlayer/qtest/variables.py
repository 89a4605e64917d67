"""Names that the generated tests have of their own, and variables that keep clear of them."""

import ast
import textwrap
from collections.abc import Sequence
from functools import lru_cache

from quantumlayer.kit.identifiers import safe

FIXTURES = {
    "make": "Make",
    "client": "AsyncClient",
    "sign_in": "SignIn",
    "sessions": "async_sessionmaker[AsyncSession]",
    "clock": "TimeMachineFixture",
    "app": "FastAPI",
    "capsys": "pytest.CaptureFixture[str]",
    "monkeypatch": "pytest.MonkeyPatch",
    "tmp_path": "Path",
    "logs": "Logs",
}
_IMPORTED = frozenset(
    {
        "asyncio", "date", "datetime", "func", "given", "pointers", "pytest", "refusal", "select", "settings", "st",
        "timedelta", "update", "waits",
    }
)  # fmt: skip
_LOCAL = frozenset(
    {
        "all_records", "answer", "answers", "asked", "bodies", "body", "caller", "callers", "calls", "earlier",
        "entries", "etag", "expected", "fetched", "held_file", "high", "kept", "key", "listed", "looks_like", "low",
        "me",
        "media_type", "moment", "number", "other", "part", "personal", "read", "rule", "session", "status_code",
        "trail", "upload", "upload_size", "url", "value", "versions", "written",
    }
)  # fmt: skip


def variable(name: str) -> str:
    """The name as a variable of a test: `date_` where the test has another use for `date`."""
    return f"{name}_" if name in FIXTURES or name in _IMPORTED or name in _LOCAL else safe(name)


def without_spare(lines: Sequence[str], used: str) -> list[str]:
    """The lines that arrange a test, without the records of which neither others nor what is `used` speak."""
    kept = list(lines)
    while True:
        nodes = ast.walk(_parsed("\n".join([*kept, used])))
        read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        fewer = [line for line in kept if " = await make." not in line or line.partition(" = ")[0] in read]
        if fewer == kept:
            return kept
        kept = fewer


def unnamed(lines: Sequence[str]) -> list[str]:
    """The lines of a test, in which records of which no other line speaks have no variable."""
    nodes = ast.walk(_parsed("\n".join(lines)))
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return [
        line.partition(" = ")[2] if " = await make." in line and line.partition(" = ")[0] not in read else line
        for line in lines
    ]


def mentioned(lines: list[str]) -> frozenset[str]:
    """The names that the lines of a test read and do not set."""
    return _mentioned("\n".join(lines) or "pass")


@lru_cache(maxsize=1 << 14)  # a test is asked for its names once for each entity
def _mentioned(text: str) -> frozenset[str]:
    names = [node for node in ast.walk(_parsed(text)) if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return frozenset(node.id for node in names) - own


def _parsed(text: str) -> ast.Module:
    return ast.parse("async def test():\n" + textwrap.indent(text, "    "))
