"""How soon a change is in the browser: `python benchmarks/reloads.py [--runs N]` prints a table.

`mkdocs serve` in a copy of the workspace; a page's own long poll tells that the site was built
anew, and the page is read to see that the change is in it. The baseline is `mkdocs build` of the
same workspace, as a whole process.
"""

from __future__ import annotations

import argparse
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from measure import measure
from pictures import ROOT, copy_of_workspace, say

if TYPE_CHECKING:
    from collections.abc import Iterator

MKDOCS: Final = (sys.executable, "-m", "mkdocs")
POLL: Final = re.compile(r"livereload\((\d+), (\d+)\)")
LONG: Final = 90  # seconds: more is no answer
REST: Final = 0.5  # seconds between two changes, which would else be one


@dataclass(frozen=True)
class Change:
    """A change of `old` in a file to another text each time; it is seen in `page`."""

    what: str
    file: str
    old: str
    page: str

    def text(self, run: int) -> str:
        """What takes the place of `old`, or of what took it in the run before."""
        return f"{self.old}{run}" if run else self.old


CHANGES: Final = (
    Change("a page", "docs/network.md", "The network, part by part", "/network/"),
    Change("a diagram script", "diagrams/network.py", 'title="Network', "/network/"),
    Change("design.yaml", "design.yaml", "One evening last winter", "/"),
    Change("the Compose file", "docker-compose.yml", ":1.0.", "/application-flow/"),
    Change("a recorded plan", "facts/dev/phase-2.json", "db.t4g.small", "/phases/phase-2/"),
)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each change (default: 5)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        root = copy_of_workspace(Path(folder) / "workspace")
        shutil.copytree(ROOT / "build" / "pictures", root / "build" / "pictures")
        built = measure([*MKDOCS, "build", "--quiet"], runs=3, cwd=root)
        say("| what | s | slowest | ratio |\n|---|---:|---:|---:|")
        say(f"| mkdocs build, a process of its own | {built.seconds:.2f} |  |  |")
        with _served(root) as address:
            for change in CHANGES:
                found = [_seconds(root, address, change, run) for run in range(1, runs + 1)]
                ratio = f"{median(found) / built.seconds:.2f}"
                figures = f"{median(found):.2f} | {max(found):.2f} | {ratio}"
                say(f"| a change of {change.what}, until its page shows it | {figures} |")


@contextmanager
def _served(root: Path) -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{found.getsockname()[1]}"
    server = subprocess.Popen(
        [*MKDOCS, "serve", "--quiet", "--dev-addr", host], cwd=root, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(server, f"http://{host}")
        yield f"http://{host}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    while server.poll() is None:
        try:
            _read(address)
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    sys.exit("mkdocs serve has ended")


def _seconds(root: Path, address: str, change: Change, run: int) -> float:
    """From the change to its page with it."""
    time.sleep(REST)
    epoch, request = POLL.search(_read(address)).groups()  # type: ignore[union-attr]
    file = root / change.file
    before, after = change.text(run - 1), change.text(run)
    text = file.read_text()
    if before not in text:
        sys.exit(f"{change.file} has no '{before}' to change")
    start = time.perf_counter()
    file.write_text(text.replace(before, after, 1))
    _read(f"{address}/livereload/{epoch}/{request}")
    page = _read(address + change.page)
    took = time.perf_counter() - start
    shown = after.partition('"')[2] or after
    if shown.strip(":") not in page:
        sys.exit(f"{change.page} does not show '{shown}'")
    return took


def _read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=LONG) as answer:  # noqa: S310 - ours
        return str(answer.read().decode())


if __name__ == "__main__":
    main()
