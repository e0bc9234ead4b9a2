"""Where the nodes of a VPC stand that no single tier can hold: beside its zones, or below them.

All lengths are pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from groundplan.captions import cell
from groundplan.catalog import kind
from groundplan.layout import GAP, Box, Layout, icon, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from groundplan.graph import Node

PAD: Final = 12


@dataclass(frozen=True)
class Ground:
    """What of a VPC is taken: its right and lower end; where zones start; the ends of each row."""

    right: float
    bottom: float
    top: float
    rows: Sequence[tuple[float, float]]


@dataclass
class _Strip:
    """Nodes that span the same rows, or that nobody knows the subnets of."""

    rows: tuple[int, int]
    spanning: bool
    nodes: list[Node] = field(default_factory=list)


def place_below(
    layout: Layout, nodes: Sequence[Node], ends: tuple[float, float], more: int
) -> tuple[float, float]:
    """Put nodes in rows below the zones, in each `more` than fit; the new right and lower end."""
    right, bottom = ends
    if not nodes:
        return right, bottom
    step = max(cell(node)[0] for node in nodes) + GAP
    room = max(int(right // step), 2) + more
    step = max(step, right / room)
    y = bottom + GAP / 2
    for first in range(0, len(nodes), room):
        row = nodes[first : first + room]
        height = max(cell(node)[1] for node in row)
        for number, node in enumerate(row):
            layout.icons[node.id] = icon(GAP + number * step, y, height)
            right = max(right, GAP + number * step + cell(node)[0])
        y += height + GAP / 2
    return right, y


def place_beside(
    layout: Layout, nodes: Sequence[Node], row_of: Mapping[str, int], ground: Ground
) -> tuple[float, float]:
    """Put nodes in strips right of the zones; the new right and lower end.

    A strip is as tall as the rows that its nodes span, and a band round them shows it.
    """
    right, bottom = ground.right, ground.bottom
    for strip in _strips(nodes, row_of, len(ground.rows)):
        start, end = ground.top, max(ground.bottom - GAP / 2, ground.top)
        if strip.spanning:
            start, end = ground.rows[strip.rows[0]][0], ground.rows[strip.rows[1]][1]
        tall = sum(cell(node)[1] + GAP / 2 for node in strip.nodes) - GAP / 2
        spare = max((end - start - tall) / 2, PAD) if strip.spanning else PAD
        ends = _fill(layout, strip.nodes, right + GAP, start + spare, end)
        if strip.spanning:
            wide, high = ends[0] + GAP / 2 - right, max(end, ends[1] + PAD) - start
            band = Box(right + GAP / 2, start, wide, high)
            layout.bands |= {node.id: band for node in strip.nodes}
        right, bottom = ends[0] + GAP, max(bottom, ends[1] + PAD)
    return right, bottom


def _fill(
    layout: Layout, nodes: Sequence[Node], x: float, top: float, end: float
) -> tuple[float, float]:
    """Columns from `top` to `end`, at least one node in each; their right and lower end."""
    wide = max(cell(node)[0] for node in nodes)
    y, lowest = top, top
    for node in nodes:
        height = cell(node)[1]
        if y + height > end and y > top:
            x, y = x + wide + GAP, top
        layout.icons[node.id] = icon(x, y, height)
        lowest = max(lowest, y + height)
        y += height + GAP / 2
    return x + wide, lowest


def _strips(nodes: Iterable[Node], row_of: Mapping[str, int], rows: int) -> list[_Strip]:
    found: dict[tuple[object, ...], _Strip] = {}
    for node in nodes:
        own = {row_of[subnet] for subnet in places(node) if subnet in row_of}
        reach = (min(own), max(own)) if own else (0, max(rows - 1, 0))
        key = (not own, reach, kind(node.kind).band if own else "")
        found.setdefault(key, _Strip(reach, bool(own))).nodes.append(node)
    return [found[key] for key in sorted(found, key=str)]
