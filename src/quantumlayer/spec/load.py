"""Reads a Spec from YAML, remembering the place of every element."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from quantumlayer.spec.errors import Problem, SpecError, UnreadableSpecError
from quantumlayer.spec.grammar import grammar_problems
from quantumlayer.spec.model import Spec
from quantumlayer.spec.nodes import Node, NodeError, place_inside, read_tree

MAX_BYTES = 1_000_000
"""Largest Spec in bytes; the clinic's has 8,000."""


@dataclass(frozen=True, slots=True)
class LoadedSpec:
    """A Spec and the text it was read from.

    Args:
        spec: The typed model.
        name: What messages call the file.
        text: The YAML as written.
        root: The YAML as a tree with places.
    """

    spec: Spec
    name: str
    text: str
    root: Node

    def position(self, address: str, offset: int | None = None) -> tuple[int, int]:
        """Line and column, from 1, of the element at an address, or of the nearest thing around it.

        With `offset` the place of that character inside the element's text, as for an error in an expression.
        """
        key, node = self._find(address)
        if offset is not None and isinstance(node.value, str):
            return place_inside(self.text, node, offset)
        return (key.line, key.column) if offset is None else (node.line, node.column)

    def offset(self, address: str, line: int, column: int) -> int:
        """The offset, in the text at an address, of a line and column that count from 1 inside that text."""
        lines = str(self._find(address)[1].value).split("\n")
        return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1

    def update(self, spec: Spec) -> str:
        """The document with the values of another Spec: what did not change keeps its comments and its look."""
        from quantumlayer.spec.write import updated  # reading alone must stay fast  # noqa: PLC0415

        return updated(self.text, self.spec, spec)

    def _find(self, address: str) -> tuple[Node, Node]:
        key = node = self.root
        rest = address.split(".") if address else []
        while rest:
            step = self._step(node, rest)
            if step is None:
                break
            key, node, rest = step
        return key, node

    @staticmethod
    def _step(node: Node, rest: list[str]) -> tuple[Node, Node, list[str]] | None:
        """The longest key that the rest of the address begins with: keys of a trace hold dots themselves."""
        if isinstance(node.value, list) and rest[0].isdigit() and int(rest[0]) < len(node.value):
            child = node.value[int(rest[0])]
            return child, child, rest[1:]
        if isinstance(node.value, dict):
            for length in range(len(rest), 0, -1):
                pair = node.value.get(".".join(rest[:length]))
                if pair is not None:
                    return *pair, rest[length:]
        return None


def load_spec(path: Path) -> LoadedSpec:
    """The Spec in a file.

    Raises:
        UnreadableSpecError: There is no such file, or it holds no single YAML document in UTF-8 of at most `MAX_BYTES`.
        SpecError: The document breaks the grammar; every place is listed.
    """
    name = str(path)
    try:
        if path.exists() and not path.is_file():
            raise UnreadableSpecError(name, [Problem("", "This is not a file.", "Give the path of a YAML file.")])
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problem = Problem("", f"The file cannot be read: {reason}.", "Check the path and its permissions.")
        raise UnreadableSpecError(name, [problem]) from error
    return parse_spec(_decoded(content, name), name)


def parse_spec(text: str, name: str = "spec.yaml") -> LoadedSpec:
    """The Spec in a text; messages call it `name`.

    Raises:
        UnreadableSpecError: The text is no single YAML document, or larger than `MAX_BYTES`.
        SpecError: The document breaks the grammar; every place is listed.
    """
    if len(text) > MAX_BYTES:
        raise UnreadableSpecError(name, [_too_large()])
    text = text.removeprefix("\ufeff")
    try:
        root = read_tree(text)
    except NodeError as error:
        raise UnreadableSpecError(name, [error.problem]) from error
    if not isinstance(root.value, dict):
        message = "A Spec is a mapping with the keys `spec`, `service` and `entities`."
        problem = Problem("", message, "Start with `spec: 1`.", root.line, root.column)
        raise UnreadableSpecError(name, [problem])
    try:
        spec = Spec.model_validate(root.data())
    except ValidationError as error:
        raise SpecError(name, grammar_problems(error, root)) from error
    return LoadedSpec(spec, name, text, root)


def _decoded(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise UnreadableSpecError(name, [_too_large()])
    if b"\0" in content:
        at = content.index(b"\0")
        message = f"This is a binary file or UTF-16: byte {at} is zero."
        raise UnreadableSpecError(name, [Problem("", message, "Save it as text in UTF-8.", *_place(content, at))])
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8: byte {error.start} is 0x{content[error.start]:02x}."
        problem = Problem("", message, "Save it in UTF-8.", *_place(content, error.start))
        raise UnreadableSpecError(name, [problem]) from error


def _place(content: bytes, at: int) -> tuple[int, int]:
    return content.count(b"\n", 0, at) + 1, at - content.rfind(b"\n", 0, at)


def _too_large() -> Problem:
    message = f"The file is larger than {MAX_BYTES:,} bytes."
    return Problem("", message, "A Spec describes one service; split it, or check that this is the right file.")
