"""facts/observed.json: when, and with which commit, the flow was last seen to be as told."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from groundplan import process, yamlfile
from groundplan.compose import contexts
from groundplan.errors import InputError, ToolError
from groundplan.files import digest, read_text, write_if_changed
from groundplan.observing.verdict import Line, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from groundplan.workspace import Workspace

FILE: Final = "facts/observed.json"
_SHORT: Final = 10


@dataclass(frozen=True)
class Observation:
    """What was seen in a phase. `date`: the UTC day (ISO). `commit`: the one that was checked out,
    empty where there was none; `changed`: whether files differed from it. `compose`: the digest of
    what the Compose file said; `built`: that of the files that the services were built from.
    """

    phase: int
    date: str
    commit: str
    changed: bool
    compose: str
    built: str
    verdict: Verdict

    @property
    def code(self) -> str:
        """The commit as people write it: `4059fc5d1e`, `4059fc5d1e, with changes`."""
        if not self.commit:
            return "no commit"
        return self.commit[:_SHORT] + (", with changes" if self.changed else "")


def now(workspace: Workspace, phase: int, verdict: Verdict) -> Observation:
    """The observation of this moment."""
    commit, changed = _code(workspace.root)
    today = datetime.now(UTC).date().isoformat()
    digests = (compose_digest(workspace), built_digest(workspace, phase))
    return Observation(phase, today, commit, changed, *digests, verdict)


def compose_digest(workspace: Workspace) -> str:
    """What an observation's `compose` is while it is current: the digest of what the file says."""
    return yamlfile.meaning(read_text(workspace.compose_file))


def built_digest(workspace: Workspace, phase: int) -> str:
    """What an observation's `built` is while it is current: a digest of what is built."""
    found = contexts.written(workspace.application(phase), workspace.compose_file.parent)
    return digest((path for path in found if path != workspace.root / FILE), root=workspace.root)


def outdated(workspace: Workspace, observation: Observation) -> str:
    """What has changed since: `The Compose file`, or what is built; empty while it is current."""
    if observation.compose != compose_digest(workspace):
        return "The Compose file"
    if observation.built != built_digest(workspace, observation.phase):
        return "What the services are built from"
    return ""


def load(workspace: Workspace) -> dict[int, Observation]:
    """The recorded observations by phase; none where nothing was recorded.

    Raises InputError where the file is not what `save` writes.
    """
    path = workspace.root / FILE
    if not path.is_file():
        return {}
    try:
        phases = json.loads(read_text(path))["phases"]
        return {int(number): _read(int(number), item) for number, item in phases.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        hint = "record it anew: groundplan observe --record"
        raise InputError("this is no record of observed flows", file=path, hint=hint) from None


def save(workspace: Workspace, observation: Observation) -> Path:
    """Write `observation` beside those of other phases; the file."""
    path = workspace.root / FILE
    every = {**load(workspace), observation.phase: observation}
    phases = {str(number): _plain(every[number]) for number in sorted(every)}
    document = {"phases": phases, "digest": _seal(phases)}
    write_if_changed(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return path


def is_intact(workspace: Workspace) -> bool:
    """Whether the record, if there is one, is as `save` wrote it. Raises InputError as `load`."""
    if not load(workspace):
        return True
    document = json.loads(read_text(workspace.root / FILE))
    return bool(document.get("digest") == _seal(document["phases"]))


def _seal(phases: dict[str, Any]) -> str:
    said = json.dumps(phases, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(item: Observation) -> dict[str, Any]:
    head = {"date": item.date, "commit": item.commit, "changed": item.changed}
    digests = {"compose": item.compose, "built": item.built}
    return {**head, **digests, **item.verdict.as_dict()}


def _read(phase: int, item: dict[str, Any]) -> Observation:
    lines = (Line(**{**line, "told_by": tuple(line["told_by"])}) for line in item["flows"])
    verdict = Verdict(tuple(lines), tuple(item["notes"]))
    # A record of before this was kept is of nobody knows what.
    digests = (item["compose"], item.get("built", ""))
    about = (item["date"], item["commit"], item["changed"], *digests)
    return Observation(phase, *about, verdict)


def _code(root: Path) -> tuple[str, bool]:
    """The commit that is checked out, and whether anything differs from it."""
    try:
        head = process.run(["git", "rev-parse", "HEAD"], cwd=root, check=False)
        # The record of one phase is no change to what runs in the next.
        words = ["status", "--porcelain", "--", ".", f":(exclude){FILE}"]
        status = process.run(["git", *words], cwd=root, check=False)
    except ToolError:
        return "", False
    if head.returncode:
        return "", False
    return head.stdout.strip(), bool(status.stdout.strip())
