from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from quantumlayer.qlayer.report.layout import Edge, Layout, Node, Placed, Point, arrange


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Edge]]:
    count = draw(st.integers(1, 30))
    sizes = st.floats(60, 300)
    nodes = [Node(key, draw(sizes), draw(st.floats(24, 300))) for key in range(count)]
    keys = st.integers(0, count - 1)
    offsets = st.one_of(st.none(), st.floats(5, 20))
    edges = draw(st.lists(st.builds(Edge, keys, keys, offsets), max_size=40))
    return nodes, edges


def crosses(box: Placed, one: Point, other: Point) -> bool:
    """Whether a level or upright piece of a line runs through the inside of a box."""
    (left, right), (top, bottom) = sorted([one[0], other[0]]), sorted([one[1], other[1]])
    inside_x = left < box.x + box.width - 0.01 and right > box.x + 0.01
    return inside_x and top < box.y + box.height - 0.01 and bottom > box.y + 0.01


def apart(one: Placed, other: Placed) -> bool:
    beside = one.x + one.width < other.x or other.x + other.width < one.x
    return beside or one.y + one.height < other.y or other.y + other.height < one.y


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_nothing_overlaps_and_no_line_runs_through_a_box(graph: tuple[list[Node], list[Edge]]) -> None:
    nodes, edges = graph
    layout = arrange(nodes, edges)
    assert layout.boxes.keys() == {node.key for node in nodes}
    assert all(apart(one, other) for one, other in combinations(layout.boxes.values(), 2))
    for line in layout.lines:
        for one, other in pairwise(line):
            assert one[0] == other[0] or one[1] == other[1]
            assert not any(crosses(box, one, other) for box in layout.boxes.values())


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_lines_join_their_boxes_and_everything_is_in_the_picture(graph: tuple[list[Node], list[Edge]]) -> None:
    nodes, edges = graph
    layout = arrange(nodes, edges)
    for edge, line in zip(edges, layout.lines, strict=True):
        touches(layout.boxes[edge.start], line[0])
        touches(layout.boxes[edge.end], line[-1])
        if edge.end_offset is not None:
            assert abs(line[-1][1] - layout.boxes[edge.end].y - edge.end_offset) < 0.01
    for x, y in [point for line in layout.lines for point in line]:
        assert 0 <= x <= layout.width
        assert 0 <= y <= layout.height
    assert layout == arrange(nodes, edges)


def touches(box: Placed, point: Point) -> None:
    assert point[0] in {box.x, box.x + box.width}
    assert box.y <= point[1] <= box.y + box.height


def drawn(*edges: tuple[str, str]) -> Layout:
    keys = dict.fromkeys(key for edge in edges for key in edge)
    return arrange([Node(key, 100, 60) for key in keys], [Edge(*edge) for edge in edges])


def test_what_is_referred_to_stands_left_of_what_refers_to_it() -> None:
    boxes = drawn(("Book", "Loan"), ("Member", "Loan")).boxes
    assert boxes["Book"].x == boxes["Member"].x < boxes["Loan"].x


def test_a_single_line_between_two_boxes_is_straight() -> None:
    (line,) = drawn(("Book", "Loan")).lines
    assert len(line) == 2


def test_a_circle_runs_back_once() -> None:
    layout = drawn(("A", "B"), ("B", "C"), ("C", "A"))
    back = [line for line in layout.lines if line[0][0] > line[-1][0]]
    assert len(back) == 1


def test_a_record_may_refer_to_its_own_kind() -> None:
    layout = arrange([Node("Person", 100, 60)], [Edge("Person", "Person"), Edge("Person", "Person", 40)])
    right = layout.boxes["Person"].width
    assert [line[0][0] == line[-1][0] == right for line in layout.lines] == [True, True]
    assert layout.width > max(point[0] for line in layout.lines for point in line)


def test_many_boxes_share_several_columns() -> None:
    layout = arrange([Node(key, 100, 60) for key in range(30)], [Edge(0, key) for key in range(1, 30)])
    assert len({box.x for box in layout.boxes.values()}) > 4


def test_lines_on_the_same_level_are_moved_apart() -> None:
    nodes = [Node(key, 100, 60) for key in "abcd"]
    lines = arrange(nodes, [Edge("a", "c", 30), Edge("b", "d", 30), Edge("a", "d", 20), Edge("b", "c", 20)]).lines
    starts = [line[0][1] for line in lines]
    arrivals = [line[-1][1] for line in lines]
    assert all(
        abs(start - arrival) >= 3.9
        for first, start in enumerate(starts)
        for second, arrival in enumerate(arrivals)
        if first != second
    )
