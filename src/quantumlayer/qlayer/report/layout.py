"""Places boxes in columns and lines between them, so that no box covers another and no line crosses a box.

A layered drawing: what an edge begins at stands left of what it ends at, an edge over several columns keeps its own
lane through each of them, and every vertical piece of a line has its own track between two columns. Everything is
decided by the order of the input, so the same input gives the same picture. Lengths are in pixels.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP = 28
"""Free height between two boxes."""

TRACK = 12
"""Free width between two vertical lines."""

CLEAR = 26
"""Free width beside a box, where marks at the ends of lines have their place."""

_LANE = 12
_CLOSE = 4

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """A box of a given size; `key` is what edges call it."""

    key: Hashable
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from the box `start` to the box `end`; `end_offset` fixes how far below its top the line meets `end`."""

    start: Hashable
    end: Hashable
    end_offset: float | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a box is: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The size of the picture, the boxes by key, and for each edge the corners of its line from `start` to `end`."""

    width: float
    height: float
    boxes: dict[Hashable, Placed]
    lines: tuple[tuple[Point, ...], ...]


def arrange(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layout:
    """Place every node and draw every edge.

    A column takes as many boxes as make the picture about square; circles of edges are drawn with one of them running
    back to the left.
    """
    return _Arrangement(nodes, edges).layout()


@dataclass(slots=True)
class _Chain:
    """One edge, laid from left to right over all the columns it spans: boxes at both ends, lanes between."""

    edge: int
    stops: list[Hashable]
    backwards: bool
    offsets: dict[int, float | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Column:
    keys: list[Hashable] = field(default_factory=list)
    width: float = 0
    x: float = 0


class _Arrangement:
    def __init__(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> None:
        self._nodes = {node.key: node for node in nodes}
        self._edges = list(edges)
        self._loops = [index for index, edge in enumerate(edges) if edge.start == edge.end]
        self._heights: dict[Hashable, float] = {node.key: node.height for node in nodes}
        self._tops: dict[Hashable, float] = {}
        self._columns: list[_Column] = []
        self._chains = self._laid()
        self._order()
        self._stack()

    def layout(self) -> Layout:
        """The finished picture."""
        ends = self._ends()
        turns = self._tracks(ends)
        boxes = {
            key: Placed(column.x, self._tops[key], column.width, self._heights[key])
            for column in self._columns
            for key in column.keys
            if key in self._nodes
        }
        lines: list[tuple[Point, ...]] = [()] * len(self._edges)
        for index, chain in enumerate(self._chains):
            line = tuple(self._line(index, chain, ends, turns))
            lines[chain.edge] = line[::-1] if chain.backwards else line
        for index in self._loops:
            lines[index] = self._loop(index, boxes, turns)
        width = max(column.x + column.width for column in self._columns) + self._tail(turns)
        height = max(top + self._heights[key] for key, top in self._tops.items())
        return Layout(width, height, boxes, tuple(lines))

    def _ranks(self) -> dict[Hashable, int]:
        """The column of each box: right of the placed ones it is joined to, in the first one with room."""
        before: dict[Hashable, list[Hashable]] = defaultdict(list)
        joined: dict[Hashable, list[Hashable]] = defaultdict(list)
        for edge in self._edges:
            if edge.start != edge.end:
                before[edge.end].append(edge.start)
                joined[edge.end].append(edge.start)
                joined[edge.start].append(edge.end)
        room = max(4, math.ceil(math.sqrt(len(self._nodes))))
        ranks: dict[Hashable, int] = {}
        taken: dict[int, int] = defaultdict(int)
        for key in _topological(list(self._nodes), before):
            rank = max((ranks[other] + 1 for other in joined[key] if other in ranks), default=0)
            while taken[rank] >= room:
                rank += 1
            ranks[key] = rank
            taken[rank] += 1
        return ranks

    def _laid(self) -> list[_Chain]:
        ranks = self._ranks()
        self._columns = [_Column() for _ in range(max(ranks.values()) + 1)]
        for key, rank in ranks.items():
            self._columns[rank].keys.append(key)
        chains = []
        for index, edge in enumerate(self._edges):
            if edge.start == edge.end:
                continue
            backwards = ranks[edge.start] > ranks[edge.end]
            left, right = (edge.end, edge.start) if backwards else (edge.start, edge.end)
            lanes: list[Hashable] = [("lane", index, rank) for rank in range(ranks[left] + 1, ranks[right])]
            for rank, lane in enumerate(lanes, ranks[left] + 1):
                self._columns[rank].keys.append(lane)
                self._heights[lane] = _LANE
            chain = _Chain(index, [left, *lanes, right], backwards)
            chain.offsets = {0 if backwards else len(lanes) + 1: edge.end_offset}
            chains.append(chain)
        return chains

    def _order(self) -> None:
        """Put what is connected at like heights: four sweeps, each by the mean place of the neighbours."""
        left: dict[Hashable, list[Hashable]] = defaultdict(list)
        right: dict[Hashable, list[Hashable]] = defaultdict(list)
        for chain in self._chains:
            for one, other in pairwise(chain.stops):
                right[one].append(other)
                left[other].append(one)
        for _ in range(2):
            for neighbours, columns in ((left, self._columns), (right, self._columns[::-1])):
                places = self._places()
                for column in columns:
                    weights = {
                        key: _mean([places[other] for other in neighbours[key]], places[key]) for key in column.keys
                    }
                    column.keys.sort(key=weights.__getitem__)
                    places |= self._places()

    def _places(self) -> dict[Hashable, float]:
        """How far down its column each box is, from 0 to 1."""
        return {
            key: (index + 0.5) / len(column.keys) for column in self._columns for index, key in enumerate(column.keys)
        }

    def _stack(self) -> None:
        totals = [sum(self._heights[key] + GAP for key in column.keys) - GAP for column in self._columns]
        for column, total in zip(self._columns, totals, strict=True):
            column.width = max((self._nodes[key].width for key in column.keys if key in self._nodes), default=0)
            top = (max(totals) - total) / 2
            for key in column.keys:
                self._tops[key] = top
                top += self._heights[key] + GAP

    def _ends(self) -> dict[tuple[int, int], float]:
        """The height at which each chain meets each of its stops: (chain, stop) -> y, apart from other chains."""
        sides: dict[tuple[Hashable, bool], list[tuple[float, int, int]]] = defaultdict(list)
        ends: dict[tuple[int, int], float] = {}
        for index, chain in enumerate(self._chains):
            last = len(chain.stops) - 1
            for stop, key in enumerate(chain.stops):
                offset = chain.offsets.get(stop)
                if 0 < stop < last:
                    ends[index, stop] = self._tops[key] + _LANE / 2
                elif offset is not None:
                    ends[index, stop] = self._tops[key] + offset
                else:
                    other = chain.stops[1 if stop == 0 else last - 1]
                    sides[key, stop == 0].append((self._tops[other] + self._heights[other] / 2, index, stop))
        for (key, _), meeting in sides.items():
            step = self._heights[key] / (len(meeting) + 1)
            for number, (_, index, stop) in enumerate(sorted(meeting), start=1):
                ends[index, stop] = self._tops[key] + number * step
            if len(meeting) == 1:
                self._straighten(key, meeting[0][1:], ends)
        self._part(ends)
        return ends

    def _straighten(self, key: Hashable, end: tuple[int, int], ends: dict[tuple[int, int], float]) -> None:
        """Let the only line on a side of a box meet it level with where it comes from, if the box is there."""
        index, stop = end
        level = ends.get((index, 1 if stop == 0 else stop - 1))
        margin = min(10, self._heights[key] / 4)
        if level is not None and self._tops[key] + margin <= level <= self._tops[key] + self._heights[key] - margin:
            ends[end] = level

    def _part(self, ends: dict[tuple[int, int], float]) -> None:
        """Move the ends of lines apart that would run into each other on the same level between two columns."""
        rank = {key: number for number, column in enumerate(self._columns) for key in column.keys}
        arriving: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for index, chain in enumerate(self._chains):
            for stop, key in enumerate(chain.stops[1:], start=1):
                arriving[rank[key] - 1].append((index, ends[index, stop]))
        for index, chain in enumerate(self._chains):
            others = [y for other, y in arriving[rank[chain.stops[0]]] if other != index]
            if 0 not in chain.offsets and any(abs(y - ends[index, 0]) < _CLOSE for y in others):
                top = self._tops[chain.stops[0]]
                bottom, moved = top + self._heights[chain.stops[0]], ends[index, 0] + _CLOSE
                ends[index, 0] = moved if moved <= bottom else max(top, ends[index, 0] - _CLOSE)

    def _tracks(self, ends: dict[tuple[int, int], float]) -> dict[tuple[str, int, int], float]:
        """The x of each vertical piece; sets the x of the columns on the way."""
        rank = {key: number for number, column in enumerate(self._columns) for key in column.keys}
        turning: dict[int, list[tuple[tuple[int, float], tuple[str, int, int]]]] = defaultdict(list)
        for index, chain in enumerate(self._chains):
            for stop, key in enumerate(chain.stops[:-1]):
                before, after = ends[index, stop], ends[index, stop + 1]
                order = (1, -before) if after > before else (0, before)
                turning[rank[key]].append((order, ("edge", index, stop)))
        for index in self._loops:
            turning[rank[self._edges[index].start]].append(((-1, 0), ("loop", index, 0)))
        tracks: dict[tuple[str, int, int], float] = {}
        x = 0.0
        for number, column in enumerate(self._columns):
            column.x = x
            x += column.width + CLEAR
            for _, name in sorted(turning[number]):
                tracks[name] = x
                x += TRACK
            x += CLEAR
        return tracks

    def _tail(self, tracks: dict[tuple[str, int, int], float]) -> float:
        """Width right of the last column that its loops need."""
        last = self._columns[-1]
        return max((x - last.x - last.width + TRACK for x in tracks.values() if x > last.x + last.width), default=0)

    def _line(
        self, index: int, chain: _Chain, ends: dict[tuple[int, int], float], tracks: dict[tuple[str, int, int], float]
    ) -> Iterator[Point]:
        column = {key: column for column in self._columns for key in column.keys}
        first = column[chain.stops[0]]
        yield first.x + first.width, ends[index, 0]
        for stop in range(len(chain.stops) - 1):
            before, after = ends[index, stop], ends[index, stop + 1]
            if before != after:
                yield tracks["edge", index, stop], before
                yield tracks["edge", index, stop], after
        yield column[chain.stops[-1]].x, ends[index, len(chain.stops) - 1]

    def _loop(
        self, index: int, boxes: dict[Hashable, Placed], tracks: dict[tuple[str, int, int], float]
    ) -> tuple[Point, ...]:
        edge = self._edges[index]
        box = boxes[edge.start]
        right, turn = box.x + box.width, tracks["loop", index, 0]
        below = box.y + (box.height / 2 if edge.end_offset is None else edge.end_offset)
        top = box.y + min(10, box.height / 4)
        return ((right, top), (turn, top), (turn, below), (right, below))


def _topological(keys: list[Hashable], before: dict[Hashable, list[Hashable]]) -> Iterator[Hashable]:
    """Every key after those before it; where they form a circle, the one with the fewest left goes first."""
    waiting = list(keys)
    done: set[Hashable] = set()
    while waiting:
        key = min(waiting, key=lambda key: len({*before[key]} - done))
        waiting.remove(key)
        done.add(key)
        yield key


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default
