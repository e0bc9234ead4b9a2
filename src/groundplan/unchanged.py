"""What was found out before, as long as nothing that it came from has changed.

A file counts as unchanged while its size, its times and its place on the disk are: reading every
file of a workspace would take longer than what is spared.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final

from groundplan.files import program, write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace

_MADE: Final = frozenset({"build", "site"})
_PASSED_OVER: Final = frozenset({"__pycache__", "node_modules"})
_READ: Final = frozenset({".github"})  # among the hidden folders


def state(*folders: Path) -> str:
    """A digest of this program, and of how all files below `folders` are.

    Below a workspace, `build/` and `site/`, which are made from all the rest, don't count.
    """
    lines = [line for folder in folders for line in _below(folder)]
    whole = "\n".join((program(), *sorted(lines)))
    return hashlib.sha256(whole.encode(errors="surrogateescape")).hexdigest()


def _below(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root, followlinks=True):
        top = folder == str(root)
        folders[:] = [name for name in folders if not _is_passed_over(name, top=top)]
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - there are many
            found = os.lstat(path) if not os.path.exists(path) else os.stat(path)  # noqa: PTH110, PTH116
            yield f"{path} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _is_passed_over(name: str, *, top: bool) -> bool:
    hidden = name.startswith(".") and name not in _READ
    return hidden or name in _PASSED_OVER or (top and name in _MADE)


def recall(workspace: Workspace, name: str, key: str) -> Any:
    """What was remembered under `name` with that `key`; None where nothing was."""
    try:
        kept = json.loads(_file(workspace, name).read_bytes())
    except (OSError, ValueError):
        return None
    return kept["value"] if isinstance(kept, dict) and kept.get("key") == key else None


def remember(workspace: Workspace, name: str, key: str, value: object) -> None:
    """Keep `value`, which JSON can hold, under `name` for as long as `key` is the same."""
    write_if_changed(_file(workspace, name), json.dumps({"key": key, "value": value}))


def _file(workspace: Workspace, name: str) -> Path:
    return workspace.build_dir / "unchanged" / f"{name}.json"
