"""Inputs are told apart by what they hold, and what cannot be read is refused with a way out."""

import asyncio
import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from quantumlayer.core.errors import DomainError
from quantumlayer.factory import inputs
from quantumlayer.factory.errors import (
    InputEmptyError,
    InputFormatError,
    InputMissingError,
    InputTooLargeError,
)
from quantumlayer.factory.inputs import MAX_BYTES, Input


def read_inputs(paths: Sequence[Path]) -> tuple[Input, ...]:
    return asyncio.run(inputs.read_inputs(paths))


def file(folder: Path, content: bytes, name: str = "input.md") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "is_spec"),
    [
        (b"spec: 1\n", True),
        (b"\xef\xbb\xbfspec: 1\n", True),
        (b"# a comment\n\n---\nspec: 2\n", True),
        (b"%YAML 1.2\n---\n'spec': 1\n", True),
        (b'"spec" : 1\n', True),
        (b"service: {name: shop}\nspec: 1\n", True),
        (b"# ours\nentities:\n  Book: {}\n'spec': 1\n", True),
        (b"roles:\n  clerk:\nspecs: 1\nentities:\n  Book: {}\n", True),
        (b"serivce: {name: shop}\r\nspec: 1\r\n", True),
        (b"roles: clerk and buyer\nA clerk sells books.\n", False),
        (b"A shop sells books.\nspec: 1\n", False),
        (b"note: see below\n  spec: 1\n", False),
        (b"The spec: 1 thing\n", False),
        (b"# Town library\n\nWe run a library.\n", False),
        (b"specification: long\n", False),
    ],
)
def test_a_spec_is_known_by_its_keys(content: bytes, is_spec: bool, tmp_path: Path) -> None:
    (one,) = read_inputs([file(tmp_path, content)])
    assert one.is_spec is is_spec
    assert one.text.encode() == content


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        (b"%PDF-1.7 ...", "a PDF", "pdftotext"),
        (b"PK\x03\x04 word/document.xml", "a Word document or an archive", "plain text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a Word document", "plain text"),
        (b"{\\rtf1 hello}", "Rich Text", "plain text"),
        (b"\x1f\x8b\x08", "compressed", "Unpack"),
        (b"\x89PNG\r\n", "a picture", "Write down"),
        (b"\x7fELF\x02", "a program", "sentences"),
        (b"SQLite format 3\0", "a database", "sentences"),
        (b"\xff\xfeT\0o\0", "UTF-16", "iconv"),
        (b"text with \0 in it", "binary", "UTF-8"),
        ("fünf Bücher".encode("latin-1"), "not text in UTF-8", "iconv"),
    ],
)
def test_other_formats_are_named_with_a_way_out(content: bytes, what: str, hint: str, tmp_path: Path) -> None:
    path = file(tmp_path, content)
    with pytest.raises(InputFormatError) as caught:
        read_inputs([path])
    assert what in caught.value.what
    assert str(path) in caught.value.what
    assert hint in caught.value.hint


def test_the_line_of_a_foreign_byte_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFormatError) as caught:
        read_inputs([file(tmp_path, b"one\ntwo\nthr\xe9e\n")])
    assert caught.value.why == "line 3 holds the byte 0xe9"


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf\n"])
def test_nothing_is_nothing(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputEmptyError):
        read_inputs([file(tmp_path, content)])


def test_five_megabytes_are_the_limit(tmp_path: Path) -> None:
    (one,) = read_inputs([file(tmp_path, b"a" * MAX_BYTES)])
    assert len(one.text) == MAX_BYTES
    with pytest.raises(InputTooLargeError, match="over 5 MB"):
        read_inputs([file(tmp_path, b"a" * (MAX_BYTES + 1))])


@pytest.mark.parametrize("name", ["missing.md", "a\0b", "x" * 300])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputMissingError, match="cannot be read"):
        read_inputs([tmp_path / name])


def test_a_folder_is_answered_with_the_texts_in_it(tmp_path: Path) -> None:
    with pytest.raises(InputFormatError, match="is a folder") as caught:
        read_inputs([tmp_path])
    assert caught.value.hint == InputFormatError.hint
    file(tmp_path, b"text")
    with pytest.raises(InputFormatError) as caught:
        read_inputs([tmp_path])
    assert f"ql build {tmp_path / 'input.md'}" in caught.value.hint


def test_sources_of_every_kind_stand_side_by_side(tmp_path: Path) -> None:
    contents = (b"spec: 1\n", b"openapi: 3.0.3\n", b"create table a (b int);\n", b"A text.\n")
    found = read_inputs([file(tmp_path, content, f"{number}.txt") for number, content in enumerate(contents)])
    assert [(one.is_spec, one.is_contract, one.is_schema, one.is_prose) for one in found] == [
        (True, False, False, False),
        (False, True, False, False),
        (False, False, True, False),
        (False, False, False, True),
    ]


def test_several_texts_are_read_together(tmp_path: Path) -> None:
    paths = [file(tmp_path, b"One.", "one.md"), file(tmp_path, b"Two.", "two.md")]
    assert [one.text for one in read_inputs(paths)] == ["One.", "Two."]


def test_every_refusal_has_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        read_inputs([file(tmp_path, b"")])
    assert caught.value.hint


def test_yaml_is_never_prose(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text("a: &a {x: 1}\n<<: *a\n")
    assert read_inputs([path])[0].is_spec


def test_what_is_still_to_be_written_is_waited_for_and_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    said: list[str] = []

    def write() -> None:
        told.wait(30)
        with (tmp_path / "pipe").open("w") as pipe:
            pipe.write("A shop ")
            pipe.flush()
            pipe.write("sells books.")

    told = threading.Event()
    writer = threading.Thread(target=write)
    writer.start()

    def tell(doing: str) -> None:
        said.append(doing)
        told.set()

    (one,) = asyncio.run(inputs.read_inputs([tmp_path / "pipe"], tell))
    writer.join()
    assert one.text == "A shop sells books."
    assert said == [f"waiting for {tmp_path / 'pipe'} to be written"]


def test_waiting_can_be_broken_off(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    async def wait() -> None:
        await asyncio.wait_for(inputs.read_inputs([tmp_path / "pipe"]), timeout=0.2)

    with pytest.raises(TimeoutError):
        asyncio.run(wait())


def test_what_never_ends_is_too_large() -> None:
    read, written = os.pipe()
    writer = threading.Thread(target=_write_quietly, args=(written, b"a" * (MAX_BYTES * 2)))
    writer.start()
    for endless in (Path("/dev/zero"), Path(f"/dev/fd/{read}")):
        with pytest.raises(InputTooLargeError):
            read_inputs([endless])
    os.close(read)
    writer.join()


def _write_quietly(handle: int, content: bytes) -> None:
    try:
        os.write(handle, content)
    except BrokenPipeError:
        os.close(handle)


def test_what_this_process_was_started_with_is_read_even_from_a_socket() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(b"A shop sells books.")
    theirs.close()
    assert read_inputs([Path(f"/dev/fd/{ours.fileno()}")])[0].text == "A shop sells books."
    ours.close()


def test_a_socket_cannot_be_read(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        with pytest.raises(InputMissingError, match="cannot be read"):
            read_inputs([tmp_path / "s"])


def test_what_is_closed_cannot_be_read() -> None:
    with pytest.raises(InputMissingError) as caught:
        read_inputs([Path("/dev/fd/999999")])
    assert caught.value.why == "Bad file descriptor"
