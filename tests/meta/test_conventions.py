"""What a reviewer would otherwise have to repeat about tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = {"golden", "cases"}
"""Output and input of the product under `tests/`: not tests of ours."""

Test = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    """Every module of our own tests."""
    paths = sorted((ROOT / "tests").rglob("*.py"))
    return [path for path in paths if not FOREIGN & set(path.relative_to(ROOT).parts)]


def called(node: ast.AST) -> str:
    """The last name of what a call calls, empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def asserts(test: ast.AST) -> bool:
    """Whether a test can fail: an assertion, an expected exception or warning, or a helper named for asserting."""
    return any(
        isinstance(node, ast.Assert)
        or called(node) in {"raises", "warns", "fail"}
        or called(node).startswith("assert_")
        for node in ast.walk(test)
    )


def without_assertion(tree: ast.AST) -> Iterator[str]:
    """Names of tests that assert nothing."""
    for node in ast.walk(tree):
        if isinstance(node, Test) and node.name.startswith("test_") and not asserts(node):
            yield node.name


def dotted_patches(tree: ast.AST) -> Iterator[str]:
    """Calls that replace something by its dotted path instead of passing a fake to the port."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or called(node) not in {"setattr", "delattr", "patch"} or not node.args:
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield ast.unparse(node)


def test_every_test_asserts_something() -> None:
    found = {str(path): names for path in modules() if (names := list(without_assertion(ast.parse(path.read_text()))))}
    assert found == {}


def test_nothing_is_patched_by_its_dotted_path() -> None:
    found = {str(path): calls for path in modules() if (calls := list(dotted_patches(ast.parse(path.read_text()))))}
    assert found == {}


@pytest.mark.parametrize(
    ("body", "can_fail"),
    [
        ("total = 1 + 1", False),
        ("print('ok')", False),
        ("assert total == 2", True),
        ("assert_same(a, b)", True),
        ("with pytest.raises(ValueError):\n        f()", True),
    ],
)
def test_an_assertion_is_recognised(body: str, can_fail: bool) -> None:
    tree = ast.parse(f"def test_it():\n    {body}\n")
    assert list(without_assertion(tree)) == ([] if can_fail else ["test_it"])


@pytest.mark.parametrize(
    ("call", "dotted"),
    [
        ("monkeypatch." + "setattr('a.b', 1)", True),
        ("mock." + "patch('a.b')", True),
        ("monkeypatch.setattr(a, 'b', 1)", False),
        ("monkeypatch.setenv('A', 'b')", False),
    ],
)
def test_a_dotted_patch_is_recognised(call: str, dotted: bool) -> None:
    assert list(dotted_patches(ast.parse(call))) == ([call] if dotted else [])
