"""The model of a Spec as pictures: entities with their relations, and the life of a record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quantumlayer.qlayer.report.layout import Edge, Layout, Node, Placed, Point, arrange
from quantumlayer.spec.model import Entity, Field, Relation, RelationKind, Spec, States

_CHARACTER = 7.3
_LINE = 20
_HEAD = 30
_LONGEST = 28
_PAD = 12
_MARK = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an entity's box.

    Args:
        name: Name of the field or relation, shortened to what fits.
        type: What it holds; `?` says that it may be missing.
        kind: `field`, `relation`, `derived` or `state`.
        full: Name and type in full.
        y: Base line of the text, from the top of the picture.
    """

    name: str
    type: str
    kind: str
    full: str
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a picture: an entity with its rows, a state, or an operation that moves a record."""

    title: str
    full: str
    kind: str
    at: Placed
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a picture as SVG paths: the line itself, the marks at its ends, and what it says."""

    path: str
    marks: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing: size in pixels, boxes, lines, and the same in words for who cannot see it."""

    title: str
    about: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def entity_picture(spec: Spec) -> Picture:
    """Entities with their fields; a relation runs from its row to the entity it refers to."""
    rows = {name: list(_rows(entity)) for name, entity in spec.entities.items()}
    nodes = [Node(name, _width(name, rows[name]), _HEAD + _LINE * len(rows[name]) + 8) for name in rows]
    relations = [
        (name, key, relation) for name, entity in spec.entities.items() for key, relation in entity.relations.items()
    ]
    edges = [
        Edge(relation.to, name, _HEAD + _LINE * (list(spec.entities[name].relations).index(key) + 0.5))
        for name, key, relation in relations
    ]
    layout = arrange(nodes, edges)
    boxes = tuple(_entity(name, rows[name], layout.boxes[name]) for name in rows)
    lines = tuple(
        Line(_path(points), _crow(points, relation), _relation_says(name, key, relation))
        for (name, key, relation), points in zip(relations, layout.lines, strict=True)
    )
    said = " ".join(f"{line.says}." for line in lines)
    about = f"{', '.join(spec.entities)}. {said}".strip()
    return _picture("Entities and relations", about, layout, boxes, lines)


def state_picture(spec: Spec, entity: str, states: States) -> Picture:
    """The states of an entity's records, the first being where they begin, and the operations between them."""
    moves = [(name, op) for name, op in spec.operations.items() if op.on == entity and op.to is not None]
    nodes = [Node(("state", state), _text_width(state) + 2 * _PAD, 30) for state in states.values]
    nodes += [Node(("operation", name), _text_width(name) + 2 * _PAD, 24) for name, _ in moves]
    edges: list[Edge] = []
    said: list[str] = []
    for name, operation in moves:
        edges += [Edge(("state", state), ("operation", name)) for state in operation.from_]
        edges.append(Edge(("operation", name), ("state", operation.to)))
        origin = " or ".join(operation.from_) or "any state"
        said.append(f"{name} moves it from {origin} to {operation.to}.")
    layout = arrange(nodes, edges)
    boxes = tuple(
        Box(
            _short(name),
            name,
            "begin" if name == states.values[0] and kind == "state" else kind,
            layout.boxes[kind, name],
        )
        for kind, name in [(key[0], key[1]) for key in (node.key for node in nodes) if isinstance(key, tuple)]
    )
    lines = tuple(
        Line(_path(points), (_arrow(points),) if _is_state(edge.end) else (), "")
        for edge, points in zip(edges, layout.lines, strict=True)
    )
    about = f"{', '.join(states.values)}; a record begins as {states.values[0]}. {' '.join(said)}".strip()
    return _picture(f"States of {entity}", about, layout, boxes, lines)


def _is_state(key: object) -> bool:
    return isinstance(key, tuple) and key[0] == "state"


def _picture(title: str, about: str, layout: Layout, boxes: tuple[Box, ...], lines: tuple[Line, ...]) -> Picture:
    return Picture(title, about, layout.width + 4, layout.height + 4, boxes, lines)


def _rows(entity: Entity) -> Iterator[tuple[str, str, str]]:
    """Name, type and kind of every row, relations first."""
    for key, relation in entity.relations.items():
        yield key, relation.to + ("?" if relation.optional else ""), "relation"
    for key, field in entity.fields.items():
        yield key, _type(field), "field"
    if entity.states is not None:
        yield entity.states.field, f"{len(entity.states.values)} states", "state"
    for key, derived in entity.derived.items():
        yield key, f"{derived.type}{'?' if derived.optional else ''}", "derived"


