"""Where everything of an AWS view stands, on a picture that can be read on an A4 page.

Positions depend only on the frame graph (what any phase has), so nothing moves between phases.
All lengths are pixels, where nothing else is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product, zip_longest
from typing import TYPE_CHECKING, Final

from groundplan.canvas.boxes import (
    GAP,
    MARGIN,
    TOP_BORDER,
    Box,
    Layout,
    best,
    head_height,
    head_width,
    icon,
)
from groundplan.canvas.captions import ICON, cell
from groundplan.canvas.strips import groups_of
from groundplan.canvas.vpclayout import arranged
from groundplan.catalog import kind
from groundplan.focus import frames_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from groundplan.graph import Cluster, Graph, Node

LONG: Final = 1.3  # a column of services may be so many times as tall as the VPCs
APART: Final = 76  # between two VPCs that have a line between them
SPOKEN: Final = 44  # between two services with words on the line between them
_BESIDE: Final = 6.3  # points; from here on, services stand beside the VPCs, as screens are wide
_ROOMY: Final = 6.6  # points; from here on, VPCs stand side by side, with free ways up


def arrange(graph: Graph) -> Layout:
    """Lay out a view of frames and nodes: zones are columns, tiers are rows.

    Of the ways to put VPCs and services beside and below each other, the first one that prints
    well on a page, else the one that prints best.
    """
    vpcs = [item for item in graph.clusters if item.kind == "vpc"]
    parts = [arranged(graph, item) for item in sorted(vpcs, key=lambda vpc: _shut(graph, vpc))]
    outside = [node for node in graph.nodes if node.cluster is None]
    standing = {id_ for part in parts for id_ in part.icons}
    groups = groups_of(graph, standing)
    parts += groups.values()
    standing |= {id_ for part in groups.values() for id_ in part.icons}
    services = [node for node in graph.nodes if node.cluster and node.id not in standing]
    services.sort(key=lambda node: (node.cluster or "", kind(node.kind).icon))  # by family
    between = [node for node in services if len(_vpcs_met(graph, node)) > 1]
    services = [node for node in services if node not in between]
    joined = _joined(graph, {*groups, *(item.id for item in vpcs)})
    apart = APART if joined and not between else GAP / 2
    columns = range(max(len(parts), 1), 0, -1)
    block = best((_stacked(parts, number, apart, between) for number in columns), enough=_ROOMY)
    ways = _ways(services, block.height)
    column = _Column(block, _spoken(graph), _beyond(graph, block))
    inner = best((_with_services(column, services, how) for how in ways), enough=_BESIDE)
    return _framed(graph, inner, outside)


def _shut(graph: Graph, vpc: Cluster) -> bool:
    """True for a VPC without a gateway; the others stand first, with a free way up."""
    return not any(node.kind in TOP_BORDER and node.cluster == vpc.id for node in graph.nodes)


def _joined(graph: Graph, frames: set[str]) -> bool:
    """True where a line leads to one of these frames."""
    return any(edge.source in frames or edge.target in frames for edge in graph.edges)


def _vpcs_met(graph: Graph, node: Node) -> set[str]:
    """The VPCs that lines lead to from a node."""
    vpcs = {item.id for item in graph.clusters if item.kind == "vpc"}
    homes = {item.id: item.id for item in graph.clusters} | {
        other.id: other.cluster or "" for other in graph.nodes
    }
    ends = {e.target if e.source == node.id else e.source for e in graph.edges
            if node.id in (e.source, e.target)}  # fmt: skip
    return {frame for end in ends for frame in frames_of(homes.get(end), graph.clusters)} & vpcs


def _stacked(
    parts: Sequence[Layout], columns: int, apart: float, between: Sequence[Node]
) -> Layout:
    """VPCs in rows of so many, each column as wide as its widest.

    Between the first two stands what joins VPCs.
    """
    whole = Layout()
    wide = max((cell(node)[0] for node in between), default=0)
    tall = max((cell(node)[1] for node in between), default=0)
    widths = [
        max((part.width for part in parts[number::columns]), default=0) for number in range(columns)
    ]
    y = 0.0
    for first in range(0, len(parts), columns):
        x = 0.0
        row = parts[first : first + columns]
        for number, (part, width) in enumerate(zip(row, widths, strict=False)):
            whole.take(part, x, y)
            x += width + (wide + 2 * GAP if between and columns > 1 and not number else apart)
        whole.width = max(whole.width, x - apart)
        y += max(part.height for part in row)
        y += tall + 2 * GAP if between and columns == 1 and not first else apart
    whole.height = max(y - apart, 0)
    for number, node in enumerate(between):
        if columns > 1:
            x, y = widths[0] + GAP, APART + number * (tall + GAP)
        else:
            x, y = 2 * GAP + number * (wide + GAP), parts[0].height + GAP
        whole.icons[node.id] = icon(x, y, tall)
        whole.width, whole.height = max(whole.width, x + wide), max(whole.height, y + tall)
    return whole


def _ways(services: Sequence[Node], height: float) -> list[tuple[bool, int]]:
    """How services may stand: beside the VPCs in so many columns, or below in so many rows.

    Columns much taller than the VPCs come last.
    """
    if not services:
        return [(False, 0)]
    tall = sum(cell(node)[1] + GAP for node in services)
    ways = product(range(1, min(len(services), 12) + 1), (False, True))

    def too_long(way: tuple[bool, int]) -> bool:
        below, columns = way
        return bool(height) and not below and tall / columns > LONG * height

    return sorted(((below, number) for number, below in ways), key=too_long)


@dataclass(frozen=True)
class _Column:
    """What services beside the VPCs heed: the VPCs, which pairs need room for words between them,
    and what stands out over the right side of the VPCs.
    """

    block: Layout
    spoken: frozenset[frozenset[str]]
    beyond: Sequence[Box]

    def start(self) -> float:
        """The x where a column can start."""
        right = max((box.right for box in self.block.frames.values()), default=0)
        return right + GAP if right else 0.0

    def free(self, wanted: Box) -> float:
        """The y from which on there is room for a box, at its own y or below what stands there."""
        y = wanted.y
        for box in sorted(self.beyond, key=lambda box: box.y):
            aside = box.right + GAP <= wanted.x
            if not aside and y < box.bottom + GAP and box.y < y + wanted.h + GAP:
                y = box.bottom + GAP
        return y

    def gap(self, above: Iterable[str], below: Iterable[Node]) -> float:
        """Between things, by their ids, and the nodes in a row below them."""
        pairs = product(above, (node.id for node in below))
        return SPOKEN if any(frozenset(pair) in self.spoken for pair in pairs) else GAP


def _spoken(graph: Graph) -> frozenset[frozenset[str]]:
    """The pairs of nodes that have a line with words between them."""
    return frozenset(frozenset((edge.source, edge.target)) for edge in graph.edges if edge.label)


def _beyond(graph: Graph, block: Layout) -> tuple[Box, ...]:
    """The icons and texts that reach over the right side of all frames."""
    right = max((box.right for box in block.frames.values()), default=0)
    found = []
    for node in graph.nodes:
        if (box := block.icons.get(node.id)) is not None:
            wide, tall = cell(node)
            found.append(Box(box.x, box.middle[1] - tall / 2, wide, tall))
    return tuple(box for box in found if box.right > right)


def _with_services(column: _Column, services: Sequence[Node], how: tuple[bool, int]) -> Layout:
    block = column.block
    whole = Layout(block.width, block.height)
    whole.take(block, 0, 0)
    below, number = how
    if not services:
        return whole
    each = -(-len(services) // number)
    lines = [services[first : first + each] for first in range(0, len(services), each)]
    if below:
        _place_rows(lines, whole, column)
    else:
        _place_columns(lines, whole, column)
    return whole


def _place_columns(lines: Iterable[Sequence[Node]], whole: Layout, column: _Column) -> None:
    x = column.start()
    for line in lines:
        y = GAP / 2 if whole.frames else 0.0
        for node, after in zip_longest(line, line[1:]):
            y = column.free(Box(x, y, *cell(node)))
            whole.icons[node.id] = icon(x, y, cell(node)[1])
            whole.height = max(whole.height, y + cell(node)[1])
            y += cell(node)[1] + column.gap([node.id], [after] if after else [])
        x += max(cell(node)[0] for node in line) + GAP
    whole.width = max(whole.width, x - GAP)


def _place_rows(lines: Sequence[Sequence[Node]], whole: Layout, column: _Column) -> None:
    """Rows below each other, in columns that are as wide as they need and fill the width."""
    columns = [
        max(cell(line[number])[0] for line in lines if number < len(line))
        for number in range(len(lines[0]))
    ]
    spare = (whole.width - sum(columns)) / max(len(columns) - 1, 1)
    gap = min(max(spare, GAP), 4 * GAP)
    y = whole.height
    for line in lines:
        x, height = 0.0, max(cell(node)[1] for node in line)
        y += column.gap(whole.icons, line) if whole.icons or whole.frames else 0
        for node, width in zip(line, columns, strict=False):
            whole.icons[node.id] = icon(x, y, height)
            x += width + gap
        whole.width = max(whole.width, x - gap)
        y += height
    whole.height = y


def _framed(graph: Graph, inner: Layout, outside: Sequence[Node]) -> Layout:
    """The whole picture: the region's frame round `inner`, and above it what is in none."""
    regions = [item for item in graph.clusters if item.kind == "region"]
    head = max((head_height(item) for item in regions), default=0)
    width = max([inner.width, *(head_width(item) for item in regions)]) + 2 * GAP
    whole = Layout()
    gateway = _gateway(graph, inner)
    row, left = _by_side(graph, inner, outside, gateway)
    above = _place_outside(row, whole, width, gateway, left)
    whole.take(inner, MARGIN + GAP, above + head)
    height = head + inner.height + GAP / 2
    for region in regions:
        whole.frames[region.id] = Box(MARGIN, above, width, height)
    right = max((box.x + cell(graph.node(id_))[0] for id_, box in whole.icons.items()), default=0)
    whole.width, whole.height = max(width + MARGIN, right) + MARGIN, above + height + MARGIN
    return whole


