"""What an application is built from: what images take of their contexts, and what is mounted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from groundplan import git
from groundplan.files import files_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.compose.model import Application

# What stands in for what in a pattern of .dockerignore.
_WILD: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def written(application: Application, folder: Path) -> tuple[Path, ...]:
    """The files that the services of an application are built from, its Compose file in `folder`.

    Of a build context what `.dockerignore` leaves in, and files and folders that are mounted. Only
    what git has or would take; all where it knows none of it. Sorted.
    """
    contexts = _there((item.build for item in application.services), folder)
    volumes = (volume for item in application.services for volume in item.volumes)
    mounts = _there((item.source for item in volumes if item.type == "bind"), folder)
    places = contexts | mounts
    if not places:
        return ()
    known = {*git.listed(folder, places)}
    known = known or {path for item in places for path in _files(item)}
    taken = {path for item in contexts for path in _taken(item, known)}
    mounted = {path for item in mounts for path in known if path.is_relative_to(item)}
    return tuple(sorted(taken | mounted))


def _there(names: Iterable[str | None], folder: Path) -> set[Path]:
    """What stands in the folder: a name may be an address, or a place on somebody's machine."""
    found = {folder / name for name in names if name}
    return {path for path in found if path.is_relative_to(folder) and path.exists()}


def _files(place: Path) -> Iterator[Path]:
    return files_below(place) if place.is_dir() else iter([place])


def _taken(context: Path, known: Iterable[Path]) -> Iterator[Path]:
    """Those of the files that a build takes: the last pattern that matches one has the say."""
    file = context / ".dockerignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    rules = [(_pattern(word.removeprefix("!")), word.startswith("!")) for word in words]
    for path in known:
        if path.is_relative_to(context):
            name = path.relative_to(context).as_posix()
            if next((keep for rule, keep in reversed(rules) if rule.fullmatch(name)), True):
                yield path


def _pattern(word: str) -> re.Pattern[str]:
    """What a pattern matches is left out with all that is below it."""
    parts = re.split(r"(\*\*/?|\*|\?)", word.strip("/"))
    return re.compile("".join(_WILD.get(part) or re.escape(part) for part in parts) + "(?:/.*)?")