def _type(field: Field) -> str:
    return f"{field.type}{'?' if field.optional else ''}{' unique' if field.unique else ''}"


def _entity(name: str, rows: Sequence[tuple[str, str, str]], at: Placed) -> Box:
    placed = tuple(
        Row(_short(key), _short(kind_of), kind, f"{key}: {kind_of}", at.y + _HEAD + _LINE * index + 14)
        for index, (key, kind_of, kind) in enumerate(rows)
    )
    return Box(_short(name), name, "entity", at, placed)


def _width(title: str, rows: Sequence[tuple[str, str, str]]) -> float:
    texts = [_text_width(key) + _text_width(kind_of) + 2 * _CHARACTER for key, kind_of, _ in rows]
    return max(130.0, _text_width(title) * 1.15, *texts) + 2 * _PAD


def _text_width(text: str) -> float:
    return _CHARACTER * len(_short(text))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _relation_says(name: str, key: str, relation: Relation) -> str:
    one = relation.kind is RelationKind.ONE_TO_ONE
    return f"{'One' if one else 'Many'} {name} to {'at most ' if relation.optional else ''}one {relation.to} as {key}"


def _path(points: Sequence[Point]) -> str:
    """A line through corners, which are rounded a little."""
    first, *rest = points
    parts = [f"M{_pair(first)}"]
    for before, corner, after in zip(points, rest, rest[1:], strict=False):
        size = min(5.0, _distance(before, corner) / 2, _distance(corner, after) / 2)
        parts.append(f"L{_pair(_towards(corner, before, size))}Q{_pair(corner)} {_pair(_towards(corner, after, size))}")
    parts.append(f"L{_pair(rest[-1])}")
    return "".join(parts)


def _crow(points: Sequence[Point], relation: Relation) -> tuple[str, ...]:
    """Crow's feet: how many at the target's end (first point), how many at the referrer's (last point)."""
    target, referrer = _Mark(points[0], points[1]), _Mark(points[-1], points[-2])
    at_target = (target.bar(_MARK), target.ring(_MARK + 8) if relation.optional else target.bar(_MARK + 4))
    if relation.kind is RelationKind.ONE_TO_ONE:
        return (*at_target, referrer.bar(_MARK), referrer.ring(_MARK + 8))
    return (*at_target, referrer.fork(), referrer.ring(_MARK + 6))


def _arrow(points: Sequence[Point]) -> str:
    return _Mark(points[-1], points[-2]).arrow()


@dataclass(frozen=True, slots=True)
class _Mark:
    """Draws on a line that leaves the border of a box at `at` towards `to`, which is level with it."""

    at: Point
    to: Point

    @property
    def _way(self) -> int:
        return 1 if self.to[0] > self.at[0] else -1

    def bar(self, away: float) -> str:
        """A stroke across the line: one."""
        x, y = self.at[0] + self._way * away, self.at[1]
        return f"M{_pair((x, y - 5))}L{_pair((x, y + 5))}"

    def ring(self, away: float) -> str:
        """A circle: perhaps none."""
        x, y = self.at[0] + self._way * (away - 4), self.at[1]
        return f"M{_pair((x, y))}a4 4 0 1 0 {8 * self._way} 0a4 4 0 1 0 {-8 * self._way} 0Z"

    def fork(self) -> str:
        """Three prongs on the box: many."""
        (x, y), tip = self.at, self.at[0] + self._way * _MARK
        return f"M{_pair((x, y - 5))}L{_pair((tip, y))}L{_pair((x, y + 5))}"

    def arrow(self) -> str:
        """A closed triangle that points at the box."""
        (x, y), back = self.at, self.at[0] + self._way * 8
        return f"M{_pair((x, y))}L{_pair((back, y - 4))}L{_pair((back, y + 4))}Z"


def _pair(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _distance(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(point: Point, other: Point, size: float) -> Point:
    """The point at a distance from one corner on the level or upright way to another."""
    length = _distance(point, other) or 1
    return (point[0] + (other[0] - point[0]) * size / length, point[1] + (other[1] - point[1]) * size / length)
