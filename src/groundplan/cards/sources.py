"""What cards tell that stands in the workspace's files: where blocks are, prices, policy results.

The pure part is `cards`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from groundplan.errors import InputError
from groundplan.files import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from groundplan.cards import Known
    from groundplan.cost.bill import Bill
    from groundplan.facts import Facts
    from groundplan.graph import Graph
    from groundplan.policy.report import Finding
    from groundplan.workspace import Workspace


def known(
    workspace: Workspace, env: str | None, phase: int, *, graphs: Mapping[int, Graph]
) -> Known:
    """What is known of what stands in `env` in `phase`; `graphs` has the view of each phase.

    Where there is no environment, a card tells only what its graph does.
    """
    from groundplan.cards import Known  # noqa: PLC0415 - pictures that are as they were need none
    from groundplan.topology import Topology  # noqa: PLC0415

    if env is None:
        return Known()
    facts = workspace.facts(env, phase)
    return Known(
        Topology.of(facts),
        _written(workspace, env),
        _bill(workspace, facts),
        _findings(workspace, env, phase),
        _first_phases(graphs),
    )


def sources(workspace: Workspace, env: str, phases: Iterable[int]) -> str:
    """A digest of the files of an environment that cards are made from."""
    results = (
        path
        for number in phases
        for path in (workspace.facts_file(env, number), policy_file(workspace, env, number))
    )
    return digest(results, root=workspace.root, salt=workspace.terraform_digest)


def meaning(workspace: Workspace, env: str | None, phases: Iterable[int]) -> str:
    """What decides what cards say beyond their graphs: it changes when they may."""
    if env is None:
        return ""
    return f"{sources(workspace, env, phases)} {workspace.design.usage}"


def _first_phases(graphs: Mapping[int, Graph]) -> dict[str, int]:
    """The first phase that has each frame, by the frame's id."""
    found: dict[str, int] = {}
    for phase, graph in sorted(graphs.items()):
        for frame in graph.clusters:
            found.setdefault(frame.id, phase)
    return found


def policy_file(workspace: Workspace, env: str, phase: int) -> Path:
    """Where the result of the last policy run on `env` in `phase` is kept."""
    return workspace.build_dir / "policy" / env / f"phase-{phase}.json"


def _written(workspace: Workspace, env: str) -> Callable[[str], tuple[str, int] | None]:
    if env not in workspace.environments:
        return lambda _address: None
    folder, root = workspace.environment(env), workspace.root.resolve()
    return _places(folder, root, workspace.terraform_digest)


@lru_cache(maxsize=8)
def _places(folder: Path, root: Path, _digest: str) -> Callable[[str], tuple[str, int] | None]:
    """Where each address of an environment is written, while its Terraform has that digest."""
    from groundplan.terraform.blocks import Blocks  # noqa: PLC0415

    blocks = Blocks(folder)

    @cache
    def find(address: str) -> tuple[str, int] | None:
        found = blocks.find(address)
        file = found.file.resolve() if found else root
        if found is None or not file.is_relative_to(root):
            return None
        return file.relative_to(root).as_posix(), found.line

    return find


def _bill(workspace: Workspace, facts: Facts) -> Bill | None:
    from groundplan import cost  # noqa: PLC0415

    try:
        return cost.of(workspace.design, facts)
    except InputError:  # prices are of another region: cards then say nothing of cost
        return None


def _findings(
    workspace: Workspace, env: str, phase: int
) -> Mapping[str, tuple[Finding, ...]] | None:
    """The findings of the last policy run by address; None where there is none that counts."""
    from groundplan import policy  # noqa: PLC0415

    return policy.findings_by_address(workspace, env, phase) or None
