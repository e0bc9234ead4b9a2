"""How long running takes: `python benchmarks/running.py [--runs N]` prints a Markdown table.

The reference engagement in Docker Compose, its images built before, as a project of its own beside
whatever runs here; its manifests; and those of a Compose file of 300 services.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measure import Measure, measure
from pictures import GROUNDPLAN, ROOT, say

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT: Final = "groundplan-benchmark"
PHASES: Final = (2, 3, 4)
SERVICES: Final = 300
Row = tuple[str, Measure]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each process (default: 3)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workspace"
        leave = shutil.ignore_patterns(".*", "build", "site", "tests", "benchmarks", "src")
        shutil.copytree(ROOT, copy, ignore=leave, symlinks=True)
        rows = [*_manifests(copy, runs), *(_running(copy, runs) if _has_docker() else ())]
    say("| what | s |\n|---|---:|")
    for name, found in rows:
        say(f"| {name} | {found.seconds:.1f} |")


def _manifests(copy: Path, runs: int) -> Iterator[Row]:
    empty = partial(shutil.rmtree, copy / "k8s", ignore_errors=True)
    take = partial(measure, runs=runs, cwd=copy)
    yield "groundplan k8s render, nothing rendered yet", take(
        [GROUNDPLAN, "k8s", "render"], before=empty
    )  # fmt: skip
    yield "the same with nothing changed", take([GROUNDPLAN, "k8s", "render"])
    if shutil.which("kubectl"):
        yield "groundplan k8s validate, three overlays", take([GROUNDPLAN, "k8s", "validate"])
    (copy / "large.yml").write_text(_services(SERVICES))
    large = [GROUNDPLAN, "k8s", "render", "--compose", copy / "large.yml", "--out", copy / "large"]
    yield f"groundplan k8s render --compose, {SERVICES} services", take(
        large, before=partial(shutil.rmtree, copy / "large", ignore_errors=True)
    )  # fmt: skip


def _running(copy: Path, runs: int) -> Iterator[Row]:
    env = {"COMPOSE_PROJECT_NAME": PROJECT, "STOREFRONT_PORT": str(_free_port())}
    down = partial(measure, [GROUNDPLAN, "down"], runs=1, cwd=copy, env=env)
    take = partial(measure, cwd=copy, env=env)
    try:
        for phase in PHASES:
            words = ["--phase", phase]
            take([GROUNDPLAN, "up", *words], runs=1)  # what is not built yet is built
            yield f"groundplan up, phase {phase}, from nothing: start, health and journey", take(
                [GROUNDPLAN, "up", *words], runs=runs, before=down
            )  # fmt: skip
            observed = take([GROUNDPLAN, "observe", *words], runs=runs)
            yield f"groundplan observe, phase {phase}, while it runs", observed
        yield f"groundplan down, phase {PHASES[-1]}", down()
    finally:
        down()


def _services(count: int) -> str:
    """A Compose file of so many services, each of which calls the next."""
    lines = (
        f"  s{number}: {{image: example/s{number}, ports: ['{8000 + number}:80'],"
        f" environment: {{NEXT: 'http://s{(number + 1) % count}:80'}}}}\n"
        for number in range(count)
    )
    return "services:\n" + "".join(lines)


def _has_docker() -> bool:
    docker = shutil.which("docker")
    if docker and not subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        return True
    say("There is no Docker here, so nothing is run.\n")
    return False


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


if __name__ == "__main__":
    main()
