"""The viewer inside a picture's file: pan, zoom, full screen and cards, in any browser, offline.

Shown as an image or printed, a picture is as it was drawn: neither runs the script. A page that
holds several pictures takes them `fitted`, and brings the script once.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from groundplan import cards
from groundplan.canvas.svg_parts import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.cards import Card

# In order: the typeface, the looks of the viewer, the cards, the script.
_EXTRA: Final = re.compile(
    r'<style class="gp-(?:fonts|viewer)">.*?</style>'
    r'|<metadata class="gp-cards">.*?</metadata>|<script class="gp-viewer">.*?</script>',
    re.DOTALL,
)
_CARDS: Final = re.compile(r'<metadata class="gp-cards">(.*?)</metadata>', re.DOTALL)
# Harmless in HTML too, should somebody paste the file into a page.
_ESCAPES: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}


def embed(root: ET.Element, known: Iterable[Card]) -> None:
    """Put the viewer and the cards into the picture `root`."""
    ET.SubElement(root, "style", {"class": "gp-viewer"}).text = asset("viewer.css")
    ET.SubElement(root, "metadata", {"class": "gp-cards"}).text = data(known)
    ET.SubElement(root, "script", {"class": "gp-viewer"}).text = asset("viewer.js")


def data(known: Iterable[Card]) -> str:
    """Cards by the ids of their nodes, as JSON that no markup can end."""
    document = {clean(card.id): cards.as_dict(card) for card in known}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return clean(text).translate(_ESCAPES)


def cards_in(svg: str) -> dict[str, dict[str, Any]]:
    """The cards that a picture brings along, by the ids of their nodes; none where it has none."""
    found = _CARDS.search(svg)
    document: dict[str, dict[str, Any]] = json.loads(unescape(found[1])) if found else {}
    return document


def fitted(svg: str) -> str:
    """The picture for a page that brings fonts and viewer itself: without its own."""
    return _EXTRA.sub("", svg)


@cache
def asset(name: str) -> str:
    """The text of a file that ships with the package."""
    return (resources.files("groundplan") / "assets" / name).read_text(encoding="utf-8")
