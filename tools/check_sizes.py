"""Hold every module to 400 lines and every function to 60.

check_sizes.py [FOLDER...]      by default src, tests, tools and benchmarks
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 60
OUTPUT = {"golden", "templates", "cases"}
"""Folders of generated code and of templates: the checks of generated services judge those."""


def too_long(path: Path) -> Iterator[str]:
    """What in one module is over its limit."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MODULE_LINES:
        yield f"{path}: {lines} lines, at most {MODULE_LINES}; split it by noun"
    for node in ast.walk(ast.parse(text, filename=str(path))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > FUNCTION_LINES:
            yield f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}"


def main(folders: list[str]) -> int:
    """Print what is too long; 1 when there is anything."""
    paths = (path for folder in folders for path in sorted(Path(folder).rglob("*.py")))
    found = [line for path in paths if not OUTPUT & set(path.parts) for line in too_long(path)]
    print("\n".join(found) or "sizes: every module and function is within its limit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["src", "tests", "tools", "benchmarks"]))
