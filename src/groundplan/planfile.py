"""Pictures of one file, outside any workspace: a Terraform plan or state, or a Compose file."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from groundplan import difference as differences
from groundplan import exports, growth, ledger
from groundplan.cards import Known
from groundplan.errors import InputError, suggest
from groundplan.exports import Part, Wanted
from groundplan.files import STDIN, read_text, write_if_changed
from groundplan.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from groundplan.compose import Application, Remark
    from groundplan.difference import Difference
    from groundplan.facts import Facts
    from groundplan.graph import Graph

CHANGES: Final = ("changes.md", "changes.json")
_ZIP: Final = b"PK\x03\x04"  # which Terraform's own plan files are


@dataclass(frozen=True)
class Drawn:
    """What was written, why a view was left out, and the difference where one was asked for."""

    files: tuple[Path, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    difference: Difference | None = None


def draw_plan(
    plan: Path,
    out: Path,
    *,
    against: Path | None = None,
    wanted: Wanted | None = None,
    part: Part | None = None,
) -> Drawn:
    """`infrastructure` and `network` of a plan in each format, `graph.json`, `ledger.json`.

    `plan` holds what `terraform show -json` prints of a plan or a state; `-` is standard input.
    With `against`, an earlier one, what each adds, changes and removes is marked, and told in
    `changes.md` and `changes.json`. A view in which nothing stands is left out. Raises InputError
    where a file is no plan, or where nothing of it can be drawn.
    """
    part = part or Part()
    after = _read(plan)
    before = told = None
    if against:
        before, after = differences.outcome(_read(against)), differences.outcome(after)
        told = differences.compare(before, after, names=_names(against, plan))
    try:
        graphs = [part.of(_graph(view, before, after, told)) for view in _views()]
    except InputError as error:
        error.file = error.file or plan
        raise
    whole = ledger.combined(ledger.as_dict(graph.ledger) for graph in graphs)
    _assert_drawn(graphs, whole, plan, part)
    left_out = {graph.view: why_empty(graph, part) for graph in graphs if graph.empty}
    _clear(out, graphs, left_out, told=told is not None)
    shown = [graph for graph in graphs if graph.view not in left_out]
    wanted = wanted or Wanted()
    known = Known(Topology.of(after)) if "svg" in wanted.formats else None
    files = [*_write(shown, out, wanted, left_out, known)]
    files.append(_json(out / "ledger.json", whole))
    files += write_changes(told, out) if told is not None else ()
    return Drawn(tuple(files), left_out, told)


def _read(plan: Path) -> Facts:
    from groundplan import facts  # noqa: PLC0415

    if plan != STDIN and _starts_with(plan, _ZIP):
        raise InputError(
            "this is a plan in Terraform's own format, not in JSON",
            file=plan,
            hint=f"terraform show -json {plan} | groundplan draw - --out DIR",
        )
    return facts.read(plan)


def _starts_with(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(mark)) == mark
    except OSError:
        return False  # whoever reads it says what is wrong


def _names(against: Path, plan: Path) -> tuple[str, str]:
    """Each file's name, with its folder where both are called the same."""
    if against.name != plan.name:
        return against.name, plan.name
    return str(against), str(plan)


def _views() -> tuple[Callable[[Facts], Graph], ...]:
    from groundplan.views.infrastructure import infrastructure  # noqa: PLC0415
    from groundplan.views.network import network  # noqa: PLC0415

    return infrastructure, network


def _graph(
    view: Callable[[Facts], Graph], before: Facts | None, after: Facts, told: Difference | None
) -> Graph:
    """The view of a plan, or the difference of two, of which one may have nothing left."""
    if before is None or told is None:
        return growth.planned(view(after), {item.address: item.change for item in after})
    old = view(before) if before.resources or not after.resources else None
    new = view(after) if after.resources else None
    some = old or new
    assert some is not None  # noqa: S101 - a view of nothing raises InputError
    nothing = dataclasses.replace(some, clusters=(), nodes=(), edges=(), ledger={})
    return growth.difference(
        old or nothing, new or nothing, resources=told.by_address, against=told.before
    )