def _gateway(graph: Graph, inner: Layout) -> float:
    """The x of the middle of the first gateway on a VPC's upper side, else of everything."""
    boxes = [inner.icons[n.id] for n in graph.nodes if n.kind in TOP_BORDER and n.id in inner.icons]
    middle = boxes[0].middle[0] if boxes else inner.width / 2
    return MARGIN + GAP + middle


def _by_side(
    graph: Graph, inner: Layout, nodes: Sequence[Node], centre: float
) -> tuple[list[Node], int]:
    """`nodes` in their order from left to right, and how many stand left of the first of them.

    A further one stands on the side of the first on which that is to which its lines lead.
    """

    boxes = inner.frames | inner.icons

    def leads_left(node: Node) -> bool:
        lines = (edge for edge in graph.edges if node.id in (edge.source, edge.target))
        ends = (end for edge in lines for end in (edge.source, edge.target))
        middles = [boxes[end].middle[0] for end in ends if end in boxes]
        return bool(middles) and MARGIN + GAP + sum(middles) / len(middles) < centre

    left = [node for node in nodes[1:] if leads_left(node)]
    return [*left, *(node for node in nodes if node not in left)], len(left)


def _place_outside(
    nodes: Sequence[Node], whole: Layout, width: float, centre: float, left: int
) -> float:
    """What stands outside the region: over the gateway the one that has `left` on its left.

    Returns where the region starts.
    """
    if not nodes:
        return MARGIN
    step = max(cell(node)[0] for node in nodes) + 2 * GAP
    room = max(int((width + GAP) // step), 1)
    y, number = MARGIN - 4.0, 0
    while number < len(nodes):
        row = nodes[number : number + room]
        start = max(centre - ICON / 2 - step * left, MARGIN)
        wide = step * (len(row) - 1) + cell(row[-1])[0]
        start = max(min(start, MARGIN + width - wide), MARGIN)
        height = max(cell(node)[1] for node in row)
        for place, node in enumerate(row):
            whole.icons[node.id] = icon(start + place * step, y, height)
        y += height + GAP / 2
        number += room
    return y + 4
