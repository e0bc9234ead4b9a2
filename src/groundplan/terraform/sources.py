"""The files that decide what a phase's plan says, and their digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace


def digest(workspace: Workspace, env: str, phase: int | None = None) -> str:
    """SHA-256 of all that Terraform reads for `env`: code, versions, and `phase`'s variables.

    Raises InputError where there is no such environment or phase.
    """
    return files.digest(_read(workspace, env, phase), root=workspace.root)


def _read(workspace: Workspace, env: str, phase: int | None) -> Iterator[Path]:
    folder = workspace.environment(env)
    yield from folder.glob("*.tf")
    yield from folder.glob("*.auto.tfvars")
    yield folder / "terraform.tfvars"
    yield folder / ".terraform.lock.hcl"
    if phase is not None:
        yield workspace.variables_file(env, phase)
    modules = workspace.root / "terraform" / "modules"
    yield from (path for path in modules.rglob("*.tf") if "tests" not in path.parts)
