"""Pictures in pages: SVG put into the page so that its scheme and links work, and words for it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from html import escape, unescape
from typing import TYPE_CHECKING, Any, Final, Protocol

from groundplan.canvas import viewer
from groundplan.errors import InputError
from groundplan.files import read_text
from groundplan.pages.labels import listed
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_SIZE: Final = re.compile(r'\s(?:width|height)="[^"]*"')
_WIDTH: Final = re.compile(r'\swidth="([0-9.]+)')
_HEIGHT: Final = re.compile(r'\sheight="([0-9.]+)')
_NO_WORD: Final = re.compile(r"[^A-Za-z0-9]+")
_PLACE: Final = re.compile(r'<div data-gs-picture="([^"]+)"></div>')
_STYLE: Final = re.compile(r'<style class="gp-style">(.*?)</style>', re.DOTALL)
_SYMBOL: Final = re.compile(r'<symbol id="([^"]*)" (.*?</symbol>)', re.DOTALL)
_USE: Final = re.compile(r'href="#([^"]*)"')
_FITTED: Final[dict[Path, tuple[tuple[int, int], Fitted]]] = {}
_SCHEMED: Final = re.compile(r'href="gp:([^"]*)"')
LARGEST: Final = 1.1
REM: Final = 20  # pixels, on a screen of usual size; on a large one everything grows with it

_VERBS: Final = {
    "route": "routes to",
    "rule": "may reach",
    "replicates": "replicates to",
}


class Picture(Protocol):
    """A drawn view: what `groundplan.drawing` gives. `graph` is its object of graph.json.

    `source` is what it is drawn from: `terraform`, `compose`, or `hand`.
    """

    @property
    def view(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def env(self) -> str | None: ...  # noqa: D102
    @property
    def phase(self) -> int: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
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


def file(picture: Picture, ending: str = ".svg") -> str:
    """Where the picture's file stands in the site: `pictures/network-dev-phase-2.svg`."""
    return f"pictures/{name(picture)}{ending}"


def has_png(picture: Picture) -> bool:
    """True where the picture has a PNG that is no older than it is."""
    if not (picture.png.is_file() and picture.svg.is_file()):
        return False
    return picture.png.stat().st_mtime_ns >= picture.svg.stat().st_mtime_ns


@dataclass(frozen=True)
class Fitted:
    """A picture for a page: its `<svg>` without what pages bring once, and that, with its cards.

    `symbols` has the icons by the ids that they have in every page, `cards` each card as JSON.
    """

    svg: str
    symbols: Mapping[str, str]
    style: str
    cards: Mapping[str, str]


def fit(svg: str) -> Fitted:
    """The `<svg>` element of a document, as wide as the place it stands in in a page.

    It grows to `LARGEST` times its own size at most, and tells its own height. Its ids are the
    picture's own already; its fonts, icons and looks are those of the page.
    """
    body = viewer.fitted(svg[svg.index("<svg") :])
    style = _STYLE.search(body)
    body = _STYLE.sub("", body)
    icons = {
        id_: f"gp-icon-{sha256(drawn.encode()).hexdigest()[:12]}" for id_, drawn in _icons(body)
    }
    symbols = {icons[id_]: f'<symbol id="{icons[id_]}" {drawn}' for id_, drawn in _icons(body)}
    body = _USE.sub(lambda use: f'href="#{icons.get(use[1], use[1])}"', _SYMBOL.sub("", body))
    head, closed, rest = body.partition(">")
    whole = f"{_SIZE.sub('', head)}{_limits(head)}{closed}{rest}".strip()
    cards = {node: _plain(card) for node, card in viewer.cards_in(svg).items()}
    return Fitted(whole, symbols, style[1] if style else "", cards)


def _limits(head: str) -> str:
    width, height = _WIDTH.search(head), _HEIGHT.search(head)
    if not width or not height:
        return ""
    wide, high = float(width[1]) * LARGEST / REM, float(height[1]) / REM
    return f' style="max-width:{wide:.1f}rem;--gs-high:{high:.1f}rem"'


def _icons(svg: str) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in _SYMBOL.finditer(svg)]


def fitted(picture: Picture) -> Fitted:
    """The picture's file, fitted, as long as it is the same; raises InputError where it is none."""
    stat = picture.svg.stat()
    state = (stat.st_mtime_ns, stat.st_size)
    before, found = _FITTED.get(picture.svg, (None, None))
    if found is None or before != state:
        try:
            found = fit(read_text(picture.svg))
        except ValueError:
            raise InputError("this is not an SVG picture", file=picture.svg) from None
        _FITTED[picture.svg] = state, found
    return found


def shown_in(html: str) -> list[str]:
    """The names of the pictures that have a place in `html`, in their order."""
    return _PLACE.findall(html)


