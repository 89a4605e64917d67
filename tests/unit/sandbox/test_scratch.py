"""Temporary folders: gone with their process, or with the next sweep, and nothing else is."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from quantumlayer.sandbox.errors import ScratchError
from quantumlayer.sandbox.scratch import PREFIX, scratch, sweep


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def left_by_a_killed_process(folder: Path) -> str:
    """The name of a folder whose process was killed while it used it."""
    script = "import os, pathlib, sys; from quantumlayer.sandbox.scratch import scratch\n"
    script += "with scratch('home', pathlib.Path(sys.argv[1])) as made:\n"
    script += (
        "    (made / 'deep' / 'er').mkdir(parents=True); (made / 'deep' / 'file').touch(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, folder], check=False)
    (name,) = names(folder)
    return name


def test_a_folder_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with scratch("check", tmp_path) as folder:
        assert folder.parent == tmp_path
        assert folder.name.startswith(f"{PREFIX}check-")
        assert folder.stat().st_mode & 0o777 == 0o700
        assert sweep(tmp_path) == 0
        assert folder.is_dir()
    assert names(tmp_path) == []


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScratchError, match="cannot be written") as caught, scratch("check", tmp_path / "missing"):
        pytest.fail("there is no such place")
    assert caught.value.why == "No such file or directory"


@pytest.mark.parametrize("error", [OSError(28, "x"), shutil.Error([("a", "b", "[Errno 28] No space left on device")])])
def test_a_disk_that_fills_up_is_named_and_what_was_written_goes(error: OSError, tmp_path: Path) -> None:
    with pytest.raises(ScratchError, match=f"no room for temporary files in {tmp_path}"), scratch("check", tmp_path):
        raise error
    assert names(tmp_path) == []


def test_other_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), scratch("check", tmp_path):
        raise FileNotFoundError


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    left_by_a_killed_process(tmp_path)
    with scratch("pg", tmp_path) as mine:
        assert sweep(tmp_path) == 1
        assert names(tmp_path) == [mine.name]


def test_what_a_killed_process_left_running_is_ended(tmp_path: Path) -> None:
    left = left_by_a_killed_process(tmp_path)
    argv = [sys.executable, "-c", "input()"]
    with (
        subprocess.Popen(argv, env={"HOME": str(tmp_path / left)}, stdin=subprocess.PIPE) as orphan,
        subprocess.Popen(argv, env={"HOME": str(tmp_path)}, stdin=subprocess.PIPE) as other,
    ):
        sweep(tmp_path)
        assert orphan.wait(30) == -9
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize("name", [f"{PREFIX}notes", f"{PREFIX}pg-tooshor", f"{PREFIX}pg-mine_too", "ql-pg-abcd1234"])
def test_other_folders_stay(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir(mode=0o755)
    (tmp_path / name / "notes").write_text("mine")
    assert sweep(tmp_path) == 0
    assert (tmp_path / name / "notes").read_text() == "mine"


def test_links_and_files_stay(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o700)
    (tmp_path / f"{PREFIX}pg-abcd1234").symlink_to(outside)
    (tmp_path / f"{PREFIX}pg-abcd1235").touch(mode=0o700)
    assert sweep(tmp_path) == 0
    assert names(tmp_path) == ["outside", f"{PREFIX}pg-abcd1234", f"{PREFIX}pg-abcd1235"]


def test_another_users_folder_stays(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("only the superuser can give a folder to somebody else")
    (tmp_path / f"{PREFIX}pg-abcd1234").mkdir(mode=0o700)
    os.chown(tmp_path / f"{PREFIX}pg-abcd1234", 65534, 65534)
    assert sweep(tmp_path) == 0
    assert names(tmp_path) == [f"{PREFIX}pg-abcd1234"]


def test_nobody_sweeps_what_is_just_being_made(tmp_path: Path) -> None:
    done = threading.Event()

    def sweeping() -> None:
        while not done.is_set():
            sweep(tmp_path)

    sweeper = threading.Thread(target=sweeping)
    sweeper.start()
    try:
        for _ in range(300):
            with scratch("check", tmp_path) as folder:
                (folder / "file").touch()
    finally:
        done.set()
        sweeper.join()
    assert names(tmp_path) == []
