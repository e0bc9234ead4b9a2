"""A graph as a Mermaid flowchart, which GitHub and others draw where it stands in a README.

Frames become subgraphs. Every text is quoted and what has a meaning in Mermaid or HTML is written
as an entity; ids are made of letters, digits and `_`, and are no word of Mermaid's.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from groundplan.canvas.legend import LINES, changes_of, since
from groundplan.canvas.palette import CHANGES, exposed
from groundplan.canvas.svg_parts import clean
from groundplan.catalog import kind
from groundplan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.graph import Change, Cluster, Edge, Graph, Node

MOST_LETTERS: Final = 50_000  # Mermaid's maxTextSize; what is longer is not drawn
MOST_EDGES: Final = 500  # its maxEdges
ROW: Final = 4  # so many things that no line leads to stand side by side

_WORDS: Final = frozenset({
    "call", "class", "classdef", "click", "default", "direction", "end", "flowchart", "graph",
    "href", "linkstyle", "style", "subgraph",
})  # fmt: skip
_ENTITIES: Final = {
    '"': "#quot;", "#": "#35;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;",
}  # fmt: skip
_LIST: Final = re.compile(r"^(\d*)([-+*.])(?=\s)")  # some versions refuse what looks like a list
_SHAPES: Final[dict[str, tuple[str, str]]] = {
    "data": ("[(", ")]"), "people": ("([", "])"), "way": ("{{", "}}"), "queue": ("[/", "/]"),
}  # fmt: skip
_SHAPE_OF: Final[dict[str, str]] = {
    "users": "people", "internet": "people", "addresses": "people", "internet_gateway": "way",
    "nat_gateway": "way", "endpoint": "way", "load_balancer": "way", "queue": "queue",
    "rabbitmq": "queue", "kafka": "queue", "activemq": "queue", "nats": "queue",
    "database": "data", "s3": "data",
}  # fmt: skip
_LINES: Final = {"route": "-.->", "replicates": "-.->"}
_SAID: Final = {"-.->": "dotted lines", "-->": "lines"}
# Strokes alone: what a reader's theme fills things with is left as it is, light or dark.
_FRAMES: Final[dict[str, str]] = {
    "region": "fill:none,stroke:#00a4a6,stroke-dasharray:2 4",
    "vpc": "fill:none,stroke:#8c4fff",
    "zone": "fill:none,stroke:#00a4a6,stroke-dasharray:6 4",
    "public": "fill:none,stroke:#7aa116",
    "private": "fill:none,stroke:#00a4a6",
    "isolated": "fill:none,stroke:#7d8998",
    "unknown": "fill:none,stroke:#7d8998,stroke-dasharray:4 4",
    "group": "fill:none,stroke:#dd344c,stroke-dasharray:6 4",
    "note": "stroke-dasharray:3 3",
    "create": "stroke:#1b9e4b,stroke-width:3px",
    "update": "stroke:#c77700,stroke-width:3px,stroke-dasharray:9 4",
    "replace": "stroke:#c22b9b,stroke-width:3px,stroke-dasharray:12 3 3 3",
    "delete": "stroke:#d92038,stroke-width:3px,stroke-dasharray:2 4,opacity:0.6",
}


def write(graph: Graph) -> str:
    """`graph` in Mermaid's flowchart language.

    Raises InputError where it is more than Mermaid draws.
    """
    text = "\n".join(_Writer(graph).lines()) + "\n"
    if len(text) > MOST_LETTERS or len(graph.edges) > MOST_EDGES:
        raise InputError(
            f"the {graph.view} view is too large for Mermaid: {len(text)} letters of "
            f"{MOST_LETTERS}, {len(graph.edges)} lines of {MOST_EDGES}",
            hint="draw a part: --focus ADDRESS, or fold modules: --collapse MODULE",
        )
    return text


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.frames = {item.id: item for item in graph.clusters}
        self.names = _names([*self.frames, *(node.id for node in graph.nodes)])
        self.classes: dict[str, list[str]] = {}

    def lines(self) -> Iterator[str]:
        yield from ("---", f"title: {json.dumps(self.graph.title, ensure_ascii=False)}", "---")
        yield "flowchart TB"
        yield from self._inside(None, 1)
        strokes = []
        for edge in sorted(self.graph.edges, key=lambda e: (e.source, e.target, e.kind, e.label)):
            if ends := self._ends(edge):
                yield f"  {self._edge(edge, *ends)}"
                strokes.append(edge.change)
        yield from self._notes()
        yield from self._legend()
        yield from self._rows()
        for name, ids in sorted(self.classes.items()):
            yield f"  classDef {name} {_FRAMES[name]}"
            yield f"  class {','.join(ids)} {name}"
        for number, change in enumerate(strokes):
            if change in _FRAMES and self.graph.marked:
                yield f"  linkStyle {number} {_FRAMES[change]}"

    def _inside(self, frame: str | None, depth: int) -> Iterator[str]:
        """What stands in a frame, or in none: frames with what is in them, then nodes."""
        room = "  " * depth
        for cluster in self.graph.clusters:
            if cluster.parent == frame or (frame is None and cluster.parent not in self.frames):
                label = _text(self._signed(cluster.label, cluster.change))
                yield f"{room}subgraph {self.names[cluster.id]}[{label}]"
                yield from self._inside(cluster.id, depth + 1)
                yield f"{room}end"
                self._class(cluster.id, _look(cluster))
        for node in self.graph.nodes:
            if node.cluster == frame or (frame is None and node.cluster not in self.frames):
                yield f"{room}{self._node(node)}"

    def _node(self, node: Node) -> str:
        opened, closed = _SHAPES.get(_shape(node), ("[", "]"))
        open_to = exposed(self.graph).meaning if node.exposed else ""
        lines = [node.label, *node.detail.split("\n"), self._where(node), open_to]
        label = _text(self._signed("\n".join(filter(None, lines)), node.change))
        if node.change in _FRAMES and self.graph.marked:
            self._class(node.id, node.change)
        return f"{self.names[node.id]}{opened}{label}{closed}"

    def _where(self, node: Node) -> str:
        """The subnets of what doesn't stand in the subgraph of its only one."""
        if node.subnets == "unknown" or node.cluster in node.subnets:
            return ""
        labels = (self.frames[item].label for item in node.subnets if item in self.frames)
        return ", ".join(labels)

    def _ends(self, edge: Edge) -> tuple[str, str] | None:
        """The names of a line's ends; a frame can't be one for what stands in it itself."""
        source, target = edge.source, edge.target
        if source in self._around(target):
            source = self._other(source, target)
        elif target in self._around(source):
            target = self._other(target, source)
        ends = self.names.get(source), self.names.get(target)
        return (ends[0], ends[1]) if ends[0] and ends[1] else None

    def _around(self, id_: str) -> list[str]:
        """The frames round a thing, the innermost first."""
        thing = self.frames.get(id_)
        frame = thing.parent if thing else next(
            (node.cluster for node in self.graph.nodes if node.id == id_), None
        )  # fmt: skip
        return [frame, *self._around(frame)] if frame in self.frames and frame else []

    def _other(self, frame: str, than: str) -> str:
        """A node in `frame` that is not `than`; an empty name where there is none."""
        inside = (node.id for node in self.graph.nodes if frame in self._around(node.id))
        return next((id_ for id_ in inside if id_ != than), "")

    def _edge(self, edge: Edge, source: str, target: str) -> str:
        line = _LINES.get(edge.kind, "-->")
        label = self._signed(edge.label, edge.change)
        said = f"|{_text(label)}|" if label else ""
        return f"{source} {line}{said} {target}"

    def _rows(self) -> Iterator[str]:
        """Lines that are not seen: what no line leads to stands in rows, not all in one."""
        lined = {end for edge in self.graph.edges for end in (edge.source, edge.target)}
        homes: dict[str | None, list[str]] = {}
        for node in self.graph.nodes:
            if node.id not in lined:
                homes.setdefault(node.cluster, []).append(self.names[node.id])
        for names in homes.values():
            for above, below in zip(names, names[ROW:], strict=False):
                yield f"  {above} ~~~ {below}"

    def _notes(self) -> Iterator[str]:
        notes: list[tuple[str, tuple[str, ...]]] = [
            *((note.text, (note.beside,)) for note in self.graph.notes),
            *((item.label, item.around) for item in self.graph.boundaries),
        ]
        for number, (text, around) in enumerate(notes, start=1):
            ends = [self.names[id_] for id_ in around if id_ in self.names]
            if ends:
                yield f"  note{number}>{_text(text)}]"
                yield f"  note{number} -.- {' & '.join(ends)}"
                self.classes.setdefault("note", []).append(f"note{number}")

    def _legend(self) -> Iterator[str]:
        """A note on what its lines and signs mean, as far as there are several."""
        here, looks = {edge.kind for edge in self.graph.edges}, dict[str, list[str]]()
        for name, meaning in LINES.items():
            if name in here:
                looks.setdefault(_LINES.get(name, "-->"), []).append(meaning)
        told = [f"{_SAID[line]}: {' or '.join(words)}" for line, words in looks.items()]
        changed = changes_of(self.graph)
        signs = [f"{s.text} {s.meaning}" for change, s in CHANGES.items() if change in changed]
        told += [f"{', '.join(signs)} {since(self.graph)}"] if signs else []
        if len(told) > 1 or signs:
            yield f"  note0>{_text(chr(10).join(told))}]"
            self.classes.setdefault("note", []).insert(0, "note0")

    def _signed(self, label: str, change: Change) -> str:
        """The label with the sign of what became of the thing."""
        signed = change in CHANGES and self.graph.marked
        return f"{CHANGES[change].text} {label}".strip() if signed else label

    def _class(self, id_: str, name: str) -> None:
        self.classes.setdefault(name, []).append(self.names[id_])


def _names(ids: Iterable[str]) -> Mapping[str, str]:
    """A name for each id, none of them twice, the same ones every time."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for id_ in sorted(ids):
        base = re.sub(r"[^A-Za-z0-9]+", "_", id_).strip("_") or "thing"
        if base.lower() in _WORDS or not base[0].isalpha() or base.startswith("note"):
            base = f"n_{base}"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        found[id_] = name
    return found


def _look(cluster: Cluster) -> str:
    if cluster.change != "none":
        return cluster.change
    return (cluster.tier or "unknown") if cluster.kind == "subnet" else cluster.kind


def _shape(node: Node) -> str:
    return _SHAPE_OF.get(node.kind) or ("data" if kind(node.kind).band == "data" else "")


def _text(text: str) -> str:
    """A quoted label in which nothing has a meaning but the `<br/>` between its lines."""
    return '"' + "<br/>".join(_escaped(line) for line in clean(text).split("\n")) + '"'


def _escaped(line: str) -> str:
    line = "".join(_ENTITIES.get(letter, letter) for letter in line.strip())
    return _LIST.sub(lambda found: f"{found[1]}#{ord(found[2])};", line)
