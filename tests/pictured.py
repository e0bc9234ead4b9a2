"""Pictures for the tests, and where the parts of a laid-out one are."""

from __future__ import annotations

import re
import shutil
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.canvas import palette, typeface
from groundplan.canvas.boxes import Box, Layout
from groundplan.canvas.captions import ASIDE, DETAIL, LABEL, head_of, text_of
from groundplan.canvas.lines import Line
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from groundplan.workspace import Workspace
from plans import PICTURED, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.graph import Cluster, Graph, Node

WORKSPACE = Workspace(Path(__file__).parent.parent)
VIEWS = {"network": network, "infrastructure": infrastructure}
CASES = [
    f"{view} {source}"
    for view in VIEWS
    for source in (*PICTURED, "dev 1", "dev 2", "dev 3", "dev 4", "dev 6", "prod 10")
]


def without_pictures(root: Path, number: int) -> Workspace:
    """The reference engagement in `root`, with no environment in phase `number`."""
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(WORKSPACE.root / name, root)
    for name in ("facts", "diagrams"):
        shutil.copytree(WORKSPACE.root / name, root / name)
    workspace = Workspace(root)
    before, here, after = workspace.design_file.read_text().partition(f"number: {number}\n")
    after = after.replace("    environments: [dev]\n", "", 1)
    workspace.design_file.write_text(f"{before}{here}{after}")
    return workspace


@cache
def picture(case: str) -> Graph:
    """The graph of a case: a view of a fixture, or of an environment in a phase."""
    view, source, *phase = case.split()
    return VIEWS[view](WORKSPACE.facts(source, int(*phase)) if phase else recorded(source))


def overlap(a: Box, b: Box, by: float = 0.05) -> bool:
    """True where two boxes share ground, and not only a border."""
    across = min(a.right, b.right) - max(a.x, b.x)
    return across > by and min(a.bottom, b.bottom) - max(a.y, b.y) > by


def inside(inner: Box, outer: Box, by: float = 0.05) -> bool:
    return (
        inner.x >= outer.x - by and inner.y >= outer.y - by
        and inner.right <= outer.right + by and inner.bottom <= outer.bottom + by
    )  # fmt: skip


def text(node: Node, layout: Layout) -> Box:
    """The ground of a node's words."""
    icon, words = layout.icons[node.id], text_of(node)
    x, y = icon.right + ASIDE, icon.middle[1] - words.height / 2
    return Box(x, y, words.width, words.height)


def whole(node: Node, layout: Layout) -> Box:
    """The ground of a node's icon and words."""
    icon, words = layout.icons[node.id], text(node, layout)
    y = min(icon.y, words.y)
    return Box(icon.x, y, words.right - icon.x, max(icon.bottom, words.bottom) - y)


def heads(frame: Cluster, box: Box) -> Iterator[Box]:
    """The ground of each line at a frame's head."""
    label, *notes = head_of(frame)
    left = box.x + (34 if palette.style_of(frame).icon else 10)
    yield Box(left, box.y + 6, typeface.width(label, LABEL, weight="semibold"), 16)
    for number, note in enumerate(notes):
        yield Box(box.x + 10, box.y + 29 + 17 * number, typeface.width(note, DETAIL), 13)


def corners(line: Line) -> list[tuple[float, float]]:
    """The points of a line with right angles, as if no corner (Q) were rounded."""
    found: list[tuple[float, float]] = []
    for letter, part in re.findall(r"([MLQ])([^MLQ]*)", line.path):
        x, y, *_ = (float(number) for number in re.findall(r"-?[\d.]+", part))
        found[-1:] = [(x, y)] if letter == "Q" else [*found[-1:], (x, y)]
    return found


def pieces(line: Line) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight pieces of a line: none between two parts, where it passes something."""
    for part in line.path.split("M")[1:]:
        yield from pairwise(corners(Line(f"M{part}")))


def crosses(line: Line, box: Box, by: float = 1.0) -> bool:
    """True where a line runs through the inside of a box."""
    core = Box(box.x + by, box.y + by, max(box.w - 2 * by, 0), max(box.h - 2 * by, 0))
    for (ax, ay), (bx, by_) in pieces(line):
        piece = Box(min(ax, bx), min(ay, by_), abs(ax - bx), abs(ay - by_))
        across = min(piece.right, core.right) - max(piece.x, core.x)
        if across >= 0 and min(piece.bottom, core.bottom) - max(piece.y, core.y) >= 0:
            return True
    return False


def on_border(point: tuple[float, float], box: Box, by: float = 0.2) -> bool:
    x, y = point
    within = box.x - by <= x <= box.right + by and box.y - by <= y <= box.bottom + by
    sides = (x - box.x, x - box.right, y - box.y, y - box.bottom)
    return within and any(abs(distance) <= by for distance in sides)


def places(graph: Graph, layout: Layout) -> dict[str, Box]:
    """The icon or frame of each thing."""
    return {**layout.frames, **{node.id: layout.icons[node.id] for node in graph.nodes}}
