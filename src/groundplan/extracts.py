"""Pictures of the workspace that are asked for once: another format, a part, a difference.

They never take the place of those that the site shows, which `drawing` keeps current.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan import difference as differences
from groundplan import drawing, exports, growth
from groundplan.cards import sources as card_sources
from groundplan.errors import InputError, suggest
from groundplan.exports import Part
from groundplan.planfile import why_empty, write_changes
from groundplan.scripts import build_all, views

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.difference import Difference
    from groundplan.exports import Wanted
    from groundplan.graph import Graph
    from groundplan.scripts import View
    from groundplan.workspace import Workspace

Pair = tuple[str | None, str | None]  # the environments of the earlier and of the later phase


@dataclass(frozen=True)
class Extract:
    """What was written of one view; `env` is None for what has none, `against` an earlier phase."""

    view: str
    env: str | None
    phase: int
    files: tuple[Path, ...]
    against: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The pictures of a difference of two phases, and what differs in each environment."""

    extracts: tuple[Extract, ...]
    differences: tuple[Difference, ...]
    tables: tuple[Path, ...]


def extract(
    workspace: Workspace,
    wanted: Wanted,
    part: Part,
    *,
    only: Iterable[str] | None = None,
    phase: int | None = None,
    out: Path | None = None,
) -> tuple[Extract, ...]:
    """The workspace's pictures in each format, or the part of them that is wanted.

    They go to `build/exports/` unless `out` says where. Raises InputError for an unknown view,
    phase, address or module, and where nothing is left to draw.
    """
    if phase is not None:
        workspace.design.phase(phase)
    folder = out or workspace.build_dir / "exports"
    found: list[Extract] = []
    refused: list[InputError] = []
    for item in _views(workspace, only, part):
        for env in drawing.environments(workspace, item):
            try:
                found += _series(
                    workspace, item, env, wanted=wanted, part=part, folder=folder, phase=phase
                )
            except InputError as error:
                if part == Part():
                    raise
                refused.append(error)  # another view or environment may have it
    if not found:
        raise refused[0] if refused else InputError(f"nothing is drawn for phase {phase}")
    return tuple(found)


def _views(workspace: Workspace, only: Iterable[str] | None, part: Part) -> list[View]:
    """The views that are wanted; a part can only be told of what Terraform plans."""
    chosen = drawing.wanted(views(workspace), only)
    planned = [item for item in chosen if part == Part() or item.source == "terraform"]
    if not planned:
        raise InputError(
            f"the view '{chosen[0].name}' is not drawn from Terraform",
            hint="--focus, --depth and --collapse tell a part of a plan",
        )
    return planned


def _series(
    workspace: Workspace,
    item: View,
    env: str | None,
    *,
    wanted: Wanted,
    part: Part,
    folder: Path,
    phase: int | None,
) -> Iterator[Extract]:
    """One view in an environment, in one phase or in all that have it, with one layout."""
    from groundplan.canvas import render  # noqa: PLC0415

    whole = build_all(item, workspace, env, drawing.phases_of(workspace, item, env))
    graphs = _parts(whole, part, phase) if item.source == "terraform" else whole
    marked = growth.series(graphs)
    plan = render.plan(growth.frame([graphs[number] for number in sorted(graphs)]), marked.values())
    for number, graph in marked.items():
        if phase in (None, number):
            at = folder / drawing.folder_of(item, env) / f"phase-{number}"
            name = f"{item.name}-{at.parent.name}-{number}"
            known = card_sources.known(workspace, env, number, graphs=graphs)
            files = exports.write(graph, at / item.name, wanted, plan=plan, name=name, known=known)
            yield Extract(item.name, env, number, files)


