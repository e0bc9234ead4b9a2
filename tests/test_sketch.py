"""Layout where no structure is known, by Graphviz."""

from __future__ import annotations

import re
from itertools import combinations, product
from math import dist

import pytest

from groundplan.canvas import sketch
from groundplan.canvas.boxes import LEGIBLE, Box, print_size
from groundplan.canvas.curves import crossings, sampled
from groundplan.canvas.sketch import BUSY, CORNER, CROWDED, PAD, arrange
from groundplan.graph import Cluster, Edge, Graph, Node
from pictured import inside, overlap

SHOP = Graph(
    "flow", "Shop",
    nodes=tuple(Node(name, "service", name) for name in ("users", "web", "cart", "db", "copy")),
    edges=(
        Edge("users", "web", "flow", "HTTP 8080"), Edge("web", "cart", "flow", "HTTP 8000"),
        Edge("cart", "db", "flow", "MySQL 3306"), Edge("web", "db", "flow"),
        Edge("db", "copy", "replicates", "replicates"),
    ),
)  # fmt: skip


def ends(path: str) -> tuple[tuple[float, float], tuple[float, float]]:
    numbers = [float(part) for part in re.findall(r"-?[\d.]+", path)]
    return (numbers[0], numbers[1]), (numbers[-2], numbers[-1])


def test_each_node_is_a_card_with_its_icon_and_none_overlaps():
    layout, _ = arrange(SHOP)
    assert set(layout.cards) == set(layout.icons) == {node.id for node in SHOP.nodes}
    assert not [pair for pair in combinations(layout.cards.values(), 2) if overlap(*pair)]
    for id_, card in layout.cards.items():
        assert inside(layout.icons[id_], card)
        assert layout.icons[id_].x == pytest.approx(card.x + PAD)
        assert 0 <= card.x < card.right <= layout.width
        assert 0 <= card.y < card.bottom <= layout.height


def test_lines_run_from_card_to_card_and_downwards():
    layout, lines = arrange(SHOP)
    assert set(lines) == set(SHOP.edges)
    for edge, line in lines.items():
        (sx, sy), (tx, ty) = ends(line.path)
        source, target = layout.cards[edge.source], layout.cards[edge.target]
        assert source.x - 2 <= sx <= source.right + 2
        assert target.x - 2 <= tx <= target.right + 2
        assert min(abs(ty - target.y), abs(ty - target.bottom)) < 3 or edge.kind == "replicates"
        assert sy <= ty + 3 or edge.kind == "replicates"


def test_no_line_starts_or_ends_at_the_corner_of_a_card():
    side = Node("side", "service", "a service with a long name")
    edges = (*SHOP.edges, *(Edge("side", other, "flow") for other in ("users", "cart", "db")))
    layout, lines = arrange(Graph("flow", "Shop", nodes=(*SHOP.nodes, side), edges=edges))
    for edge, line in lines.items():
        for end, name in zip(ends(line.path), (edge.source, edge.target), strict=True):
            card = layout.cards[name]
            corners = product((card.x, card.right), (card.y, card.bottom))
            assert min(dist(end, corner) for corner in corners) >= CORNER - 0.1


def test_only_a_line_with_words_has_a_place_for_them():
    _, lines = arrange(SHOP)
    assert {edge.label: line.label_at is not None for edge, line in lines.items()} == {
        "HTTP 8080": True, "HTTP 8000": True, "MySQL 3306": True, "": False, "replicates": True,
    }  # fmt: skip


def test_a_replica_stands_beside_what_it_replicates():
    layout, _ = arrange(SHOP)
    assert layout.cards["copy"].middle[1] == pytest.approx(layout.cards["db"].middle[1])


def test_a_copys_line_runs_below_where_no_call_does():
    layout, lines = arrange(SHOP)
    line = lines[SHOP.edges[-1]]
    for (_, y), name in zip(ends(line.path), ("db", "copy"), strict=True):
        assert y == pytest.approx(layout.cards[name].bottom, abs=3)
    assert line.label_at[1] > layout.cards["db"].bottom


def test_labels_stand_apart_and_off_the_cards():
    layout, lines = arrange(SHOP)
    labels = [
        Box(x - 40, y - 8, 80, 16) for line in lines.values() if line.label_at
        for x, y in [line.label_at]
    ]  # fmt: skip
    assert not [pair for pair in combinations(labels, 2) if overlap(*pair)]
    assert not [(a, b) for a in labels for b in layout.cards.values() if overlap(a, b, 4)]


def test_groups_frame_their_nodes_and_those_of_the_groups_inside():
    clusters = (
        Cluster("out", "group", "Outer"), Cluster("in", "group", "Inner", parent="out"),
        Cluster("none", "group", "Empty"),
    )  # fmt: skip
    nodes = (
        Node("a", "web", "A", cluster="out"),
        Node("b", "web", "B", cluster="in"),
        Node("c", "web", "C"),
    )
    layout, _ = arrange(Graph("v", "V", clusters, nodes, (Edge("a", "b", "flow"),)))
    assert set(layout.frames) == {"out", "in"}
    assert inside(layout.frames["in"], layout.frames["out"])
    assert inside(layout.cards["b"], layout.frames["in"])
    assert not overlap(layout.cards["c"], layout.frames["out"])


