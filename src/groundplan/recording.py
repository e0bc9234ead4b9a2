"""Facts: each phase's plan from an empty state, recorded so that the site needs no Terraform.

The plans are made against an embedded AWS of their own, with nothing in it, on a port of its own:
no state is read, no account is named, and what is applied somewhere makes no difference.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from groundplan import facts
from groundplan.errors import InputError
from groundplan.files import write_if_changed
from groundplan.localcloud import Cloud
from groundplan.terraform import installer, sources, targets
from groundplan.terraform.driver import Terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from groundplan.workspace import Workspace

WORKERS = 2
"""Plans at a time: the AWS provider takes 600 MB for each."""

Phase = tuple[str, int]
"""An environment and the number of one of its phases."""


def phases(workspace: Workspace) -> list[Phase]:
    """Every environment with each phase that has a `phase-N.tfvars`, in order."""
    found = []
    for env in workspace.environments:
        for path in workspace.environment(env).glob("phase-*.tfvars"):
            number = path.stem.removeprefix("phase-")
            if not number.isdecimal():
                raise InputError(
                    "this is not named after a phase",
                    file=path.relative_to(workspace.root),
                    hint="such as phase-3.tfvars",
                )
            found.append((env, int(number)))
    return sorted(found)


def stale(workspace: Workspace) -> list[Phase]:
    """The phases whose recorded facts are missing, damaged, or older than their Terraform."""
    return [item for item in phases(workspace) if not is_current(workspace, *item)]


def is_current(workspace: Workspace, env: str, phase: int) -> bool:
    """Whether the facts of `phase` in `env` were recorded from the Terraform that is there now."""
    path = workspace.facts_file(env, phase)
    try:
        return facts.load(path).source == sources.digest(workspace, env, phase)
    except InputError:
        return False


def record(
    workspace: Workspace,
    wanted: Iterable[Phase] | None = None,
    *,
    report: Callable[[str], None] = lambda _line: None,
) -> list[Path]:
    """Record the facts of the `wanted` phases (default: the stale ones); the files written.

    `report` is called with a line for each phase begun. Every file is written whole or not at
    all; when one phase fails, the others are still recorded, and the first error is raised.
    """
    todo = stale(workspace) if wanted is None else list(wanted)
    if not todo:
        return []
    binary = installer.find(workspace.root)
    cloud = Cloud(workspace.build_dir / "terraform" / "facts-cloud", port=0)
    with cloud.running() as endpoint:
        design = workspace.design
        target = targets.local(endpoint, client=design.client.name, region=design.terraform.region)
        stop = threading.Event()
        roots = [
            Terraform(
                workspace, env, target, binary=binary, stop=stop,
                area="facts", logs=f"logs/phase-{phase}",
            )
            for env, phase in todo
        ]  # fmt: skip
        for root in roots:
            # One after the other: Terraform's cache of providers bears no two at a time.
            root.init()
        return _all(roots, [phase for _, phase in todo], stop, report)


def _all(
    roots: list[Terraform],
    numbers: list[int],
    stop: threading.Event,
    report: Callable[[str], None],
) -> list[Path]:
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [
            pool.submit(_one, root, phase, stop, report)
            for root, phase in zip(roots, numbers, strict=True)
        ]
        try:
            failures = [future.exception() for future in futures]
        except KeyboardInterrupt:
            stop.set()
            raise
    for failure in failures:
        if failure:
            raise failure
    return [path for future in futures for path in [future.result()] if path]


def _one(
    root: Terraform, phase: int, stop: threading.Event, report: Callable[[str], None]
) -> Path | None:
    if stop.is_set():
        return None
    report(f"recording {root.env}, phase {phase}")
    plan = root.plan(phase, refresh=False, lock=False)
    recorded = facts.from_plan(
        root.show_json(plan),
        env=root.env,
        phase=phase,
        source=sources.digest(root.workspace, root.env, phase),
    )
    plan.path.unlink()
    path = root.workspace.facts_file(root.env, phase)
    return path if write_if_changed(path, facts.to_json(recorded)) else None
