"""Rules about the design by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.findings import Finding, error, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace
    from groundplan.yamlfile import Loc


def line_of(workspace: Workspace, loc: Loc) -> int:
    """The line of design.yaml in which the value at `loc` stands."""
    return workspace.reading.document.place(loc).line


@rule("design", "design.yaml can be read, and what it says fits together")
def sound(workspace: Workspace) -> Iterator[Finding]:
    """All problems of the design at once."""
    for problem in workspace.reading.problems:
        yield error(problem.message, workspace.design_file, problem.line, problem.hint)


@rule("phase-states", "the states of phases and of their work agree")
def phase_states(workspace: Workspace) -> Iterator[Finding]:
    """Done phases have nothing open, planned ones nothing begun, and they come in this order."""
    order = ("done", "current", "planned")
    phases = workspace.design.phases
    for index, phase in enumerate(phases):
        line = line_of(workspace, ("phases", index, "state"))
        name = f"phase {phase.number} is {phase.state}"
        states = {item.state for item in phase.to_do}
        if phase.state == "done" and states - {"done"}:
            message = f"{name}, but some of its work is not"
            yield error(message, workspace.design_file, line, "finish it, or say 'current'")
        if phase.state == "planned" and states - {"open"}:
            message = f"{name}, but some of its work has begun"
            yield error(message, workspace.design_file, line, "say 'current' of the phase")
        earlier = phases[index - 1] if index else phase
        if order.index(phase.state) < order.index(earlier.state):
            message = f"{name}, but phase {earlier.number} before it is {earlier.state}"
            hint = "phases are done in their order: let a later one not be further"
            yield error(message, workspace.design_file, line, hint)
    current = [phase.number for phase in phases if phase.state == "current"]
    if len(current) > 1:
        message = f"phases {', '.join(map(str, current))} are all current"
        index = next(i for i, phase in enumerate(phases) if phase.number == current[1])
        line = line_of(workspace, ("phases", index, "state"))
        yield error(message, workspace.design_file, line, "only one can be")


@rule("copies", "what is to survive the loss of a zone runs in more than one copy")
def copies(workspace: Workspace) -> Iterator[Finding]:
    """Environments that are promised a standby database, for applications that have none."""
    design = workspace.design
    promised = {
        (env, decision.phase)
        for decision in design.decisions
        for env, promise in decision.chosen.promises.items()
        if promise.standby_database
    }
    for index, phase in enumerate(design.phases):
        for env in phase.environments:
            kept = any(env == name and since <= phase.number for name, since in promised)
            if kept and phase.kubernetes.replicas == 1:
                message = f"phase {phase.number} runs one copy of each application in {env}"
                line = line_of(workspace, ("phases", index, "kubernetes", "replicas"))
                hint = "run two or more, as its database has a standby; or take the promise back"
                yield error(message, workspace.design_file, line, hint)


@rule("hosts-apart", "each environment has a host of its own")
def hosts(workspace: Workspace) -> Iterator[Finding]:
    """Environments that customers would come into by one name."""
    owners: dict[str, str] = {}
    for index, phase in enumerate(workspace.design.phases):
        for env in phase.environments if phase.kubernetes.host else ():
            host = phase.kubernetes.host or ""
            owner = owners.setdefault(host, env)
            if owner != env:
                message = f"{env} is open at {host} in phase {phase.number}, as {owner} is"
                line = line_of(workspace, ("phases", index, "kubernetes", "host"))
                yield error(message, workspace.design_file, line, "give each a name of its own")
