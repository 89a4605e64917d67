"""What may be written where, and that nothing else is touched."""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.checks import Finding
from quantumlayer.core.errors import DomainError
from quantumlayer.factory.errors import (
    DiskFullError,
    TargetBusyError,
    TargetEditedError,
    TargetInUseError,
    TargetIsFileError,
    TargetPlaceError,
)
from quantumlayer.factory.target import Stage, Target, lock, refusal
from quantumlayer.qlayer.capsule import DATA, MANIFEST, build_manifest, verify

FILES = FileTree([Artifact.text("README.md", "new\n"), Artifact("bin/go", b"#!/bin/sh\n", executable=True)])


def unchanged(folder: Path) -> Sequence[Finding]:
    assert folder.is_dir()
    return []


def target(place: Path) -> Target:
    return Target(place, unchanged)


def capsule(folder: Path, text: str = "old\n") -> Path:
    folder.mkdir()
    (folder / MANIFEST).write_text("{}")
    (folder / "README.md").write_text(text)
    return folder


def write(stage: Stage) -> None:
    stage.write(FILES)
    stage.write(FileTree([Artifact.text(MANIFEST, "{}")]))


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("exists", [False, True])
def test_a_new_or_empty_folder_is_written(exists: bool, tmp_path: Path) -> None:
    place = tmp_path / "shop"
    if exists:
        place.mkdir()
    with target(place).stage() as stage:
        write(stage)
        assert not place.exists() or not names(place)
        stage.accept()
    assert names(tmp_path) == ["shop"]
    assert names(place) == ["README.md", "bin", MANIFEST]
    assert os.access(place / "bin/go", os.X_OK)
    assert not os.access(place / "README.md", os.X_OK)
    assert place.stat().st_mode & 0o777 == 0o755


def test_a_capsule_is_replaced_whole_and_what_a_person_keeps_stays(tmp_path: Path) -> None:
    place = capsule(tmp_path / "shop")
    (place / "gone.py").write_text("")
    (place / ".data").mkdir()
    (place / ".data" / "rows").write_text("kept")
    (place / ".env").write_text("SECRET=1")
    made = target(place)
    made.judge()
    with made.stage() as stage:
        write(stage)
        stage.accept()
    assert names(tmp_path) == ["shop"]
    assert names(place) == [".data", ".env", "README.md", "bin", MANIFEST]
    assert (place / "README.md").read_text() == "new\n"
    assert (place / ".data" / "rows").read_text() == "kept"


def test_an_error_in_the_build_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> None:
        with target(tmp_path / "shop").stage() as stage:
            write(stage)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert names(tmp_path) == []


def test_foreign_files_are_never_mixed_with(tmp_path: Path) -> None:
    place = tmp_path / "documents"
    place.mkdir()
    for number in range(5):
        (place / f"{number}.txt").write_text("mine")
    with pytest.raises(TargetInUseError) as caught:
        target(place).judge()
    assert caught.value.why == "it holds 0.txt, 1.txt, 2.txt and 2 more"
    assert len(names(place)) == 5


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    place = tmp_path / "shop"
    place.write_text("mine")
    with pytest.raises(TargetIsFileError):
        target(place).judge()
    assert place.read_text() == "mine"


def test_a_capsule_changed_by_hand_is_not_replaced(tmp_path: Path) -> None:
    place = capsule(tmp_path / "shop")
    edited = Finding(message="differs", path="README.md")
    with pytest.raises(TargetEditedError) as caught:
        Target(place, lambda _: [edited, Finding(message="the manifest is odd")]).judge()
    assert caught.value.why == "README.md: differs, the manifest is odd"
    assert "ql verify" in caught.value.hint


def built(place: Path) -> Target:
    """A target that holds its own manifest's files, and is held against it."""
    manifest = build_manifest(service="shop", spec=b"", generators={}, tree=FILES, checks=[])
    made = Target(place, verify)
    made.judge()
    with made.stage() as stage:
        stage.write(FileTree([*FILES.values(), manifest]))
        stage.accept()
    return made


