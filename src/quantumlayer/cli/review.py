"""What `ql parse` shows of a Spec: open points, the text with what it led to, the model, and what to do next."""

import shlex
import shutil
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap

from quantumlayer.cli.style import Mark, Style, printable, shortened
from quantumlayer.spec.model import Entity, Field, FieldType, Relation, RelationKind, Source, Spec
from quantumlayer.spec.points import Point, Severity, points

BY_SEVERITY = {
    Severity.DECIDES: Mark("●", "*", "decides", "red"),
    Severity.MATTERS: Mark("◐", "o", "matters", "yellow"),
    Severity.DETAIL: Mark("○", ".", "detail", "dim"),
}
LABEL = 12
"""Columns before what is said of a point."""
NARROW = 70
"""Columns below which a text and its elements stand below each other."""
BOX = 38
"""Columns of an entity's box."""
SHOWN_DETAILS = 12
"""Assumptions about details that are shown; the Spec has all of them."""
SURE = 0.7
"""How sure a reading must be to stand without a question mark."""

_KINDS = {RelationKind.MANY_TO_ONE: "n:1", RelationKind.ONE_TO_ONE: "1:1", RelationKind.MANY_TO_MANY: "n:m"}
_PARTS = {"fields": "", "relations": "", "derived": "", "rules": "rule ", "requires": "needs ", "takes": "takes "}


def columns() -> int:
    """The width to write for."""
    return max(40, min(200, shutil.get_terminal_size((100, 24)).columns))


def review(spec: Spec, style: Style, width: int, path: Path | None) -> None:
    """Write the review of a Spec, which is kept at a path if it is written somewhere."""
    open_points = points(spec)
    asked = [point for point in open_points if point.asked]
    assumed = [point for point in open_points if not point.asked]
    style.line(style.paint(printable(spec.service.name), "bold"))
    _paragraph(spec.service.summary, style, width)
    _questions(asked, style, width)
    _assumptions(assumed, style, width)
    _text(spec, style, width)
    _model(spec, style, width)
    style.line()
    style.line(_counts(spec, len(asked), len(assumed)))
    if path is not None:
        step = f"ql answer {shlex.quote(str(path))}" if asked else f"ql build {shlex.quote(str(path))} -o DIR"
        style.line(f"  {style.paint('next', 'dim')}   {step}")


def point_lines(point: Point, number: int, style: Style, width: int) -> None:
    """Write a question: how much hangs on it, what is asked, why, what an answer changes, and what is proposed."""
    mark = style.mark(BY_SEVERITY[point.severity], LABEL - 2)
    head, *more = wrap(printable(point.text), max(20, width - LABEL - 12)) or [""]
    style.line(f"  {mark}{number:>2} {style.paint(point.id, 'bold')}  {head}")
    for line in more:
        style.line(f"{'':{LABEL + 12}}{line}")
    for source in point.unquoted:
        _labelled("from", f"{source.file or 'an answer'}: \u201c{_flat(source.quote)}\u201d", style, width)
    place = f" ({point.about})" if point.about else ""
    _labelled("effect", f"{point.effect.removesuffix('.')}{place}.", style, width)
    _labelled("proposed", point.proposed or "nothing", style, width)


def _questions(asked: Sequence[Point], style: Style, width: int) -> None:
    if not asked:
        return
    _heading(f"Questions ({len(asked)})", style)
    for number, point in enumerate(asked, 1):
        point_lines(point, number, style, width)


def _assumptions(assumed: Sequence[Point], style: Style, width: int) -> None:
    if not assumed:
        return
    _heading(f"Decided without being told ({len(assumed)})", style)
    details = [point for point in assumed if point.severity is Severity.DETAIL]
    for point in [*(point for point in assumed if point not in details), *details[:SHOWN_DETAILS]]:
        head, *more = wrap(printable(point.text), max(20, width - LABEL)) or [""]
        style.line(f"  {style.mark(BY_SEVERITY[point.severity], LABEL - 2)}{head}")
        for line in more:
            style.line(f"{'':{LABEL}}{line}")
    if len(details) > SHOWN_DETAILS:
        style.line(f"{'':{LABEL}}and {len(details) - SHOWN_DETAILS} more details in the Spec")


def _labelled(label: str, text: str, style: Style, width: int) -> None:
    head, *more = wrap(printable(text), max(20, width - LABEL - 12)) or [""]
    style.line(f"{'':{LABEL}}{style.paint(f'{label:<12}', 'dim')}{head}")
    for line in more:
        style.line(f"{'':{LABEL + 12}}{line}")


