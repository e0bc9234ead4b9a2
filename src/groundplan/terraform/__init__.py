"""Terraform, driven from Python: the only place that runs it.

with terraform.opened(workspace, "dev") as dev:
    plan = dev.plan(2)
    permit, report = gate.permit(dev, plan)  # from groundplan.policy
    dev.apply(plan, permit)
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from groundplan.localcloud import Cloud
from groundplan.terraform import installer, targets
from groundplan.terraform.driver import Terraform
from groundplan.terraform.messages import Change, Lock
from groundplan.terraform.plans import Permit, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from groundplan.terraform.targets import Target, TargetName
    from groundplan.workspace import Workspace

__all__ = ["Change", "Lock", "Permit", "Plan", "Terraform", "cloud", "installer", "opened"]


def cloud(workspace: Workspace) -> Cloud:
    """The embedded AWS of this workspace; its state is in `build/cloud/`."""
    return Cloud(workspace.build_dir / "cloud")


@contextmanager
def opened(
    workspace: Workspace,
    env: str,
    target: TargetName = "local",
    *,
    on_line: Callable[[str], None] = lambda _line: None,
) -> Iterator[Terraform]:
    """Terraform for `env`, ready to plan; for `local`, the embedded AWS runs meanwhile.

    Raises InputError for an unknown `env`, ToolError without a Terraform, or where the embedded
    AWS can't start, RefusedError for `aws` with the credentials of another account than `env`'s.
    """
    workspace.environment(env)
    binary = installer.find(workspace.root)
    with _target(workspace, env, target) as ready:
        yield Terraform(workspace, env, ready, binary=binary, on_line=on_line)


@contextmanager
def _target(workspace: Workspace, env: str, name: TargetName) -> Iterator[Target]:
    design = workspace.design
    if name == "aws":
        yield targets.aws(env, design)
        return
    embedded = cloud(workspace)
    with embedded.running() as endpoint:
        yield targets.local(endpoint, design, identity=embedded.identity())
