"""What SIGKILL leaves: `python benchmarks/kills.py [--kills 20] [--seed 1] [--env dev --phase 2]`.

An apply on the embedded AWS is killed at a random moment: groundplan itself, Terraform alone, or
both with the provider that Terraform started. Then the documented way: `groundplan unlock`, and the
same apply again. A Markdown table tells, for each kill, what stood by then, what the next run took
in, and whether everything is there once and nothing twice. Exit code 1 where that is not so.

Without `--env`, in a small environment of the reference engagement's network and repositories.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan import terraform
from groundplan.terraform import recovery, targets
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).resolve().parents[1]
VICTIMS: Final = ("groundplan", "terraform", "both")
GROUNDPLAN: Final = Path(sys.executable).with_name("groundplan")
ORPHAN: Final = 300  # seconds that a Terraform whose parent was killed may go on
SMALL: Final = """
module "network" {
  source = "../../modules/network"

  name   = "kills"
  region = var.region
  cidr   = var.cidr
  zones  = var.zones
  nat    = var.nat
}

module "ecr" {
  source = "../../modules/ecr"

  name         = "kills"
  repositories = var.applications
  force_delete = true
}
"""
APPLY: Final = """
import sys
from pathlib import Path
from groundplan import terraform
from groundplan.workspace import Workspace

def say(line):
    print(line, flush=True)

with terraform.opened(Workspace(Path(sys.argv[1])), sys.argv[2], on_line=say) as driver:
    plan = driver.plan(int(sys.argv[3]))
    print("planned", flush=True)
    driver.apply(plan, terraform.Permit(plan.digest))
"""


@dataclass(frozen=True)
class Killed:
    """What came of one kill.

    `lines`: of Terraform's log by then; `made`, `saved`: how many resources log and state knew
    of; `taken_in`: by the next run; `open`: of which it could not say whether they stand. `wrong`:
    what is amiss afterwards.
    """

    victim: str
    lines: int
    made: int
    saved: int
    locked: bool
    taken_in: int
    open: int
    wrong: str


def main() -> int:
    """Kill, look, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--env", help="of the reference engagement, instead of a small one")
    parser.add_argument("--phase", type=int, default=2)
    chosen = parser.parse_args()
    os.environ["GROUNDPLAN_CLOUD_PORT"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), chosen.env, chosen.phase)
        whole, lines = trial.undisturbed()
        say(f"undisturbed: {sum(whole.values())} resources, {lines} lines of log\n")
        say("| killed | after lines | made | in the state | lock left | taken in | open | then |")
        say("|---|---:|---:|---:|---|---:|---:|---|")
        rolls = random.Random(chosen.seed)  # noqa: S311 - it is to be the same again
        wrong = 0
        for number in range(chosen.kills):
            one = trial.kill(VICTIMS[number % 3], rolls.randrange(1, lines), whole)
            wrong += bool(one.wrong)
            say(_row(one))
    say(f"\n{chosen.kills} kills, {chosen.kills - wrong} converged")
    return int(bool(wrong))


