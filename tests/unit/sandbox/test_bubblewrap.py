"""What a command inside the sandbox can and cannot do."""

import asyncio
import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from quantumlayer.sandbox.bubblewrap import BubblewrapSandbox, find_bubblewrap
from quantumlayer.sandbox.ports import MEBIBYTE, Command, Completed, Mount
from quantumlayer.sandbox.process import OUTPUT_HALF

SANDBOX = find_bubblewrap()


def run(command: Command, sandbox: BubblewrapSandbox = SANDBOX) -> Completed:
    return asyncio.run(sandbox.run(command))


def shell(script: str) -> Completed:
    return run(Command(("sh", "-c", script)))


def python(script: str, memory: int = 512 * MEBIBYTE) -> Completed:
    return run(Command(("python", "-c", script), timeout=20, memory=memory))


def running(marker: str) -> list[str]:
    """Command lines of processes that name the marker, ours aside."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if marker in line and folder.name != str(os.getpid()):
            found.append(line)
    return found


def test_output_and_exit_code_come_back() -> None:
    done = shell("echo out; echo err >&2; exit 3")
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")
    assert not done.timed_out
    assert not done.out_of_memory


def test_standard_input_is_given() -> None:
    assert run(Command(("cat",), stdin=b"words")).stdout == "words"


def test_a_program_that_reads_nothing_is_no_fault() -> None:
    assert run(Command(("true",), stdin=b"x" * MEBIBYTE)).returncode == 0


def test_nothing_of_the_callers_environment_leaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "do not tell")
    done = run(Command(("env",), env={"GIVEN": "yes"}))
    names = {line.split("=")[0] for line in done.stdout.splitlines()}
    assert names == {"GIVEN", "HOME", "LANG", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "TMPDIR"}


def test_the_environment_of_parent_processes_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "do not tell")
    assert "do not tell" not in shell("cat /proc/*/environ").stdout


def test_the_system_is_read_only() -> None:
    assert shell("touch /usr/planted").returncode != 0
    assert shell(f"touch {sys.prefix}/planted").returncode != 0
    assert not Path(sys.prefix, "planted").exists()


def test_other_folders_of_the_host_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "private").write_text("mine")
    assert shell(f"cat {tmp_path}/private").returncode != 0
    assert shell(f"ls /home {Path.home() / '.ssh'} /etc/shadow /var").stdout == ""


def test_temporary_files_are_private_and_bounded() -> None:
    with tempfile.NamedTemporaryFile() as ours:
        done = shell("ls -A /tmp; dd if=/dev/zero of=/tmp/big bs=1M count=600 2>/dev/null; stat -c %s /tmp/big")
        *listed, size = done.stdout.split()
        assert Path(ours.name).name not in listed
        assert int(size) <= 512 * MEBIBYTE


def test_mounts_are_read_only_unless_said(tmp_path: Path) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
    mounts = (Mount(tmp_path / "open", writable=True), Mount(tmp_path / "closed"))
    done = run(Command(("sh", "-c", "touch a; touch ../closed/b"), tmp_path / "open", mounts=mounts))
    assert done.returncode != 0
    assert (tmp_path / "open" / "a").is_file()
    assert list((tmp_path / "closed").iterdir()) == []


def test_the_network_ends_at_loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        outside = python(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)")
    inside = python(
        "import socket\ns = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(s.getsockname(), 2)\nprint('met')"
    )
    assert "ConnectionRefusedError" in outside.stderr
    assert inside.stdout == "met\n"


def test_the_environment_of_ql_is_there() -> None:
    done = python("import pydantic, sys; print(sys.prefix)")
    assert done.stdout.strip() == sys.prefix


def test_nobody_is_root() -> None:
    assert shell("id -u").stdout.strip() != "0"


def test_one_process_that_takes_too_much_memory_is_refused() -> None:
    done = python("bytearray(10**10)", memory=200 * MEBIBYTE)
    assert done.returncode != 0
    assert "MemoryError" in done.stderr


def test_processes_that_together_take_too_much_memory_are_ended() -> None:
    script = "import os, time\nos.fork(); os.fork()\nfull = b'x' * (80 * 2**20)\ntime.sleep(20)"
    done = python(script, memory=200 * MEBIBYTE)
    assert done.out_of_memory
    assert done.returncode != 0


def test_a_fork_bomb_is_ended() -> None:
    done = run(Command(("sh", "-c", "while :; do sleep 987 & done"), timeout=30))
    assert done.out_of_memory
    assert running("sleep\x00987") == []


def test_a_timeout_ends_everything_that_was_started() -> None:
    done = run(Command(("sh", "-c", "echo begun; setsid sleep 986 & sleep 986"), timeout=0.5))
    assert done.timed_out
    assert done.returncode != 0
    assert done.stdout == "begun\n"
    assert running("sleep\x00986") == []


def test_what_is_left_running_ends_with_the_command() -> None:
    assert shell("setsid sleep 985 & echo done").stdout == "done\n"
    assert running("sleep\x00985") == []


def test_cancelling_ends_everything_that_was_started() -> None:
    async def cancelled() -> bool:
        task = asyncio.create_task(SANDBOX.run(Command(("sh", "-c", "setsid sleep 984 & sleep 984"))))
        await asyncio.sleep(0.3)
        assert running("sleep\x00984")
        task.cancel()
        await asyncio.wait((task,))
        return task.cancelled()

    assert asyncio.run(cancelled())
    assert running("sleep\x00984") == []


def test_cancelling_leaves_nothing_at_any_moment_of_the_start() -> None:
    async def cancelled() -> None:
        for moment in range(40):
            task = asyncio.create_task(SANDBOX.run(Command(("sleep", "982"))))
            await asyncio.sleep(moment / 4000)
            task.cancel()
            await asyncio.wait((task,))
            assert task.cancelled()

    asyncio.run(cancelled())
    assert running("sleep\x00982") == []


def test_long_output_keeps_its_beginning_and_end() -> None:
    done = shell("echo begin; head -c 3000000 /dev/zero | tr '\\0' x; echo end")
    assert done.stdout.startswith("begin\n")
    assert done.stdout.endswith("end\n")
    assert "bytes left out ..." in done.stdout
    assert len(done.stdout) < 2 * OUTPUT_HALF + 100


def test_a_program_that_does_not_exist_is_a_failure_with_its_name() -> None:
    done = run(Command(("no-such-program",)))
    assert done.returncode != 0
    assert "no-such-program" in done.stderr
