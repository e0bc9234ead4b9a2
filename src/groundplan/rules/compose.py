"""Rules that hold the design's phases against the Compose file."""

from __future__ import annotations

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from groundplan.errors import GroundplanError, suggest
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule, told, warning
from groundplan.rules.design import line_of
from groundplan.rules.once import once_in_compose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace
    from groundplan.yamlfile import Loc

_SET: Final = re.compile(r"\b([A-Z][A-Z0-9_]*)=([^\s#]+)")


@rule("compose", "Compose accepts the client's file as it is in every phase")
def accepted(workspace: Workspace) -> Iterator[Finding]:
    """What Compose says about the file in any phase, with that phase's variables and no others."""
    yield from once_in_compose(workspace, "compose", _refused)


def _refused(workspace: Workspace) -> Iterator[Finding]:
    from groundplan import compose  # noqa: PLC0415 - not needed where only rules are listed

    settings = {phase.profiles: phase.environment for phase in workspace.design.phases}
    with ThreadPoolExecutor() as pool:
        asked = [
            pool.submit(compose.load, workspace.compose_file, profiles=on, environ=environ)
            for on, environ in settings.items()
        ]
    for answer in asked:
        problem = answer.exception()
        if isinstance(problem, GroundplanError):
            yield told(problem)
        elif problem:
            raise problem


@rule("compose-profile", "each profile is in the Compose file, and switched on by some phase")
def profiles(workspace: Workspace) -> Iterator[Finding]:
    """Profiles that only one of the two knows."""
    yield from once_in_compose(workspace, "profiles", _strangers)


def _strangers(workspace: Workspace) -> Iterator[Finding]:
    from groundplan import compose  # noqa: PLC0415 - not needed where only rules are listed

    everything = compose.load(workspace.compose_file, profiles=("*",), environ={}, strict=False)
    known = {name for service in everything.services for name in service.profiles}
    used = {name for phase in workspace.design.phases for name in phase.profiles}
    seen: set[str] = set()
    for index, phase in enumerate(workspace.design.phases):
        for name in phase.profiles:
            if name not in known | seen:
                seen.add(name)
                line = line_of(workspace, ("phases", index, "profiles"))
                message = f"phase {phase.number} switches on '{name}', a profile no service has"
                yield error(message, workspace.design_file, line, suggest(name, known))
    for name in sorted(known - used):
        message = f"no phase switches the profile '{name}' on"
        yield warning(message, workspace.compose_file, hint="name it in a phase of design.yaml")


@rule("compose-variable", "each variable that the design sets is used in the Compose file")
def variables(workspace: Workspace) -> Iterator[Finding]:
    """Variables that change nothing, as a misspelt one does."""
    used = set(re.findall(r"\$\{?([A-Za-z_]\w*)", read_text(workspace.compose_file)))
    seen: set[str] = set()
    for who, loc, names in _setters(workspace):
        for name in sorted(names - used - seen):
            line = line_of(workspace, (*loc, "environment", name))
            message = f"{who} sets {name}, which the Compose file does not use"
            yield error(message, workspace.design_file, line, suggest(name, used))
            seen.add(name)


def _setters(workspace: Workspace) -> Iterator[tuple[str, Loc, set[str]]]:
    """Whoever sets variables of Compose: its name, where it stands, and the variables."""
    yield "terraform", ("terraform",), {*workspace.design.terraform.environment}
    for index, phase in enumerate(workspace.design.phases):
        yield f"phase {phase.number}", ("phases", index), {*phase.environment}


@rule("setting-told", "what comments and .env.example say to set is what some phase sets")
def settings(workspace: Workspace) -> Iterator[Finding]:
    """Values that no phase gives a variable of its own, and profiles that no phase switches on."""
    phases = workspace.design.phases
    given: dict[str, set[str]] = defaultdict(set)
    for phase in phases:
        given["COMPOSE_PROFILES"].update(phase.profiles)
        for name, value in phase.environment.items():
            given[name].add(value)
    for path, number, name, value in _told(workspace):
        for part in value.split(",") if name == "COMPOSE_PROFILES" else [value]:
            if name in given and part and part not in given[name]:
                message = f"{name} is told to be '{part}' here, which no phase has"
                yield error(message, path, number, suggest(part, sorted(given[name])))


def _told(workspace: Workspace) -> Iterator[tuple[Path, int, str, str]]:
    """Each setting that people are told to make: its file and line, its name and its value."""
    example = workspace.compose_file.with_name(".env.example")
    for path in (workspace.compose_file, example):
        lines = read_text(path).splitlines() if path.is_file() else ()
        for number, line in enumerate(lines, start=1):
            text = line if path == example else line.partition("#")[2]
            for name, value in _SET.findall(text):
                yield path, number, name, value.rstrip(".,;:)")
