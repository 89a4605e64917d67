"""A Spec on disk: edits survive the next reading, and nothing is half-written."""

import os
from pathlib import Path

import pytest

from quantumlayer.factory.answering import Answering, read_text
from quantumlayer.factory.errors import InputMissingError, KeptSpecError, ReadOnlySpecError
from quantumlayer.factory.kept import FOLDER, revise, write_spec
from quantumlayer.spec.errors import SpecError
from quantumlayer.spec.load import load_spec, parse_spec
from quantumlayer.spec.write import dump_spec

KILN = """spec: 1
service:
  name: kiln

roles:
  potter:

entities:
  Pot:
    fields:
      name: {type: string, max: 40}
    access:
      - {who: potter, may: [create, read]}

questions:
  - {about: entities.Pot.access, text: Who makes pots?, proposed: Potters do.}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kiln.yaml"


def keep(path: Path, text: str = KILN) -> None:
    read = parse_spec(text).spec
    done = revise(path, read)
    write_spec(path, done.yaml, read)


def test_a_first_reading_is_written_with_its_base(path: Path) -> None:
    keep(path)
    assert path.read_text() == KILN == (path.parent / FOLDER / path.name).read_text()
    assert sorted(one.name for one in path.parent.iterdir()) == [".ql", "kiln.yaml"]


def test_reading_the_same_again_changes_nothing(path: Path) -> None:
    keep(path)
    keep(path)
    assert path.read_text() == KILN


def test_edits_and_comments_survive_a_changed_text(path: Path) -> None:
    keep(path)
    path.write_text(KILN.replace("max: 40}", "max: 12}  # on the foot"))
    keep(path, KILN.replace("max: 40}\n", "max: 40}\n      glaze: {type: string}\n"))
    assert "name: {type: string, max: 12}  # on the foot\n      glaze: {type: string}\n" in path.read_text()


def test_comments_survive_where_nothing_was_edited(path: Path) -> None:
    keep(path)
    path.write_text(KILN.replace("max: 40}", "max: 40}  # on the foot"))
    keep(path, KILN.replace("max: 40}", "max: 41}"))
    assert "max: 41}  # on the foot" in path.read_text()


@pytest.mark.parametrize("base", ["", "spec: [", "other: 1\n"])
def test_a_base_that_is_lost_loses_no_edit(path: Path, base: str) -> None:
    keep(path)
    (path.parent / FOLDER / path.name).write_text(base)
    path.write_text(KILN.replace("max: 40", "max: 12"))
    keep(path)
    assert load_spec(path).spec.entities["Pot"].fields["name"].max == 12


@pytest.mark.parametrize(
    "there", ["notes\n", "a: [\n", KILN.replace("string", "strng"), KILN.replace("who: potter", "who: x")]
)
def test_what_cannot_be_merged_is_never_overwritten(path: Path, there: str) -> None:
    path.write_text(there)
    with pytest.raises(KeptSpecError) as caught:
        keep(path)
    assert (path.read_text(), "ql parse" in caught.value.hint) == (there, True)


def test_an_empty_file_is_nothing(path: Path) -> None:
    path.write_text("\n")
    keep(path)
    assert path.read_text() == KILN


def test_a_read_only_spec_stays(path: Path) -> None:
    keep(path)
    path.chmod(0o444)
    with pytest.raises(ReadOnlySpecError):
        keep(path, KILN.replace("40", "41"))
    answering = Answering(path)
    with pytest.raises(ReadOnlySpecError):
        answering.give([(answering.open[0], "accept")])
    assert path.read_text() == KILN


def test_a_link_stays_one_and_the_mode_stays(path: Path) -> None:
    path.write_text(KILN)
    path.chmod(0o640)
    link = path.with_name("link.yaml")
    link.symlink_to(path)
    write_spec(link, "new")
    assert (link.is_symlink(), path.read_text(), path.stat().st_mode & 0o777) == (True, "new", 0o640)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(KILN)

    def interrupted(handle: int) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_spec(path, "half")
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.read_text() == KILN


def test_a_pipe_is_written_to() -> None:
    reader, writer = os.pipe()
    write_spec(Path(f"/dev/fd/{writer}"), "text")
    os.close(writer)
    assert os.read(reader, 10) == b"text"
    os.close(reader)


def test_answers_are_written_with_comments_kept(path: Path) -> None:
    path.write_text(KILN.replace("max: 40}", "max: 40}  # on the foot"))
    answering = Answering(path)
    answering.give([(answering.open[0], "accept")])
    assert answering.open == ()
    text = path.read_text()
    assert "# on the foot" in text
    assert "answers:\n  - {about: entities.Pot.access, question: Who makes pots?, text: accept}" in text
    assert load_spec(path).spec == answering.spec
    assert dump_spec(answering.spec)


def test_no_answer_writes_nothing(path: Path) -> None:
    path.write_text(KILN)
    path.chmod(0o444)
    assert Answering(path).give([]) == []


def test_a_spec_with_errors_takes_no_answers(path: Path) -> None:
    path.write_text(KILN.replace("who: potter", "who: x"))
    with pytest.raises(SpecError):
        Answering(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_answers_that_cannot_be_read_are_named(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputMissingError):
        read_text(path)