def add(place: Path, *paths: str) -> None:
    for path in paths:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text("mine")


def test_what_a_person_keeps_at_the_top_moves_along_and_what_tools_make_again_goes(tmp_path: Path) -> None:
    place = tmp_path / "shop"
    built(place)
    kept = [".git/HEAD", ".data/rows", ".env", ".venv/bin/python"]
    add(place, *kept, ".mypy_cache/3.11/x", ".coverage", "src/__pycache__/a.cpython-311.pyc")
    interpreter = (place / ".venv/bin/python").stat().st_ino
    built(place)
    assert sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()) == sorted(
        [*kept, *FILES, MANIFEST]
    )
    assert (place / ".venv/bin/python").stat().st_ino == interpreter
    assert names(tmp_path) == ["shop"]


@pytest.mark.parametrize(
    "path",
    [
        "node_modules/x.js", "src/x/node_modules/rows.json", "docs/.git/HEAD", "docs/.git", "src/.venv/notes",
        "src/__pycache__/notes.txt", "bin/.mypy_cache/x", "src/.coverage", "deploy/.env", "src/.data/rows",
    ],
)  # fmt: skip
def test_nothing_else_that_a_person_put_there_is_lost(path: str, tmp_path: Path) -> None:
    place = tmp_path / "shop"
    built(place)
    add(place, path)
    with pytest.raises(TargetEditedError) as caught:
        built(place)
    assert caught.value.why == f"{path}: The file was added."
    assert (place / path).read_text() == "mine"


def test_what_a_person_does_while_kept_files_are_copied_is_seen(tmp_path: Path) -> None:
    place = capsule(tmp_path / "shop")
    (place / ".data").mkdir()
    staged: list[Path] = []

    def look(_: Path) -> Sequence[Finding]:
        copied = bool(staged) and (staged[0] / ".data").exists()
        return [Finding(message="differs", path="README.md")] if copied else []

    def build() -> None:
        with Target(place, look).stage() as stage:
            write(stage)
            staged.append(stage.repository)
            stage.accept()

    with pytest.raises(TargetEditedError):
        build()
    assert (place / "README.md").read_text() == "old\n"


def test_links_that_a_person_keeps_stay_links(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    place = capsule(tmp_path / "shop")
    (place / ".data").symlink_to("../disk")
    (place / ".env").symlink_to("../missing")
    with target(place).stage() as stage:
        write(stage)
        stage.accept()
    assert (place / ".data").readlink() == Path("../disk")
    assert (place / ".env").readlink() == Path("../missing")


def test_a_running_service_is_not_replaced(tmp_path: Path) -> None:
    place = capsule(tmp_path / "shop")
    (place / DATA).mkdir()
    with lock(place / DATA, shared=True) as first, lock(place / DATA, shared=True) as second:
        assert (first, second) == (True, True)
        with pytest.raises(TargetBusyError, match="is running") as caught:
            target(place).judge()
    assert "ql run" in caught.value.hint
    target(place).judge()
    assert names(place) == [DATA, "README.md", MANIFEST]


def test_a_change_while_the_build_ran_stops_it_at_the_end(tmp_path: Path) -> None:
    place = capsule(tmp_path / "shop")
    found: list[Finding] = []
    made = Target(place, lambda _: found)
    made.judge()

    def build() -> None:
        with made.stage() as stage:
            write(stage)
            found.append(Finding(message="differs", path="README.md"))
            stage.accept()

    with pytest.raises(TargetEditedError):
        build()
    assert (place / "README.md").read_text() == "old\n"
    assert names(tmp_path) == ["shop"]


def test_the_parent_must_exist(tmp_path: Path) -> None:
    with pytest.raises(TargetPlaceError) as caught:
        target(tmp_path / "a" / "b").judge()
    assert caught.value.hint == f"Make it first: `mkdir -p {tmp_path / 'a'}`."


def test_the_working_folder_and_those_above_it_are_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    for place in (Path(), tmp_path / "outer", Path("/")):
        with pytest.raises(TargetPlaceError):
            target(place).judge()


@pytest.mark.parametrize("name", ["a\0b", "~nobody-has-this-name/x"])
def test_impossible_names_are_refused(name: str) -> None:
    with pytest.raises(TargetPlaceError, match="cannot be the name"):
        target(Path(name))


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetPlaceError, match="cannot be written") as caught:
        target(tmp_path / ("x" * 300)).judge()
    assert "too long" in caught.value.why