def test_two_lines_between_the_same_two_are_two_lines():
    nodes = (Node("a", "web", "A"), Node("b", "web", "B"))
    edges = (Edge("a", "b", "flow", "one"), Edge("a", "b", "flow", "two"), Edge("b", "a", "flow"))
    _, lines = arrange(Graph("v", "V", nodes=nodes, edges=edges))
    assert len({line.path for line in lines.values()}) == 3


def test_the_same_graph_has_the_same_layout():
    assert arrange(SHOP) == arrange(SHOP)


def many(number: int, *edges: Edge) -> Graph:
    nodes = tuple(Node(f"s{n}", "service", f"service-{n}", f"acme/{n}:1.2") for n in range(number))
    return Graph("flow", "Many", nodes=nodes, edges=edges)


def test_what_has_no_line_stands_in_a_grid_that_a_page_can_hold():
    layout, _ = arrange(many(40))
    columns = {card.x for card in layout.cards.values()}
    rows = {card.y for card in layout.cards.values()}
    assert (len(columns), len(rows)) == (6, 7)
    assert len({card.w for card in layout.cards.values()}) == 1
    assert 1.3 < layout.width / layout.height < 1.7
    assert print_size(layout.width, layout.height) > LEGIBLE


def test_a_few_stand_in_one_row():
    layout, _ = arrange(many(4))
    assert len({card.y for card in layout.cards.values()}) == 1


def test_what_hangs_together_stands_above_what_does_not():
    joined = {"s7", "s8", "s9"}
    layout, _ = arrange(many(40, Edge("s8", "s7", "flow"), Edge("s9", "s8", "flow")))
    lowest = max(layout.cards[id_].bottom for id_ in joined)
    assert all(card.y > lowest for id_, card in layout.cards.items() if id_ not in joined)
    assert layout.height < layout.width < 2 * layout.height


def test_parts_that_nothing_joins_stand_in_rows():
    pairs = [Edge(f"s{n}", f"s{n + 1}", "flow", "HTTP 80") for n in range(0, 40, 2)]
    layout, lines = arrange(many(40, *pairs))
    assert layout.height < layout.width < 2 * layout.height
    assert not [pair for pair in combinations(layout.cards.values(), 2) if overlap(*pair)]
    for edge in pairs:
        (x, y), (_, below) = ends(lines[edge].path)
        assert layout.cards[edge.source].x < x < layout.cards[edge.source].right
        assert y == pytest.approx(layout.cards[edge.source].bottom, abs=1)
        assert below == pytest.approx(layout.cards[edge.target].y, abs=1)


@pytest.mark.parametrize("turned", [False, True])
def test_the_leaves_of_one_node_stand_in_several_rows_where_one_were_too_wide(turned):
    ways = [("s0", f"s{n}") for n in range(1, 12)]
    star = many(12, *(Edge(*(way[::-1] if turned else way), "flow", "HTTP 80") for way in ways))
    layout, _ = arrange(star)
    assert len({round(layout.cards[id_].y) for _, id_ in ways}) > 1
    assert layout.height < layout.width < 3 * layout.height


@pytest.mark.parametrize("many", [BUSY + 1, CROWDED + 1])
def test_very_many_lines_are_laid_out_in_one_try(many, monkeypatch):
    tries = []
    drawn = sketch._drawn
    monkeypatch.setattr(
        sketch, "_drawn", lambda part, steps: tries.append(steps) or drawn(part, steps)
    )
    names = [f"n{number}" for number in range(40)]
    pairs = [pair for pair in product(names, names) if pair[0] < pair[1]][:many]
    nodes = tuple(Node(name, "service", name) for name in names)
    edges = tuple(Edge(*pair, "flow", "HTTP 80") for pair in pairs)
    layout, lines = arrange(Graph("flow", "Many", nodes=nodes, edges=edges))
    assert len(tries) == 1
    assert set(layout.cards) == {*names}
    assert {edge for edge, line in lines.items() if line.label_at} == {*edges}


def calls(*pairs: str) -> Graph:
    """Cards with a letter each, and a call from the first to the second of each pair."""
    nodes = tuple(Node(name, "service", f"service {name}") for name in sorted({*"".join(pairs)}))
    edges = tuple(Edge(*pair, "flow", "HTTP 8080") for pair in pairs)
    return Graph("flow", "Calls", nodes=nodes, edges=edges)


def way(path: str) -> list[tuple[float, float]]:
    """Points along the path of a line: a start, Bézier curves, and straight on to the end."""
    numbers = [float(part) for part in re.findall(r"-?[\d.]+", path)]
    return sampled([*zip(numbers[::2], numbers[1::2], strict=True)])


@pytest.mark.parametrize("pairs", [("ac", "ad", "bc", "bd"), ("ae", "bd", "cd", "ad", "be")])
def test_no_lines_cross_where_another_order_or_a_row_more_spares_it(pairs):
    _, lines = arrange(calls(*pairs))
    assert crossings([way(line.path) for line in lines.values()]) == 0


def test_words_between_two_lines_from_one_card_stand_outside_of_both():
    _, lines = arrange(calls("ab", "ac"))
    left, right = sorted(lines.values(), key=lambda line: ends(line.path)[1])
    for line, side in ((left, -1), (right, 1)):
        x, y = line.label_at
        beside = min(way(line.path), key=lambda point: abs(point[1] - y))
        assert (x - beside[0]) * side > 0
