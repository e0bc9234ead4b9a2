"""The rule that tells of versions which AWS supports no longer, or soon will not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from groundplan import support
from groundplan.findings import Finding, error, rule, warning
from groundplan.rules.conformance import drawn
from groundplan.rules.stores import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from groundplan.workspace import Workspace

_SOON: Final = timedelta(days=60)  # as long before it as AWS itself tells
_TYPES: Final = ("aws_eks_cluster", "aws_db_instance")


@rule("version-support", "clusters and databases run in versions that AWS supports")
def versions(workspace: Workspace) -> Iterator[Finding]:
    """Versions out of standard support: AWS charges more for them, or upgrades them itself."""
    yield from ending(workspace, today())


def today() -> date:
    """The day by which versions are judged."""
    return datetime.now(UTC).date()


def ending(workspace: Workspace, day: date) -> Iterator[Finding]:
    """What is out of standard support on `day`, soon will be, or is not known to be in it.

    A cluster or database is told of once for each version, in the first phase that has it.
    """
    seen: set[tuple[str, str, tuple[str, str]]] = set()
    for _, phase, env in drawn(workspace):
        for item in workspace.facts(env, phase.number).of_type(*_TYPES):
            named = support.version_of(item)
            if item.change == "delete" or named is None or (env, item.address, named) in seen:
                continue
            seen.add((env, item.address, named))
            file, line = written(workspace, env, item.address, phase.number)
            for tell, what in _told(named, day):
                message = f"{item.address} of {env}, phase {phase.number}, runs {what}"
                yield tell(message, file, line, _others(named[0], day))


def _told(named: tuple[str, str], day: date) -> Iterator[tuple[Callable[..., Finding], str]]:
    found = support.load().find(*named)
    if found is None:
        yield warning, f"{' '.join(named)}, and until when AWS supports that is not in the table"
    elif found.on(day) != "standard":
        yield error, f"{found}, out of standard support since {found.standard}"
    elif found.on(day + _SOON) != "standard":
        yield warning, f"{found}, in standard support only until {found.standard}"


def _others(product: str, day: date) -> str | None:
    """A hint at what to move to."""
    found = support.load().supported(product, day + _SOON)
    told = ", ".join(f"{item.version} (until {item.standard})" for item in found)
    return f"supported for longer: {told}" if told else None
