"""The workspace's pictures: each script in `diagrams/` drawn for each phase, only when stale.

A script decorates one function with `@view(…)`; it gets a `Scene` (the workspace in one phase)
and returns a graph. `run(function)` makes the script a command of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from groundplan import growth
from groundplan.catalog import KINDS
from groundplan.errors import GroundplanError, InputError, suggest
from groundplan.files import digest, write_if_changed
from groundplan.graph import Graph
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from groundplan.graph import Entry

Source = Literal["compose", "terraform", "hand"]
_FOLDERS = {"compose": "flow", "hand": "by-hand"}  # beside those of the environments


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
        """Subnets, routes and security groups, from the recorded plan."""
        from groundplan.views.network import network  # noqa: PLC0415

        return network(self.workspace.facts(self.env or "", self.phase), title=title)

    def infrastructure(self, title: str = "Infrastructure") -> Graph:
        """The services and where they run, from the recorded plan."""
        from groundplan.views.infrastructure import infrastructure  # noqa: PLC0415

        facts = self.workspace.facts(self.env or "", self.phase)
        return infrastructure(facts, title=title, runs=self.applications())

    def applications(self) -> tuple[str, ...]:
        """The services that are built here: what runs in the cluster."""
        services = self.workspace.application(self.phase).services
        return tuple(sorted(service.name for service in services if service.build))


@dataclass(frozen=True)
class View:
    """A view as a script declares it."""

    name: str
    title: str
    source: Source
    build: Callable[[Scene], Graph]
    script: Path
    phases: tuple[int, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A drawn picture: where its files are, and its graph as `graph.json` has it."""

    view: str
    title: str
    env: str | None
    phase: int
    svg: Path
    png: Path
    png_dark: Path
    graph: dict[str, Any]


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
    spec = importlib.util.spec_from_file_location(f"groundplan_diagram_{script.stem}", script)
    if spec is None or spec.loader is None:
        raise InputError("can't be loaded as a Python script", file=script)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except GroundplanError:
        raise
    except SyntaxError as error:
        raise InputError(f"syntax error: {error.msg}", file=script, line=error.lineno) from None
    except (Exception, SystemExit) as error:
        raise _broken(script, error) from error
    found = [item for item in vars(module).values() if isinstance(item, View)]
    if not found:
        raise InputError("declares no view", file=script, hint="decorate a function with @view(…)")
    return found[0]


