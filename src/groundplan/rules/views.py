"""Rules about diagram scripts: that they run, and that what they draw is what is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan.errors import GroundplanError
from groundplan.findings import Finding, error, rule, told
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from groundplan.graph import Edge, Graph, Node
    from groundplan.scripts import Scene, View
    from groundplan.workspace import Workspace

_COMPUTED: Final[dict[str, Callable[[Scene], Graph]]] = {
    "flow": lambda scene: scene.flow(),
    "network": lambda scene: scene.network(),
    "infrastructure": lambda scene: scene.infrastructure(),
}
# What each of the views that a design must have is a picture of, by its script's name.
_OF: Final = {"application_flow": "flow", "network": "network", "infrastructure": "infrastructure"}
_GENERAL: Final = {"internet", "module", "resource", "users"}


@rule("views", "diagram scripts run, and add to what is computed without changing it")
def views(workspace: Workspace) -> Iterator[Finding]:
    """Scripts that fail, hide or change what is there, or draw what is not."""
    if not workspace.design.drawn() or not any(workspace.diagrams_dir.glob("*.py")):
        return  # told by the rule before this one
    if workspace.compose_takes_in:
        yield from _look(workspace)  # from files that are not among the sources
        return
    files = [workspace.design_file, workspace.compose_file, workspace.root / ".env"]
    sources = [*files, workspace.diagrams_dir, workspace.root / "facts"]
    yield from once(workspace, "views", sources, lambda: _look(workspace))


def _look(workspace: Workspace) -> Iterator[Finding]:
    from groundplan import drawing, scripts  # noqa: PLC0415 - only where they are run

    try:
        every = scripts.views(workspace)
    except GroundplanError as problem:
        yield told(problem)
        return
    for item in every:
        try:
            for env in drawing.environments(workspace, item):
                phases = drawing.phases_of(workspace, item, env)
                graphs = scripts.build_all(item, workspace, env, phases)
                yield from _held(item, workspace, env, graphs)
        except GroundplanError as problem:
            yield told(problem)


def _held(
    item: View, workspace: Workspace, env: str | None, graphs: dict[int, Graph]
) -> Iterator[Finding]:
    """What is wrong in the graphs of one view; what several phases have is told once."""
    from groundplan.scripts import Scene  # noqa: PLC0415

    seen: set[str] = set()
    line = item.build.__code__.co_firstlineno
    for number, graph in graphs.items():
        for message, hint in _wrong(item, graph, Scene(workspace, number, env)):
            if message not in seen:
                seen.add(message)
                yield error(message, item.script, line, hint)


def _wrong(item: View, graph: Graph, scene: Scene) -> Iterator[tuple[str, str]]:
    if item.source == "hand" and item.name not in _OF:
        return
    of = _OF.get(item.name, graph.view)
    if graph.view != of or of not in _COMPUTED:
        hint = 'return what the scene computes, or say source="hand"'
        yield f"'{item.name}' says that it comes from {item.source}, and does not", hint
        return
    computed = _COMPUTED[of](scene)
    yield from _changed(graph, computed)
    yield from _invented(item, graph, computed)


def _invented(item: View, graph: Graph, computed: Graph) -> Iterator[tuple[str, str]]:
    """What the script adds that only a plan, or the Compose file, could tell."""
    there = {node.id for node in computed.nodes}
    for node in graph.nodes:
        if item.source == "terraform" and node.id not in there and _claims(node.kind):
            hint = "add it to Terraform; what is only meant is said in a note"
            yield f"'{node.label}' is drawn as {node.kind}, and no plan has it", hint
    lines = {_ends(edge) for edge in computed.edges}
    told = {"flow", "replicates"} if item.source == "compose" else {"replicates", "route", "rule"}
    for edge in graph.edges:
        inside = edge.source in there and edge.target in there
        if inside and edge.kind in told and _ends(edge) not in lines:
            hint = "say it in the Compose file or in Terraform; what is only meant, in a note"
            yield f"nothing tells of the line from {edge.source} to {edge.target}", hint


def _changed(graph: Graph, computed: Graph) -> Iterator[tuple[str, str]]:
    """What is computed, and no more in the graph as it was."""
    hint = "return what the scene computes, with what you add to it"
    drawn = {node.id: _facts(node) for node in graph.nodes}
    for node in computed.nodes:
        if node.id not in drawn:
            yield f"'{node.label}' ({node.id}) is there, and left out of the picture", hint
        elif drawn[node.id] != _facts(node):
            yield f"'{node.label}' ({node.id}) is drawn otherwise than it is", hint
    lines = {_ends(edge) for edge in graph.edges}
    for edge in computed.edges:
        if _ends(edge) not in lines:
            yield f"the line from {edge.source} to {edge.target} is left out or changed", hint
    frames = {(frame.id, frame.cidr, frame.tier, frame.zone) for frame in graph.clusters}
    for frame in computed.clusters:
        if (frame.id, frame.cidr, frame.tier, frame.zone) not in frames:
            yield f"the frame '{frame.label}' is left out or changed", hint


def _facts(node: Node) -> tuple[object, ...]:
    """What of a node is a fact; a script may group it otherwise."""
    where = (node.addresses, node.subnets, node.security_groups, node.exposed)
    return (node.kind, node.label, node.detail, *where)


def _ends(edge: Edge) -> tuple[str, ...]:
    return edge.source, edge.target, edge.kind, edge.label


def _claims(kind: str) -> bool:
    """Whether a node of that kind looks like a resource of the plan."""
    from groundplan.catalog import RESOURCES  # noqa: PLC0415

    if kind.endswith(".png"):
        return kind.startswith("aws/")
    return kind in {row.kind for row in RESOURCES.values()} - _GENERAL