def _text(spec: Spec, style: Style, width: int) -> None:
    """Every sentence, and beside it the elements that it led to."""
    file = None
    if spec.trace:
        _heading("From the text", style)
    left = (width - 5) // 2 if width >= NARROW else width - 4
    for source in spec.trace:
        if source.file != file:
            file = source.file
            style.line(f"  {style.paint(printable(file or 'answers'), 'dim')}")
        said = _lines(source.quote, left)
        told = _lines(_elements(source), width - left - 5 if width >= NARROW else width - 6)
        if width < NARROW:
            for line in [*said, *(f"  {line}" for line in told)]:
                style.line(f"  {line}")
            continue
        between = "\u2502" if style.unicode else "|"
        for one, other in zip_longest(said, told, fillvalue=""):
            style.line(f"  {one:<{left}} {between} {other}".rstrip())


def _lines(text: str, width: int) -> list[str]:
    return wrap(printable(_flat(text)), width, break_long_words=True)


def _elements(source: Source) -> str:
    """The elements of a sentence as people call them, by what they belong to."""
    groups: dict[str, list[str]] = {}
    for address, sure in source.elements.items():
        part, _, rest = address.partition(".")
        owner, _, inner = rest.partition(".")
        kind, _, name = inner.partition(".")
        title = owner if part == "entities" else f"{part.rstrip('s').replace('querie', 'query')} {owner}".strip()
        shown = f"{_PARTS[kind]}{name.replace('.', ' ')}" if kind in _PARTS else inner.replace(".", " ")
        members = groups.setdefault(title, [])
        if shown:
            members.append(f"{shown}{'' if sure >= SURE else '?'}")
    return "; ".join(f"{title}: {', '.join(members)}" if members else title for title, members in groups.items())


def _model(spec: Spec, style: Style, width: int) -> None:
    _heading("Model", style)
    beside = max(1, width // (BOX + 2))
    boxes = [list(_box(name, entity, style)) for name, entity in spec.entities.items()]
    for start in range(0, len(boxes), beside):
        row = boxes[start : start + beside]
        for parts in zip_longest(*row, fillvalue=" " * BOX):
            style.line(f"  {'  '.join(parts)}".rstrip())
    for name, operation in spec.operations.items():
        moves = f", {' or '.join(operation.from_) or 'any'} to {operation.to}" if operation.to else ""
        line = f"{name} on {operation.on} by {', '.join(operation.by)}{moves}"
        style.line(f"  {shortened(line, width - 4).rstrip()}")


def _box(name: str, entity: Entity, style: Style) -> Iterator[str]:
    """An entity with its relations, fields, states and derived values."""
    across, down, corners = ("\u2500", "\u2502", "\u250c\u2510\u2514\u2518") if style.unicode else ("-", "|", "++++")
    inner = BOX - 4
    yield f"{corners[0]}{across} {shortened(name, min(len(name), inner - 1))} ".ljust(BOX - 1, across) + corners[1]
    for left, right in _rows(entity, style):
        room = inner - len(right) - 1
        yield f"{down} {shortened(left, max(8, room))} {shortened(right, min(len(right), inner - 9))} {down}"
    yield f"{corners[2]}{across * (BOX - 2)}{corners[3]}"


def _rows(entity: Entity, style: Style) -> Iterator[tuple[str, str]]:
    for key, relation in entity.relations.items():
        yield f"{key}{'?' if relation.optional else ''}", _relation(relation, style)
    for key, field in entity.fields.items():
        yield f"{key}{'?' if field.optional else ''}", _field(field, style)
    if entity.states is not None:
        yield entity.states.field, " ".join(entity.states.values)
    for key, derived in entity.derived.items():
        yield f"{key}{'?' if derived.optional else ''}", f"= {derived.type.value}"


def _relation(relation: Relation, style: Style) -> str:
    arrow = "\u2192" if style.unicode else "->"
    return f"{arrow} {relation.to} {_KINDS[relation.kind]}"


def _field(field: Field, style: Style) -> str:
    least, most = ("\u2265", "\u2264") if style.unicode else (">=", "<=")
    bounds = "" if field.max is None or field.type is FieldType.FILE else f" {most}{field.max}"
    lower = "" if field.min is None else f" {least}{field.min}"
    return f"{field.type.value}{lower}{bounds}{' unique' if field.unique else ''}"


def _counts(spec: Spec, asked: int, assumed: int) -> str:
    fields = sum(len(entity.fields) for entity in spec.entities.values())
    rules = sum(len(entity.rules) for entity in spec.entities.values())
    rules += sum(len(operation.requires) for operation in spec.operations.values())
    counts = [
        _count(len(spec.entities), "entity", "entities"),
        _count(fields, "field", "fields"),
        _count(len(spec.operations), "operation", "operations"),
        _count(rules, "rule", "rules"),
        _count(len(spec.roles), "role", "roles"),
        _count(asked, "question", "questions"),
        _count(assumed, "assumption", "assumptions"),
    ]
    return ", ".join(counts)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _heading(text: str, style: Style) -> None:
    style.line()
    style.line(style.paint(text, "bold"))


def _paragraph(text: str, style: Style, width: int) -> None:
    for line in wrap(printable(text), width - 2):
        style.line(style.paint(line, "dim"))


def _flat(text: str) -> str:
    return " ".join(text.split())
