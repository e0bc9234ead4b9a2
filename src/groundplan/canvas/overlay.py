"""Where notes, boundaries and added groups stand on a laid-out picture.

It works on the finished layout, so nothing that is computed moves. All lengths are pixels.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

from groundplan.canvas import typeface
from groundplan.canvas.boxes import Box
from groundplan.canvas.captions import ASIDE, DETAIL, LABEL, LINE, head_of, text_of
from groundplan.canvas.svg_parts import grown
from groundplan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.canvas.boxes import Layout
    from groundplan.graph import Boundary, Cluster, Graph, Node

BADGE: Final = 9  # the radius of a note's number
AROUND: Final = 12  # between an outline and what stands in it
NARROW: Final = 6  # the same, round a frame
HEAD: Final = 24  # an added group's head
INDENT: Final = 24
ROW: Final = 26  # of the legend


@dataclass(frozen=True)
class Badge:
    """A note's number at its thing, for each thing once."""

    number: int
    beside: str
    x: float
    y: float


@dataclass(frozen=True)
class Outline:
    """One of a boundary's outlines, and the box of its label."""

    label: str
    box: Box
    words: Box


@dataclass(frozen=True)
class Told:
    """A note's text in the legend: its lines, and where the first of them stands."""

    number: int
    lines: tuple[str, ...]
    x: float
    y: float


@dataclass(frozen=True)
class Overlay:
    """What is drawn over a picture; `key` is where the legend stands."""

    badges: tuple[Badge, ...] = ()
    outlines: tuple[Outline, ...] = ()
    legend: tuple[Told, ...] = ()
    key: float | None = None  # the middle of its first row
    labels: dict[int, str] = field(default_factory=dict)  # the whole text of each note

    def of(self, graph: Graph) -> Overlay:
        """What of it belongs to `graph`, one phase of what it was placed for."""
        notes = {(note.text, note.beside) for note in graph.notes}
        badges = tuple(b for b in self.badges if (self.labels[b.number], b.beside) in notes)
        numbers = {item.number for item in badges}
        names = {item.label for item in graph.boundaries}
        return Overlay(
            badges,
            tuple(item for item in self.outlines if item.label in names),
            tuple(item for item in self.legend if item.number in numbers),
            self.key,
            {number: text for number, text in self.labels.items() if number in numbers},
        )


def frame_groups(graph: Graph, layout: Layout) -> None:
    """Give `layout` frames of the groups by hand that it has none for.

    Raises InputError where a group's nodes have others between them.
    """
    added = [item for item in graph.clusters if item.kind == "group" and not item.address]
    if lacking := [group for group in added if group.id not in layout.frames]:
        cells = {node.id: cell_of(node, layout) for node in graph.nodes}
        for group in lacking:
            _frame(group, graph, layout, cells)


def place(graph: Graph, layout: Layout, *, rows: int) -> Overlay:
    """Place notes, boundaries, and a legend of so many `rows`; `layout` grows by them."""
    if not (graph.notes or graph.boundaries or rows):
        return Overlay()
    cells = {node.id: cell_of(node, layout) for node in graph.nodes}
    outlines = tuple(
        outline
        for boundary in graph.boundaries
        for outline in _outlines(boundary, graph, layout, cells)
    )
    _hold(layout, outlines)
    key_at = layout.height + ROW / 2 if rows else None
    layout.height += rows * ROW
    legend = tuple(_legend(graph, layout))
    labels = {number: note.text for number, note in enumerate(graph.notes, start=1)}
    return Overlay(tuple(_badges(graph, layout)), outlines, legend, key_at, labels)


def cell_of(node: Node, layout: Layout) -> Box:
    """All the ground that a node takes: its card, else its icon and its text."""
    if card := layout.cards.get(node.id):
        return card
    icon, text = layout.icons[node.id], text_of(node)
    height = max(icon.h, text.height)
    return Box(icon.x, icon.middle[1] - height / 2, icon.w + ASIDE + text.width, height)


def _hold(layout: Layout, outlines: Iterable[Outline]) -> None:
    """Let the picture be as large as what was drawn round its things."""
    boxes = [box for item in outlines for box in (item.box, item.words)]
    layout.width = max([layout.width, *(box.right + AROUND for box in boxes)])
    layout.height = max([layout.height, *(box.bottom + AROUND for box in boxes)])


# Groups


def _frame(group: Cluster, graph: Graph, layout: Layout, cells: Mapping[str, Box]) -> None:
    members = [node.id for node in graph.nodes if node.cluster == group.id]
    if not members:
        return
    inner = grown(_union([cells[id_] for id_ in members]), AROUND)
    wide = max(inner.w, typeface.width(head_of(group)[0], LABEL, weight="semibold") + INDENT)
    box = Box(inner.x, inner.y - HEAD + AROUND / 2, wide, inner.h + HEAD - AROUND / 2)
    strangers = [node for node in graph.nodes if node.id not in members]
    between = [node.label for node in strangers if box.overlaps(cells[node.id])]
    if between:
        raise InputError(
            f"the group '{group.label}' can't be framed: {between[0]} stands between its nodes",
            hint="outline it instead: add_boundary(…)",
        )
    layout.frames[group.id] = box


