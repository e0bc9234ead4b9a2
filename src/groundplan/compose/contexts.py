"""What an application is built from: the files of its build contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan import process
from groundplan.errors import ToolError
from groundplan.files import files_below

if TYPE_CHECKING:
    from pathlib import Path

    from groundplan.compose.model import Application


def written(application: Application, folder: Path) -> tuple[Path, ...]:
    """The files in the build contexts of an `application` whose Compose file lies in `folder`.

    Those that git has or would take; all of them where it knows none. Sorted.
    """
    named = {folder / item.build for item in application.services if item.build}
    contexts = sorted(path for path in named if path.is_dir())  # another may be an address
    if not contexts:
        return ()
    known = [folder / name for name in _in_git(contexts, folder)]
    return tuple(sorted(known or {path for item in contexts for path in files_below(item)}))


def _in_git(contexts: list[Path], folder: Path) -> list[str]:
    words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *contexts]
    try:
        listed = process.run(["git", *map(str, words)], cwd=folder, check=False)
    except ToolError:
        return []
    return [name for name in listed.stdout.split("\0") if name]
