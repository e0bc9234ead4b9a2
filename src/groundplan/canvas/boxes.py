"""Boxes, and a layout made of them: the value between arranging a picture and drawing it.

All lengths are pixels, where nothing else is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from groundplan.canvas import typeface
from groundplan.canvas.captions import DETAIL, ICON, LABEL, head_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.graph import Cluster, Node

GAP: Final = 24
HEAD: Final = 32
NOTE: Final = 18  # a line of a frame's note
MARGIN: Final = 20  # round the whole picture
TOP_BORDER: Final = frozenset({"internet_gateway", "egress_gateway", "vpn_gateway"})
SIDE_BORDER: Final = frozenset({"endpoint"})
ON_BORDER: Final = TOP_BORDER | SIDE_BORDER  # of their VPC
HIGH: Final = 4  # a band of more icons' height is an outline

# The ground that a page has for a picture, in points: A4 with margins of 10 mm, lying or standing.
PAGES: Final = ((785.2, 538.6), (538.6, 785.2))
LEGIBLE: Final = 6.0  # points; smaller print is not read
_ENOUGH: Final = 7.2  # points; from here on, the plainest arrangement is the best


@dataclass(frozen=True)
class Box:
    """A rectangle: its upper left corner, width and height."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.h

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return self.x + self.w / 2, self.y + self.h / 2

    def moved(self, dx: float, dy: float) -> Box:
        """The same box elsewhere."""
        return Box(self.x + dx, self.y + dy, self.w, self.h)

    def overlaps(self, other: Box) -> bool:
        """True where both have ground in common, and not only a border."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom


@dataclass
class Layout:
    """The result: a box for each frame and for each node's icon, and the size of the whole.

    `again` are further boxes of a security group that has members in several places. `bands` are
    the frames of nodes that span several subnets, `cards` the grounds of nodes that stand in no
    frame, both by node id.
    """

    width: float = 0
    height: float = 0
    frames: dict[str, Box] = field(default_factory=dict)
    icons: dict[str, Box] = field(default_factory=dict)
    bands: dict[str, Box] = field(default_factory=dict)
    cards: dict[str, Box] = field(default_factory=dict)
    again: dict[str, tuple[Box, ...]] = field(default_factory=dict)

    def add(self, boxes: dict[str, Box], id_: str, box: Box) -> None:
        """The first box of a thing in `boxes`, or one more."""
        if id_ in boxes:
            self.again[id_] = (*self.again.get(id_, ()), box)
        else:
            boxes[id_] = box

    def take(self, part: Layout, dx: float, dy: float) -> None:
        """Everything of `part`, moved."""
        for id_, box in part.frames.items():
            self.add(self.frames, id_, box.moved(dx, dy))
        self.icons |= {id_: box.moved(dx, dy) for id_, box in part.icons.items()}
        self.bands |= {id_: box.moved(dx, dy) for id_, box in part.bands.items()}
        self.cards |= {id_: box.moved(dx, dy) for id_, box in part.cards.items()}
        for id_, boxes in part.again.items():
            moved = (box.moved(dx, dy) for box in boxes)
            self.again[id_] = (*self.again.get(id_, ()), *moved)


Placed = TypeVar("Placed", bound=Layout)


def filled(box: Box) -> bool:
    """True for the box of a thing that has a ground: a tall one would look empty."""
    return box.h <= HIGH * ICON


def print_size(width: float, height: float) -> float:
    """The size in points of the smallest text where a picture fills an A4 page."""
    return DETAIL * max(min(w / width, h / height) for w, h in PAGES)


def best(layouts: Iterable[Placed], *, enough: float = _ENOUGH) -> Placed:
    """The first that prints well, else the one that prints best. Raises ValueError for none."""
    sizes: dict[float, Placed] = {}
    for layout in layouts:
        size = print_size(max(layout.width, 1) + 4 * MARGIN, max(layout.height, 1) + 6 * MARGIN)
        if size >= enough:
            return layout
        sizes.setdefault(size, layout)
    return sizes[max(sizes)]


def icon(x: float, y: float, height: float) -> Box:
    """The icon of a cell that starts at (x, y), in a strip of that height."""
    return Box(x, y + (height - ICON) / 2, ICON, ICON)


def places(node: Node) -> tuple[str, ...]:
    """The subnets that a node is known to run in."""
    return node.subnets if isinstance(node.subnets, tuple) else ()


def head_height(frame: Cluster) -> float:
    """The height of what is written at the head of a frame."""
    return HEAD + NOTE * (len(head_of(frame)) - 1)


def head_width(frame: Cluster) -> float:
    """The width that a frame must have for what is written at its head."""
    label, *notes = head_of(frame)
    wide = typeface.width(label, LABEL, weight="semibold") + GAP  # its icon stands before it
    return max(wide, *(typeface.width(line, DETAIL) for line in notes), 0) + GAP
