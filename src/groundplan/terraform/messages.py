"""What Terraform says with `-json`, as values: changes, diagnostics, progress."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from groundplan.errors import GroundplanError, InputError, RefusedError, ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Action = Literal["create", "update", "replace", "delete", "forget", "import", "move"]

_PROGRESS = {"apply_start", "apply_progress", "apply_complete", "apply_errored"}
# Signs that a cloud, not the configuration, refused something.
_FROM_THE_API = ("operation error", "https response error", "api error", "waiting for ")
_NOT_INSTALLED = (
    "Failed to query available provider packages",
    "Failed to install provider",
    "Inconsistent dependency lock file",
    "Required plugins are not installed",
    "Provider dependency changes detected",
)


@dataclass(frozen=True)
class Change:
    """One resource that a plan changes."""

    address: str
    action: Action


@dataclass(frozen=True)
class Diagnostic:
    """One error of Terraform's: `file` is relative to the folder it ran in."""

    summary: str
    detail: str = ""
    address: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Lock:
    """Who holds the lock of a state, since when, and for which operation."""

    id: str
    who: str
    operation: str
    created: str


def messages(lines: Iterable[str]) -> list[Mapping[str, Any]]:
    """The JSON messages among `lines`."""
    found = []
    for line in lines:
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return found


def changes(lines: Iterable[str]) -> tuple[Change, ...]:
    """What a plan will change."""
    found = [item["change"] for item in messages(lines) if item.get("type") == "planned_change"]
    return tuple(
        Change(item["resource"]["addr"], cast("Action", item["action"]))
        for item in found
        if item["action"] not in {"noop", "read"}
    )


def shown_changes(shown: Mapping[str, Any]) -> tuple[Change, ...]:
    """What a plan will change, by its `terraform show -json`."""
    found = [(item["address"], _action(item)) for item in shown.get("resource_changes", ())]
    return tuple(Change(address, action) for address, action in found if action)


def _action(item: Mapping[str, Any]) -> Action | None:
    actions = {*item["change"]["actions"]} - {"no-op", "read"}
    if len(actions) > 1:
        return "replace"
    if actions:
        return cast("Action", actions.pop())
    if item["change"].get("importing"):
        return "import"
    return "move" if item.get("previous_address") else None


def progress(line: str) -> str | None:
    """What a person is shown for `line`, where it is about a resource being worked on."""
    found = messages([line])
    if found and found[0].get("type") in _PROGRESS:
        return str(found[0].get("@message"))
    return None


def errors(lines: Iterable[str]) -> list[Diagnostic]:
    """The errors that Terraform reported, in its order."""
    found = [item.get("diagnostic") for item in messages(lines)]
    return [_diagnostic(item) for item in found if item and item.get("severity") == "error"]


def _diagnostic(item: Mapping[str, Any]) -> Diagnostic:
    place = item.get("range") or {}
    start = place.get("start") or {}
    return Diagnostic(
        summary=item["summary"],
        detail=item.get("detail", ""),
        address=item.get("address", ""),
        file=place.get("filename", ""),
        line=start.get("line"),
        column=start.get("column"),
    )


def lock_in(text: str) -> Lock | None:
    """The holder of the lock that `text`, an error of Terraform's, tells of."""
    found = dict(re.findall(r"^\s*(ID|Who|Operation|Created):\s+(.*?)\s*$", text, re.MULTILINE))
    if "ID" not in found:
        return None
    return Lock(
        id=found["ID"],
        who=found.get("Who", "unknown"),
        operation=found.get("Operation", "").removeprefix("OperationType").lower(),
        created=found.get("Created", ""),
    )


def error(command: str, lines: tuple[str, ...], folder: Path, env: str) -> GroundplanError:
    """The error for a `command` that failed in `folder`, the Terraform root of `env`."""
    found = errors(lines)
    if not found:
        return ToolError(f"terraform {command} failed\n  " + "\n  ".join(lines[-10:]))
    first = found[0]
    if lock := lock_in(first.detail):
        return locked(lock, env)
    if "Saved plan is stale" in first.summary:
        return RefusedError(
            f"this plan of {env} is out of date: the state has changed since",
            hint=f"plan again: groundplan plan {env}",
        )
    if first.summary in _NOT_INSTALLED:
        return _not_installed(first)
    return _reported(command, found, folder)


def locked(lock: Lock, env: str) -> RefusedError:
    """The error for a state that somebody else is working on."""
    return RefusedError(
        f"the state of {env} is locked by {lock.who} since {lock.created} ({lock.operation})",
        hint=f"wait until that has ended; if it was killed: groundplan unlock {env}",
    )


def _not_installed(found: Diagnostic) -> ToolError:
    return ToolError(
        f"terraform can't install its providers: {found.summary}\n  {_indented(found.detail)}",
        hint="the provider registry must be reachable, or GROUNDPLAN_PROVIDER_MIRROR"
        " must name a folder that mirrors it",
    )


def _reported(command: str, found: list[Diagnostic], folder: Path) -> GroundplanError:
    first = found[0]
    said = f"{first.summary}\n  {_indented(first.detail)}" if first.detail else first.summary
    if first.address:
        said = f"{first.address}: {said}"
    if len(found) > 1:
        said += f"\n  and {len(found) - 1} more: " + "; ".join(item.summary for item in found[1:4])
    ours = bool(first.file) and not any(sign in said.lower() for sign in _FROM_THE_API)
    if ours and command != "apply":
        return InputError(
            said, file=_place(folder, first.file), line=first.line, column=first.column
        )
    return ToolError(f"terraform {command}: {said}")


def _place(folder: Path, file: str) -> Path:
    path = (folder / file).resolve()
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n  ")
