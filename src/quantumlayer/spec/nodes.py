"""YAML as a tree of nodes that know their place, with everything refused that a Spec does not need.

Anchors, aliases, tags, duplicate keys and deep nesting are errors, so that no file can grow in memory or hide a value.
Scalars follow YAML 1.2; a number with a point becomes the decimal that was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from quantumlayer.spec.errors import Problem

MAX_DEPTH = 40
"""Deepest nesting of mappings and lists; the grammar itself needs nine."""

Scalar = str | int | bool | Decimal | date | None

_INT = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_MAX_DIGITS = 40
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
"""NUL and halves of surrogate pairs: escapes can write them, but no file of source code and no database holds them."""


class NodeError(Exception):
    """One problem that makes the document unreadable."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: `line` and `column` from 1, `start` and `end` offsets in the text.

    `style` is YAML's sign for the way a scalar is written: empty, a quote, `|` or `>`.
    """

    value: "Scalar | list[Node] | dict[str, tuple[Node, Node]]"
    line: int
    column: int
    start: int
    end: int
    style: str = ""

    def data(self) -> object:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: child.data() for key, (_, child) in self.value.items()}
        if isinstance(self.value, list):
            return [child.data() for child in self.value]
        return self.value


def read_scalar(text: str) -> Scalar:
    """The value of a plain scalar.

    Raises:
        ValueError: A number of more than 40 digits, or a date that the calendar does not have.
    """
    if text.lower() in _WORDS and text in {text.lower(), text.capitalize(), text.upper()}:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text) or _DECIMAL.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            message = "is a number of more than 40 digits."
            raise ValueError(message)
        return int(text) if _INT.fullmatch(text) else Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            message = f"is no date of the calendar: {text}."
            raise ValueError(message) from error
    return text


def read_tree(text: str) -> Node:
    """The one document in the text.

    Raises:
        NodeError: The text is no YAML, no single document, or uses what a Spec must not.
    """
    events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
    try:
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                raise _refused(event, "The file holds several documents.", "Keep one Spec in one file, without `---`.")
            if isinstance(event, NodeEvent):
                root = _node(event, events, 0)
            if isinstance(event, StreamEndEvent):
                break
    except MarkedYAMLError as error:
        raise _broken(error) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        message = "The file holds a control character that YAML does not allow."
        raise NodeError(Problem("", message, "Remove the character.", line, column)) from error
    if root is None:
        raise NodeError(Problem("", "The file is empty.", "Start with `spec: 1`, `service:` and `entities:`.", 1, 1))
    return root


def _node(event: NodeEvent, events: Iterator[Event], depth: int) -> Node:
    if isinstance(event, AliasEvent) or event.anchor is not None:
        raise _refused(event, "Anchors and aliases are not allowed in a Spec.", "Write the value out where it is used.")
    tag = getattr(event, "tag", None)
    if tag is not None and str(tag) not in {"", "None"}:
        raise _refused(event, f"Tags such as {str(tag)[:60]!r} are not allowed in a Spec.", "Remove the tag.")
    if depth > MAX_DEPTH:
        raise _refused(event, f"The file is nested deeper than {MAX_DEPTH} levels.", "Flatten it as the schema says.")
    if isinstance(event, MappingStartEvent):
        return _mapping(event, events, depth)
    if isinstance(event, SequenceStartEvent):
        return _sequence(event, events, depth)
    assert isinstance(event, ScalarEvent)  # noqa: S101  the only kind of node that is left
    return _scalar(event)


def _scalar(event: ScalarEvent) -> Node:
    start, end = event.start_mark, event.end_mark
    style = event.style or ""
    try:
        value = event.value if style else read_scalar(event.value)
    except ValueError as error:
        raise _refused(event, f"The value {error}", "Correct it, or quote it if it is text.") from error
    if found := _NO_TEXT.search(event.value):
        message = f"The text holds {found[0]!a}, which is no character that a service can keep."
        raise _refused(event, message, "Leave it out; what lies beyond \\uffff is one escape, such as \\U0001f600.")
    return Node(value, start.line + 1, start.column + 1, start.index, end.index, style)


def _sequence(event: SequenceStartEvent, events: Iterator[Event], depth: int) -> Node:
    children: list[Node] = []
    for item in events:
        if isinstance(item, CollectionEndEvent):
            break
        assert isinstance(item, NodeEvent)  # noqa: S101  what a sequence is made of
        children.append(_node(item, events, depth + 1))
    start = event.start_mark
    return Node(children, start.line + 1, start.column + 1, start.index, start.index)


def _mapping(event: MappingStartEvent, events: Iterator[Event], depth: int) -> Node:
    children: dict[str, tuple[Node, Node]] = {}
    for item in events:
        if isinstance(item, CollectionEndEvent):
            break
        assert isinstance(item, NodeEvent)  # noqa: S101  what a mapping is made of
        key = _node(item, events, depth + 1)
        if not isinstance(item, ScalarEvent):
            raise _refused(item, "A key must be a word.", "Write a name before the colon.")
        name = str(item.value)
        if name in children:
            first = children[name][0].line
            message = f"The key {name!r} stands here and on line {first}."
            raise _refused(item, message, "Keep one of the two.")
        children[name] = (key, _value(events, depth))
    start = event.start_mark
    return Node(children, start.line + 1, start.column + 1, start.index, start.index)


def _value(events: Iterator[Event], depth: int) -> Node:
    event = next(events)
    assert isinstance(event, NodeEvent)  # noqa: S101  a key is always followed by a node
    return _node(event, events, depth + 1)


def _refused(event: Event, message: str, hint: str) -> NodeError:
    mark = event.start_mark
    return NodeError(Problem("", message, hint, mark.line + 1, mark.column + 1))


def _broken(error: MarkedYAMLError) -> NodeError:
    mark = error.problem_mark or error.context_mark
    message = f"This is no YAML: {error.problem or error.context}."
    hint = "Check the indentation, and quote text that holds a colon, a `#` or brackets."
    return NodeError(Problem("", message, hint, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1))


def place_inside(text: str, node: Node, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of the character at `offset` of a scalar's value.

    The value is aligned with the text it was written as, so folded lines, indentation and quotes are accounted for.
    """
    value = str(node.value)
    here = node.start
    if node.style in {"|", ">"}:
        here = text.find("\n", here) + 1
    elif node.style:
        here += 1
    for char in value[:offset]:
        here = _after(text, _reach(text, here, char, node), node)
    if offset < len(value):
        here = _reach(text, here, value[offset], node)
    line = text.count("\n", 0, here) + 1
    return line, here - text.rfind("\n", 0, here)


def _reach(text: str, here: int, char: str, node: Node) -> int:
    """The place of the value's next character: blanks of the text that the value lacks are skipped."""
    if char.isspace():
        return here
    while here < node.end and text[here].isspace():
        here += 1
    return here


def _after(text: str, here: int, node: Node) -> int:
    """The place after the character at `here`, which may be written as an escape."""
    if node.style == "'" and text[here : here + 2] == "''":
        return here + 2
    if node.style == '"' and text[here] == "\\":
        return here + {"x": 4, "u": 6, "U": 10}.get(text[here + 1 : here + 2], 2)
    return here + 1
