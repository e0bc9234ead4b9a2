"""Layout where no structure is known (application flow, hand-drawn pictures): Graphviz's `dot`.

Graphviz comes inside pygraphviz's wheel, so no system package is needed and every machine has the
same one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan import typeface
from groundplan.captions import DETAIL, LABEL, cell, head_of
from groundplan.layout import Box, Layout
from groundplan.lines import Line

if TYPE_CHECKING:
    from groundplan.graph import Cluster, Edge, Graph, Node

PAD: Final = 14  # between a card's border and what stands on it
MARGIN: Final = 24


def arrange(graph: Graph) -> tuple[Layout, dict[Edge, Line]]:
    """Lay out a graph of cards from top to bottom; a line and a label's place for each edge."""
    import pygraphviz  # noqa: PLC0415 - takes 50 ms to import, and AWS views don't need it

    nodes = {f"n{number}": node for number, node in enumerate(graph.nodes)}
    names = {node.id: name for name, node in nodes.items()}
    drawing = pygraphviz.AGraph(directed=True, strict=False)
    drawing.graph_attr.update(rankdir="TB", ranksep="0.45", nodesep="0.5", dpi="72")
    for name, node in nodes.items():
        width, height = _card(node)
        drawing.add_node(
            name, shape="box", label="", fixedsize="true", width=width / 72, height=height / 72
        )
    for number, edge in enumerate(graph.edges):
        wide = typeface.width(edge.label, DETAIL, weight="semibold") + 10
        label = _placeholder(wide) if edge.label else ""
        ends = names[edge.source], names[edge.target]
        drawing.add_edge(*ends, key=f"e{number}", label=label)
        if edge.kind == "replicates":  # no further down the flow than what it replicates
            drawing.add_subgraph(ends, rank="same")
    groups: dict[str | None, Any] = {None: drawing}
    for number, (group, inside) in enumerate(_grouped(graph)):
        wide = typeface.width(head_of(group)[0], LABEL, weight="semibold") + 20
        groups[group.id] = groups[group.parent].add_subgraph(
            [names[node] for node in inside], f"cluster_{number}",
            label=_placeholder(wide), labeljust="l", margin="18",
        )  # fmt: skip
    drawing.layout(prog="dot")
    return _read(drawing, graph, nodes)


def _grouped(graph: Graph) -> list[tuple[Cluster, list[str]]]:
    """The groups that hold something, outer ones first, each with the ids of all its nodes."""
    groups = {item.id: item for item in graph.clusters}
    found: dict[str, list[str]] = {item.id: [] for item in graph.clusters}
    for node in graph.nodes:
        for id_ in _around(node.cluster, groups):
            found[id_].append(node.id)
    outer_first = sorted(groups.values(), key=lambda item: len(_around(item.id, groups)))
    return [(item, found[item.id]) for item in outer_first if found[item.id]]


def _around(frame: str | None, groups: dict[str, Cluster]) -> list[str]:
    """A group's id and those of the groups that it stands in."""
    return [frame, *_around(groups[frame].parent, groups)] if frame else []


def _card(node: Node) -> tuple[float, float]:
    width, height = cell(node)
    return width + 2 * PAD, height + 2 * PAD


def _placeholder(width: float) -> str:
    """A label of that width for `dot` to make room for: a table without text needs no font."""
    size = f'FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="18"'
    return f'<<TABLE BORDER="0" {size}><TR><TD></TD></TR></TABLE>>'


def _read(drawing: Any, graph: Graph, nodes: dict[str, Node]) -> tuple[Layout, dict[Edge, Line]]:
    left, low, right, high = (float(part) for part in drawing.graph_attr["bb"].split(","))
    layout = Layout(right - left + 2 * MARGIN, high - low + 2 * MARGIN)

    def place(x: str, y: str) -> tuple[float, float]:
        return float(x) - left + MARGIN, high - float(y) + MARGIN

    for name, node in nodes.items():
        x, y = place(*drawing.get_node(name).attr["pos"].split(","))
        width, height = _card(node)
        layout.cards[node.id] = Box(x - width / 2, y - height / 2, width, height)
        layout.icons[node.id] = Box(x - width / 2 + PAD, y - 24, 48, 48)
    groups: dict[str | None, Any] = {None: drawing}
    for number, (group, _inside) in enumerate(_grouped(graph)):
        drawn = groups[group.parent].get_subgraph(f"cluster_{number}")
        bounds = drawn.graph_attr["bb"].split(",")
        (x, y), (right, top) = place(*bounds[:2]), place(*bounds[2:])
        layout.frames[group.id], groups[group.id] = Box(x, top, right - x, y - top), drawn
    lines = {}
    for number, edge in enumerate(graph.edges):
        drawn = drawing.get_edge(*_ends(edge, nodes), key=f"e{number}")
        label = drawn.attr["lp"]
        lines[edge] = Line(
            _curve(drawn.attr["pos"], place), place(*label.split(",")) if label else None
        )
    return layout, lines


def _ends(edge: Edge, nodes: dict[str, Node]) -> tuple[str, str]:
    names = {node.id: name for name, node in nodes.items()}
    return names[edge.source], names[edge.target]


def _curve(position: str, place: Any) -> str:
    """Graphviz's `e,x,y x,y x,y …` (the end, then a Bézier curve) as an SVG path."""
    end, points = None, []
    for part in position.split():
        if part.startswith("e,"):
            end = place(*part[2:].split(","))
        else:
            points.append(place(*part.split(",")))
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}C"
    path += " ".join(f"{x:.1f},{y:.1f}" for x, y in points[1:])
    return path + (f"L{end[0]:.1f},{end[1]:.1f}" if end else "")
