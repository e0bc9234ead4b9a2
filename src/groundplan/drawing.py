"""The workspace's pictures: each view drawn for each phase, only when stale."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from groundplan import growth, ledger, unchanged
from groundplan.cards import sources as card_sources
from groundplan.errors import InputError, suggest
from groundplan.exports import Part
from groundplan.files import digest, program, write_if_changed
from groundplan.scripts import build_all, views

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from groundplan.graph import Graph
    from groundplan.scripts import Source, View
    from groundplan.workspace import Workspace

_FOLDERS = {"compose": "flow", "hand": "by-hand"}  # beside those of the environments


@dataclass(frozen=True)
class Picture:
    """A drawn picture: where its files are, and its graph as `graph.json` has it."""

    view: str
    title: str
    source: Source
    env: str | None
    phase: int
    svg: Path
    png: Path
    png_dark: Path
    graph: dict[str, Any]


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
    folder = out or workspace.build_dir / "pictures"
    if only is None and phase is None and out is None:
        return _all(workspace, folder, png=png)
    return _some(workspace, folder, only, phase, png=png)


def _all(workspace: Workspace, folder: Path, *, png: bool) -> tuple[Picture, ...]:
    """Every picture; where nothing has changed since they were drawn, nothing is looked into."""
    name = "all-with-png" if png else "all"
    before = unchanged.state(workspace.root, workspace.build_dir / "policy")
    kept = unchanged.recall(workspace, name, before)
    if kept and kept["drawn"] == unchanged.state(folder):
        return tuple(_restored(workspace.root, item) for item in kept["pictures"])
    found = _some(workspace, folder, None, None, png=png)
    if not workspace.compose_takes_in:  # what may change without the workspace
        told = [_kept(workspace.root, item) for item in found]
        value = {"drawn": unchanged.state(folder), "pictures": told}
        unchanged.remember(workspace, name, before, value)
    return found


def _kept(root: Path, picture: Picture) -> list[Any]:
    """What `_restored` makes the picture of again."""
    folder = picture.svg.parent.parent.relative_to(root)
    named = [picture.view, picture.title, picture.source]
    return [*named, picture.env, picture.phase, folder.as_posix()]


def _restored(root: Path, kept: list[Any]) -> Picture:
    *named, env, phase, folder = kept
    picture = _paths(tuple(named), env, phase, root / folder)
    return replace(picture, graph=_graph_of(picture))


def _some(
    workspace: Workspace, folder: Path, only: Iterable[str] | None, phase: int | None, *, png: bool
) -> tuple[Picture, ...]:
    every = views(workspace)
    chosen_views = wanted(every, only)
    if phase is not None:
        workspace.design.phase(phase)
    pictures: list[Picture] = []
    # Those of Terraform first: Compose may still be at work on the others.
    for item in sorted(chosen_views, key=lambda item: item.source != "terraform"):
        for env in environments(workspace, item):
            pictures += _series(workspace, item, env, folder, png=png)
    shown = (item for item in pictures if not _empty(item.graph))
    chosen = tuple(item for item in shown if phase in (None, item.phase))
    if not chosen:
        raise InputError(f"nothing is drawn for phase {phase}", hint="it has no environment yet")
    for at in sorted({item.svg.parent for item in pictures}):
        if _forget(at, {item.name for item in every}) or not _are_current(at):
            _write_graphs(at)
    return chosen


def wanted(every: Sequence[View], only: Iterable[str] | None) -> list[View]:
    """The views of these names, all of them for None. Raises InputError for an unknown one."""
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


def environments(workspace: Workspace, item: View) -> list[str | None]:
    """The environments that a view is drawn for; None stands for what has none."""
    if item.source != "terraform":
        return [None]
    every = dict.fromkeys(env for p in workspace.design.drawn() for env in p.environments)
    return [env for env in every if phases_of(workspace, item, env)]


def phases_of(workspace: Workspace, item: View, env: str | None) -> list[int]:
    """The phases that a view is drawn for in an environment, in their order.

    Raises InputError where its script names one that the design does not have.
    """
    for number in item.phases:
        if all(number != phase.number for phase in workspace.design.phases):
            raise InputError(f"the design has no phase {number}", file=item.script)
    drawn = [phase.number for phase in workspace.design.drawn(env)]
    if item.phases and item.source == "terraform":
        return [number for number in item.phases if number in drawn]
    return list(item.phases) or drawn


def folder_of(item: View, env: str | None) -> str:
    """The folder of a view's pictures: its environment's, or one of its source's own."""
    return env or _FOLDERS[item.source]


def _series(
    workspace: Workspace, item: View, env: str | None, folder: Path, *, png: bool
) -> list[Picture]:
    """One view in all phases of an environment: one layout for all of them."""
    at = folder / folder_of(item, env)
    phases = phases_of(workspace, item, env)
    named = (item.name, item.title, item.source)
    pictures = [_paths(named, env, number, at) for number in phases]
    stamp = at / f".{item.name}.stamp"
    inputs = _inputs(workspace, item, env, phases)
    drawn = all(_document(picture).is_file() and _is_whole(picture) for picture in pictures)
    stamped = stamp.read_text() if drawn and stamp.is_file() else ""
    before, _, meant = stamped.partition(" ")
    if before != inputs or workspace.compose_takes_in:
        graphs = build_all(item, workspace, env, phases)
        if item.source == "terraform":  # what no page could show is folded
            graphs = {number: Part().of(graph) for number, graph in graphs.items()}
        # Most changes to a file mean nothing to a picture, and drawing is what takes time.
        told = card_sources.meaning(workspace, env, phases)
        meaning = hashlib.sha256(f"{program()} {graphs} {told}".encode()).hexdigest()
        if meant != meaning:
            _draw_series(workspace, graphs, pictures)
        write_if_changed(stamp, f"{inputs} {meaning}")
    pictures = [replace(picture, graph=_graph_of(picture)) for picture in pictures]
    if png:
        _write_pngs(picture for picture in pictures if not _empty(picture.graph))
    return pictures


