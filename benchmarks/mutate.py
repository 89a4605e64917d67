"""Runs inside the sandbox: breaks one file of a service in every small way, and tells which its tests notice.

mutate.py FILE < list of the changes that are known already, one a line

Prints one JSON object a change. Nothing of `quantumlayer` can be imported here.
"""

import ast
import copy
import importlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import pytest

SECONDS = 180
QUIET = ("-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
BORDERS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
JOINED = frozenset({"where", "and_", "or_", "filter"})


def changes(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """Each small change to a module: its line, what is changed, and the module with it."""
    for index, node in enumerate(ast.walk(tree)):
        for number, (told, _) in enumerate(edits(node)):
            changed = copy.deepcopy(tree)
            same = next(item for place, item in enumerate(ast.walk(changed)) if place == index)
            edits(same)[number][1]()
            yield getattr(node, "lineno", 0), told, changed


def edits(node: ast.AST) -> list[tuple[str, Any]]:
    """What can be changed at a node, each with the function that does so."""
    found: list[tuple[str, Any]] = []
    match node:
        case ast.Compare(ops=[op]) if type(op) in BORDERS:
            other = BORDERS[type(op)]
            found.append((f"{type(op).__name__} is {other.__name__}", lambda: setattr(node, "ops", [other()])))
        case ast.BoolOp(values=values):
            found += [(f"without {ast.unparse(one)}", lambda one=one: values.remove(one)) for one in values]
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=args) if name in JOINED:
            least = 0 if name == "where" else 1
            if len(args) > least:
                found += [(f"without {ast.unparse(one)}", lambda one=one: args.remove(one)) for one in args]
        case ast.If():
            found.append((f"never {ast.unparse(node.test)}", lambda: setattr(node, "test", ast.Constant(value=False))))
        case ast.Constant(value=bool() as value):
            found.append((f"{value} is {not value}", lambda: setattr(node, "value", not value)))
        case ast.Constant(value=int() as value):
            found.append((f"{value} is {value + 1}", lambda: setattr(node, "value", value + 1)))
    for name in ("body", "orelse"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            found += [
                (f"without {ast.unparse(one)}", lambda place=place, block=block: block.__setitem__(place, ast.Pass()))
                for place, one in enumerate(block)
                if _droppable(one)
            ]
    return found


def _droppable(statement: ast.stmt) -> bool:
    """A call for its effect, or a value given to a record."""
    match statement:
        case ast.Expr(value=ast.Call() | ast.Await()):
            return True
        case ast.Assign(targets=[ast.Attribute()]):
            return True
    return False


def prepare(folder: Path) -> None:
    """Import what the tests and the service import, so that no run of the tests must."""
    own = {path.name for path in (folder / "src").iterdir()} | {"tests"}
    for path in [*folder.glob("src/**/*.py"), *folder.glob("tests/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                if name.split(".")[0] not in own:
                    with suppress(ImportError):
                        importlib.import_module(name)


def survives(first: str, *marked: str) -> bool:
    """Whether the tests, run in a process of their own, notice nothing."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)  # a change that never ends is noticed
        with redirect_stdout(sys.stderr), redirect_stderr(sys.stderr):
            tests = [first, "tests"] if Path(first).is_file() else ["tests"]
            ended = pytest.main(["-q", "-x", *QUIET, *sys.argv[2:], *marked, *tests])
        os._exit(ended)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) in {0, pytest.ExitCode.NO_TESTS_COLLECTED}


def main(file: str) -> None:
    """Try every change of a file that is not known yet."""
    known = set(sys.stdin.read().splitlines())
    path = Path(file)
    text = path.read_text()
    prepare(Path.cwd())
    database = os.environ.pop("TEST_DATABASE_URL", None)
    first = f"tests/test_{path.parent.name}.py"
    if not survives(first, "-m", "not postgres"):
        sys.exit("The tests fail without any change.")
    for line, told, changed in changes(ast.parse(text)):
        name = f"{file}:{line} {told}"
        if name in known:
            continue
        path.write_text(ast.unparse(changed))
        alive = survives(first, "-m", "not postgres")
        if alive and database:
            os.environ["TEST_DATABASE_URL"] = database
            alive = survives("tests", "-m", "postgres")
            del os.environ["TEST_DATABASE_URL"]
        print(json.dumps({"change": name, "noticed": not alive}), flush=True)
    path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1])
