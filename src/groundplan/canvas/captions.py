"""What is written beside an icon and at the head of a frame, broken and cut to its room.

All lengths are pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from groundplan.canvas import typeface

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from groundplan.graph import Cluster, Node

ICON: Final = 48
TEXT: Final = 176  # the width that a node's text may take
ASIDE: Final = 10  # between an icon and its text
LABEL: Final = 14
DETAIL: Final = 12
LINE: Final = 1.3  # line height
HEAD_TEXT: Final = 480  # the width that a line at a frame's head may take


@dataclass(frozen=True)
class Text:
    """A node's lines of text, to the right of its icon."""

    label: tuple[str, ...]
    detail: tuple[str, ...]

    @property
    def height(self) -> float:
        """Of all lines."""
        return LINE * (LABEL * len(self.label) + DETAIL * len(self.detail))

    @cached_property
    def width(self) -> float:
        """Of the widest line."""
        labels = (typeface.width(line, LABEL, weight="semibold") for line in self.label)
        details = (typeface.width(line, DETAIL) for line in self.detail)
        return max((*labels, *details), default=0)


def text_of(node: Node) -> Text:
    """A node's text, broken to its cell."""
    return _text(node.label, node.detail)


@lru_cache(maxsize=4096)  # asked many times over while a layout is tried out
def _text(label: str, detail: str) -> Text:
    return Text(
        typeface.wrap(label, LABEL, TEXT, weight="semibold"), typeface.wrap(detail, DETAIL, TEXT)
    )


def head_of(frame: Cluster) -> tuple[str, ...]:
    """The lines at the head of a frame: its label, and its note's lines."""
    label = f"{frame.label} {frame.cidr}" if frame.kind == "vpc" and frame.cidr else frame.label
    notes = frame.note.split("\n") if frame.note else ()
    return (
        typeface.short(label, LABEL, HEAD_TEXT, weight="semibold"),
        *(typeface.short(line, DETAIL, HEAD_TEXT) for line in notes),
    )


def cell(node: Node) -> tuple[float, float]:
    """The width and height of a node: its icon and its text."""
    text = text_of(node)
    return ICON + ASIDE + text.width, max(ICON, text.height)


def roomy_node(versions: Sequence[Node]) -> Node:
    """The last of a node's `versions`, with words that need as much room as those of any."""
    if len(versions) == 1:
        return versions[0]
    texts = [text_of(node) for node in versions]
    label = _widest((text.label for text in texts), LABEL, "semibold")
    return replace(versions[-1], label=label, detail=_widest((t.detail for t in texts), DETAIL))


def roomy_frame(versions: Sequence[Cluster]) -> Cluster:
    """The last of a frame's `versions`, with words that need as much room as those of any."""
    if len(versions) == 1:
        return versions[0]
    label = _widest(((frame.label,) for frame in versions), LABEL, "semibold")
    note = _widest(((frame.note or "").split("\n") for frame in versions), DETAIL)
    return replace(versions[-1], label=label, note=note or None)


def _widest(texts: Iterable[Sequence[str]], size: float, weight: str = "regular") -> str:
    """Line by line the widest of several texts."""
    wide = partial(typeface.width, size=size, weight=weight)
    return "\n".join(max(lines, key=wide) for lines in zip_longest(*texts, fillvalue=""))
