"""Rules about who calls whom in prose: that the Compose file tells the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.once import once
from groundplan.rules.passages import passages
from groundplan.rules.prose import without_macros

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace

_MARKS: Final = re.compile(r"[*_`]")


@rule("calls-told", "calls that prose tells of are those of the Compose file")
def calls(workspace: Workspace) -> Iterator[Finding]:
    """Services that are said to ask others, and never do."""
    if workspace.compose_takes_in:
        yield from _look(workspace)  # from files that are not among the sources
        return
    files = (workspace.design_file, workspace.compose_file, workspace.root / ".env")
    sources = [*files, workspace.docs_dir]
    yield from once(workspace, "calls", sources, lambda: _look(workspace))


def _look(workspace: Workspace) -> Iterator[Finding]:
    numbers = (phase.number for phase in workspace.design.phases)
    every = workspace.applications(numbers).values()
    known = {item.name for application in every for item in application.services}
    flows = {(flow.source, flow.target) for application in every for flow in application.flows}
    one = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    asks = re.compile(rf"\b({one}) (?:asks|calls|tells) (?:the )?({one})\b(?!-)", re.IGNORECASE)
    toolkit = workspace.docs_dir / "decisions" / "toolkit"
    for path in sorted(workspace.docs_dir.rglob("*.md")):
        for passage in passages(read_text(path)) if known and toolkit not in path.parents else ():
            for found in asks.finditer(_MARKS.sub("", without_macros(passage.text))):
                source, target = found[1].lower(), found[2].lower()
                if (source, target) not in {(a.lower(), b.lower()) for a, b in flows}:
                    hint = "say it as the Compose file does, or say it there"
                    message = f"'{source}' does not call '{target}' in any phase"
                    yield error(message, path, passage.line, hint)
