"""One folder takes the place of another in one step, or in two that can be undone."""

import errno
from pathlib import Path

import pytest

from quantumlayer.factory.exchange import put, recover


@pytest.fixture
def new(tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "file").write_text("new")
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    (folder / "file").write_text("old")
    return folder


def test_a_free_place_is_taken(new: Path, tmp_path: Path) -> None:
    assert put(new, tmp_path / "place", tmp_path / "aside") is None
    assert (tmp_path / "place" / "file").read_text() == "new"
    assert not new.exists()


def test_an_empty_folder_is_replaced(new: Path, tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    assert put(new, tmp_path / "place", tmp_path / "aside") is None
    assert (tmp_path / "place" / "file").read_text() == "new"


def test_two_folders_are_exchanged_in_one_step(new: Path, place: Path, tmp_path: Path) -> None:
    old = put(new, place, tmp_path / "aside")
    assert old == new
    assert (place / "file").read_text() == "new"
    assert (old / "file").read_text() == "old"


def test_without_that_step_the_old_folder_goes_aside(new: Path, place: Path, tmp_path: Path) -> None:
    old = put(new, place, tmp_path / "aside", atomic=False)
    assert old == tmp_path / "aside"
    assert (place / "file").read_text() == "new"
    assert (old / "file").read_text() == "old"


def test_a_failed_second_rename_is_undone(place: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put(tmp_path / "missing", place, tmp_path / "aside", atomic=False)
    assert (place / "file").read_text() == "old"
    assert not (tmp_path / "aside").exists()


def test_a_refused_exchange_is_an_error_of_the_file_system(place: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as caught:
        put(tmp_path / "missing", place, tmp_path / "aside")
    assert caught.value.errno == errno.ENOENT
    assert (place / "file").read_text() == "old"


def test_a_crash_between_the_renames_is_recovered(place: Path, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    place.rename(aside)
    recover(place, aside)
    assert (place / "file").read_text() == "old"
    assert not aside.exists()


def test_nothing_is_recovered_over_a_folder(new: Path, place: Path) -> None:
    recover(place, new)
    assert (place / "file").read_text() == "old"
    assert (new / "file").read_text() == "new"