def test_names_with_glob_characters_are_taken_literally(tmp_path: Path) -> None:
    other = tmp_path / ".shop1.ql-abc"
    other.mkdir()
    with target(tmp_path / "shop[1]").stage() as stage:
        write(stage)
        stage.accept()
    assert names(tmp_path) == [".shop1.ql-abc", "shop[1]"]


def test_what_a_killed_build_left_is_swept(tmp_path: Path) -> None:
    stale = tmp_path / ".shop.ql-abcd1234"
    (stale / "shop").mkdir(parents=True)
    aside = tmp_path / ".shop.ql-aside"
    capsule(aside)
    (tmp_path / ".shop.ql-file").write_text("not a folder")
    made = target(tmp_path / "shop")
    made.judge()
    assert (tmp_path / "shop" / "README.md").read_text() == "old\n"
    with made.stage() as stage:
        assert stage.repository.is_dir()
        assert not stale.exists()
    assert names(tmp_path) == [".shop.ql-file", "shop"]


@pytest.fixture
def other_build(tmp_path: Path) -> Iterator[Path]:
    """Another build of the same target, at work."""
    with target(tmp_path / "shop").stage() as stage:
        yield stage.repository


def test_two_builds_of_one_target_do_not_meet(other_build: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetBusyError), target(tmp_path / "shop").stage():
        pytest.fail("the second build began")
    assert other_build.is_dir()


def test_of_builds_that_begin_at_once_one_goes_on(tmp_path: Path) -> None:
    everyone = threading.Barrier(5)

    def begin() -> bool:
        with contextlib.ExitStack() as stack:
            everyone.wait(30)
            try:
                stack.enter_context(target(tmp_path / "shop").stage())
            except TargetBusyError:
                return False
            finally:
                everyone.wait(30)
            return True

    with ThreadPoolExecutor() as pool:
        begun = [one.result() for one in [pool.submit(begin) for _ in range(5)]]
    assert sorted(begun) == [False, False, False, False, True]
    assert names(tmp_path) == []


def test_a_rejected_build_is_kept_beside_the_target(tmp_path: Path) -> None:
    places = []
    for _ in range(2):
        with target(tmp_path / "shop").stage() as stage:
            write(stage)
            places.append(stage.reject())
    assert places == [tmp_path / "shop.rejected"] * 2
    assert names(tmp_path) == ["shop.rejected"]


def test_a_folder_that_only_has_the_name_of_a_rejected_build_stays(tmp_path: Path) -> None:
    mine = tmp_path / "shop.rejected"
    mine.mkdir()
    with target(tmp_path / "shop").stage() as stage:
        write(stage)
        assert stage.reject() == tmp_path / "shop.rejected-2"
    assert names(mine) == []


def test_the_file_system_speaks_through_domain_errors(tmp_path: Path) -> None:
    def clash() -> None:
        with target(tmp_path / "shop").stage() as stage:
            stage.write(FileTree([Artifact.text("a", ""), Artifact.text("a/b", "")]))

    with pytest.raises(TargetPlaceError):
        clash()


@pytest.mark.parametrize(
    ("error", "kind"), [(OSError(28, "No space left"), DiskFullError), (OSError(30, "Read-only"), TargetPlaceError)]
)
def test_refusals_are_told_apart(error: OSError, kind: type[DomainError]) -> None:
    assert type(refusal(error, Path("x"))) is kind
