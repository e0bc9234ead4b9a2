"""Pictures of one file, outside any workspace: a Terraform plan or state, or a Compose file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from groundplan.drawing import combined, ledger
from groundplan.errors import InputError
from groundplan.files import write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from groundplan.compose import Remark
    from groundplan.graph import Graph


def draw_plan(plan: Path, out: Path) -> tuple[Path, ...]:
    """`infrastructure.svg`, `network.svg`, `graph.json` and `ledger.json` of a plan, in `out`.

    `plan` holds what `terraform show -json` prints of a plan or a state. Raises InputError where
    it is none, or where nothing of it can be drawn.
    """
    from groundplan import facts  # noqa: PLC0415
    from groundplan.views.infrastructure import infrastructure  # noqa: PLC0415
    from groundplan.views.network import network  # noqa: PLC0415

    found = facts.read(plan)
    try:
        graphs = [infrastructure(found), network(found)]
    except InputError as error:
        error.file = error.file or plan
        raise
    whole = combined(ledger(graph.ledger) for graph in graphs)
    if all(entry["status"] == "omitted" for entry in whole["resources"].values()):
        raise InputError(
            f"none of the {len(found.resources)} resources in it can be drawn", file=plan
        )
    return (*_write(graphs, out), _json(out / "ledger.json", whole))


def draw_flow(
    compose: Path, out: Path, *, profiles: Iterable[str] = ()
) -> tuple[tuple[Path, ...], tuple[Remark, ...]]:
    """`flow.svg` and `graph.json` of a Compose file, in `out`, and what is remarkable about it."""
    from groundplan.compose import load  # noqa: PLC0415
    from groundplan.views.flow import flow  # noqa: PLC0415

    application = load(compose, profiles=profiles, strict=False)
    return _write([flow(application, title=application.name)], out), application.remarks


def _write(graphs: Iterable[Graph], out: Path) -> tuple[Path, ...]:
    from groundplan import render  # noqa: PLC0415

    drawn = {graph.view: (render.draw(graph), graph.as_dict()) for graph in graphs}
    files = []
    for view, (picture, _graph) in drawn.items():
        write_if_changed(out / f"{view}.svg", picture)
        files.append(out / f"{view}.svg")
    graphs_ = {"views": {view: graph for view, (_picture, graph) in drawn.items()}}
    return (*files, _json(out / "graph.json", graphs_))


def _json(path: Path, document: object) -> Path:
    write_if_changed(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path
