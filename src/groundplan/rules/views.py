"""Rules about diagram scripts: that they run, and that what they draw is what is computed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from groundplan.additions import BY_HAND
from groundplan.errors import GroundplanError
from groundplan.findings import Finding, error, rule, told
from groundplan.rules.figures import wrong
from groundplan.rules.once import once
from groundplan.rules.passages import about, names
from groundplan.rules.prose import SENTENCE, plan_of, stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from groundplan.graph import Graph
    from groundplan.scripts import Scene, View
    from groundplan.workspace import Workspace

_COMPUTED: Final[dict[str, Callable[[Scene], Graph]]] = {
    "flow": lambda scene: scene.flow(),
    "network": lambda scene: scene.network(),
    "infrastructure": lambda scene: scene.infrastructure(),
}
# What each of the views that a design must have is a picture of, by its script's name.
_OF: Final = {"application_flow": "flow", "network": "network", "infrastructure": "infrastructure"}
_Thing = TypeVar("_Thing")
_GENERAL: Final = {"addresses", "internet", "module", "resource", "users"}


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
    yield from _undeclared(workspace, every)
    for item in every:
        try:
            for env in drawing.environments(workspace, item):
                phases = drawing.phases_of(workspace, item, env)
                graphs = scripts.build_all(item, workspace, env, phases)
                yield from _held(item, workspace, env, graphs)
        except GroundplanError as problem:
            yield told(problem)


def _undeclared(workspace: Workspace, every: Iterable[View]) -> Iterator[Finding]:
    """The views that a design must have, of which a script has another name; or some phases."""
    named = {item.name: item for item in every}
    for name in _OF:
        path = workspace.diagrams_dir / f"{name}.py"
        if name in named and named[name].phases:
            line = named[name].build.__code__.co_firstlineno
            hint = "leave out its phases: it is drawn for each one that has a plan"
            yield error(f"'{name}' is not drawn for all phases", named[name].script, line, hint)
        elif name not in named and path.is_file():
            yield error(f"no script declares the view '{name}'", path, hint=f'@view("{name}", …)')


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
    yield from _mistitled(item, graph, scene)
    yield from _mistold(item, graph, scene)
    yield from _changed(graph, computed)
    yield from _invented(item, graph, computed)


def _mistitled(item: View, graph: Graph, scene: Scene) -> Iterator[tuple[str, str]]:
    """A title that tells of another environment than the picture is drawn for."""
    here = scene.env
    others = {*scene.workspace.environments} - {here}
    for title in dict.fromkeys((item.title, graph.title) if here else ()):
        if any(names(env, title) for env in others) and not names(here or "", title):
            hint = "leave the environment out of the title: each picture says it"
            yield f"'{item.name}' is drawn for {here} too, and called '{title}'", hint


def _mistold(item: View, graph: Graph, scene: Scene) -> Iterator[tuple[str, str]]:
    """Figures in titles and notes that the plan that is drawn does not have."""
    here, workspace = scene.env, scene.workspace
    if here is None:
        return
    plan = plan_of(workspace, here, workspace.design.phase(scene.phase))
    others, own = {*workspace.environments} - {here}, stated(workspace)
    for text in dict.fromkeys((item.title, graph.title, *(note.text for note in graph.notes))):
        for sentence in SENTENCE.findall(text):
            if about(others, [sentence]):
                continue
            for typed, instead in wrong(sentence, (0, len(sentence)), [plan], own):
                hint = f"its plan does not have it{instead}"
                yield f"'{typed}' is said on the picture of {here}", hint


def _invented(item: View, graph: Graph, computed: Graph) -> Iterator[tuple[str, str]]:
    """What the script adds that only a plan, or the Compose file, could tell."""
    there = {node.id for node in computed.nodes}
    for node in graph.nodes:
        if node.id in there:
            continue
        if item.source == "terraform" and _claims(node.kind):
            hint = "add it to Terraform; what is only meant is said in a note"
            yield f"'{node.label}' is drawn as {node.kind}, and no plan has it", hint
        elif not node.detail.endswith(BY_HAND):
            yield f"'{node.label}' is not marked as drawn by hand", "add it with add_node(…)"
    told = {"flow", "replicates"} if item.source == "compose" else {"replicates", "route", "rule"}
    for edge in _more(graph.edges, computed.edges):
        line = f"the line from {edge.source} to {edge.target}"
        if edge.source in there and edge.target in there and edge.kind in told:
            hint = "say it in the Compose file or in Terraform; what is only meant, in a note"
            yield f"nothing tells of {line}", hint
        elif not edge.label.endswith(BY_HAND):
            yield f"{line} is not marked as drawn by hand", "add it with add_edge(…)"
    frames = {frame.id for frame in computed.clusters}
    for frame in graph.clusters:
        if frame.id not in frames and (frame.kind != "group" or frame.address):
            hint = "frame things of yours with add_group(…)"
            yield f"the frame '{frame.label}' is drawn, and no plan has it", hint


def _changed(graph: Graph, computed: Graph) -> Iterator[tuple[str, str]]:
    """What is computed, and no more in the graph as it was."""
    hint = "return what the scene computes, with what you add to it"
    drawn = {node.id: node for node in graph.nodes}
    frames = {frame.id for frame in computed.clusters}
    groups = {frame.id: frame.parent for frame in graph.clusters if frame.id not in frames}
    for node in computed.nodes:
        if node.id not in drawn:
            yield f"'{node.label}' ({node.id}) is there, and left out of the picture", hint
            continue
        home = drawn[node.id].cluster
        if replace(drawn[node.id], cluster=groups.get(home or "", home)) != node:
            yield f"'{node.label}' ({node.id}) is drawn otherwise than it is", hint
    for edge in _more(computed.edges, graph.edges):
        yield f"the line from {edge.source} to {edge.target} is left out or changed", hint
    for frame in _more(computed.clusters, graph.clusters):
        yield f"the frame '{frame.label}' is left out or changed", hint
    if graph.ledger != computed.ledger:
        yield "what is said of resources that are not drawn was changed", hint


def _more(some: Iterable[_Thing], than: Iterable[_Thing]) -> list[_Thing]:
    """What is in `some` more often than in the others."""
    return list(Counter(some) - Counter(than))


def _claims(kind: str) -> bool:
    """Whether a node of that kind looks like a resource of the plan."""
    from groundplan.catalog import RESOURCES  # noqa: PLC0415

    if kind.endswith(".png"):
        return kind.startswith("aws/")
    return kind in {row.kind for row in RESOURCES.values()} - _GENERAL
