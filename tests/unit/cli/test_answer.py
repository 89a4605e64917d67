"""`ql answer` as it is typed, and `ql parse` over a Spec that was edited or answered."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from quantumlayer.cli.main import app
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.points import questions

TEXT = """# Kayak hire

A kayak has a name and a number of seats. The name of a kayak has at most 30 characters.
A guest has a name and an email address. A guest hires a kayak.
The hire records the day it starts. A guest may not have more than 4 open hires.
The tide must be known before a kayak leaves the bay.
"""


def ql(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], input=typed)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "kayaks.md"
    path.write_text(TEXT)
    return path


@pytest.fixture
def spec(text: Path, tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    assert ql("parse", text, "-o", path).exit_code == 0
    return path


def ids(spec: Path) -> list[str]:
    return [point.id for point in questions(load_spec(spec).spec)]


def test_questions_are_listed_with_their_reason(spec: Path) -> None:
    shown = ql("answer", spec, "--list").stdout
    first = ids(spec)[0]
    assert f"1 {first}  Who adds and changes kayaks and guests?" in shown
    assert "from        kayaks.md: \u201cA kayak has a name and a number of seats.\u201d" in shown
    assert "effect      Changes who may do what" in shown
    assert "proposed    The role administrator does." in shown


def test_questions_are_listed_for_programs(spec: Path) -> None:
    listed = json.loads(ql("answer", spec, "--json").stdout)["questions"]
    assert [one["id"] for one in listed] == ids(spec)
    assert list(listed[0]) == ["number", "id", "severity", "about", "text", "proposed", "effect", "reason"]
    assert listed[0]["reason"][0]["file"] == "kayaks.md"


def test_answers_on_the_command_line_change_the_spec(spec: Path) -> None:
    first, second = ids(spec)[:2]
    done = ql("answer", spec, "--set", f"{second}=accept", "--set", "1=A kayak has a weight.")
    assert done.exit_code == 0
    assert f"done    {first}  changes entities.Kayak.fields.weight" in done.stdout
    assert f"done    {second}  accepted: None yet: the service does not check it." in done.stdout
    assert done.stdout.endswith("no question is open\n")
    assert "weight" in load_spec(spec).spec.entities["Kayak"].fields


def test_what_cannot_be_read_is_said(spec: Path) -> None:
    done = ql("answer", spec, "--set", "1=It depends.")
    assert "open    " in done.stdout
    assert "kept as a note: it could not be read, so it changes nothing yet" in done.stdout
    assert "1 question left" in done.stdout


def test_answers_come_from_a_file(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(f"{ids(spec)[0]}: Guests\n2: accept\n")
    done = ql("answer", spec, "--file", tmp_path / "answers.yaml", "--json")
    result = json.loads(done.stdout)
    assert [one["fate"] for one in result["answered"]] == ["read", "accepted"]
    assert result["open"] == 0


def test_questions_are_asked_one_at_a_time(spec: Path) -> None:
    done = ql("answer", spec, typed="\ns\n")
    assert done.exit_code == 0
    assert "Enter accepts what is proposed, s skips, q stops." in done.stdout
    assert done.stdout.endswith("1 question left\n")
    assert len(load_spec(spec).spec.answers) == 1


@pytest.mark.parametrize("end", ["q\n", "", "Q\n"])
def test_what_was_answered_is_kept_when_one_stops(spec: Path, end: str) -> None:
    done = ql("answer", spec, typed=f"A kayak has a weight.\n{end}")
    assert (done.exit_code, done.stdout.endswith("1 question left\n")) == (0, True)
    assert "weight" in load_spec(spec).spec.entities["Kayak"].fields


def test_an_answer_that_is_none_is_asked_for_again(spec: Path) -> None:
    done = ql("answer", spec, typed="a\x07b\naccept\nq\n")
    assert "it holds control characters" in done.stdout
    assert len(load_spec(spec).spec.answers) == 1


def test_nothing_is_asked_where_nothing_is_open(spec: Path) -> None:
    ql("answer", spec, "--set", "1=accept", "--set", "2=accept")
    for arguments in ((), ("--list",)):
        assert ql("answer", spec, *arguments).stdout == "no question is open\n"


def test_answered_questions_are_not_asked_after_the_text_changed(spec: Path, text: Path) -> None:
    ql("answer", spec, "--set", "1=accept", "--set", "2=accept")
    text.write_text(TEXT.replace("at most 30", "at most 45"))
    done = ql("parse", text, "-o", spec)
    assert f"done  what was edited in {spec} stays" in done.stderr
    assert ids(spec) == []
    assert load_spec(spec).spec.entities["Kayak"].fields["name"].max == 45


def test_what_a_person_and_the_text_changed_is_a_question(spec: Path, text: Path) -> None:
    spec.write_text(spec.read_text().replace("max: 30}", "max: 50}  # as on the hull"))
    text.write_text(TEXT.replace("at most 30", "at most 45"))
    done = ql("parse", text, "-o", spec)
    assert "stays; 1 changed in both, each a question" in done.stderr
    assert "max: 50" in spec.read_text()
    assert "# as on the hull" in spec.read_text()
    assert "Edited: 50. From the text now: 45 (before: 30)" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("--set", "9=accept"), "QL1510", 7),
        (("--set", "1="), "QL1511", 4),
        (("--set", "1=accept", "--set", "1=no"), "QL1513", 8),
        (("--file", "kayaks.md"), "QL1512", 4),
        (("--file", "nowhere.yaml"), "QL2110", 7),
    ],
)
def test_bad_answers_are_refused_and_nothing_is_written(
    spec: Path, arguments: tuple[str, ...], code: str, exit_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(spec.parent)
    before = spec.read_bytes()
    done = ql("answer", spec, *arguments)
    assert (done.exit_code, code in done.stderr, len(done.stderr.splitlines()) >= 3) == (exit_code, True, True)
    assert spec.read_bytes() == before


def test_an_answer_without_a_number_is_a_slip(spec: Path) -> None:
    done = ql("answer", spec, "--set", "accept")
    assert (done.exit_code, "is no N=TEXT" in done.stderr) == (2, True)


def test_a_read_only_spec_is_named(spec: Path) -> None:
    spec.chmod(0o444)
    for typed, arguments in (("", ("--set", "1=accept")), ("\n", ())):
        done = ql("answer", spec, *arguments, typed=typed)
        assert (done.exit_code, "QL2131" in done.stderr) == (6, True)


def test_a_spec_with_errors_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("spec: 1\nservice: {name: a}\nentities: {A: {fields: {b: {type: strng}}}}\n")
    done = ql("answer", tmp_path / "bad.yaml", "--list")
    assert (done.exit_code, "QL1001" in done.stderr) == (4, True)


def test_a_spec_and_a_text_over_the_spec_keep_its_base(spec: Path, tmp_path: Path) -> None:
    base = (tmp_path / ".ql" / "spec.yaml").read_text()
    more = tmp_path / "more.md"
    more.write_text("A paddle has a length. Guests can see paddles.")
    assert ql("parse", spec, more, "-o", spec).exit_code == 0
    assert "Paddle" in load_spec(spec).spec.entities
    assert (tmp_path / ".ql" / "spec.yaml").read_text() == base
    ql("parse", tmp_path / "kayaks.md", "-o", spec)
    assert "Paddle" in load_spec(spec).spec.entities
