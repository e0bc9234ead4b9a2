"""Pictures in pages: SVG put into the page so that its scheme and links work, and words for it."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Any, Final, Protocol

from groundplan.errors import InputError
from groundplan.files import read_text
from groundplan.svg import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_SIZE: Final = re.compile(r'\s(?:width|height)="[^"]*"')
_WIDTH: Final = re.compile(r'\swidth="([0-9.]+)')
_NO_WORD: Final = re.compile(r"[^A-Za-z0-9]+")
_PLACE: Final = re.compile(r'<div data-gs-picture="([^"]+)"></div>')
_SCHEMED: Final = re.compile(r'href="gp:([^"]*)"')
LARGEST: Final = 1.1
REM: Final = 20  # pixels, on a screen of usual size; on a large one everything grows with it

_VERBS: Final = {
    "route": "routes to",
    "rule": "may reach",
    "replicates": "replicates to",
}


class Picture(Protocol):
    """A drawn view: what `groundplan.drawing` gives. `graph` is its object of graph.json."""

    @property
    def view(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def env(self) -> str | None: ...  # noqa: D102
    @property
    def phase(self) -> int: ...  # noqa: D102
    @property
    def svg(self) -> Path: ...  # noqa: D102
    @property
    def png(self) -> Path: ...  # noqa: D102
    @property
    def graph(self) -> Mapping[str, Any]: ...  # noqa: D102


def name(picture: Picture) -> str:
    """The picture's id, unique in a site: `network-dev-phase-2`, `application-flow-phase-2`."""
    middle = f"-{picture.env}" if picture.env else ""
    return _NO_WORD.sub("-", f"{picture.view}{middle}-phase-{picture.phase}")


def file(picture: Picture) -> str:
    """Where the picture's SVG stands in the site: `pictures/network-dev-phase-2.svg`."""
    return f"pictures/{name(picture)}.svg"


def inline(svg: str) -> str:
    """The `<svg>` element of a document, as wide as the place it stands in in a page.

    It grows to `LARGEST` times its own size at most. Its ids are the picture's own already; its
    fonts are those of the page.
    """
    body = fitted(svg[svg.index("<svg") :])
    head, closed, rest = body.partition(">")
    width = _WIDTH.search(head)
    limit = f' style="max-width:{float(width[1]) * LARGEST / REM:.1f}rem"' if width else ""
    return f"{_SIZE.sub('', head)}{limit}{closed}{rest}"


def finish(html: str, pictures: Iterable[Picture], address: Callable[[str], str]) -> str:
    """`html` with its pictures put in and its `gp:` links turned into addresses of the site.

    `address` gives the address, as seen from this page, of a file of the site. Pictures are put
    in last of all, so that neither Markdown nor the search ever works through them.
    """
    known = {name(picture): picture for picture in pictures}
    html = _SCHEMED.sub(lambda link: f'href="{_address(link[1], address)}"', html)
    return _PLACE.sub(lambda place: _drawn(known[place[1]]), html)


def _address(link: str, address: Callable[[str], str]) -> str:
    path, mark, part = unescape(link).partition("#")
    return escape(f"{address(path)}{mark}{part}")


def _drawn(picture: Picture) -> str:
    try:
        return inline(read_text(picture.svg)).strip()
    except ValueError:
        raise InputError("this is not an SVG picture", file=picture.svg) from None


def in_words(graph: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The picture in words: a heading for each frame with what stands in it, then who calls whom.

    The order is that of graph.json, so it is the same from one drawing to the next.
    """
    labels = {node["id"]: node["label"] for node in graph["nodes"]}
    for place, heading in (("", "Outside every frame"), *_frames(graph)):
        nodes = [node for node in graph["nodes"] if (node.get("cluster") or "") == place]
        if nodes:
            yield heading, tuple(_node(node) for node in nodes)
    lines = (
        _edge(edge, labels[edge["source"]], labels[edge["target"]])
        for edge in graph["edges"]
        if edge["source"] in labels and edge["target"] in labels
    )
    if told := tuple(lines):
        yield "Lines", told


def _frames(graph: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for cluster in graph["clusters"]:
        facts = [cluster.get("tier"), cluster.get("zone"), cluster.get("cidr")]
        said = ", ".join(fact for fact in facts if fact and fact not in cluster["label"].lower())
        yield cluster["id"], f"{cluster['label']} ({said})" if said else cluster["label"]


def _node(node: Mapping[str, Any]) -> str:
    detail = f" ({node['detail']})" if node.get("detail") else ""
    return f"{node['label']}{detail}{', open to the internet' if node.get('exposed') else ''}"


def _edge(edge: Mapping[str, Any], source: str, target: str) -> str:
    label = f" ({edge['label']})" if edge.get("label") else ""
    return f"{source} {_VERBS.get(edge['kind'], 'to')} {target}{label}"
