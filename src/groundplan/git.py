"""What git knows of the files of a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan import process
from groundplan.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def listed(folder: Path, places: Iterable[Path] = ()) -> tuple[Path, ...]:
    """The files below `folder`, or only those at `places` in it, that git has or would take.

    None where git is not there, or knows nothing of the folder.
    """
    words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *places]
    try:
        said = process.run(["git", *map(str, words)], cwd=folder, check=False)
    except ToolError:
        return ()
    return tuple(folder / name for name in said.stdout.split("\0") if name)
