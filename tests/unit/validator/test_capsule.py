"""The manifest of a capsule, and what it notices."""

import json
import os
from pathlib import Path

import pytest

from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.checks import Check, Finding, Status
from quantumlayer.qlayer.capsule import MANIFEST, MANIFEST_BYTES, ManifestError, build_manifest, read_manifest, verify

TREE = FileTree(
    [
        Artifact.text("README.md", "# Library\n"),
        Artifact.text("src/library/app.py", "app = 1\n"),
        Artifact.text("evidence/junit.xml", "<testsuites/>\n"),
    ]
)


def manifest(seconds: float = 1.0) -> Artifact:
    check = Check(
        name="tests",
        title="Tests pass",
        status=Status.PASSED,
        seconds=seconds,
        summary="3 passed",
        figures={"tests": 3, "speed": seconds},
    )
    return build_manifest(
        service="library", spec=b"spec: 1\n", generators={"fastapi": "1", "a": "2"}, tree=TREE, checks=[check]
    )


@pytest.fixture
def capsule(tmp_path: Path) -> Path:
    for artifact in (*TREE.values(), manifest()):
        path = tmp_path / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    return tmp_path


def rewrite(capsule: Path, **changes: object) -> None:
    content = json.loads((capsule / MANIFEST).read_text())
    (capsule / MANIFEST).write_text(json.dumps(content | changes))


def test_a_capsule_as_it_was_built_has_no_findings(capsule: Path) -> None:
    assert verify(capsule) == ()
    known = read_manifest(capsule)
    assert list(known.files) == ["README.md", "src/library/app.py"]
    assert known.files["README.md"].sha256 == TREE["README.md"].sha256
    assert list(known.this_run.evidence) == ["evidence/junit.xml"]
    assert known.checks[0].status is Status.PASSED


def test_only_one_object_holds_what_differs_between_builds() -> None:
    first, second = (json.loads(manifest(seconds).content) for seconds in (1.0, 2.0))
    assert first != second
    assert first.pop("this_run") != second.pop("this_run")
    assert first == second


def test_missing_changed_and_added_files_are_found(capsule: Path) -> None:
    (capsule / "README.md").unlink()
    (capsule / "src/library/app.py").write_text("app = 2\n")
    (capsule / "src/library/more.py").write_text("")
    (capsule / "evidence/junit.xml").write_text("<longer/>" * 9)
    found = {finding.path: finding.code for finding in verify(capsule)}
    assert found == {
        "README.md": "missing",
        "src/library/app.py": "changed",
        "evidence/junit.xml": "changed",
        "src/library/more.py": "added",
    }


def put(capsule: Path, *paths: str) -> None:
    for path in paths:
        (capsule / path).parent.mkdir(parents=True, exist_ok=True)
        (capsule / path).write_text("")


def test_what_work_leaves_behind_is_no_addition(capsule: Path) -> None:
    put(capsule, ".git/HEAD", ".venv/bin/python", ".env", ".coverage", "src/library/__pycache__/app.cpython-311.pyc")
    assert verify(capsule) == ()


def test_no_name_hides_a_file_below_the_top(capsule: Path) -> None:
    hidden = ["docs/.git/config", "node_modules/a.js", "src/__pycache__/sitecustomize.py", "src/library/.venv/x.py"]
    put(capsule, *hidden)
    (capsule / "src/library/__pycache__").symlink_to("..")
    found = [(finding.path, finding.code) for finding in verify(capsule)]
    assert found == [(path, "added") for path in sorted([*hidden, "src/library/__pycache__"])]


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 3000])
def test_a_name_that_no_folder_can_have_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read") as caught:
        verify(tmp_path / name)
    assert "too long" in caught.value.why


def test_links_are_never_followed(capsule: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "app.py").write_text("app = 1\n")
    (outside / "README.md").write_text("# Library\n")
    (capsule / "README.md").unlink()
    (capsule / "README.md").symlink_to(outside / "README.md")
    (capsule / "src/library/app.py").unlink()
    (capsule / "src/library").rmdir()
    (capsule / "src/library").symlink_to(outside)
    found = [(finding.path, finding.code) for finding in verify(capsule)]
    assert found == [("README.md", "changed"), ("src/library/app.py", "changed"), ("src/library", "added")]


def test_a_name_that_is_no_text_is_told(capsule: Path) -> None:
    (capsule / os.fsdecode(b"caf\xe9")).write_text("")
    assert verify(capsule) == (Finding(message="The file was added.", code="added", path="caf\ufffd"),)


def test_folders_may_lie_deep(capsule: Path) -> None:
    deep = capsule.joinpath(*["d"] * 600)
    deep.mkdir(parents=True)
    (deep / "f").write_text("")
    assert [finding.code for finding in verify(capsule)] == ["added"]


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", "", "a\\b", "a\0b", "a\nb", "x" * 256])
def test_a_manifest_that_names_files_outside_is_refused(capsule: Path, path: str) -> None:
    rewrite(capsule, files={path: {"sha256": "0" * 64, "size": 1}})
    with pytest.raises(ManifestError, match="malformed") as caught:
        verify(capsule)
    assert "files" in caught.value.why


@pytest.mark.parametrize("content", ["", "[]", "{", '{"version": 2}', "\ud800".encode("utf-8", "surrogatepass")])
def test_a_malformed_manifest_is_refused(capsule: Path, content: str | bytes) -> None:
    (capsule / MANIFEST).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ManifestError, match="malformed"):
        verify(capsule)


def test_unknown_keys_and_wrong_hashes_are_refused(capsule: Path) -> None:
    rewrite(capsule, surprise=1)
    with pytest.raises(ManifestError) as caught:
        verify(capsule)
    assert "surprise" in caught.value.why


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="has no capsule"):
        verify(tmp_path)


def test_a_linked_manifest_is_refused(capsule: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / MANIFEST
    (capsule / MANIFEST).rename(outside)
    (capsule / MANIFEST).symlink_to(outside)
    with pytest.raises(ManifestError, match="has no"):
        verify(capsule)


def test_a_huge_manifest_is_refused(capsule: Path) -> None:
    os.truncate(capsule / MANIFEST, MANIFEST_BYTES + 1)
    with pytest.raises(ManifestError, match="too large"):
        verify(capsule)
