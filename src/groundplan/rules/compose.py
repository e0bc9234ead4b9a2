"""Rules that hold the design's phases against the Compose file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from groundplan.errors import GroundplanError, suggest
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule, told, warning
from groundplan.rules.design import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace


@rule("compose", "Compose accepts the client's file as it is in every phase")
def accepted(workspace: Workspace) -> Iterator[Finding]:
    """What Compose says about the file in any phase, with that phase's variables and no others."""
    from groundplan import compose  # noqa: PLC0415 - not needed where only rules are listed

    settings = {phase.profiles: phase.environment for phase in workspace.design.phases}
    for profiles_on, environ in settings.items():
        try:
            compose.load(workspace.compose_file, profiles=profiles_on, environ=environ)
        except GroundplanError as problem:
            yield told(problem)


@rule("compose-profile", "each profile is in the Compose file, and switched on by some phase")
def profiles(workspace: Workspace) -> Iterator[Finding]:
    """Profiles that only one of the two knows."""
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


@rule("compose-variable", "each variable that a phase sets is used in the Compose file")
def variables(workspace: Workspace) -> Iterator[Finding]:
    """Variables that change nothing, as a misspelt one does."""
    used = set(re.findall(r"\$\{?([A-Za-z_]\w*)", read_text(workspace.compose_file)))
    seen: set[str] = set()
    for index, phase in enumerate(workspace.design.phases):
        for name in sorted(phase.environment.keys() - used - seen):
            line = line_of(workspace, ("phases", index, "environment", name))
            message = f"phase {phase.number} sets {name}, which the Compose file does not use"
            yield error(message, workspace.design_file, line, suggest(name, used))
            seen.add(name)