# Boundaries


def _outlines(
    boundary: Boundary, graph: Graph, layout: Layout, cells: Mapping[str, Box]
) -> Iterator[Outline]:
    """An outline for each cluster of neighbours; none holds anything that is not meant."""
    inside = {id_ for id_ in boundary.around if id_ in cells}
    strangers = [box for id_, box in cells.items() if id_ not in inside]
    strangers += [
        box
        for id_, box in layout.frames.items()
        if not any(box.overlaps(cells[member]) for member in inside)
    ]
    boxes = [*_whole(inside, graph, layout, cells)]
    while merged := _merged(boxes, strangers):
        boxes = merged
    solid = [*cells.values(), *_heads(graph, layout)]
    for box in sorted(boxes, key=lambda item: (item.y, item.x)):
        outline = grown(box, AROUND)
        words = _words(boundary.label, outline, solid)
        solid.append(words)
        yield Outline(boundary.label, outline, words)


def _whole(
    inside: set[str], graph: Graph, layout: Layout, cells: Mapping[str, Box]
) -> Iterator[Box]:
    """The ground of what is inside: a group's frame where all that stands in it is."""
    members: dict[str, set[str]] = {}
    for node in graph.nodes:
        members.setdefault(node.cluster or "", set()).add(node.id)
    groups = {item.id for item in graph.clusters if item.kind == "group"}
    framed = {id_ for id_ in groups & layout.frames.keys() if members.get(id_, {""}) <= inside}
    # A frame has room round it already, and texts above it.
    yield from (grown(layout.frames[id_], NARROW - AROUND) for id_ in sorted(framed))
    homes = {node.id: node.cluster for node in graph.nodes}
    yield from (cells[id_] for id_ in sorted(inside) if homes[id_] not in framed)


def _merged(boxes: list[Box], strangers: list[Box]) -> list[Box] | None:
    """`boxes` with the first two as one that hold nothing else between them; None for none."""
    for one, other in combinations(boxes, 2):
        whole = _union([one, other])
        if not any(grown(whole, AROUND / 2).overlaps(stranger) for stranger in strangers):
            return [whole, *(box for box in boxes if box not in (one, other))]
    return None


def _words(label: str, outline: Box, solid: Iterable[Box]) -> Box:
    """Where the label stands: on the outline's upper or lower side, where it hides least."""
    wide = typeface.width(label, DETAIL, weight="semibold") + 12
    taken = list(solid)
    places = [
        Box(x, y - 9, wide, 18)
        for y in (outline.y, outline.bottom)
        for x in (outline.x + 10, max(outline.right - wide - 10, outline.x))
    ]
    return min(places, key=lambda box: sum(box.overlaps(other) for other in taken))


def _heads(graph: Graph, layout: Layout) -> Iterator[Box]:
    """The ground of the texts at the heads of frames."""
    for cluster in graph.clusters:
        if box := layout.frames.get(cluster.id):
            lines = head_of(cluster)
            wide = max(typeface.width(line, LABEL, weight="semibold") for line in lines)
            yield Box(box.x, box.y, wide + 40, 8 + 18 * len(lines))


# Notes


def _badges(graph: Graph, layout: Layout) -> Iterator[Badge]:
    """At the lower left of an icon or card, on the upper right of a frame; side by side."""
    seen: Counter[str] = Counter()
    for number, note in enumerate(graph.notes, start=1):
        frame = layout.frames.get(note.beside)
        box = frame or layout.cards.get(note.beside) or layout.icons.get(note.beside)
        if box is None:
            continue
        step = 2 * (BADGE + 1) * seen[note.beside]
        seen[note.beside] += 1
        if frame:
            yield Badge(number, note.beside, box.right - 2 * BADGE - step, box.y)
        else:
            yield Badge(number, note.beside, box.x + step, box.bottom)


def _legend(graph: Graph, layout: Layout) -> Iterator[Told]:
    """The notes' texts below the picture, one after the other; `layout` grows by them."""
    for number, note in enumerate(graph.notes, start=1):
        room = max(layout.width - 2 * INDENT - 2 * ROW, 8 * ROW)
        lines = typeface.wrap(note.text, DETAIL, room)
        yield Told(number, lines, INDENT + BADGE, layout.height + BADGE)
        layout.height += max(ROW, len(lines) * DETAIL * LINE + ROW - DETAIL * LINE)
    layout.height += AROUND if graph.notes else 0


def _union(boxes: list[Box]) -> Box:
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(x, y, max(b.right for b in boxes) - x, max(b.bottom for b in boxes) - y)
