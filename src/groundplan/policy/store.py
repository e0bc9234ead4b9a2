"""Verdicts kept on disk by all that they depend on, so that nothing is scanned twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan import files
from groundplan.facts import parse
from groundplan.policy.verdicts import Verdict
from groundplan.terraform import sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundplan.workspace import Workspace

OWN: Final = Path("terraform/policies")
"""The folder of policies of one's own."""
_KEEP: Final = 40
_Verdicts = tuple[Verdict, ...]


def files_key(workspace: Workspace, env: str, phase: int) -> str:
    """What the verdicts on the Terraform files of `env` in `phase` depend on."""
    # Comments count here: checkov reads some, and lines are told.
    read = files.digest(sources.paths(workspace, env, phase), root=workspace.root)
    return _key(workspace, "files", env, str(phase), read)


def plan_key(workspace: Workspace, env: str, plan: Path) -> str:
    """What the verdicts on `plan` of `env` (`terraform show -json`) depend on, but its date."""
    document = parse(plan)
    told = {name: item for name, item in document.items() if name != "timestamp"}
    return _key(workspace, "plan", env, json.dumps(told, sort_keys=True))


def read(workspace: Workspace, key: str) -> _Verdicts | None:
    """The verdicts kept under `key`; None where there are none."""
    try:
        found: list[dict[str, Any]] = json.loads(_path(workspace, key).read_text())
        return tuple(Verdict(**item) for item in found)
    except (OSError, ValueError, TypeError):
        return None


def kept(workspace: Workspace, key: str, scan: Callable[[], _Verdicts]) -> _Verdicts:
    """The verdicts kept under `key`, else those of `scan`, which are then kept."""
    known = read(workspace, key)
    if known is not None:
        return known
    found = scan()
    path = _path(workspace, key)
    # For their owner only: what checkov says of a plan may quote it.
    files.write_if_changed(path, json.dumps([asdict(item) for item in found]), mode=0o600)
    _forget(path.parent)
    return found


def _path(workspace: Workspace, key: str) -> Path:
    return workspace.build_dir / "policy" / "verdicts" / f"{key}.json"


def _key(workspace: Workspace, *parts: str) -> str:
    """One name for `parts`, the policies, and the program that reads them."""
    here = Path(__file__).parent
    read = ("facts", "reference/hcl.py", "cidrs.py")
    program = [*here.glob("*.py"), *(here.parent / name for name in read)]
    own = (workspace.root / OWN).glob("*.py")
    salt = "\0".join([version("checkov"), files.digest(program, root=here), *parts])
    text = files.digest(own, root=workspace.root, salt=salt)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _forget(folder: Path) -> None:
    """Delete the oldest, beyond a number that covers every phase twice."""
    found = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in found[_KEEP:]:
        path.unlink(missing_ok=True)