def _is_whole(picture: Picture) -> bool:
    """True where the SVG is there, or the view has nothing to draw in this phase."""
    return picture.svg.is_file() or _empty(_graph_of(picture))


def _empty(graph: dict[str, Any]) -> bool:
    """`Graph.empty` of its published form."""
    return not graph["nodes"] and all(item["kind"] == "region" for item in graph["clusters"])


def undrawn(workspace: Workspace, item: View) -> Iterator[Picture]:
    """The pictures of a view as they would be drawn, with graphs and without files.

    Raises InputError for what is wrong in its script.
    """
    named = (item.name, item.title, item.source)
    for env in environments(workspace, item):
        at = workspace.build_dir / "pictures" / folder_of(item, env)
        graphs = build_all(item, workspace, env, phases_of(workspace, item, env))
        for number, graph in graphs.items():
            shown = Part().of(graph) if item.source == "terraform" else graph
            if not shown.empty:
                yield replace(_paths(named, env, number, at), graph=shown.as_dict())


def _paths(named: tuple[str, str, Source], env: str | None, phase: int, at: Path) -> Picture:
    view, title, source = named
    base = at / f"phase-{phase}" / view
    return Picture(
        view, title, source, env, phase,
        base.with_suffix(".svg"), base.with_suffix(".png"), base.with_name(f"{view}-dark.png"), {},
    )  # fmt: skip


def _inputs(workspace: Workspace, item: View, env: str | None, phases: Iterable[int]) -> str:
    """A digest of every file that the pictures are made from, this program included."""
    sources = [workspace.design_file, workspace.compose_file, item.script, workspace.root / ".env"]
    told = card_sources.sources(workspace, env, phases) if env else ""
    return digest(sources, root=workspace.root, salt=f"{program()} {told}")


def _draw_series(
    workspace: Workspace, graphs: dict[int, Graph], pictures: Sequence[Picture]
) -> None:
    from groundplan.canvas import render  # noqa: PLC0415

    whole = growth.frame([graphs[number] for number in sorted(graphs)])
    marked = growth.series(graphs)
    plan = None if whole.empty else render.plan(whole, marked.values())
    for picture in pictures:
        graph = marked[picture.phase]
        name = f"{picture.view}-{picture.svg.parent.parent.name}-{picture.phase}"
        known = card_sources.known(workspace, picture.env, picture.phase, graphs=graphs)
        if graph.empty:
            picture.svg.unlink(missing_ok=True)
        else:
            write_if_changed(picture.svg, render.draw(graph, plan, name=name, known=known))
        document = {"view": graph.as_dict(), "ledger": ledger.as_dict(graph.ledger)}
        write_if_changed(_document(picture), json.dumps(document, indent=1) + "\n")


def _document(picture: Picture) -> Path:
    return picture.svg.with_name(f".{picture.view}.json")


def _graph_of(picture: Picture) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_document(picture).read_text())["view"]
    return found


def _forget(folder: Path, names: set[str]) -> bool:
    """Remove what is left of views whose script is gone; True where something was."""
    gone = {path.name[1:-5] for path in folder.glob(".*.json")} - names
    for name in gone:
        files = (
            f".{name}.json", f"{name}.svg", f"{name}.png", f"{name}-dark.png", f"../.{name}.stamp",
        )  # fmt: skip
        for file in files:
            (folder / file).unlink(missing_ok=True)
    return bool(gone)


def _are_current(folder: Path) -> bool:
    """True where `graph.json` and `ledger.json` are no older than the views that they tell of."""
    made = [folder / "graph.json", folder / "ledger.json"]
    newest = max((path.stat().st_mtime_ns for path in folder.glob(".*.json")), default=0)
    return all(path.is_file() and path.stat().st_mtime_ns >= newest for path in made)


def _write_graphs(folder: Path) -> None:
    """`graph.json` and `ledger.json` of all views that stand in `folder`."""
    documents = {p.name[1:-5]: json.loads(p.read_text()) for p in sorted(folder.glob(".*.json"))}
    views_ = {name: document["view"] for name, document in documents.items()}
    graphs = {"views": {name: graph for name, graph in views_.items() if not _empty(graph)}}
    write_if_changed(folder / "graph.json", json.dumps(graphs, indent=2) + "\n")
    ledgers = ledger.combined(document["ledger"] for document in documents.values())
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
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - rarely needed

    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(jobs))) as pool:
        for _ in pool.map(_write_png, jobs):
            pass


def _write_png(job: tuple[Path, Path, bool]) -> None:
    from groundplan.canvas import render  # noqa: PLC0415

    source, path, dark = job
    if not write_if_changed(path, render.png(source.read_text(), dark=dark)):
        path.touch()
