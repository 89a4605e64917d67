"""The last touch on generated code."""

import asyncio

import pytest

from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.qlayer.tidy import UntidyError, tidy
from quantumlayer.sandbox.find import find_sandbox

PYPROJECT = Artifact.text("pyproject.toml", '[tool.ruff]\nline-length = 60\nsrc = ["src"]\n')
LOOSE = (
    "import os\nfrom lib.b import c\nimport sys\nfrom typing import List\nx: List[str] = [ 'a',\n 'b' ]\nprint(sys,c)\n"
)


def tidied(*artifacts: Artifact) -> FileTree:
    return asyncio.run(tidy(FileTree(artifacts), find_sandbox(unsafe=False)))


def test_code_is_formatted_by_the_services_own_rules() -> None:
    tree = tidied(PYPROJECT, Artifact.text("src/lib/b.py", "c = 1\n"), Artifact.text("src/lib/a.py", LOOSE))
    assert tree["src/lib/a.py"].content.decode() == (
        'import sys\n\nfrom lib.b import c\n\nx: list[str] = ["a", "b"]\nprint(sys, c)\n'
    )


def test_nothing_but_python_is_touched() -> None:
    files = (Artifact.text("README.md", "a  b"), Artifact("run", b"#!/bin/sh\n", executable=True), PYPROJECT)
    tree = tidied(*files, Artifact("tool.py", b"x=1", executable=True))
    assert [tree[file.path] for file in files] == list(files)
    assert tree["tool.py"] == Artifact("tool.py", b"x = 1\n", executable=True)


def test_the_same_tree_gives_the_same_bytes_and_tidying_twice_changes_nothing() -> None:
    files = (PYPROJECT, Artifact.text("src/lib/a.py", LOOSE))
    once = tidied(*files)
    assert dict(once) == dict(tidied(*files)) == dict(tidied(*once.values()))


def test_a_file_that_is_no_python_is_named() -> None:
    with pytest.raises(UntidyError) as caught:
        tidied(PYPROJECT, Artifact.text("src/lib/broken.py", "def (\n"))
    assert "src/lib/broken.py:1" in caught.value.why
