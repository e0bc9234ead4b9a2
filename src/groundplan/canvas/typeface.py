"""The one typeface of all pictures, and how wide a text is in it.

Open Sans (Apache 2.0) ships with the package, so that widths, and with them the pictures, are the
same on every machine.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from importlib import resources
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Final

MOST_LINES: Final = 6
MOST_LETTERS: Final = 1000  # more than so many lines hold
FILES: Final = {"regular": "OpenSans-Regular.ttf", "semibold": "OpenSans-Semibold.ttf"}


def font_file(weight: str) -> Path:
    """The TrueType file of `regular` or `semibold`."""
    return Path(str(resources.files("groundplan") / "fonts" / FILES[weight]))


@lru_cache(maxsize=8192)  # a layout asks for the same texts many times over
def width(text: str, size: float, *, weight: str = "regular") -> float:
    """The width of `text` in pixels at `size` pixels; an unknown letter is as wide as an M."""
    advances, units = _metrics(weight)
    return sum(advances.get(ord(letter), advances[ord("M")]) for letter in text) * size / units


def short(text: str, size: float, limit: float, *, weight: str = "regular") -> str:
    """`text`, ended by `…` where it is wider than `limit` pixels."""
    if width(text, size, weight=weight) <= limit:
        return text
    room = limit - width("…", size, weight=weight)
    ends = accumulate(width(letter, size, weight=weight) for letter in text)
    return text[: sum(1 for _ in takewhile(lambda end: end <= room, ends))] + "…"


def wrap(text: str, size: float, limit: float, *, weight: str = "regular") -> tuple[str, ...]:
    """`text` broken into lines of at most `limit` pixels; what nobody could read ends in `…`.

    It is broken at spaces, and in a name that is too long after `-`, `_`, `.`, `/` or `:`.
    """
    lines: list[str] = []
    for paragraph in text[:MOST_LETTERS].split("\n"):
        line = ""
        for word in paragraph.split():
            parts = _broken(word, size, limit, weight)
            longer = f"{line} {parts[0]}".strip()
            if line and width(longer, size, weight=weight) > limit:
                lines.append(line.removesuffix(" ·"))  # the new line parts them as well
                longer = parts[0]
            lines += [longer, *parts[1:]][:-1]
            line = [longer, *parts[1:]][-1]
        if line:
            lines.append(line)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"]
    return tuple(short(line, size, limit, weight=weight) for line in lines)


def _broken(word: str, size: float, limit: float, weight: str) -> list[str]:
    """A word, in parts that fit where it is too long; a version is not taken apart."""
    if width(word, size, weight=weight) <= limit:
        return [word]
    parts = [""]
    for syllable in re.findall(r"(?:[^-_./:]|\.(?=\d))*[-_./:]?", word):
        fits = width(syllable, size, weight=weight) <= limit
        for piece in [syllable] if fits else syllable:
            if parts[-1] and width(parts[-1] + piece, size, weight=weight) > limit:
                parts.append("")
            parts[-1] += piece
    return parts


@cache
def _metrics(weight: str) -> tuple[dict[int, int], int]:
    """Advance widths by code point, and the units of an em, as the font file has them."""
    path = resources.files("groundplan") / "fonts" / "advances.json"
    metrics = json.loads(path.read_text())[weight]
    return {int(code): wide for code, wide in metrics["advances"].items()}, metrics["units"]
