"""A saved plan: what it will do, the file it stands in, and from which files it was made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from groundplan.errors import RefusedError
from groundplan.files import write_if_changed

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from groundplan.terraform.messages import Action, Change

_KEPT: Final = ("env", "target", "phase", "digest", "source")


@dataclass(frozen=True)
class Plan:
    """A saved plan: nothing but this is ever applied.

    `changes`: what it will do, by address; `empty`: nothing to do, outputs included. `digest` is
    the SHA-256 of the file `path`, `source` the digest of the Terraform files that it was made of.
    """

    env: str
    target: str
    phase: int
    destroy: bool
    path: Path
    digest: str
    source: str
    changes: tuple[Change, ...]
    empty: bool

    def count(self, action: Action) -> int:
        """How many resources it will `action`."""
        return sum(change.action == action for change in self.changes)

    @property
    def summary(self) -> str:
        """Such as `3 to create, 1 to replace`."""
        actions: tuple[Action, ...] = (
            "create",
            "update",
            "replace",
            "delete",
            "import",
            "move",
            "forget",
        )
        parts = [f"{self.count(action)} to {action}" for action in actions if self.count(action)]
        return ", ".join(parts) or ("nothing to do" if self.empty else "outputs to update")


@dataclass(frozen=True)
class Permit:
    """Says that the saved plan of this digest has passed policy."""

    digest: str


def digest(path: Path) -> str:
    """The SHA-256 of a plan's file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def keep(plan: Plan) -> None:
    """Write down, beside its file, of what `plan` was made; what it does stands in the file."""
    made = {name: getattr(plan, name) for name in _KEPT}
    write_if_changed(_record(plan.path), json.dumps(made), mode=0o600)


def forget(plan: Plan) -> None:
    """Delete a plan that is done."""
    plan.path.unlink()
    _record(plan.path).unlink(missing_ok=True)


def saved(path: Path, env: str, phase: int) -> Plan:
    """The plan that was saved in `path`; what it does is still to be read in it.

    It is taken for no destruction, of which no plan is saved. Raises RefusedError where there is
    none.
    """
    try:
        found: dict[str, Any] = json.loads(_record(path).read_text())
        made = {name: found[name] for name in _KEPT}
        return Plan(**made, path=path, destroy=False, changes=(), empty=False)
    except (OSError, ValueError, TypeError, KeyError):
        raise RefusedError(
            f"no plan of {env}, phase {phase}, is saved here",
            hint=f"make one: groundplan plan {env} --phase {phase}",
        ) from None


def check(plan: Plan, source: str, permit: Permit | None) -> None:
    """Refuse a `plan` whose file or Terraform files are others by now, or without a permit.

    `source`: the digest of the Terraform files now. What destroys, and what does nothing, needs no
    permit. Raises RefusedError.
    """
    check_file(plan)
    if plan.source != source:
        raise RefusedError(
            f"the Terraform files of {plan.env} have changed since this plan was made",
            hint=_again(plan),
        )
    if plan.destroy or plan.empty:
        return
    if permit is None or permit.digest != plan.digest:
        raise RefusedError(
            f"this plan of {plan.env} has not passed policy",
            hint=f"groundplan apply {plan.env} --phase {plan.phase} holds it against policy first",
        )


def check_file(plan: Plan) -> None:
    """Refuse a `plan` whose file is another by now. Raises RefusedError."""
    if not plan.path.exists() or digest(plan.path) != plan.digest:
        raise RefusedError(
            f"the saved plan of {plan.env} is not the one that was shown", hint=_again(plan)
        )


def _again(plan: Plan) -> str:
    return f"plan again: groundplan plan {plan.env} --phase {plan.phase}"


def _record(path: Path) -> Path:
    return path.with_suffix(".plan.json")
