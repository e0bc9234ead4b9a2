"""Terraform for one environment on one target: plan, apply what was planned, and ask."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from python_terraform import IsFlagged

from groundplan.errors import ToolError
from groundplan.files import write_if_changed
from groundplan.terraform import messages, plans, providers, recovery, resuming, sources
from groundplan.terraform.command import Commands, Result, Surroundings
from groundplan.terraform.plans import Permit, Plan

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from groundplan.terraform.messages import Lock
    from groundplan.terraform.targets import Target
    from groundplan.workspace import Workspace

_CHANGES: Final = 2
"""Exit code of a plan that has changes."""


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
        self.say = on_line
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
        """Plan `phase` (or the destruction of what it made) and save the plan.

        What an apply left that was killed is taken into the state first.
        """
        self.workspace.variables_file(self.env, phase)
        self.init()
        if killed := recovery.unfinished(self.folder):
            resuming.take_in(self, killed)
            recovery.end(self.folder)
        return self.plan_only(phase, destroy=destroy, refresh=refresh, lock=lock)

    def plan_only(
        self, phase: int, *, destroy: bool = False, refresh: bool = True, lock: bool = True
    ) -> Plan:
        """The same from the state as it is."""
        variables = str(self.workspace.variables_file(self.env, phase))
        path = self._plan_file(phase, destroy=destroy)
        source = sources.digest(self.workspace, self.env, phase)
        path.unlink(missing_ok=True)
        result = self._run.plan(
            json=IsFlagged, no_color=None, var_file=variables, out=str(path),
            refresh=refresh, lock=lock, destroy=IsFlagged if destroy else None,
        )  # fmt: skip
        self._check("plan", result, also=_CHANGES)
        path.chmod(0o600)
        made = Plan(
            env=self.env, target=self.target.name, phase=phase, destroy=destroy, path=path,
            digest=plans.digest(path), source=source,
            changes=messages.changes(result.lines),
            empty=result.returncode == 0,
        )  # fmt: skip
        plans.keep(made)
        return made

    def saved(self, phase: int) -> Plan:
        """The plan of `phase` that was saved last; what it does is what Terraform reads in it.

        Raises RefusedError where there is none, or its file is another by now.
        """
        kept = plans.saved(self._plan_file(phase), self.env, phase)
        plans.check_file(kept)
        shown = self.show_json(kept)
        changes = messages.shown_changes(shown)
        return replace(kept, changes=changes, empty=shown.get("applyable") is False)

    def apply(self, plan: Plan, permit: Permit | None = None) -> None:
        """Do exactly what `plan` says, which policy has to permit unless it destroys.

        Raises RefusedError where its file or the Terraform files are others by now, or where the
        `permit` is missing or for another plan.
        """
        plans.check(plan, sources.digest(self.workspace, self.env, plan.phase), permit)
        self._stamp.unlink(missing_ok=True)
        recovery.begin(self.folder, plan.phase)
        try:
            result = self._run.apply(str(plan.path), json=IsFlagged, no_color=None, input=False)
        except KeyboardInterrupt:
            recovery.end(self.folder)  # it was interrupted, and has saved its state
            raise
        if result.returncode < 0:
            raise self._killed()
        recovery.end(self.folder)
        self._check("apply", result)
        plans.forget(plan)
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

    def state(self) -> dict[str, Any]:
        """`terraform show -json` of the state; without `values` where nothing was applied."""
        self.init()
        result = self._run.cmd("show", json=IsFlagged)
        self._check("show", result)
        return dict(json.loads(result.text))

    def applied_phase(self) -> int | None:
        """The phase that was last applied from here, None where that is not known."""
        text = self._stamp.read_text() if self._stamp.exists() else ""
        return int(text.split()[0]) if text else None

    def is_current(self, phase: int) -> bool:
        """Whether `phase`, as the files say now, is what was last applied from here."""
        return self._stamp.exists() and self._stamp.read_text() == self._applied(phase)

    def said(self, command: str) -> tuple[str, ...]:
        """The lines that the last `command` of Terraform's said; none where there was none."""
        log = self._run.surroundings.logs / f"{command}.log"
        return tuple(log.read_text(errors="replace").splitlines()) if log.exists() else ()

    def take_in(self, address: str, id_: str, phase: int) -> bool:
        """Import what stands as `id_` into the state, as `phase` has it; False where it can't be.

        Raises RefusedError where the state is locked.
        """
        variables = str(self.workspace.variables_file(self.env, phase))
        result = self._run.cmd(
            "import", address, id_, var_file=variables, no_color=IsFlagged, input=False
        )
        if lock := messages.lock_in(result.text):
            raise messages.locked(lock, self.env)
        return result.returncode == 0

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

    def _killed(self) -> ToolError:
        return ToolError(
            f"terraform was killed while it applied {self.env}; its lock may be left",
            hint=f"groundplan unlock {self.env}, then the same command again:"
            " it takes in what was made and goes on",
        )

    def _plan_file(self, phase: int, *, destroy: bool = False) -> Path:
        return self.folder / f"phase-{phase}{'.destroy' if destroy else ''}.tfplan"

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
            self.say(shown)

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
