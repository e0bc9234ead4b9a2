"""Pictures drawn by hand with the `diagrams` library, in the style of all others.

The library collects nodes, groups and edges as DOT; here they become a `Graph`, which is laid out
and drawn like a computed one. For what no file tells: delivery, operations, organisation.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan.errors import InputError
from groundplan.graph import Cluster, Edge, Graph, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CLUSTER: Final = "cluster_"
_ICONS: Final = "resources"  # the folder of the library's icons


def by_hand(draw: Callable[[], object], *, view: str, title: str) -> Graph:
    """The graph of what `draw` draws with the nodes, `Cluster`s and edges of `diagrams`.

    Ids are made from labels, so that they are the same every time. Raises InputError where nothing
    is drawn, or two groups have one label, which the library takes for one group.
    """
    import pygraphviz  # noqa: PLC0415
    from diagrams import Diagram, setdiagram  # noqa: PLC0415

    canvas = Diagram(title, show=False)
    setdiagram(canvas)
    try:
        draw()
    finally:
        setdiagram(None)
    source = canvas.dot.source
    drawn = pygraphviz.AGraph(string=source)
    if not drawn.nodes():
        raise InputError(f"nothing is drawn in '{title}'", hint="make nodes inside the function")
    _assert_once(source)
    clusters = tuple(_clusters(drawn, None))
    homes = {name: cluster.id for cluster, names in clusters for name in names}
    nodes = dict(_nodes(drawn, homes))
    edges = tuple(_edges(drawn, nodes))
    return Graph(view, title, tuple(item for item, _ in clusters), tuple(nodes.values()), edges)


def _assert_once(source: str) -> None:
    labels = Counter(
        line.strip().removeprefix("subgraph ").strip('"{ ').removeprefix(_CLUSTER)
        for line in source.splitlines()
        if line.strip().startswith("subgraph ")
    )
    for label, count in labels.items():
        if count > 1:
            raise InputError(f"{count} groups are called '{label}'", hint="give each its own name")


def _clusters(graph: Any, parent: str | None) -> Iterator[tuple[Cluster, list[str]]]:
    """Each group with the names of all nodes in it, outer ones first."""
    for inner in graph.subgraphs():
        label = _plain(inner.graph_attr["label"])
        id_ = f"{parent}/{label}" if parent else label
        yield Cluster(id_, "group", label, parent), [str(node) for node in inner.nodes()]
        yield from _clusters(inner, id_)


def _nodes(graph: Any, homes: dict[str, str]) -> Iterator[tuple[str, Node]]:
    taken: Counter[str] = Counter()
    for name in graph.nodes():
        label, _, detail = _plain(name.attr["label"]).partition("\n")
        taken[label] += 1
        id_ = label if taken[label] == 1 else f"{label} {taken[label]}"
        yield str(name), Node(id_, _kind(name.attr["image"]), label, detail, homes.get(str(name)))


def _kind(image: str | None) -> str:
    """The icon's path inside the library, which `catalog.kind` takes for a kind of its own."""
    parts = Path(image or "").parts
    return "/".join(parts[parts.index(_ICONS) + 1 :]) if _ICONS in parts else "resource"


def _edges(graph: Any, nodes: dict[str, Node]) -> Iterator[Edge]:
    for edge in graph.edges():
        source, target = (nodes[str(end)].id for end in edge)
        label = _plain(edge.attr["label"] or "")
        if edge.attr["dir"] in {"back", "both"}:
            yield Edge(target, source, "flow", label)
        if edge.attr["dir"] != "back":
            yield Edge(source, target, "flow", label)


def _plain(label: str) -> str:
    return label.replace("\\n", "\n")
