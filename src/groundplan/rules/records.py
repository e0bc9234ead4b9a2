"""Rules about decision records and diagram scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.design import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace

VIEWS = ("application_flow", "network", "infrastructure")
_STATUS: Final = re.compile(r"\A---\n(?:.*\n)*?status:\s*[\"']?([\w -]+)", re.IGNORECASE)


@rule("decision-record", "each decision has its record, and each record its decision")
def records(workspace: Workspace) -> Iterator[Finding]:
    """Decisions without a record, and numbered records that no decision names."""
    named = set()
    for index, decision in enumerate(workspace.design.decisions):
        path = workspace.root / decision.record
        named.add(path)
        if not path.is_file():
            line = line_of(workspace, ("decisions", index, "record"))
            message = f"decision '{decision.id}' has no record: there is no {decision.record}"
            yield error(message, workspace.design_file, line, "write down why it was decided so")
    for folder in sorted({path.parent for path in named}):
        for path in sorted(folder.glob("[0-9]*.md")):
            if path not in named:
                hint = "name it as the record of a decision in design.yaml"
                yield error("no decision of the design has this record", path, hint=hint)


@rule("decision-status", "what the design builds on has been accepted")
def accepted(workspace: Workspace) -> Iterator[Finding]:
    """Decisions whose record, where it has a status (MADR), says anything but that."""
    for decision in workspace.design.decisions:
        path = workspace.root / decision.record
        found = _STATUS.match(read_text(path)) if path.is_file() else None
        if found and found[1].strip().lower() != "accepted":
            line = found[0].count("\n") + 1
            message = f"the design builds on '{decision.id}', whose record is {found[1].strip()}"
            yield error(message, path, line, "decide it anew in design.yaml, or accept the record")


@rule("evidence", "what a finished piece of work is to have brought is there")
def evidence(workspace: Workspace) -> Iterator[Finding]:
    """Work that is said to be done, without the files that prove it."""
    for number, phase in enumerate(workspace.design.phases):
        for index, item in enumerate(phase.to_do):
            if item.state != "done":
                continue
            loc = ("phases", number, "to_do", index)
            for place, path in enumerate(item.evidence):
                found = (workspace.root / path).resolve()
                everything = workspace.root.resolve().is_relative_to(found)
                if everything or not found.exists():
                    why = f"{path} shows nothing" if everything else f"there is no {path}"
                    message = f"'{item.text}' is done, but {why}"
                    line = line_of(workspace, (*loc, "evidence", place))
                    hint = "do it, or say that it is not done"
                    yield error(message, workspace.design_file, line, hint)
            if not item.evidence:
                message = f"'{item.text}' is done, and nothing is named that shows it"
                hint = "name the files that it has brought, as its evidence"
                line = line_of(workspace, (*loc, "state"))
                yield error(message, workspace.design_file, line, hint)


@rule("diagrams", "there is a diagram script for each view of the design")
def diagrams(workspace: Workspace) -> Iterator[Finding]:
    """Views without a script."""
    if not workspace.design.drawn():
        return
    for name in VIEWS:
        path = workspace.diagrams_dir / f"{name}.py"
        if not path.is_file():
            yield error(f"the view '{name}' has no diagram script", path, hint="write it")
