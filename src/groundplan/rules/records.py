"""Rules about decision records and diagram scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.findings import Finding, error, rule
from groundplan.rules.design import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace

VIEWS = ("application_flow", "network", "infrastructure")


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


@rule("evidence", "what a finished piece of work is to have brought is there")
def evidence(workspace: Workspace) -> Iterator[Finding]:
    """Work that is said to be done, without the files that prove it."""
    for number, phase in enumerate(workspace.design.phases):
        for index, item in enumerate(phase.to_do):
            for place, path in enumerate(item.evidence if item.state == "done" else ()):
                if not (workspace.root / path).exists():
                    loc = ("phases", number, "to_do", index, "evidence", place)
                    message = f"'{item.text}' is done, but there is no {path}"
                    hint = "do it, or say that it is not done"
                    yield error(message, workspace.design_file, line_of(workspace, loc), hint)


@rule("diagrams", "there is a diagram script for each view of the design")
def diagrams(workspace: Workspace) -> Iterator[Finding]:
    """Views without a script."""
    if not workspace.design.drawn():
        return
    for name in VIEWS:
        path = workspace.diagrams_dir / f"{name}.py"
        if not path.is_file():
            yield error(f"the view '{name}' has no diagram script", path, hint="write it")
