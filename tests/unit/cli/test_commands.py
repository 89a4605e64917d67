"""Each command as it is typed, within this process."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from quantumlayer.bootstrap import App, bootstrap
from quantumlayer.cli.main import app

ROOT = Path(__file__).resolve().parents[3]
LIBRARY = ROOT / "examples" / "town-library.spec.yaml"
CLINIC = ROOT / "examples" / "clinic.spec.yaml"
TEXT = ROOT / "tests" / "cases" / "library" / "requirements.md"


def ql(*arguments: str | Path, given: App | None = None) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], obj=given)


@pytest.fixture
def tiny(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.syspath_prepend(tiny_pack)
    return bootstrap({"QL_PACK": "tiny"})


def test_help_names_every_command_and_exit_code() -> None:
    shown = ql("--help").stdout
    for command in ("build", "parse", "answer", "plan", "run", "verify", "doctor", "explain", "diff"):
        assert f"\n  {command} " in shown
        assert ql(command, "--help").exit_code == 0
    assert "    130  stopped by you" in shown
    assert ql().exit_code == 2


def test_a_build_is_summed_up(tiny: App, tmp_path: Path) -> None:
    done = ql("build", LIBRARY, "-o", tmp_path / "lib", given=tiny)
    assert done.exit_code == 3
    assert "incomplete  town-library: 5 files in" in done.stdout
    assert "open     entities: this pack keeps nothing" in done.stdout
    assert "passed   Lint rules hold" in done.stderr
    assert (tmp_path / "lib" / "spec.yaml").read_text() == LIBRARY.read_text()
    verified = ql("verify", tmp_path / "lib")
    assert (verified.exit_code, "is as it was built and checked" in verified.stdout) == (0, True)


def test_a_build_for_programs_is_events_and_a_result(tiny: App, tmp_path: Path) -> None:
    done = ql("build", LIBRARY, "-o", tmp_path / "lib", "--json", given=tiny)
    *events, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["kind"], events[-1]["kind"]) == ("run.started", "run.finished")
    assert (last["result"]["exit"], last["result"]["outcome"]) == (done.exit_code, "incomplete")
    assert all("log" not in check for check in last["result"]["checks"])
    assert done.stderr == ""


def test_an_error_for_programs_is_the_result(tiny: App, tmp_path: Path) -> None:
    (tmp_path / "lib").write_text("a file")
    done = ql("build", LIBRARY, "-o", tmp_path / "lib", "--json", given=tiny)
    result = json.loads(done.stdout.splitlines()[-1])["result"]
    assert (done.exit_code, result["exit"], result["code"], result["kind"]) == (8, 8, "QL2103", "conflict")
    assert "is a file, not a folder (QL2103)" in done.stderr


def test_the_default_pack_must_be_there(tmp_path: Path) -> None:
    done = ql("build", LIBRARY, "-o", tmp_path / "lib", "--pack", "nowhere")
    assert (done.exit_code, "QL2201" in done.stderr) == (7, True)


def test_settings_that_look_like_a_slip_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QL_JOB", "2")
    done = ql("plan", LIBRARY, "--pack", "nowhere")
    assert "QL_JOB in the environment is no setting; did you mean QL_JOBS?" in done.stderr


def test_a_plan_is_a_tree_with_estimates(tiny: App) -> None:
    done = ql("plan", LIBRARY, given=tiny)
    assert done.exit_code == 0
    assert done.stdout.startswith(
        "town-library: standard, about 775 lines of business code, 7 tasks\ngenerate  0.6 s\n"
    )
    assert "put together and tidy" in done.stdout
    made = json.loads(ql("plan", CLINIC, "--json", given=tiny).stdout)
    assert (made["tier"], made["tasks"][-1]["id"]) == ("complex", "package")


def test_a_spec_is_checked_and_printed() -> None:
    done = ql("parse", LIBRARY)
    assert (done.exit_code, done.stdout) == (0, LIBRARY.read_text())


def test_a_text_is_read_into_a_file(tmp_path: Path) -> None:
    done = ql("parse", TEXT, "-o", tmp_path / "spec.yaml")
    assert done.exit_code == 0
    assert done.stdout.startswith("town-library\n")
    assert f"next   ql build {tmp_path / 'spec.yaml'} -o DIR" in done.stdout
    assert "running  reading" in done.stderr
    assert ql("parse", tmp_path / "spec.yaml").exit_code == 0


def test_what_was_not_understood_is_said(tmp_path: Path) -> None:
    text = tmp_path / "shop.md"
    text.write_text("A bike has a brand. Clerks manage bikes. A bike must never be in the past.")
    done = ql("parse", text)
    assert "1 sentence of the text is not in the Spec" in done.stderr
    assert "A bike must never be in the past." in done.stderr


def test_the_summary_of_a_spec_has_one_stable_shape() -> None:
    shown = json.loads(ql("parse", LIBRARY, "--json").stdout)
    assert list(shown) == ["entities", "roles", "operations", "rules", "assumptions", "questions"]
    book = next(entity for entity in shown["entities"] if entity["name"] == "Book")
    assert list(book) == ["name", "fields", "relations", "states"]
    assert {"name": "isbn", "type": "string", "required": True, "unique": True} in book["fields"]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    done = ql("parse", LIBRARY, "-o", tmp_path / "missing" / "spec.yaml")
    assert (done.exit_code, "QL4003" in done.stderr) == (6, True)


@pytest.mark.parametrize("output", ["shop.md", "./sub/../shop.md", "soft.md", "hard.md", "loop/shop.md"])
def test_a_text_is_never_overwritten_by_the_spec_read_from_it(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = tmp_path / "shop.md"
    text.write_text("A bike has a brand. Clerks manage bikes.")
    (tmp_path / "more.md").write_text("A clerk has a name.")
    (tmp_path / "sub").mkdir()
    (tmp_path / "soft.md").symlink_to("shop.md")
    (tmp_path / "hard.md").hardlink_to(text)
    (tmp_path / "loop").symlink_to(".")
    done = ql("parse", "more.md", "shop.md", "-o", output)
    assert (done.exit_code, done.stdout) == (6, "")
    assert f"{Path(output)} is an input (QL4003)" in done.stderr
    assert text.read_text() == "A bike has a brand. Clerks manage bikes."


def test_a_spec_may_be_checked_onto_itself(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(LIBRARY.read_text())
    assert ql("parse", path, "-o", path).exit_code == 0
    assert path.read_text() == LIBRARY.read_text()


def test_what_may_not_be_read_is_named_in_three_lines(tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text("A bike has a brand.")
    (tmp_path / "shop.md").chmod(0)
    # The superuser reads everything, but for this right that is taken away here.
    without = (
        ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"] if not os.geteuid() else []
    )
    command: list[str | Path] = [*without, Path(sys.executable).with_name("ql"), "parse", tmp_path / "shop.md"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 7
    assert done.stderr.splitlines() == [
        f"✗ error  '{tmp_path / 'shop.md'}' cannot be read (QL2110)",
        "  why    Permission denied",
        "  next   Check the name and the permissions of the file.",
    ]


@pytest.mark.parametrize(("closed", "code"), [("<&-", 4), (">&- 2>&- <&-", 4), ("</dev/null", 4), (">/dev/full", 6)])
def test_closed_and_full_streams_are_no_defect(closed: str, code: int) -> None:
    given = LIBRARY if closed.startswith(">/") else "/dev/stdin"
    command: list[str | Path] = ["sh", "-c", f'"$0" parse "$1" {closed}', Path(sys.executable).with_name("ql"), given]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)


def test_wrong_specs_name_their_place(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("spec: 1\nservice: {name: shed}\nentites: {}\n")
    done = ql("parse", path)
    assert done.exit_code == 4
    assert f"{path}:3:1" in done.stderr
    assert "entities" in done.stderr


def test_differences_of_specs_are_told(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(LIBRARY.read_text().replace("name: town-library", "name: city-library"))
    assert "fits" in ql("diff", LIBRARY, path).stdout
    assert "breaks" in ql("diff", LIBRARY, CLINIC).stdout
    assert ql("diff", LIBRARY, LIBRARY).stdout == "nothing changed\n"


def test_a_changed_capsule_is_shown_file_by_file(tiny: App, tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    ql("build", LIBRARY, "-o", folder, given=tiny)
    (folder / "spec.yaml").write_text("changed")
    (folder / ".data").mkdir()
    (folder / ".data" / "rows").write_text("mine")
    done = ql("verify", folder)
    assert (done.exit_code, "spec.yaml: " in done.stdout, ".data" in done.stdout) == (1, True, False)
    assert done.stdout.splitlines() == [
        "✗ failed  spec.yaml: The file was changed.",
        f"✗ failed  {folder} is not as it was built and checked",
        "  why    1 file differs",
        f"  next   Keep what you need of the changes, then build anew: `ql build {folder}/spec.yaml -o NEW`.",
    ]
    shown = json.loads(ql("verify", folder, "--json").stdout)
    assert shown["unchanged"] is False
    assert [finding["path"] for finding in shown["findings"]] == ["spec.yaml"]


def test_a_build_with_failed_checks_is_never_taken_for_a_sound_one(tiny: App, tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    ql("build", LIBRARY, "-o", folder, given=tiny)
    manifest = json.loads((folder / "capsule.json").read_text())
    manifest["checks"][0]["status"] = "failed"
    title = manifest["checks"][0]["title"]
    (folder / "capsule.json").write_text(json.dumps(manifest))
    done = ql("verify", folder)
    assert (done.exit_code, f"a check failed when it was built: {title}" in done.stdout) == (1, True)
    assert "passed" not in done.stdout
    shown = json.loads(ql("verify", folder, "--json").stdout)
    assert (shown["unchanged"], shown["failed_checks"], shown["findings"]) == (True, [title], [])
    (folder / "src" / "town_library" / "app.py").touch()
    assert f"checks failed when it was built: {title}" in ql("run", folder).stderr


def test_of_many_changes_the_first_are_shown_and_names_take_one_line(tiny: App, tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    ql("build", LIBRARY, "-o", folder, given=tiny)
    for number in range(30):
        (folder / f"note\n\x1b[31m{number:02}").touch()
    shown = ql("verify", folder).stdout.splitlines()
    assert shown[0] == "✗ failed  note\ufffd\ufffd[31m00: The file was added."
    assert [len(shown), shown[20].strip()] == [24, "and 10 more; --json tells all of them"]
    assert len(json.loads(ql("verify", folder, "--json").stdout)["findings"]) == 30


@pytest.mark.parametrize("name", ["a b", "it's", 'say "so"', "Bücher", "one\ntwo", "50%?x#y", "$(id)", "[x]*", "-x"])
def test_folders_and_inputs_may_have_any_name(name: str, tiny: App, tmp_path: Path) -> None:
    given = tmp_path / f"{name}.yaml"
    given.write_text(LIBRARY.read_text())
    done = ql("build", given, "-o", tmp_path / name, given=tiny)
    assert done.exit_code == 3, done.stderr
    assert "one\ntwo" not in done.stdout + done.stderr
    for command in ("plan", "parse"):
        assert ql(command, given, given=tiny).exit_code == 0
    assert ql("verify", tmp_path / name).exit_code == 0
    assert ql("build", given, "-o", tmp_path / name, given=tiny).exit_code == 3
    missing = ql("build", given, "-o", tmp_path / name / name / "x", given=tiny)
    assert len(missing.stderr.splitlines()) == 4
    command = f"mkdir -p {shlex.quote(str(tmp_path / name / name))}".replace("\n", "\ufffd")
    assert missing.stderr.splitlines()[-1] == f"  next   Make it first: `{command}`."


def test_codes_are_explained() -> None:
    assert ql("explain", "ql2101").stdout.startswith("QL2101\n\nThe target folder holds files")
    everything = ql("explain").stdout
    assert "QL2101  The target folder holds files that no build has put there" in everything
    unknown = ql("explain", "QL210")
    assert (unknown.exit_code, "the nearest are QL2101, QL2102" in unknown.stderr) == (7, True)


def test_the_doctor_finds_this_machine_well() -> None:
    done = ql("doctor")
    assert done.exit_code == 0, done.stdout
    assert [line.split()[2] for line in done.stdout.splitlines()] == [
        "Python", "Sandbox", "PostgreSQL", "Language", "Disk",
    ]  # fmt: skip
    shown = json.loads(ql("doctor", "--json").stdout)
    assert shown["well"] is True
    assert {diagnosis["fix"] for diagnosis in shown["diagnoses"]} == {""}


def test_the_doctor_says_how_to_get_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    done = ql("doctor")
    lines = done.stdout.splitlines()
    assert done.exit_code == 10
    assert "failed   Sandbox" in lines[1]
    assert "fix             Install util-linux" in lines[2]
    assert "failed   PostgreSQL" in lines[3]


def test_what_is_no_service_does_not_run(tmp_path: Path) -> None:
    done = ql("run", tmp_path)
    assert (done.exit_code, "QL2120" in done.stderr) == (7, True)
    assert ql("run", tmp_path, "--port", "0").exit_code == 2
