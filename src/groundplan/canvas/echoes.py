"""Where something may run that is drawn elsewhere: said in words, so that no frame looks empty."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from groundplan.canvas import typeface
from groundplan.canvas.boxes import Box, places
from groundplan.canvas.captions import DETAIL
from groundplan.canvas.lanes import rows_of, single
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundplan.canvas.boxes import Layout
    from groundplan.graph import Cluster, Graph

MOST: Final = 2  # more names would not be read
EMPTY: Final = "empty: "  # how a word begins that says why nothing runs in a subnet
FOLDED: Final = "what runs here is a part of a module"
AT_HEAD: Final = 40  # from a frame's upper side to the feet of the line below its name
INDENT: Final = 10


def with_words(graph: Graph) -> Graph:
    """`graph` with a word in each subnet in which all that runs spans several rows of subnets.

    Such things stand beside the subnets, or below them.
    """
    rows = rows_of(graph, [item for item in graph.clusters if item.kind == "zone"])
    held: dict[str, list[str]] = defaultdict(list)
    filled = set()
    for node in graph.nodes:
        here = places(node)
        if len({rows.get(subnet) for subnet in here}) > 1:
            for subnet in here:
                held[subnet].append(node.label)
        else:
            filled |= {*here}
    notes = {id_: said(labels) for id_, labels in held.items() if id_ not in filled}
    if any(node.kind == "module" and node.subnets == UNKNOWN for node in graph.nodes):
        empty = [frame for frame in graph.clusters if frame.kind == "subnet"]
        notes |= {frame.id: FOLDED for frame in empty if _unsaid(frame, {*filled, *held})}
    clusters = (
        replace(item, note="\n".join(filter(None, (item.note, notes.get(item.id)))) or None)
        for item in graph.clusters
    )
    return replace(graph, clusters=tuple(clusters))


def _unsaid(frame: Cluster, held: set[str]) -> bool:
    """True for a subnet in which nothing is left to be seen, and that doesn't say why."""
    return frame.id not in held and EMPTY not in (frame.note or "")


def said(labels: Sequence[str]) -> str:
    """`here too: EKS cluster, Redis`; of many only how many they are."""
    names = list(dict.fromkeys(labels))
    many = f"{len(names)} things beside or below"
    return f"here too: {', '.join(names) if len(names) <= MOST else many}"


@dataclass(frozen=True)
class Echo:
    """Words at (x, y), the feet of their letters, about what is drawn in another box."""

    text: str
    x: float
    y: float

    @property
    def box(self) -> Box:
        """The ground of the words."""
        return Box(self.x, self.y - DETAIL, typeface.width(self.text, DETAIL), DETAIL + 4)


def echoes(graph: Graph, layout: Layout) -> Iterator[Echo]:
    """The words in the further boxes of bands and of groups in which nothing stands."""
    labels = {node.id: [node.label] for node in graph.nodes}
    for node in graph.nodes:
        if node.cluster in layout.again and not single(node):
            labels.setdefault(node.cluster, []).append(node.label)
    found: dict[Box, list[str]] = defaultdict(list)
    bands = [box for id_ in layout.bands for box in layout.again.get(id_, ())]
    for id_, boxes in layout.again.items():
        for box in boxes:
            inner = [other for other in bands if other != box]
            if id_ in labels and not _holds(box, [*layout.icons.values(), *inner]):
                found[box] += labels[id_]
    for box, names in found.items():
        text = typeface.short(said(names), DETAIL, box.w - 2 * INDENT)
        group = box not in bands
        y = box.y + AT_HEAD if group else box.middle[1] + DETAIL / 3
        yield Echo(text, box.x + INDENT, y)


def _holds(box: Box, others: Iterable[Box]) -> bool:
    """True where the middle of another is in a box."""
    middles = (other.middle for other in others)
    return any(box.x < x < box.right and box.y < y < box.bottom for x, y in middles)