class Trial:
    """Applies of `phase` of `env` (default: of a small one), each in a cloud of its own."""

    def __init__(self, root: Path, env: str | None, phase: int) -> None:
        self.root, self.env, self.phase = root, env or "dev", phase
        for name in ("design.yaml", "docker-compose.yml"):
            shutil.copy(ROOT / name, root)
        ignored = shutil.ignore_patterns(".terraform")
        shutil.copytree(ROOT / "terraform", root / "terraform", ignore=ignored)
        if env is None:
            folder = root / "terraform" / "envs" / self.env
            (folder / "main.tf").write_text(SMALL)
            (folder / "outputs.tf").unlink()

    def undisturbed(self) -> tuple[Counter[str], int]:
        """What stands after an apply to its end, counted by type, and how many lines it logged."""
        self._afresh()
        with self._applying() as child:
            if child.wait():
                raise SystemExit("the undisturbed apply failed")
        with terraform.opened(self._workspace(), self.env) as driver:
            return Counter(_types(driver.state())), len(driver.said("apply"))

    def kill(self, victim: str, lines: int, whole: Mapping[str, int]) -> Killed:
        """Kill `victim` once an apply has logged that many lines, and go on as a user would.

        By what it has done and not by the clock, so that a busy machine has the same moments.
        """
        self._afresh()
        log = self.root / "build" / "terraform" / self.env / "local" / "logs" / "apply.log"
        with self._applying() as child:
            while child.poll() is None and not _has(log, lines):
                time.sleep(0.02)
            _kill(child, victim)
        said: list[str] = []
        with terraform.opened(self._workspace(), self.env, on_line=said.append) as driver:
            if victim == "groundplan":
                _wait_for_orphan(driver)
            found = recovery.read(driver.said("apply"))
            saved = len(recovery.ids(driver.state()))
            locked = driver.lock() is not None
            if locked:
                self._unlock()
            wrong = "" if driver.lock() is None else "still locked"
            plan = driver.plan(self.phase)
            driver.apply(plan, terraform.Permit(plan.digest))
            wrong = wrong or self._amiss(driver, whole)
        taken, open_ = (sum(word in line for line in said) for word in ("taken in (", "may stand"))
        return Killed(victim, lines, len(found.made), saved, locked, taken, open_, wrong)

    def _amiss(self, driver: terraform.Terraform, whole: Mapping[str, int]) -> str:
        if not driver.plan(self.phase).empty:
            return "there is still something to do"
        if (state := Counter(_types(driver.state()))) != whole:
            return f"in the state: {state - Counter(whole)} more, {Counter(whole) - state} less"
        ids = set(recovery.ids(driver.state()).values())
        more = sorted(set(_standing(driver)) - ids)
        return f"stands beside the state: {', '.join(more)}" if more else ""

    def _afresh(self) -> None:
        cloud = terraform.cloud(self._workspace())
        cloud.down()
        shutil.rmtree(self.root / "build", ignore_errors=True)
        terraform.cloud(self._workspace()).up()

    def _applying(self) -> subprocess.Popen[str]:
        """A process that has planned and applies now."""
        child = subprocess.Popen(
            [sys.executable, "-c", APPLY, str(self.root), self.env, str(self.phase)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        before = []
        for line in child.stdout or ():
            if line == "planned\n":
                return child
            before.append(line)
        raise SystemExit(f"the plan failed:\n{''.join(before)}")

    def _unlock(self) -> None:
        command = [GROUNDPLAN, "unlock", self.env, "--yes"]
        subprocess.run(command, cwd=self.root, check=True, capture_output=True)

    def _workspace(self) -> Workspace:
        return Workspace(self.root)


def _has(log: Path, lines: int) -> bool:
    return log.exists() and log.read_bytes().count(b"\n") >= lines


def _kill(child: subprocess.Popen[str], victim: str) -> None:
    below = _children(child.pid)
    group = [*below, *(pid for parent in below for pid in _children(parent))]
    chosen = {"groundplan": [child.pid], "terraform": below, "both": [child.pid, *group]}[victim]
    for pid in chosen:
        os.kill(pid, signal.SIGKILL)
    child.communicate()


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = path.read_text().rpartition(") ")
        except OSError:
            continue  # it has ended meanwhile
        if int(rest.split()[1]) == parent:
            found.append(int(path.parent.name))
    return found


def _wait_for_orphan(driver: terraform.Terraform) -> None:
    deadline = time.monotonic() + ORPHAN
    while driver.lock() and time.monotonic() < deadline:
        time.sleep(1)


def _types(state: Mapping[str, object]) -> list[str]:
    return [address.rsplit(".", 2)[-2] for address in recovery.ids(state)]


def _standing(driver: terraform.Terraform) -> list[str]:
    """The ids of all that EC2 gives tags to, and the names of repositories and log groups."""
    ec2, ecr, logs = (targets.client(driver.target, name) for name in ("ec2", "ecr", "logs"))
    pages = ec2.get_paginator("describe_tags").paginate()
    tagged = {tag["ResourceId"] for page in pages for tag in page["Tags"]}
    # A deleted NAT gateway is told of for a while.
    gone = [{"Name": "state", "Values": ["deleted"]}]
    deleted = ec2.describe_nat_gateways(Filters=gone)["NatGateways"]
    return [
        *(tagged - {item["NatGatewayId"] for item in deleted}),
        *(item["repositoryName"] for item in ecr.describe_repositories()["repositories"]),
        *(item["logGroupName"] for item in logs.describe_log_groups()["logGroups"]),
    ]


def _row(one: Killed) -> str:
    locked, then = ("yes" if one.locked else "no"), one.wrong or "converged"
    counts = f"{one.made} | {one.saved} | {locked} | {one.taken_in} | {one.open}"
    return f"| {one.victim} | {one.lines} | {counts} | {then} |"


def say(line: str) -> None:
    """Print it at once: this takes minutes."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
