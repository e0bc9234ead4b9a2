"""Links from prose to the nodes of pictures, and the places in prose that each node is named in."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from html import escape as as_attribute
from html import unescape
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from groundplan.canvas.svg_parts import ids
from groundplan.errors import InputError, suggest
from groundplan.pages.pictures import name, shown_in
from groundplan.pages.templating import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from groundplan.pages.pictures import Picture

_LINK: Final = re.compile(r'href="gpn:([^"]*)"')
_SAID: Final = re.compile(r'id="gs-said" data-gp-node="([^"]*)"')
_HEADING: Final = re.compile(r"^#{1,6}\s+(.*?)\s*(?:\{.*\})?$")
_MARKUP: Final = re.compile(r"<[^>]*>|[*_`]")


@dataclass(frozen=True)
class Found:
    """A node or frame of a picture: what it is called there."""

    id: str
    label: str


@dataclass(frozen=True)
class Mention:
    """A place in prose that names a node: its page, its id there, and what it stands under."""

    node: str
    page: str
    part: str
    said: str


class Nodes:
    """The nodes and frames of a site's pictures, by id, address and label."""

    def __init__(self, pictures: Iterable[Picture]) -> None:
        self._pictures = {name(picture): picture for picture in pictures}

    @cached_property
    def _ids(self) -> dict[str, dict[str, str]]:
        """The ids of elements by node, of each picture."""
        return {
            title: ids(
                (item["id"] for kind in ("clusters", "nodes") for item in picture.graph[kind]),
                _drawn_as(picture),
            )
            for title, picture in self._pictures.items()
        }

    @cached_property
    def _names(self) -> dict[str, dict[str, Found]]:
        """What each id, address and label may mean, by the id of what it means."""
        found: dict[str, dict[str, Found]] = defaultdict(dict)
        for picture in self._pictures.values():
            for item in _things(picture):
                one = Found(item["id"], item["label"])
                addresses = item.get("addresses") or [item.get("address") or item["id"]]
                for called in {item["id"], item["label"], *addresses}:
                    found[called].setdefault(one.id, one)
        return found

    def find(self, called: str) -> Found:
        """What has that address, id or label. Raises InputError for none, and for several."""
        found = self._names.get(called)
        if not found:
            raise InputError(f"no picture has a node '{called}'", hint=suggest(called, self._names))
        if len(found) > 1 and called not in found:
            raise InputError(
                f"{len(found)} nodes are called '{called}'",
                hint=f"say which by its address: {', '.join(sorted(found))}",
            )
        return found.get(called) or next(iter(found.values()))

    def resolve(self, html: str, page_of: Callable[[Picture], str]) -> str:
        """`html` with links to nodes: in a picture of the same page, else in the first's own page.

        `page_of` gives the path of the page that a picture certainly stands in.
        """
        here = shown_in(html)

        def address(link: re.Match[str]) -> str:
            node = unescape(link[1])
            having = [title for title in self._pictures if node in self._ids[title]]
            for title in here:
                if title in having:
                    return f'href="#{self._ids[title][node]}"'
            page = page_of(self._pictures[having[0]])
            return f'href="gp:{as_attribute(page)}#{self._ids[having[0]][node]}"'

        return _LINK.sub(address, html)


def link(found: Found, text: str) -> Markup:
    """The link to a node, as it stands in a page until that is finished."""
    return Markup(
        '<a class="gs-node" id="gs-said" data-gp-node="{0}" href="gpn:{0}">{1}</a>'
    ).format(escape(found.id), escape(text))


def numbered(markdown: str, page: str, title: str) -> tuple[str, tuple[Mention, ...]]:
    """A page with an id for each of its links to nodes, and what they mention."""
    found: list[Mention] = []
    said = title
    lines = markdown.split("\n")
    for at, line in enumerate(lines):
        if heading := _HEADING.match(line):
            said = f"{title}: {_MARKUP.sub('', heading[1])}" if line.startswith("##") else title
        while match := _SAID.search(lines[at]):
            part = f"said-{len(found) + 1}"
            node = unescape(match[1])
            lines[at] = lines[at].replace('id="gs-said"', f'id="{part}"', 1)
            found.append(Mention(node, page, part, unescape(said)))
    return "\n".join(lines), tuple(found)


def mentions(
    pages: Iterable[Iterable[Mention]], url: Callable[[str], str]
) -> dict[str, list[tuple[str, str]]]:
    """By node, the addresses that name it and what stands there, each heading once."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for page in pages:
        for item in page:
            found[item.node].setdefault(item.said, f"{url(item.page)}#{item.part}")
    return {
        node: [(address, said) for said, address in places.items()]
        for node, places in sorted(found.items())
    }


def _things(picture: Picture) -> list[Mapping[str, Any]]:
    """What has a card: nodes, and frames that are resources."""
    frames = [item for item in picture.graph["clusters"] if item.get("address")]
    return [*frames, *picture.graph["nodes"]]


def _drawn_as(picture: Picture) -> str:
    """The name that the ids in the picture's file begin with."""
    folder = picture.svg.parent.parent.name
    return f"{picture.view}-{folder}-{picture.phase}"
