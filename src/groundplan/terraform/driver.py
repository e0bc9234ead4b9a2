"""Terraform for one environment on one target: plan, apply what was planned, and ask."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from python_terraform import IsFlagged

from groundplan.errors import RefusedError, ToolError
from groundplan.files import write_if_changed
from groundplan.terraform import messages, providers, sources
from groundplan.terraform.command import Commands, Result, Surroundings

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from groundplan.terraform.messages import Action, Change, Lock
    from groundplan.terraform.targets import Target
    from groundplan.workspace import Workspace

_CHANGES: Final = 2
"""Exit code of a plan that has changes."""


@dataclass(frozen=True)
class Plan:
    """A saved plan: nothing but this is ever applied.

    `changes`: what it will do, by address; `empty`: nothing to do, outputs included. `digest` is
    the SHA-256 of the file `path`.
    """

    env: str
    target: str
    phase: int
    destroy: bool
    path: Path
    digest: str
    changes: tuple[Change, ...]
    empty: bool

    def count(self, action: Action) -> int:
        """How many resources it will `action`."""
        return sum(change.action == action for change in self.changes)

    @property
    def summary(self) -> str:
        """Such as `3 to create, 1 to replace`."""
        actions: tuple[Action, ...] = ("create", "update", "replace", "delete", "import", "move")
        parts = [f"{self.count(action)} to {action}" for action in actions if self.count(action)]
        return ", ".join(parts) or ("nothing to do" if self.empty else "outputs to update")


class Terraform:
    """The Terraform root of `env` on `target`, run by `binary`.

    Whatever it writes goes below `build/terraform/ENV/AREA/` of the workspace (`area` is the
    target's name unless given), what Terraform says into the folder `logs` there. `on_line` is
    called with a line for each thing that is begun and ended. Every method raises InputError for
    what is wrong in the Terraform files (with file and line), RefusedError where the state is
    locked or a plan is out of date, ToolError where Terraform or the cloud fails.
    """

    def __init__(
        self,
        workspace: Workspace,
        env: str,
        target: Target,
        *,
        binary: Path,
        area: str | None = None,
        logs: str = "logs",
        on_line: Callable[[str], None] = lambda _line: None,
        stop: threading.Event | None = None,
    ) -> None:
        self.workspace = workspace
        self.env = env
        self.target = target
        self.root = workspace.environment(env)
        self.folder = workspace.build_dir / "terraform" / env / (area or target.name)
        self._on_line = on_line
        surroundings = Surroundings(
            env=self._environment(), logs=self.folder / logs, on_line=self._progress,
            held=target.held, **({"stop": stop} if stop else {}),
        )  # fmt: skip
        self._run = Commands(binary, self.root, surroundings)

    def init(self) -> None:
        """Make ready: providers, modules, the state. Does nothing where all that is current."""
        stamp = self.folder / "data" / "initialised"
        current = f"{sources.digest(self.workspace, self.env)} {self.target.bucket}"
        if stamp.exists() and stamp.read_text() == current:
            return
        locked = (self.root / ".terraform.lock.hcl").exists()
        result = self._run.init(
            json=IsFlagged, no_color=None, lockfile="readonly" if locked else None,
            backend_config={"bucket": self.target.bucket},
        )  # fmt: skip
        self._check("init", result)
        write_if_changed(stamp, current)

    def plan(
        self, phase: int, *, destroy: bool = False, refresh: bool = True, lock: bool = True
    ) -> Plan:
        """Plan `phase` (or the destruction of what it made) and save the plan."""
        variables = self.workspace.variables_file(self.env, phase)
        path = self.folder / f"phase-{phase}{'.destroy' if destroy else ''}.tfplan"
        self.init()
        path.unlink(missing_ok=True)
        result = self._run.plan(
            json=IsFlagged, no_color=None, var_file=str(variables), out=str(path),
            refresh=refresh, lock=lock, destroy=IsFlagged if destroy else None,
        )  # fmt: skip
        self._check("plan", result, also=_CHANGES)
        path.chmod(0o600)
        return Plan(
            env=self.env, target=self.target.name, phase=phase, destroy=destroy, path=path,
            digest=_digest(path),
            changes=messages.changes(result.lines),
            empty=result.returncode == 0,
        )  # fmt: skip

    def apply(self, plan: Plan) -> None:
        """Do exactly what `plan` says. Raises RefusedError where its file is another by now."""
        if not plan.path.exists() or _digest(plan.path) != plan.digest:
            raise RefusedError(
                f"the saved plan of {self.env} is not the one that was shown",
                hint=f"plan again: groundplan plan {self.env} --phase {plan.phase}",
            )
        self._stamp.unlink(missing_ok=True)
        result = self._run.apply(str(plan.path), json=IsFlagged, no_color=None, input=False)
        self._check("apply", result)
        plan.path.unlink()
        if not plan.destroy:
            write_if_changed(self._stamp, self._applied(plan.phase))

    def destroy(self, phase: int) -> Plan:
        """Plan the destruction of what `phase` made, do it, and return what was done."""
        plan = self.plan(phase, destroy=True)
        self.apply(plan)
        return plan

    def output(self) -> dict[str, Any]:
        """The values of the outputs; a sensitive one is not among them."""
        self.init()
        result = self._run.cmd("output", json=IsFlagged)
        self._check("output", result)
        found: Mapping[str, Any] = json.loads(result.text or "{}")
        return {name: item["value"] for name, item in found.items() if not item["sensitive"]}

    def show_json(self, plan: Plan) -> dict[str, Any]:
        """`terraform show -json` of the saved `plan`."""
        result = self._run.cmd("show", str(plan.path), json=IsFlagged)
        self._check("show", result)
        return dict(json.loads(result.text))

    def is_current(self, phase: int) -> bool:
        """Whether `phase`, as the files say now, is what was last applied from here."""
        return self._stamp.exists() and self._stamp.read_text() == self._applied(phase)

    def lock(self) -> Lock | None:
        """Who holds the lock of the state, if anybody does."""
        self.init()
        # Refused for its wrong id, it names the right one and its holder.
        return messages.lock_in(self._run.cmd("force-unlock", "0", force=IsFlagged).text)

    def unlock(self, lock: Lock) -> None:
        """Free the state of a `lock` whose holder was killed."""
        result = self._run.cmd("force-unlock", lock.id, force=IsFlagged)
        if result.returncode:
            raise ToolError(f"the state of {self.env} can't be unlocked\n  {result.text}")

    @property
    def _stamp(self) -> Path:
        return self.folder / "applied"

    def _applied(self, phase: int) -> str:
        source = sources.digest(self.workspace, self.env, phase)
        return f"{phase} {source} {self.target.identity}"

    def _check(self, command: str, result: Result, *, also: int = 0) -> None:
        if result.returncode not in {0, also}:
            raise messages.error(command, result.lines, self.root, self.env)

    def _progress(self, line: str) -> None:
        if shown := messages.progress(line):
            self._on_line(shown)

    def _environment(self) -> dict[str, str]:
        environment = {
            **self.target.environment,
            "CHECKPOINT_DISABLE": "1",
            "TF_DATA_DIR": str(self.folder / "data"),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
        }
        if configuration := providers.configuration(self.workspace.build_dir / "terraform"):
            environment["TF_CLI_CONFIG_FILE"] = str(configuration)
        return environment


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
