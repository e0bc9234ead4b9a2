"""Rules about Terraform's variables and the facts recorded from its plans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from groundplan.errors import GroundplanError
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule, told
from groundplan.rules.conformance import drawn
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace


@rule("variables", "each phase has its variables file in its environments, and the reverse")
def variables(workspace: Workspace) -> Iterator[Finding]:
    """Phases without a `.tfvars` file, and files of no phase."""
    for _, phase, env in drawn(workspace):
        try:
            workspace.variables_file(env, phase.number)
        except GroundplanError as problem:
            yield told(problem)
    wanted = {(env, phase.number) for _, phase, env in drawn(workspace)}
    for env in workspace.environments:
        yield from _of_no_phase(
            sorted(workspace.environment(env).glob("phase-*.tfvars")), env, wanted
        )


@rule("facts", "each phase's plan is recorded, and the reverse")
def recorded(workspace: Workspace) -> Iterator[Finding]:
    """Phases without facts, damaged facts, and facts of no phase."""
    for _, phase, env in drawn(workspace):
        try:
            facts = workspace.facts(env, phase.number)
        except GroundplanError as problem:
            yield told(problem)
            continue
        if (facts.env, facts.phase) != (env, phase.number):
            message = f"these are the facts of {facts.env}, phase {facts.phase}"
            hint = f"record them anew: groundplan plan {env} --phase {phase.number} --record"
            path = workspace.facts_file(env, phase.number)
            yield error(message, path, _line(path, "env"), hint)
    wanted = {(env, phase.number) for _, phase, env in drawn(workspace)}
    for folder in sorted((workspace.root / "facts").glob("*/")):
        yield from _of_no_phase(sorted(folder.glob("phase-*.json")), folder.name, wanted)


def _record(workspace: Workspace) -> Iterable[Path]:
    from groundplan import recording  # noqa: PLC0415

    return recording.record(workspace)


@rule("facts-current", "the recorded plans are of the Terraform that is there now", fix=_record)
def current(workspace: Workspace) -> Iterator[Finding]:
    """Facts that were recorded before Terraform, or its variables, changed."""
    folders = [workspace.root / "terraform", workspace.root / "facts"]
    sources = [*folders, workspace.design_file]
    yield from once(workspace, "current", sources, lambda: _outdated(workspace))


def _outdated(workspace: Workspace) -> Iterator[Finding]:
    from groundplan.terraform import sources  # noqa: PLC0415

    for _, phase, env in drawn(workspace):
        try:
            recorded = workspace.facts(env, phase.number)
            written = sources.digest(workspace, env, phase.number)
        except GroundplanError:
            continue  # the rules before this one tell
        if recorded.source != written:
            path = workspace.facts_file(env, phase.number)
            hint = f"record it anew: groundplan plan {env} --phase {phase.number} --record"
            message = "Terraform has changed since this plan was recorded"
            yield error(message, path, _line(path, "source"), hint)


@rule("facts-intact", "the recorded plans are as they were recorded", fix=_record)
def intact(workspace: Workspace) -> Iterator[Finding]:
    """Facts that were changed by hand, and so are of no plan."""
    yield from once(
        workspace, "intact", [workspace.root / "facts"], lambda: _changed_by_hand(workspace)
    )


def _changed_by_hand(workspace: Workspace) -> Iterator[Finding]:
    from groundplan import facts  # noqa: PLC0415

    for _, phase, env in drawn(workspace):
        path = workspace.facts_file(env, phase.number)
        try:
            sound = facts.is_intact(path)
        except GroundplanError:
            continue  # the rules before this one tell
        if not sound:
            hint = f"record it anew: groundplan plan {env} --phase {phase.number} --record"
            message = "these are not the facts that were recorded"
            yield error(message, path, _line(path, "digest"), hint)


def _line(path: Path, key: str) -> int | None:
    """The line of facts in which their `key` stands."""
    text = read_text(path)
    place = text.rfind(f'\n  "{key}":')
    return text.count("\n", 0, place) + 2 if place >= 0 else None


def _of_no_phase(paths: list[Path], env: str, wanted: set[tuple[str, int]]) -> Iterator[Finding]:
    for path in paths:
        number = re.fullmatch(r"phase-(\d+)", path.stem)
        if number is None or (env, int(number[1])) not in wanted:
            message = f"no phase of the design draws {env} with this file"
            yield error(message, path, hint="delete it, or name its environment in that phase")
