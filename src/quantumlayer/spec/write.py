"""Writes a Spec as YAML: from scratch in one stable style, or into a document whose comments stay."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from io import StringIO
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from quantumlayer.spec.errors import SpecError
from quantumlayer.spec.model import Answer, Entity, Field, Listing, Note, Operation, Query, Report, Role, Spec, Webhook
from quantumlayer.spec.nodes import read_scalar
from quantumlayer.spec.sizes import size_text

if TYPE_CHECKING:
    from ruamel.yaml.nodes import ScalarNode
    from ruamel.yaml.representer import RoundTripRepresenter


_WIDTH = 120
_SHORT = 100
_PLAIN = re.compile(r"[A-Za-z0-9(_/][^:#\n]*(?::[^\s:#][^:#\n]*)*")
_SPREAD = frozenset(
    {
        "service", "roles", "entities", "fields", "relations", "derived", "rules", "access", "list", "operations",
        "requires", "takes", "creates", "also", "queries", "reports", "jobs", "webhooks", "quality", "assumptions",
        "questions", "answers", "trace", "elements",
    }
)  # fmt: skip
_LISTED = ("assumptions", "questions", "answers", "trace")
"""What the reader writes at the end of a document, in its order."""
_APART = frozenset({"entities", "operations", "queries", "reports", "jobs", "webhooks"})


def document(spec: Spec) -> dict[str, object]:
    """The Spec as the plain mapping that its YAML holds: defaults left out, lists of one name as that name."""
    return cast("dict[str, object]", _plain(spec))


def in_one_line(value: object) -> str:
    """A value of a document as YAML on one line."""
    return _flow(value)


def dump_spec(spec: Spec) -> str:
    """The Spec as YAML: the same Spec gives the same bytes, and reading them gives the same Spec."""
    sections = ["\n".join(_entry(key, value, 0, spread=True)) for key, value in document(spec).items()]
    return sections[0] + "\n" + "\n\n".join(sections[1:]) + "\n"


def updated(text: str, old: Spec, new: Spec) -> str:
    """The text of `old` with the values of `new` in it; what did not change keeps its comments and its look."""
    if old == new:
        return text
    from quantumlayer.spec.load import parse_spec  # noqa: PLC0415  it imports this module in its turn

    anew = [part for part in _LISTED if getattr(old, part) != getattr(new, part)]
    shown = _edited(text, old, new.model_copy(update={part: getattr(old, part) for part in anew}))
    for part in anew:
        shown = _with_section(shown, part, getattr(new, part))
    try:
        fits = parse_spec(shown).spec == new
    except SpecError:
        fits = False
    return shown if fits else _edited(text, old, new)  # in a document of another look, such as one in braces


def _with_section(text: str, part: str, value: tuple[BaseModel, ...]) -> str:
    """A list at the end of a document written anew, in its place."""
    lines = _entry(part, _plain(value), 0, spread=True) if value else []
    found = _section(text, part)
    if found is not None:
        if re.search(r"(?:^|\s)#", found[0]):
            return text  # a person's comment stands in it
        written = "\n".join([*lines, ""]) if lines else ""
        blank = "\n" if found[0].endswith("\n\n") and lines else ""
        return f"{text[: found.start()]}{written}{blank}{text[found.end() :]}".rstrip("\n") + "\n"
    section = "\n".join([*lines, "", ""])
    later = [_section(text, other) for other in _LISTED[_LISTED.index(part) + 1 :]]
    place = next((one.start() for one in later if one is not None), None)
    if place is None:
        return f"{text.rstrip()}\n\n{section.rstrip()}\n"
    return f"{text[:place]}{section}{text[place:]}"


def _section(text: str, part: str) -> re.Match[str] | None:
    return re.search(rf"^{part}:.*\n(?:(?:[ \t-].*)?(?:\n|\Z))*", text, re.MULTILINE)


def _edited(text: str, old: Spec, new: Spec) -> str:
    if old == new:
        return text
    from ruamel.yaml import YAML  # writing comments back is rare, and this import is not free  # noqa: PLC0415
    from ruamel.yaml.representer import RoundTripRepresenter  # noqa: PLC0415

    class Representer(RoundTripRepresenter):
        """Of our own, so that what it learns stays here."""

    Representer.add_representer(Decimal, _represent_decimal)
    yaml = YAML(typ="rt", pure=True)
    yaml.Representer = Representer
    yaml.width = 100_000
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    loaded = yaml.load(text)
    _merge(loaded, document(old), document(new))
    out = StringIO()
    yaml.dump(loaded, out)
    return out.getvalue()


def _merge(target: dict[str, object], old: dict[str, object], new: dict[str, object]) -> None:
    for key in [key for key in old if key not in new]:
        del target[key]
    for key, value in new.items():
        before = old.get(key)
        if key in target and key in old and before == value and type(before) is type(value):
            continue
        here = target.get(key)
        if isinstance(here, dict) and isinstance(before, dict) and isinstance(value, dict):
            _merge(here, before, value)
        elif isinstance(here, list) and isinstance(before, list) and isinstance(value, list):
            _merge_items(here, before, value)
        else:
            target[_writable_text(key)] = _writable(value)


def _merge_items(target: list[object], old: list[object], new: list[object]) -> None:
    """Items that are still there stay as they are, with their comments; others are put in where they belong."""
    kept = [(before, item) for before, item in zip(old, target, strict=True)]
    for index in reversed([index for index, before in enumerate(old) if before not in new]):
        del target[index]
    wanted: list[object] = []
    for value in new:  # each item once: the same one in two places would be written as an alias
        place = next((index for index, (before, _) in enumerate(kept) if before == value), None)
        wanted.append(_writable(value) if place is None else kept.pop(place)[1])
    for index, item in enumerate(wanted):
        if index >= len(target) or target[index] is not item:
            target[index:] = wanted[index:]
            break


def _writable(value: object) -> object:
    """A value as the round-trip writer lays it out: what holds no mapping on one line."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415

    if isinstance(value, dict):
        mapping = CommentedMap({_writable_text(key): _writable(item) for key, item in value.items()})
        if not any(isinstance(item, dict) for item in value.values()) and len(_flow(value)) <= _SHORT:
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_writable(item) for item in value])
        if not any(isinstance(item, (dict, list)) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    return _writable_text(value) if isinstance(value, str) else value


def _writable_text(text: str) -> str:
    """A text with the quotes it needs: the round-trip writer leaves out some, as of `:a`."""
    if not text.isprintable() or _text(text, flow=True) == text:
        return text
    from ruamel.yaml.scalarstring import SingleQuotedScalarString  # noqa: PLC0415

    return cast("str", SingleQuotedScalarString(text))


def _represent_decimal(writer: "RoundTripRepresenter", value: Decimal) -> "ScalarNode":
    return writer.represent_scalar("tag:yaml.org,2002:float", _digits(value))


def _plain(value: object) -> object:
    if isinstance(value, Role) and value == Role():
        return None
    if isinstance(value, BaseModel):
        return _plain_node(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _plain_node(node: BaseModel) -> dict[str, object]:
    plain: dict[str, object] = {}
    for name, field in _in_reading_order(node):
        value = getattr(node, name)
        if not field.is_required() and value == field.default and type(value) is type(field.default):
            continue
        if name == "max" and isinstance(node, Field) and node.is_file:
            value = size_text(int(value))
        listed = any(isinstance(item, BeforeValidator) for item in field.metadata)
        if listed and len(value) == 1 and not isinstance(node, Listing):
            plain[field.alias or name] = value[0]
        else:
            plain[field.alias or name] = _plain(value)
    return plain


def _in_reading_order(node: BaseModel) -> list[tuple[str, FieldInfo]]:
    """A value's keys as a person would write them: relations before fields, the prose of a small element last."""
    first = ("about",) if isinstance(node, (Answer, Entity, Note, Operation, Query, Report, Role, Webhook)) else ()
    last = () if first else ("about",)
    ranks = {"relations": 1, **dict.fromkeys(first, 0), **dict.fromkeys(last, 3)}
    return sorted(type(node).model_fields.items(), key=lambda item: ranks.get(item[0], 2))


def _entry(key: str, value: object, indent: int, *, spread: bool) -> list[str]:
    """The lines of one key with its value; `spread` values are never put on one line."""
    start = f"{' ' * indent}{_scalar(key, flow=False)}:"
    if value is None:
        return [start]
    if not isinstance(value, (dict, list)):
        return _scalar_entry(start, value, indent)
    flow = f"{start} {_flow(value)}"
    holds_mappings = isinstance(value, list) and any(isinstance(item, dict) for item in value)
    if not value or (not spread and not holds_mappings and len(flow) <= _WIDTH):
        return [flow]
    if isinstance(value, list):
        return [start, *(line for item in value for line in _item(item, indent + 2))]
    return [start, *_entries(key, value, indent + 2)]


def _entries(parent: str, mapping: Mapping[str, object], indent: int) -> list[str]:
    lines: list[str] = []
    for key, value in mapping.items():
        if lines and parent in _APART:
            lines.append("")
        lines += _entry(key, value, indent, spread=parent in _APART or key in _SPREAD)
    return lines


def _item(value: object, indent: int) -> list[str]:
    flow = f"{' ' * indent}- {_flow(value)}"
    if not isinstance(value, dict) or len(flow) <= _WIDTH:
        return [flow]
    first, *others = _entries("", value, indent + 2)
    return [f"{' ' * indent}- {first.lstrip()}", *others]


def _scalar_entry(start: str, value: object, indent: int) -> list[str]:
    written = _scalar(value, flow=False)
    foldable = isinstance(value, str) and value.isprintable() and value.split() == value.split(" ")
    if len(start) + 1 + len(written) <= _WIDTH or not foldable:
        return [f"{start} {written}"]
    from textwrap import wrap  # only long prose needs it  # noqa: PLC0415

    lines = wrap(str(value), _WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)
    return [f"{start} >-", *(f"{' ' * (indent + 2)}{line}" for line in lines)]


def _flow(value: object) -> str:
    if isinstance(value, dict):
        inside = (
            f"{_scalar(key, flow=True)}:{'' if item is None else ' ' + _flow(item)}" for key, item in value.items()
        )
        return f"{{{', '.join(inside)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in value)}]"
    return _scalar(value, flow=True)


def _scalar(value: object, *, flow: bool) -> str:
    if isinstance(value, str):
        return _text(value, flow=flow)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _digits(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _digits(value: Decimal) -> str:
    digits = format(value, "f")
    return digits if "." in digits else f"{digits}.0"


def _text(value: str, *, flow: bool) -> str:
    """Text as it is where YAML reads it back as the same text, else in quotes."""
    if not value.isprintable():
        return (
            '"' + "".join(char if char.isprintable() and char not in '"\\' else _escape(char) for char in value) + '"'
        )
    plain = _PLAIN.fullmatch(value) and value == value.strip() and not (flow and re.search(r"[,\[\]{}:]", value))
    if plain and _stays_text(value):
        return value
    return "'" + value.replace("'", "''") + "'"


def _stays_text(value: str) -> bool:
    try:
        return isinstance(read_scalar(value), str)
    except ValueError:
        return False


def _escape(char: str) -> str:
    return f"\\{char}" if char in '"\\' else f"\\U{ord(char):08x}"
