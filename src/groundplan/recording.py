"""Facts: each phase's plan from an empty state, recorded so that the site needs no Terraform.

The plans are made against an embedded AWS of their own, with nothing in it, on a port of its own:
no state is read, no account is named, and what is applied somewhere makes no difference.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from groundplan import facts
from groundplan.errors import InputError
from groundplan.facts import redaction
from groundplan.files import write_if_changed
from groundplan.localcloud import Cloud
from groundplan.terraform import installer, plans, sources, targets
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
    """The phases whose recorded facts are missing, damaged, or not what Terraform would give."""
    return [
        item
        for item in phases(workspace)
        if not (is_current(workspace, *item) and facts.is_intact(workspace.facts_file(*item)))
    ]


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
    written = []

    def keep(env: str, phase: int, plan: Path) -> None:
        recorded = facts.from_plan(
            facts.parse(plan), env=env, phase=phase, source=sources.digest(workspace, env, phase)
        )
        path = workspace.facts_file(env, phase)
        if write_if_changed(path, facts.to_json(recorded)):
            written.append(path)

    planned(workspace, todo, report=report, then=keep)
    return sorted(written)


def planned(
    workspace: Workspace,
    wanted: Iterable[Phase],
    *,
    report: Callable[[str], None] = lambda _line: None,
    then: Callable[[str, int, Path], None] = lambda _env, _phase, _plan: None,
) -> list[Path]:
    """The plans of the `wanted` phases from an empty state, as `terraform show -json` prints them.

    They are kept below `build/`, without what is sensitive in them and for their owner only, until
    the Terraform changes. `then` is called with each one that is there, planned anew or kept.
    """
    paths = {item: plan_file(workspace, *item) for item in wanted}
    for (env, phase), path in paths.items():
        if path.is_file():
            then(env, phase, path)
    todo = [item for item, path in paths.items() if not path.is_file()]
    if todo:
        _plan(workspace, todo, report, lambda env, phase: then(env, phase, paths[env, phase]))
    return list(paths.values())


def plan_file(workspace: Workspace, env: str, phase: int) -> Path:
    """Where the plan of `phase` from an empty state is kept, if the files are as they are now."""
    source = sources.digest(workspace, env, phase)
    return workspace.build_dir / "plans" / env / f"phase-{phase}-{source[:16]}.json"


def _plan(
    workspace: Workspace,
    todo: list[Phase],
    report: Callable[[str], None],
    then: Callable[[str, int], None],
) -> None:
    binary = installer.find(workspace.root)
    cloud = Cloud(workspace.build_dir / "terraform" / "facts-cloud", port=0)
    with cloud.running() as endpoint:
        target = targets.local(endpoint, workspace.design)
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

        def one(root: Terraform, phase: int) -> None:
            if not stop.is_set():
                report(f"planning {root.env}, phase {phase}, from nothing")
                _show(root, phase)
                then(root.env, phase)

        _all(roots, [phase for _, phase in todo], one, stop)


def _all(
    roots: list[Terraform],
    numbers: list[int],
    one: Callable[[Terraform, int], None],
    stop: threading.Event,
) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [
            pool.submit(one, root, phase) for root, phase in zip(roots, numbers, strict=True)
        ]
        try:
            failures = [future.exception() for future in futures]
        except KeyboardInterrupt:
            stop.set()
            raise
    for failure in failures:
        if failure:
            raise failure


def _show(root: Terraform, phase: int) -> None:
    """Plan, and keep what `terraform show -json` says of the plan in place of an older one."""
    plan = root.plan(phase, refresh=False, lock=False)
    path = plan_file(root.workspace, root.env, phase)
    shown = json.dumps(redaction.to_keep(root.show_json(plan)))
    plans.forget(plan)
    for older in path.parent.glob(f"phase-{phase}-*.json"):
        older.unlink()
    write_if_changed(path, shown, mode=0o600)