def _broken(script: Path, error: BaseException) -> InputError:
    """A script's own failure, with the line of the script that it came from."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename) == script:
            line = trace.tb_lineno
        trace = trace.tb_next
    return InputError(f"{type(error).__name__}: {error}", file=script, line=line)


def draw(
    workspace: Workspace,
    *,
    only: Iterable[str] | None = None,
    phase: int | None = None,
    png: bool = True,
    out: Path | None = None,
) -> tuple[Picture, ...]:
    """The pictures of the workspace, drawn anew where something that they are made from changed.

    `only` names views, `phase` one phase; PNGs are left as they are without `png`. Raises
    InputError for an unknown view or phase and for whatever is wrong in their sources.
    """
    wanted = _wanted(views(workspace), only)
    if phase is not None:
        workspace.design.phase(phase)
    folder = out or workspace.build_dir / "pictures"
    pictures: list[Picture] = []
    # Those of Terraform first: Compose may still be at work on the others.
    for item in sorted(wanted, key=lambda item: item.source != "terraform"):
        for env in _environments(workspace, item):
            pictures += _series(workspace, item, env, folder, png=png)
    chosen = tuple(item for item in pictures if phase in (None, item.phase))
    if not chosen:
        raise InputError(f"nothing is drawn for phase {phase}", hint="it has no environment yet")
    for at in sorted({item.svg.parent for item in pictures}):
        _write_graphs(at)
    return chosen


def _wanted(every: Sequence[View], only: Iterable[str] | None) -> list[View]:
    names: dict[str, View] = {}
    for item in every:
        if (other := names.setdefault(item.name, item)) is not item:
            raise InputError(
                f"the view '{item.name}' is declared by {other.script.name} too", file=item.script
            )
    for name in only or ():
        if name not in names:
            raise InputError(f"there is no view '{name}'", hint=suggest(name, names))
    return [item for item in every if only is None or item.name in set(only)]


def _environments(workspace: Workspace, item: View) -> list[str | None]:
    if item.source != "terraform":
        return [None]
    return list(dict.fromkeys(e for p in workspace.design.drawn() for e in p.environments))


def _series(
    workspace: Workspace, item: View, env: str | None, folder: Path, *, png: bool
) -> list[Picture]:
    """One view in all phases of an environment: one layout for all of them."""
    at = folder / (env or _FOLDERS[item.source])
    phases = list(item.phases) or [phase.number for phase in workspace.design.drawn(env)]
    pictures = [_paths(item, env, number, at) for number in phases]
    stamp = at / f".{item.name}.stamp"
    inputs = _inputs(workspace, item, env, phases)
    files = (path for picture in pictures for path in (picture.svg, _document(picture)))
    drawn = all(path.is_file() for path in files)
    stamped = stamp.read_text() if drawn and stamp.is_file() else ""
    before, _, meant = stamped.partition(" ")
    if before != inputs or workspace.compose_takes_in:
        workspace.applications(phases)
        graphs = {number: _build(item, Scene(workspace, number, env)) for number in phases}
        # Most changes to a file mean nothing to a picture, and drawing is what takes time.
        meaning = hashlib.sha256(f"{_program()} {graphs}".encode()).hexdigest()
        if meant != meaning:
            _draw_series(graphs, pictures)
        write_if_changed(stamp, f"{inputs} {meaning}")
    pictures = [replace(picture, graph=_graph_of(picture)) for picture in pictures]
    if png:
        _write_pngs(pictures)
    return pictures


def _paths(item: View, env: str | None, phase: int, at: Path) -> Picture:
    base = at / f"phase-{phase}" / item.name
    return Picture(
        item.name, item.title, env, phase,
        base.with_suffix(".svg"), base.with_suffix(".png"),
        base.with_name(f"{item.name}-dark.png"), {},
    )  # fmt: skip


def _inputs(workspace: Workspace, item: View, env: str | None, phases: Iterable[int]) -> str:
    """A digest of every file that the pictures are made from, this program included."""
    sources = [workspace.design_file, workspace.compose_file, item.script, workspace.root / ".env"]
    if env:
        sources += [workspace.facts_file(env, number) for number in phases]
    return digest(sources, root=workspace.root, salt=_program())


@cache
def _program() -> str:
    """A digest of this program: another version may draw otherwise."""
    return digest(Path(__file__).parent.rglob("*.py"), root=Path(__file__).parent)


def _draw_series(graphs: dict[int, Graph], pictures: Sequence[Picture]) -> None:
    from groundplan import render  # noqa: PLC0415

    first = growth.first_phases(graphs)
    plan = render.plan(growth.frame([graphs[number] for number in sorted(graphs)]))
    before: Graph | None = None
    for picture in pictures:
        plain = graphs[picture.phase]
        graph = growth.marked(plain, before, phase=picture.phase, first=first)
        name = f"{picture.view}-{picture.svg.parent.parent.name}-{picture.phase}"
        write_if_changed(picture.svg, render.draw(graph, plan, name=name))
        document = {"view": graph.as_dict(), "ledger": ledger(graph.ledger)}
        write_if_changed(_document(picture), json.dumps(document, indent=1) + "\n")
        before = plain


def _build(item: View, scene: Scene) -> Graph:
    try:
        graph = item.build(scene)
    except GroundplanError:
        raise
    except (Exception, SystemExit) as error:
        raise _broken(item.script, error) from error
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


def ledger(entries: dict[str, Entry]) -> dict[str, dict[str, str | None]]:
    """A ledger as `ledger.json` has it, by address."""
    return {
        address: {"status": entry.status, "node": entry.node, "reason": entry.reason}
        for address, entry in sorted(entries.items())
    }


def combined(ledgers: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One ledger for several views: where any of them draws an address, it is drawn.

    Among equals the last one's word counts: the network view knows why a line is missing.
    """
    rank = {"drawn": 0, "aggregated": 1, "omitted": 2}
    found: dict[str, Any] = {}
    for entries in ledgers:
        for address, entry in entries.items():
            if address not in found or rank[entry["status"]] <= rank[found[address]["status"]]:
                found[address] = entry
    return {"resources": dict(sorted(found.items()))}


def _document(picture: Picture) -> Path:
    return picture.svg.with_name(f".{picture.view}.json")


def _graph_of(picture: Picture) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_document(picture).read_text())["view"]
    return found


def _write_graphs(folder: Path) -> None:
    """`graph.json` and `ledger.json` of all views that stand in `folder`."""
    documents = {p.name[1:-5]: json.loads(p.read_text()) for p in sorted(folder.glob(".*.json"))}
    graphs = {"views": {name: document["view"] for name, document in documents.items()}}
    write_if_changed(folder / "graph.json", json.dumps(graphs, indent=2) + "\n")
    ledgers = combined(document["ledger"] for document in documents.values())
    if ledgers["resources"]:
        write_if_changed(folder / "ledger.json", json.dumps(ledgers, indent=2) + "\n")


def _write_pngs(pictures: Iterable[Picture]) -> None:
    """The PNGs that are missing or older than their SVG."""
    jobs = [
        (picture.svg, path, path is picture.png_dark)
        for picture in pictures
        for path in (picture.png, picture.png_dark)
        if not path.is_file() or path.stat().st_mtime_ns < picture.svg.stat().st_mtime_ns
    ]
    if not jobs:
        return
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(jobs))) as pool:
        for _ in pool.map(_write_png, jobs):
            pass


def _write_png(job: tuple[Path, Path, bool]) -> None:
    from groundplan import render  # noqa: PLC0415

    source, path, dark = job
    if not write_if_changed(path, render.png(source.read_text(), dark=dark)):
        path.touch()


def run(item: View, arguments: Sequence[str] | None = None) -> None:
    """Draw one script's view: `python diagrams/network.py [--phase N]`; prints the files."""
    parser = argparse.ArgumentParser(description=item.title)
    parser.add_argument("--phase", type=int, help="only this phase")
    options = parser.parse_args(arguments)
    try:
        workspace = Workspace.find(item.script.parent)
        for picture in draw(workspace, only=[item.name], phase=options.phase):
            sys.stdout.write(f"{picture.svg}\n")
    except GroundplanError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(error.exit_code) from None
