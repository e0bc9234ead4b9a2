"""Everything that can be wrong without touching a cloud, looked for by a registry of rules."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundplan import unchanged
from groundplan.errors import GroundplanError
from groundplan.findings import RULES, Finding, Rule, told
from groundplan.rules import (
    alarms,
    apart,
    calls,
    capacity,
    choices,
    clients,
    commands,
    compose,
    confinement,
    conformance,
    containers,
    costs,
    denials,
    design,
    environments,
    generated,
    links,
    macros,
    means,
    network,
    nodes,
    observed,
    openings,
    outputs,
    pages,
    policies,
    prose,
    ranges,
    records,
    secrets,
    services,
    settings,
    standing,
    stores,
    targets,
    terraform,
    versions,
    views,
    waivers,
    ways,
    workflows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from groundplan.workspace import Workspace


# Importing a module registers its rules.
MODULES = (
    design, compose, services, containers, confinement, apart, means, terraform, conformance,
    stores, clients, outputs, network, ways, ranges, capacity, openings, alarms, denials,
    environments, costs, versions, records, choices, views, prose, macros, nodes, pages, settings,
    links, commands, targets, calls, standing, generated, observed, secrets, policies, waivers,
    workflows,
)  # fmt: skip


def run(workspace: Workspace) -> list[Finding]:
    """What the rules find, sorted by file and line; the same thing is told once.

    A design that can't be read hides everything else, so then only that is told. Files are
    relative to the workspace.
    """
    found, kept_from = _look([RULES["design"]], workspace)
    if not found + kept_from:
        workspace.ask_ahead()
        found, kept_from = _look(RULES.values(), workspace)
    seen: dict[tuple[object, ...], Finding] = {}
    # What kept a rule from looking is most often what another rule looks for, and tells better.
    for finding in found + kept_from:
        placed = _relative(finding, workspace.root)
        seen.setdefault((placed.message, placed.file, placed.line), placed)
    return sorted(seen.values(), key=lambda item: (str(item.file or ""), item.line or 0, item.id))


def run_once(workspace: Workspace) -> list[Finding]:
    """What `run` finds; nothing is looked for again while all is as it was when that passed."""
    built = (workspace.build_dir / name for name in ("pictures", "policy"))
    key = f"{datetime.now(UTC).date()} {unchanged.state(workspace.root, *built)}"
    kept = unchanged.recall(workspace, "check", key)
    if kept is not None:
        return [_restored(item) for item in kept]
    found = run(workspace)
    if not failed(found):  # what failed may have lacked a tool, which is no part of the workspace
        unchanged.remember(workspace, "check", key, [_plain(item) for item in found])
    return found


def fix(workspace: Workspace, findings: Iterable[Finding]) -> list[Path]:
    """Make anew what the `findings` tell is stale; the files written, sorted.

    What has no such cure is left. Make a new workspace to check again. Raises what making it
    raises: ToolError without Terraform, where facts are stale.
    """
    told_ = {finding.id for finding in findings}
    cures = [item.fix for id_, item in RULES.items() if id_ in told_ and item.fix]
    return sorted({path for cure in cures for path in cure(workspace)})


def _look(rules: Iterable[Rule], workspace: Workspace) -> tuple[list[Finding], list[Finding]]:
    """What the rules find, and what keeps some of them from looking."""
    found: list[Finding] = []
    kept_from: list[Finding] = []
    for item in rules:
        try:
            found.extend(item.check(workspace))
        except GroundplanError as problem:
            kept_from.append(replace(told(problem), id=item.id))
    return found, kept_from


def _relative(finding: Finding, root: Path) -> Finding:
    if finding.file is None or not finding.file.is_relative_to(root):
        return finding
    return replace(finding, file=finding.file.relative_to(root))


def failed(findings: Iterable[Finding]) -> bool:
    """True when the check does not pass: warnings are told, and let it pass."""
    return any(finding.severity == "error" for finding in findings)


def as_text(findings: Sequence[Finding]) -> str:
    """The findings for a terminal, one after the other, and how many there are."""
    lines = []
    for finding in findings:
        place = ":".join(str(part) for part in (finding.file, finding.line) if part)
        said = f"{finding.severity}: {finding.message} [{finding.id}]"
        lines.append(f"{place}: {said}" if place else said)
        if finding.hint:
            lines.append(f"  hint: {finding.hint}")
    errors = sum(finding.severity == "error" for finding in findings)
    counted = [(errors, "error"), (len(findings) - errors, "warning")]
    told_ = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counted if count]
    lines.append(", ".join(told_) if told_ else f"all {len(RULES)} rules hold")
    return "\n".join(lines) + "\n"


def as_json(findings: Iterable[Finding]) -> str:
    """The findings for `--json`: a list of objects with the fields of Finding."""
    return json.dumps([_plain(finding) for finding in findings], indent=2) + "\n"


def _plain(finding: Finding) -> dict[str, Any]:
    file = finding.file.as_posix() if finding.file else None
    return asdict(finding) | {"file": file}


def _restored(plain: dict[str, Any]) -> Finding:
    return Finding(**plain | {"file": Path(plain["file"]) if plain["file"] else None})
