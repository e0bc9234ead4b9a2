"""The one typeface of all pictures, and how wide a text is in it.

Open Sans (Apache 2.0) ships with the package, so that widths, and with them the pictures, are the
same on every machine.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

FILES: Final = {"regular": "OpenSans-Regular.ttf", "semibold": "OpenSans-Semibold.ttf"}


def font_file(weight: str) -> Path:
    """The TrueType file of `regular` or `semibold`."""
    return Path(str(resources.files("groundplan") / "fonts" / FILES[weight]))


def width(text: str, size: float, *, weight: str = "regular") -> float:
    """The width of `text` in pixels at `size` pixels; an unknown letter is as wide as an M."""
    advances, units = _metrics(weight)
    return sum(advances.get(ord(letter), advances[ord("M")]) for letter in text) * size / units


def wrap(text: str, size: float, limit: float, *, weight: str = "regular") -> tuple[str, ...]:
    """`text` broken at spaces into lines of at most `limit` pixels, as far as its words allow."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and width(longer, size, weight=weight) > limit:
                lines.append(line)
                line = word
            else:
                line = longer
        if line:
            lines.append(line)
    return tuple(lines)


@cache
def _metrics(weight: str) -> tuple[dict[int, int], int]:
    """Advance widths by code point, and the units of an em, as the font file has them."""
    path = resources.files("groundplan") / "fonts" / "advances.json"
    metrics = json.loads(path.read_text())[weight]
    return {int(code): wide for code, wide in metrics["advances"].items()}, metrics["units"]
