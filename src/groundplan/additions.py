"""What a person adds to a computed graph: nodes, lines, notes, groups and boundaries.

Names are ids, addresses or labels. One that a graph lacks is noted with the script's line, not
refused: scripts are run for every phase, and what comes with phase 4 is not there in phase 1.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.errors import InputError, suggest
from groundplan.graph import Cluster, Graph, Missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.graph import Boundary, Edge, Node, Note

BY_HAND: Final = "by hand"
"""What nodes and lines that no file tells of say on the picture, as the end of their words."""
_OURS: Final = Path(__file__).parent


def with_node(graph: Graph, node: Node) -> Graph:
    """`graph` with one more node, in the frame that `node.cluster` names; it says BY_HAND.

    Raises InputError where its id is taken.
    """
    if node.id in _ids(graph):
        raise InputError(f"'{node.id}' is there twice", hint="give it an id of its own")
    node = dataclasses.replace(node, detail=_marked(node.detail, f"drawn {BY_HAND}"))
    if node.cluster is None:
        return dataclasses.replace(graph, nodes=(*graph.nodes, node))
    graph, (home,) = _found(graph, [node.cluster])
    if home is None:
        return graph
    return dataclasses.replace(graph, nodes=(*graph.nodes, dataclasses.replace(node, cluster=home)))


def with_edge(graph: Graph, edge: Edge) -> Graph:
    """`graph` with one more line between two things that it has; it says BY_HAND."""
    graph, (source, target) = _found(graph, [edge.source, edge.target])
    if source is None or target is None:
        return graph
    label = _marked(edge.label, BY_HAND)
    line = dataclasses.replace(edge, source=source, target=target, label=label)
    return dataclasses.replace(graph, edges=(*graph.edges, line))


def _marked(words: str, mark: str) -> str:
    return f"{words}, {mark}" if words else mark


def with_note(graph: Graph, note: Note) -> Graph:
    """`graph` with one more note."""
    graph, (beside,) = _found(graph, [note.beside])
    if beside is None:
        return graph
    added = dataclasses.replace(note, beside=beside)
    return dataclasses.replace(graph, notes=(*graph.notes, added))


def with_boundary(graph: Graph, boundary: Boundary) -> Graph:
    """`graph` with an outline round those of its nodes that `boundary` names."""
    graph, found = _found(graph, boundary.around, nodes_only=True)
    around = tuple(dict.fromkeys(id_ for id_ in found if id_))
    if not around:
        return graph
    added = dataclasses.replace(boundary, around=around)
    return dataclasses.replace(graph, boundaries=(*graph.boundaries, added))


def with_group(graph: Graph, label: str, around: tuple[str, ...]) -> Graph:
    """`graph` with a frame round the nodes of `around`, which stand together from then on.

    Raises InputError where they can't: they stand in several frames, or in a security group.
    """
    graph, found = _found(graph, around, nodes_only=True)
    inside = {id_ for id_ in found if id_}
    if not inside:
        return graph
    if label in _ids(graph):
        raise InputError(f"'{label}' is there twice", hint="give the group a name of its own")
    homes = {graph.node(id_).cluster for id_ in inside}
    places = {graph.node(id_).subnets for id_ in inside}
    frames = {item.id: item for item in graph.clusters}
    held = [frames[home] for home in homes if home]
    if len(homes) > 1 or len(places) > 1 or any(frame.kind == "group" for frame in held):
        names = sorted(frame.label for frame in held)
        raise InputError(
            f"the group '{label}' can't frame what stands in {' and '.join(names) or 'none'}",
            hint="outline it instead: add_boundary(…)",
        )
    group = Cluster(label, "group", label, parent=homes.pop())
    return dataclasses.replace(
        graph,
        clusters=(*graph.clusters, group),
        nodes=tuple(_together(graph.nodes, inside, label)),
    )


def _together(nodes: Iterable[Node], inside: set[str], group: str) -> Iterator[Node]:
    """The nodes, those of the group one after the other where the first of them stood."""
    members = [dataclasses.replace(node, cluster=group) for node in nodes if node.id in inside]
    for node in nodes:
        if node.id == members[0].id:
            yield from members
        elif node.id not in inside:
            yield node


def _found(
    graph: Graph, names: Iterable[str], *, nodes_only: bool = False
) -> tuple[Graph, list[str | None]]:
    """The id of each of `names`, None for what is missing, and the graph that notes it."""
    ids = [_find(graph, name, nodes_only=nodes_only) for name in names]
    lacking = [name for name, id_ in zip(names, ids, strict=True) if id_ is None]
    if lacking:
        file, line = _caller()
        missing = (*graph.missing, *(Missing(name, file, line) for name in lacking))
        graph = dataclasses.replace(graph, missing=missing)
    return graph, ids


def _find(graph: Graph, name: str, *, nodes_only: bool) -> str | None:
    """By id, else by address, else by a label that only one thing has."""
    things: list[Node | Cluster] = [*graph.nodes, *(() if nodes_only else graph.clusters)]
    ways = (
        [item.id for item in things if item.id == name],
        [node.id for node in graph.nodes if name in node.addresses],
        [item.id for item in things if isinstance(item, Cluster) and item.address == name],
        [item.id for item in things if item.label == name],
    )
    found = next(filter(None, ways), [])
    if len(found) > 1:
        raise InputError(
            f"{len(found)} things are called '{name}'", hint=f"name one: {', '.join(found)}"
        )
    return found[0] if found else None


def _ids(graph: Graph) -> set[str]:
    return {*(node.id for node in graph.nodes), *(frame.id for frame in graph.clusters)}


def _caller() -> tuple[str, int]:
    """The file and line of the script that called us."""
    frame = sys._getframe(1)
    while frame.f_back and _OURS in Path(frame.f_code.co_filename).parents:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def assert_known(graphs: Iterable[Graph]) -> None:
    """Raise InputError, with the script's line, for a name that none of `graphs` knows.

    `graphs` are one view in all its phases.
    """
    every = tuple(graphs)
    for missing in (item for graph in every for item in graph.missing):
        if any(_has(graph, missing.name) for graph in every):
            continue
        names = {name for graph in every for name in _names(graph)}
        raise InputError(
            f"nothing in the picture is called '{missing.name}'",
            hint=suggest(missing.name, names),
            file=missing.file,
            line=missing.line,
        )


def _has(graph: Graph, name: str) -> bool:
    return name in set(_names(graph))


def _names(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        yield from (node.id, node.label, *node.addresses)
    for frame in graph.clusters:
        yield from (frame.id, frame.label, *filter(None, [frame.address]))


def settled(graph: Graph) -> Graph:
    """`graph`, once things of it were folded: notes and boundaries are at what holds their things.

    What is no longer drawn has none.
    """
    if not (graph.notes or graph.boundaries):
        return graph
    there = _ids(graph)

    def home(id_: str) -> str | None:
        entry = graph.ledger.get(id_)
        return id_ if id_ in there else entry.node if entry else None

    notes = [(note, home(note.beside)) for note in graph.notes]
    outlines = [
        dataclasses.replace(
            item, around=tuple(dict.fromkeys(filter(None, (home(id_) for id_ in item.around))))
        )
        for item in graph.boundaries
    ]
    return dataclasses.replace(
        graph,
        notes=tuple(dataclasses.replace(note, beside=beside) for note, beside in notes if beside),
        boundaries=tuple(item for item in outlines if item.around),
    )
