"""Diagram scripts: one in `diagrams/` for each view.

A script decorates one function with `@view(…)`; it gets a `Scene` (the workspace in one phase)
and returns a graph, to which it may add a note, a group, a boundary, a node or a line of its own
(`Graph.add_…`). `run(function)` makes the script a command of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from groundplan import additions, pythonfile
from groundplan.catalog import KINDS
from groundplan.errors import GroundplanError, InputError, suggest
from groundplan.graph import Graph
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from groundplan.entrance import Entrance

Source = Literal["compose", "terraform", "hand"]


@dataclass(frozen=True)
class Scene:
    """The workspace in one phase; `env` is None for what comes from Compose."""

    workspace: Workspace
    phase: int
    env: str | None = None

    def flow(self, title: str = "Application flow") -> Graph:
        """Who calls whom, from the Compose file."""
        from groundplan.views.flow import flow  # noqa: PLC0415

        return flow(self.workspace.application(self.phase), title=title, phase=self.phase)

    def network(self, title: str = "Network") -> Graph:
        """Subnets, routes and security groups, from the recorded plan; and the way in."""
        from groundplan.views.entrance import with_entrance  # noqa: PLC0415
        from groundplan.views.network import network  # noqa: PLC0415

        facts = self.workspace.facts(self.env or "", self.phase)
        return with_entrance(network(facts, title=title), facts, self.entrance())

    def infrastructure(self, title: str = "Infrastructure") -> Graph:
        """The services and where they run, from the recorded plan; and the way in."""
        from groundplan.views.entrance import with_entrance  # noqa: PLC0415
        from groundplan.views.infrastructure import infrastructure  # noqa: PLC0415

        facts = self.workspace.facts(self.env or "", self.phase)
        graph = infrastructure(facts, title=title, runs=self.applications())
        return with_entrance(graph, facts, self.entrance())

    def applications(self) -> tuple[str, ...]:
        """The services that are built here: what runs in the cluster."""
        services = self.workspace.application(self.phase).services
        return tuple(sorted(service.name for service in services if service.build))

    def entrance(self) -> Entrance | None:
        """The way in by the Ingress that Kubernetes is given, where the phase has a host."""
        from groundplan import entrance  # noqa: PLC0415

        return entrance.of(self.workspace, self.phase)


@dataclass(frozen=True)
class View:
    """A view as a script declares it."""

    name: str
    title: str
    source: Source
    build: Callable[[Scene], Graph]
    script: Path
    phases: tuple[int, ...] = ()


def view(
    name: str, *, title: str, source: Source, phases: tuple[int, ...] = ()
) -> Callable[[Callable[[Scene], Graph]], View]:
    """Declare a diagram script's function as a view.

    It is drawn for each phase that its `source` has something for; one by hand for its `phases`.
    """

    def declare(build: Callable[[Scene], Graph]) -> View:
        return View(name, title, source, build, Path(build.__code__.co_filename), phases)

    return declare


def views(workspace: Workspace) -> tuple[View, ...]:
    """The views of the scripts in `diagrams/`, by file name.

    Raises InputError where there is no script, or one fails or declares no view.
    """
    scripts = sorted(workspace.diagrams_dir.glob("*.py"))
    if not scripts:
        raise InputError(
            "there are no diagram scripts", file=workspace.diagrams_dir, hint="write one a view"
        )
    return tuple(_load(script) for script in scripts)


def _load(script: Path) -> View:
    module = pythonfile.load(script, prefix="groundplan_diagram")
    found = [item for item in vars(module).values() if isinstance(item, View)]
    if not found:
        raise InputError("declares no view", file=script, hint="decorate a function with @view(…)")
    return found[0]


def build_all(
    item: View, workspace: Workspace, env: str | None, phases: Iterable[int]
) -> dict[int, Graph]:
    """The whole graph of a view in each phase.

    Raises InputError for whatever is wrong in its script.
    """
    numbers = tuple(phases)
    workspace.applications(numbers)
    graphs = {number: _build(item, Scene(workspace, number, env)) for number in numbers}
    additions.assert_known(graphs.values())
    return graphs


def _build(item: View, scene: Scene) -> Graph:
    with pythonfile.blamed(item.script):
        graph = item.build(scene)
    for message, hint in _loose(graph):
        raise InputError(
            message, hint=hint, file=item.script, line=item.build.__code__.co_firstlineno
        )
    return graph


def _loose(graph: Graph) -> Iterator[tuple[str, str | None]]:
    """What can't be drawn of a graph that a person had a hand in, with a hint."""
    if not isinstance(graph, Graph):
        yield f"the view returned {type(graph).__name__}, not a graph", "end it with 'return'"
        return
    ids = Counter([*(frame.id for frame in graph.clusters), *(node.id for node in graph.nodes)])
    yield from ((f"'{id_}' is there twice", None) for id_, count in ids.items() if count > 1)
    for node in graph.nodes:
        if node.kind not in KINDS and not node.kind.endswith(".png"):
            yield f"there is no kind of node '{node.kind}'", suggest(node.kind, KINDS)
    ends = [end for edge in graph.edges for end in (edge.source, edge.target)]
    homes = [*(node.cluster for node in graph.nodes), *(item.parent for item in graph.clusters)]
    for id_ in (*ends, *filter(None, homes)):
        if id_ not in ids:
            yield f"nothing in the picture has the id '{id_}'", suggest(id_, ids)


def run(item: View, arguments: Sequence[str] | None = None) -> None:
    """Draw one script's view: `python diagrams/network.py [--phase N]`; prints the files."""
    parser = argparse.ArgumentParser(description=item.title)
    parser.add_argument("--phase", type=int, help="only this phase")
    options = parser.parse_args(arguments)
    from groundplan import drawing  # noqa: PLC0415 - it is made of scripts

    try:
        workspace = Workspace.find(item.script.parent)
        for picture in drawing.draw(workspace, only=[item.name], phase=options.phase):
            sys.stdout.write(f"{picture.svg}\n")
    except GroundplanError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(error.exit_code) from None
