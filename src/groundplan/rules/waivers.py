"""Rules about what is let pass: each waiver can hold, and ends before it is forgotten."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final

from groundplan.errors import suggest
from groundplan.findings import Finding, error, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.policy.waivers import Entry, Waiver
    from groundplan.workspace import Workspace

LONGEST: Final = datetime.timedelta(days=2 * 365)
"""How far ahead a waiver may end: by then, someone has to look again."""

_NAMES: Final = re.compile(r"[a-z]\w*_\w+|module\.[\w-]")
_WORDS: Final = 3


@rule("waivers", "each waiver is for what there is, once, and ends within two years")
def waivers(workspace: Workspace) -> Iterator[Finding]:
    """Waivers that policy would never look at, that have ended, or that never end."""
    from groundplan.policy import WAIVERS  # noqa: PLC0415 - these drive Terraform, too
    from groundplan.policy import waivers as reader  # noqa: PLC0415

    today = datetime.datetime.now(datetime.UTC).date()
    before: list[Waiver] = []
    for entry in reader.read(workspace.root / WAIVERS):
        told = (*_vague(entry.waiver), *_nowhere(workspace, entry.waiver),
                *_when(entry.waiver, today))  # fmt: skip
        for message, hint in (*told, *_again(entry, before)):
            yield error(f"{message} ({entry.waiver.check})", entry.file, entry.line, hint)
        before.append(entry.waiver)


def _vague(waiver: Waiver) -> Iterator[tuple[str, str | None]]:
    """Waivers for everything, and reasons that are none."""
    if not _NAMES.search(waiver.resource):
        yield "this waiver is for everything there is", "name the resource, as its finding does"
    if len(waiver.reason.split()) < _WORDS:
        yield f"'{waiver.reason.strip()}' is no reason", "say why it is right as it is"


def _nowhere(workspace: Workspace, waiver: Waiver) -> Iterator[tuple[str, str | None]]:
    """Environments and phases that there are not."""
    from groundplan import recording  # noqa: PLC0415
    from groundplan.policy import STATE  # noqa: PLC0415

    known = recording.phases(workspace)
    roots = (*workspace.environments, STATE)
    for env in waiver.environments:
        if env not in roots:
            hint = suggest(env, roots)
            yield f"this waiver is for '{env}', which is no environment", hint
    there = {number for env, number in known if env in (waiver.environments or (env,))}
    for number in sorted({*waiver.phases} - there):
        hint = f"known: {', '.join(map(str, sorted(there))) or 'none'}"
        yield f"this waiver is for phase {number}, which its environments do not have", hint


def _when(waiver: Waiver, today: datetime.date) -> Iterator[tuple[str, str | None]]:
    if waiver.expires < today:
        hint = "mend what it waives, or give it a new date with its owner"
        yield f"this waiver ended on {waiver.expires}", hint
    if waiver.expires > today + LONGEST:
        hint = f"{today + LONGEST} at the latest: then someone has to look again"
        yield f"this waiver ends on {waiver.expires}, which is too far away", hint


def _again(entry: Entry, before: list[Waiver]) -> Iterator[tuple[str, str | None]]:
    """Whether an earlier one waives the same."""
    waiver = entry.waiver
    same = (one for one in before if (one.check, one.resource) == (waiver.check, waiver.resource))
    if any(_meet(one.environments, waiver.environments) and _meet(one.phases, waiver.phases)
           for one in same):  # fmt: skip
        yield "this waiver waives what another one does", "delete one of the two"


def _meet(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two lists, of which an empty one means all, have anything in common."""
    return not one or not other or not {*one}.isdisjoint(other)
