"""How long policy takes: `python benchmarks/policy.py [--runs N]` prints a Markdown table.

The same scan by `groundplan policy`'s code in a process of its own, and by checkov's command: of
the Terraform files of dev, and of a plan. Whole processes in one run, so that the ratios hold
whatever the machine is at.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measure import Measure, measure
from mutations import copy

from groundplan import recording
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

PHASE: Final = 2
FILES: Final = (
    "from pathlib import Path; from groundplan import policy;"
    "from groundplan.workspace import Workspace;"
    f"policy.run(Workspace(Path.cwd()), 'dev', {PHASE})"
)
PLAN: Final = "import sys; from groundplan import policy; policy.run_plan(policy.Path(sys.argv[1]))"
CHECKOV: Final = (
    "from checkov.main import Checkov; import sys; Checkov(sys.argv[1:]).run()",
    "--skip-download", "--quiet", "--compact", "--soft-fail",
)  # fmt: skip
Row = tuple[str, Measure, Measure | None]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each process (default: 3)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        rows = [*_rows(copy(Path(folder)), runs)]
    print("| what | s | of work | MB | ratio |\n|---|---:|---:|---:|---:|")
    for name, found, base in rows:
        ratio = f"{found.seconds / base.seconds:.2g}" if base else ""
        figures = f"{found.seconds:.2f} | {found.worked:.2f} | {found.megabytes:.0f}"
        print(f"| {name} | {figures} | {ratio} |")


def _rows(root: Path, runs: int) -> Iterator[Row]:
    env = root / "terraform" / "envs" / "dev"
    kept = root / "build" / "policy"
    forget = partial(shutil.rmtree, kept, ignore_errors=True)
    checkov = partial(measure, runs=runs, cwd=root)
    variables = env / f"phase-{PHASE}.tfvars"
    theirs = checkov(
        [sys.executable, "-c", *CHECKOV, "--framework", "terraform",
         "--directory", env, "--var-file", variables]
    )  # fmt: skip
    yield "files of dev: the checkov command", theirs, None
    ours = measure([sys.executable, "-c", FILES], runs=runs, cwd=root, before=forget)
    yield "files of dev: policy, with our own policies, ratio to the line above", ours, theirs
    same = measure([sys.executable, "-c", FILES], runs=runs, cwd=root)
    yield "files of dev: policy, with nothing changed, ratio to checkov", same, theirs
    [plan] = recording.planned(Workspace(root), [("dev", PHASE)])
    theirs = checkov([sys.executable, "-c", *CHECKOV, "--framework", "terraform_plan", "-f", plan])
    yield "plan of dev: the checkov command", theirs, None
    ours = measure([sys.executable, "-c", PLAN, plan], runs=runs, cwd=root)
    yield "plan of dev: policy, ratio to the line above", ours, theirs


if __name__ == "__main__":
    main()
