"""Artifacts stay inside their repository, and a tree holds each path once."""

import hashlib

import pytest

from quantumlayer.core.artifact import Artifact, FileTree


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../b", "a\\b", "a\0b"])
def test_a_path_that_leaves_the_repository_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="must stay inside its repository"):
        Artifact(path, b"")


def test_text_is_utf8_and_has_a_digest() -> None:
    artifact = Artifact.text("docs/größe.md", "é\n")
    assert artifact.content == b"\xc3\xa9\n"
    assert artifact.sha256 == hashlib.sha256(b"\xc3\xa9\n").hexdigest()
    assert not artifact.executable


def test_a_tree_is_in_path_order() -> None:
    tree = FileTree([Artifact.text("b", "2"), Artifact.text("a/c", "1"), Artifact.text("a/b", "0")])
    assert list(tree) == ["a/b", "a/c", "b"]
    assert len(tree) == 3
    assert tree["b"].content == b"2"
    assert dict(tree) == dict(FileTree(tree.values()))


def test_two_artifacts_cannot_have_one_path() -> None:
    with pytest.raises(ValueError, match="two artifacts claim a"):
        FileTree([Artifact.text("a", "1"), Artifact.text("a", "2")])
