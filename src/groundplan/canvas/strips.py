"""Where the nodes of a VPC stand that no single tier can hold: beside its zones, or below them.

All lengths are pixels.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from groundplan.canvas.boxes import GAP, HEAD, Box, Layout, head_width, icon, places
from groundplan.canvas.captions import cell
from groundplan.catalog import kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from groundplan.graph import Graph, Node

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
    """Nodes that span the same rows in the same group, or that nobody knows the subnets of."""

    rows: tuple[int, ...]
    group: str | None
    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Loose:
    """Nodes of a VPC that no tier can hold, and the width of each security group's head."""

    nodes: Sequence[Node]
    heads: Mapping[str, float]

    def place_below(
        self, layout: Layout, ends: tuple[float, float], more: int
    ) -> tuple[float, float]:
        """Put nodes in rows below the zones, in each `more` than fit; the new right and lower end.

        Those of one group stand in a frame.
        """
        right, bottom = ends
        if not self.nodes:
            return right, bottom
        step = max(cell(node)[0] for node in self.nodes) + GAP
        room = max(int(right // step), 2) + more
        step = max(step, right / room)
        y = bottom + GAP / 2
        for row in _in_rows([*self._blocks(self.nodes, across=room)], step, room):
            height = max(block.height for _, block in row)
            for number, block in row:
                x = GAP + number * step
                layout.take(block, x, y + (height - block.height) / 2)
                right = max(right, x + block.width)
            y += height + GAP / 2
        return right, y

    def place_beside(
        self, layout: Layout, row_of: Mapping[str, int], ground: Ground
    ) -> tuple[float, float]:
        """Put nodes in strips right of the zones; the new right and lower end.

        A strip is as tall as the rows that its nodes span, and a band round them shows it, with
        one more where there are rows between; round each, or round those of one group that nobody
        knows the subnets of, stands their frame.
        """
        right, bottom = ground.right, ground.bottom
        for strip in self._strips(row_of):
            if strip.rows:
                runs = [(ground.rows[a][0], ground.rows[b][1]) for a, b in runs_of(strip.rows)]
                right, lowest = self._spanning(layout, strip, right, runs)
            else:
                start, end = ground.top + PAD, max(ground.bottom - GAP / 2, ground.top)
                blocks = [*self._blocks(strip.nodes, across=1)]
                right, lowest = _fill(layout, blocks, right + GAP, start, end)
                right += GAP
            bottom = max(bottom, lowest + PAD)
        return right, bottom

    def _spanning(
        self, layout: Layout, strip: _Strip, left: float, runs: Sequence[tuple[float, float]]
    ) -> tuple[float, float]:
        """A strip of bands from the upper to the lower end of each run of rows, with its nodes in
        the tallest; its right and lower end.
        """
        start, end = tallest = max(runs, key=lambda run: run[1] - run[0])
        blocks = [_single(node) for node in strip.nodes]
        tall = sum(block.height + GAP / 2 for block in blocks) - GAP / 2
        spare = max((end - start - tall) / 2, PAD)
        inset = PAD / 2 if strip.group else 0
        x = left + GAP / 2 + inset
        right, lowest = _fill(layout, blocks, x + GAP / 2, start + spare, end)
        others = (run for run in runs if run != tallest)
        for top, foot in ((start, max(end, lowest + PAD)), *others):
            band = Box(x, top, right + GAP / 2 - x, foot - top)
            for node in strip.nodes:
                layout.add(layout.bands, node.id, band)
            if strip.group:
                wide = max(band.w + PAD, self.heads[strip.group])
                frame = Box(x - inset, top - HEAD + 4, wide, foot - top + HEAD - 4 + inset)
                layout.add(layout.frames, strip.group, frame)
                right, lowest = max(right, frame.right - GAP / 2), max(lowest, frame.bottom)
        return right + GAP, lowest

    def _strips(self, row_of: Mapping[str, int]) -> list[_Strip]:
        found: dict[tuple[object, ...], _Strip] = {}
        for node in self.nodes:
            own = tuple(sorted({row_of[subnet] for subnet in places(node) if subnet in row_of}))
            group = self._group(node) if own else None
            key = (not own, own, kind(node.kind).band if own else "", group or "")
            found.setdefault(key, _Strip(own, group)).nodes.append(node)
        return [found[key] for key in sorted(found, key=str)]

    def _group(self, node: Node) -> str | None:
        return node.cluster if node.cluster in self.heads else None

    def _blocks(self, nodes: Iterable[Node], *, across: int) -> Iterator[Layout]:
        """Nodes of one group in their frame, so many side by side; each other for itself."""
        groups: dict[str, list[Node]] = defaultdict(list)
        for node in nodes:
            groups[self._group(node) or f"/{node.id}"].append(node)
        for group, inside in groups.items():
            if group in self.heads:
                yield _framed(group, inside, self.heads[group], across)
            else:
                yield _single(inside[0])


def runs_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted numbers as the first and last of each run of neighbours."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        first = runs.pop()[0] if runs and runs[-1][1] == number - 1 else number
        runs.append((first, number))
    return runs


def groups_of(graph: Graph, standing: Container[str]) -> dict[str, Layout]:
    """The frames of the groups with nodes that stand nowhere so far, and those in them."""
    inside: dict[str, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        if node.id not in standing:
            inside[node.cluster or ""].append(node)
    return {
        item.id: _framed(item.id, held, head_width(item), round(math.sqrt(len(held) / 2)) or 1)
        for item in graph.clusters
        if item.kind == "group" and (held := inside[item.id])
    }


def _single(node: Node) -> Layout:
    width, height = cell(node)
    block = Layout(width, height)
    block.icons[node.id] = icon(0, 0, height)
    return block


def _framed(group: str, nodes: Sequence[Node], head: float, across: int) -> Layout:
    """The frame of a group at (0, 0), with its nodes in rows of so many."""
    step = max(cell(node)[0] for node in nodes) + GAP
    block, y = Layout(), float(HEAD)
    for first in range(0, len(nodes), across):
        row = nodes[first : first + across]
        height = max(cell(node)[1] for node in row)
        for number, node in enumerate(row):
            block.icons[node.id] = icon(PAD + number * step, y, height)
        y += height + GAP / 2
    wide = min(len(nodes), across) * step - GAP + 2 * PAD
    block.width, block.height = max(wide, head), y - GAP / 2 + PAD
    block.frames[group] = Box(0, 0, block.width, block.height)
    return block


def _in_rows(blocks: Iterable[Layout], step: float, room: int) -> list[list[tuple[int, Layout]]]:
    """Blocks in rows of so many columns, each with the number of its first column."""
    rows: list[list[tuple[int, Layout]]] = []
    free = 0
    for block in blocks:
        columns = min(math.ceil((block.width + GAP) / step), room)
        if columns > free:
            rows.append([])
            free = room
        rows[-1].append((room - free, block))
        free -= columns
    return rows


def _fill(
    layout: Layout, blocks: Sequence[Layout], x: float, top: float, end: float
) -> tuple[float, float]:
    """Columns from `top` to `end`, at least one block in each; their right and lower end."""
    wide = max(block.width for block in blocks)
    y, lowest = top, top
    for block in blocks:
        if y + block.height > end and y > top:
            x, y = x + wide + GAP, top
        layout.take(block, x, y)
        lowest = max(lowest, y + block.height)
        y += block.height + GAP / 2
    return x + wide, lowest