def _parts(whole: dict[int, Graph], part: Part, phase: int | None) -> dict[int, Graph]:
    """The part of each phase that has it. Raises InputError where the wanted one has not."""
    found: dict[int, Graph] = {}
    refused: dict[int, InputError] = {}
    for number, graph in whole.items():
        try:
            found[number] = part.of(graph)
        except InputError as error:
            refused[number] = error
        else:
            if found[number].empty:
                refused[number] = InputError(why_empty(found.pop(number), part))
    if not found or phase in refused:
        raise refused.get(phase or max(refused), InputError("nothing is drawn"))
    return found


def compare(
    workspace: Workspace,
    wanted: Wanted,
    part: Part,
    *,
    phase: int,
    against: int,
    only: Iterable[str] | None = None,
    out: Path | None = None,
) -> Comparison:
    """What `phase` has otherwise than the phase `against`, as pictures and as tables.

    They go to `build/changes/` unless `out` says where. Where no environment has both phases, that
    of one is compared with that of the other. Raises InputError for an unknown view or phase, and
    where one has nothing to compare.
    """
    folder = out or workspace.build_dir / "changes"
    phases = (against, phase)
    pairs = _pairs(workspace, *phases)
    told = {pair: _told(workspace, pair, phases) for pair in pairs}
    extracts: list[Extract] = []
    for item in _views(workspace, only, part):
        for pair in pairs if item.source == "terraform" else [(None, None)]:
            graph = _difference(workspace, item, pair, phases, told.get(pair))
            if graph is not None:
                shaped = part.of(graph) if item.source == "terraform" else graph
                at = _place(folder, drawing.folder_of(item, pair[1]), phases)
                name = f"{item.name}-{at.parent.name}-{against}-{phase}"
                known = card_sources.known(workspace, pair[1], phase, graphs={phase: graph})
                files = exports.write(shaped, at / item.name, wanted, name=name, known=known)
                extracts.append(Extract(item.name, pair[1], phase, files, against))
    if not extracts:
        raise InputError(f"no view has both phase {against} and phase {phase}")
    places = {pair: _place(folder, pair[1] or "", phases) for pair in told}
    tables = [file for pair, found in told.items() for file in write_changes(found, places[pair])]
    return Comparison(tuple(extracts), tuple(told.values()), tuple(tables))


def _place(folder: Path, name: str, phases: tuple[int, int]) -> Path:
    return folder / name / f"phase-{phases[0]}-to-{phases[1]}"


def _pairs(workspace: Workspace, against: int, phase: int) -> list[Pair]:
    """The environments to compare: each that has both phases, else one's with the other's."""
    before, after = (workspace.design.phase(number).environments for number in (against, phase))
    if both := [env for env in after if env in before]:
        return [(env, env) for env in both]
    for number, envs in ((against, before), (phase, after)):
        if len(envs) != 1:
            raise InputError(
                f"phase {number} has {len(envs) or 'no'} environments to compare",
                hint=suggest(str(number), [str(p.number) for p in workspace.design.drawn()]),
            )
    return [(before[0], after[0])]


def _told(workspace: Workspace, envs: Pair, phases: tuple[int, int]) -> Difference:
    before, after = (
        differences.outcome(workspace.facts(env or "", number))
        for env, number in zip(envs, phases, strict=True)
    )
    names = [f"{env}, phase {number}" for env, number in zip(envs, phases, strict=True)]
    return differences.compare(before, after, names=(names[0], names[1]))


def _difference(
    workspace: Workspace,
    item: View,
    envs: Pair,
    phases: tuple[int, int],
    told: Difference | None,
) -> Graph | None:
    """Both phases of a view as one graph; None where it is not drawn for both."""
    graphs = []
    for env, number in zip(envs, phases, strict=True):
        whole = build_all(item, workspace, env, drawing.phases_of(workspace, item, env))
        if number not in whole:
            return None
        graphs.append(whole[number])
    resources = told.by_address if told else {}
    against = told.before if told else f"phase {phases[0]}"
    return growth.difference(graphs[0], graphs[1], resources=resources, against=against)
