"""After an apply that was killed: what its log tells, and the state may not know.

Terraform saves its state every 20 seconds at most, and that can't be changed. What it made since
is lost to the state when Terraform itself is killed, but not to its log, which names the id of
each thing that it made: so they can be imported. Of what was only being made then, the log has no
id: what may stand of that is looked for in the cloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundplan.files import write_if_changed
from groundplan.terraform.messages import messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Interrupted:
    """What an apply's log tells: the id of what it made, by address, and what it only began."""

    made: Mapping[str, str]
    begun: tuple[str, ...]

    def lost(self, state: Mapping[str, Any]) -> dict[str, str]:
        """What was made and is not in `state` (`terraform show -json`): its id, by address."""
        known = ids(state)
        return {address: id_ for address, id_ in self.made.items() if address not in known}


def read(lines: Iterable[str]) -> Interrupted:
    """What the log of an apply tells, of which `lines` are the lines."""
    made: dict[str, str] = {}
    begun: dict[str, None] = {}
    for item in messages(lines):
        hook = item.get("hook") or {}
        address, action = str((hook.get("resource") or {}).get("addr")), hook.get("action")
        if item.get("type") == "apply_start" and action == "create":
            begun[address] = None
        elif item.get("type") == "apply_complete":
            begun.pop(address, None)
        if item.get("type") == "apply_complete" and action == "create" and hook.get("id_value"):
            made[address] = str(hook["id_value"])
        elif item.get("type") == "apply_complete" and action == "delete":
            made.pop(address, None)
    return Interrupted(made, tuple(begun))


def ids(state: Mapping[str, Any]) -> dict[str, str]:
    """The ids of what is in `state`, by address."""
    return dict(_ids((state.get("values") or {}).get("root_module") or {}))


def _ids(module: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in module.get("resources", ()):
        yield item["address"], str((item.get("values") or {}).get("id"))
    for child in module.get("child_modules", ()):
        yield from _ids(child)


def begin(folder: Path, phase: int) -> None:
    """Note in `folder` that `phase` is being applied; a note that is left tells of a kill."""
    write_if_changed(_note(folder), str(phase))


def end(folder: Path) -> None:
    """Take the note away: Terraform has ended in good order."""
    _note(folder).unlink(missing_ok=True)


def unfinished(folder: Path) -> int | None:
    """The phase of which an apply was begun in `folder` and never ended, None where none was."""
    return int(_note(folder).read_text()) if _note(folder).exists() else None


def _note(folder: Path) -> Path:
    return folder / "applying"