def why_empty(graph: Graph, part: Part) -> str:
    """Why nothing stands in it, for people."""
    if part.focus:
        return f"{part.focus} is not in this view: {graph.ledger[part.focus].reason}"
    return f"nothing in this plan stands in the {graph.view} view"


def _assert_drawn(
    graphs: Iterable[Graph], whole: Mapping[str, Any], plan: Path, part: Part
) -> None:
    if not all(graph.empty for graph in graphs):
        return
    resources = whole["resources"]
    if part.focus:
        reason = resources[part.focus]["reason"]
        raise InputError(f"{part.focus} is not drawn: {reason}", file=plan)
    raise InputError(f"none of the {len(resources)} resources in it can be drawn", file=plan)


def _clear(out: Path, graphs: Iterable[Graph], left_out: Iterable[str], *, told: bool) -> None:
    """Remove what an earlier run left in `out` that is no longer true.

    A picture in another format than those wanted now stays while its graph is the same.
    """
    try:
        earlier = json.loads(read_text(out / "graph.json"))["views"]
    except (InputError, ValueError, LookupError, TypeError):
        return  # whatever is there is not ours
    for graph in graphs:
        same = earlier.get(graph.view) == json.loads(json.dumps(graph.as_dict()))
        if graph.view in left_out or not same:
            for ending in (item for endings in exports.ENDINGS.values() for item in endings):
                (out / f"{graph.view}{ending}").unlink(missing_ok=True)
    if not told:
        for name in CHANGES:
            (out / name).unlink(missing_ok=True)


def write_changes(told: Difference, out: Path) -> tuple[Path, ...]:
    """`changes.md` and `changes.json` of a difference, in `out`."""
    contents = (differences.as_markdown(told), differences.as_json(told))
    files = tuple(out / name for name in CHANGES)
    for file, content in zip(files, contents, strict=True):
        write_if_changed(file, content)
    return files


def draw_flow(
    compose: Path, out: Path, *, profiles: Iterable[str] = (), wanted: Wanted | None = None
) -> tuple[tuple[Path, ...], tuple[Remark, ...]]:
    """`flow` in each format and `graph.json` of a Compose file, and what is remarkable about it.

    Raises InputError for a profile that no service has.
    """
    from groundplan.compose import load  # noqa: PLC0415
    from groundplan.views.flow import flow  # noqa: PLC0415

    wanted_profiles = tuple(profiles)
    application = load(compose, profiles=wanted_profiles, strict=False)
    _assert_profiles(compose, application, wanted_profiles)
    graphs = [flow(application, title=application.name)]
    _clear(out, graphs, (), told=False)
    return _write(graphs, out, wanted or Wanted(), {}, None), application.remarks


def _assert_profiles(compose: Path, application: Application, profiles: Iterable[str]) -> None:
    from groundplan.compose import load  # noqa: PLC0415

    known = {name for service in application.services for name in service.profiles}
    for name in profiles:
        if name not in known | {"*"}:
            whole = load(compose, profiles=("*",), strict=False)
            every = {item for service in whole.services for item in service.profiles}
            hint = suggest(name, every)
            raise InputError(f"no service has the profile '{name}'", file=compose, hint=hint)


def _write(
    graphs: Iterable[Graph],
    out: Path,
    wanted: Wanted,
    left_out: Mapping[str, str],
    known: Known | None,
) -> tuple[Path, ...]:
    shown = tuple(graphs)
    files = [
        file
        for graph in shown
        for file in exports.write(graph, out / graph.view, wanted, known=known)
    ]
    document: dict[str, Any] = {"views": {graph.view: graph.as_dict() for graph in shown}}
    if left_out:
        document["left_out"] = dict(left_out)
    return (*files, _json(out / "graph.json", document))


def _json(path: Path, document: object) -> Path:
    write_if_changed(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path