def finish(html: str, pictures: Iterable[Picture], address: Callable[[str], str]) -> str:
    """`html` with its pictures put in and its `gp:` links turned into addresses of the site.

    `address` gives the address, as seen from this page, of a file of the site. Pictures are put
    in last of all, so that neither Markdown nor the search ever works through them.
    """
    known = {name(picture): picture for picture in pictures}
    html = _SCHEMED.sub(lambda link: f'href="{_address(link[1], address)}"', html)
    here = {place: fitted(known[place]) for place in shown_in(html)}
    shared = _shared(here.values())
    for number, place in enumerate(here):
        drawn = (shared if number == 0 else "") + here[place].svg
        html = html.replace(f'<div data-gs-picture="{place}"></div>', drawn)
    return html


def _shared(pictures: Iterable[Fitted]) -> str:
    """What the pictures of one page have in common, once: their looks and their icons."""
    styles: dict[str, None] = {}
    symbols: dict[str, str] = {}
    for picture in pictures:
        styles |= {picture.style: None}
        symbols |= picture.symbols
    if not symbols and not any(styles):
        return ""
    return (
        '<svg class="gp-shared" width="0" height="0" aria-hidden="true" focusable="false">'
        f"<style>{''.join(styles)}</style><defs>{''.join(symbols.values())}</defs></svg>"
    )


def cards(pictures: Iterable[Picture], mentions: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """The script that brings the cards of all pictures: each card once, by picture and node.

    `mentions` has, by node, the addresses of the places in prose that name it, as seen from the
    site's root, and what stands there.
    """
    numbers: dict[str, int] = {}
    places = {
        name(picture): {
            node: numbers.setdefault(card, len(numbers))
            for node, card in fitted(picture).cards.items()
        }
        for picture in pictures
    }
    whole = f'{{"cards":[{",".join(numbers)}],"pictures":{_plain(places)},'
    return f'globalThis.groundplanCards = {whole}"mentions":{_plain(mentions)}}};\n'


def _plain(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _address(link: str, address: Callable[[str], str]) -> str:
    path, mark, part = unescape(link).partition("#")
    return escape(f"{address(path)}{mark}{part}")


def in_words(graph: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The picture in words: a heading for each frame with what stands in it, then every line.

    The order is that of graph.json, so it is the same from one drawing to the next.
    """
    called = _names(graph)
    regional = any(frame["kind"] == "region" for frame in graph["clusters"])
    open_ = "open to the internet" if regional else "with a published port"
    for frame in ({"id": ""}, *graph["clusters"]):
        nodes = [node for node in graph["nodes"] if (node.get("cluster") or "") == frame["id"]]
        told = (_node(node, called, open_) for node in nodes)
        said = (*(frame.get("note") or "").splitlines(), *told)
        if said or frame.get("address"):
            heading = _frame(frame) if frame["id"] else "Outside every frame"
            yield heading, said or ("nothing stands here by itself",)
    if lines := tuple(_edge(edge, called) for edge in graph["edges"]):
        yield "Lines", lines


def new_lines(graph: Mapping[str, Any]) -> Iterator[str]:
    """The new lines in words, without those to what is new itself."""
    called = _names(graph)
    things = (*graph["clusters"], *graph["nodes"])
    new = {thing["id"] for thing in things if thing.get("change") == "create"}
    for edge in graph["edges"]:
        if edge.get("change") == "create" and not new & {edge["source"], edge["target"]}:
            yield _edge(edge, called)


def _names(graph: Mapping[str, Any]) -> dict[str, str]:
    """What each node and frame is called, by id: with its frame where others are called so too."""
    things = (*graph["clusters"], *graph["nodes"])
    labels = {thing["id"]: thing["label"] for thing in things}
    often = Counter(labels.values())
    places = {thing["id"]: thing.get("cluster") or thing.get("parent") for thing in things}
    return {
        id_: f"{label} in {labels[place]}"
        if often[label] > 1 and (place := places[id_]) in labels
        else label
        for id_, label in labels.items()
    }


def _frame(frame: Mapping[str, Any]) -> str:
    facts = [frame.get("tier"), frame.get("zone"), frame.get("cidr")]
    said = ", ".join(fact for fact in facts if fact and fact not in frame["label"].lower())
    return f"{frame['label']} ({said})" if said else frame["label"]


def _node(node: Mapping[str, Any], called: Mapping[str, str], open_: str) -> str:
    detail = f" ({node['detail']})".replace("\n", "; ") if node.get("detail") else ""
    exposed = f", {open_}" if node.get("exposed") else ""
    return f"{node['label']}{detail}{_spread(node, called)}{exposed}"


def _spread(node: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """In which subnets a node can run, where it does not stand in its only one."""
    subnets = node.get("subnets") or ()
    if subnets == UNKNOWN:
        return ", in subnets that are known after apply"
    names = [called[subnet] for subnet in subnets if subnet in called]
    return f", in {listed(names)}" if names and subnets != [node.get("cluster")] else ""


def _edge(edge: Mapping[str, Any], called: Mapping[str, str]) -> str:
    label = f" ({edge['label']})" if edge.get("label") not in (None, "", edge["kind"]) else ""
    source, target = called[edge["source"]], called[edge["target"]]
    return f"{source} {_VERBS.get(edge['kind'], 'to')} {target}{label}"
