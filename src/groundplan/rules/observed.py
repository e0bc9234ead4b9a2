"""Rules that hold the flow as it was told against the flow as it was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.findings import Finding, error, rule, warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.observing.record import Observation
    from groundplan.observing.verdict import Line
    from groundplan.workspace import Workspace

_Call = tuple[str, str, "int | None"]


@rule("flow-observed", "the flow that was seen is the one that is told")
def observed(workspace: Workspace) -> Iterator[Finding]:
    """Phases whose flow was seen to be another, or seen of what has changed since."""
    from groundplan.observing import record  # noqa: PLC0415

    found = record.load(workspace)
    file = workspace.root / record.FILE
    current = record.compose_digest(workspace)
    if not record.is_intact(workspace):
        hint = "look again: groundplan observe --record"
        yield error("this is not what was recorded", file, hint=hint)
        return
    known = {phase.number for phase in workspace.design.phases}
    for number, observation in sorted(found.items()):
        hint = f"look again: groundplan observe --phase {number} --record"
        if number not in known:
            yield error(f"the design has no phase {number}, whose flow was seen", file)
        elif not observation.verdict.agrees:
            message = f"in phase {number} another flow was seen than the Compose file tells"
            yield error(message, file, hint=hint)
        else:
            same = observation.compose == current
            at = file if same else workspace.compose_file
            changed = [*_changed(workspace, observation)]
            yield from (error(message, at, hint=hint) for message in changed)
            outdated = record.outdated(workspace, observation)
            if outdated and not changed:
                message = f"{outdated} changed after the flow of phase {number} was seen"
                yield warning(message, file, hint=hint)


def _changed(workspace: Workspace, observation: Observation) -> Iterator[str]:
    """Calls that were seen and are told no more, and the reverse."""
    from groundplan.observing import verdict  # noqa: PLC0415
    from groundplan.observing.calls import Seen  # noqa: PLC0415

    number, application = observation.phase, workspace.application(observation.phase)
    now, then = verdict.judge(application, Seen()).lines, observation.verdict.lines
    told, seen = _calls(now), _calls(then)
    outside = {(flow.source, flow.target, flow.port) for flow in application.outside}
    for source, target, port in sorted(seen - told - outside, key=str):
        yield f"'{source}' was seen to call '{target}' at {port} in phase {number}; not told"
    # To wait for a service is not to call it.
    lost = _calls(filter(_settings, then)) & told - _calls(filter(_settings, now))
    for source, target, port in sorted(lost, key=str):
        said = f"'{source}' was seen to call '{target}' at {port} in phase {number}"
        yield f"{said}; depends_on alone tells of it now"
    for source, target, port in sorted(told - seen, key=str):
        yield f"'{source}' calls '{target}' at {port} in phase {number}; not in the record"


def _settings(line: Line) -> set[str]:
    """What tells of a flow, but for the order in which services start."""
    return {*line.told_by} - {"depends_on"}


def _calls(lines: Iterable[Line]) -> set[_Call]:
    return {(line.source, line.target, line.port) for line in lines}
