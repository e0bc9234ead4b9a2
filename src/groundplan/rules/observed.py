"""Rules that hold the flow as it was told against the flow as it was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.findings import Finding, error, rule, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace


@rule("flow-observed", "the flow that was seen is the one that is told")
def observed(workspace: Workspace) -> Iterator[Finding]:
    """Phases whose flow was seen to be another, or seen of a Compose file that is no more."""
    from groundplan.observing import record  # noqa: PLC0415

    found = record.load(workspace)
    file = workspace.root / record.FILE
    current = record.compose_digest(workspace)
    for number, observation in sorted(found.items()):
        hint = f"look again: groundplan observe --phase {number} --record"
        if not observation.verdict.agrees:
            message = f"in phase {number} another flow was seen than the Compose file tells"
            yield error(message, file, hint=hint)
        elif observation.compose != current:
            message = f"the flow of phase {number} was seen before the Compose file changed"
            yield warning(message, file, hint=hint)
