"""Whole processes, measured: how long one takes and how much memory it needs at most."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """The median of some runs: seconds on the clock, seconds of work, megabytes at the peak."""

    seconds: float
    worked: float
    megabytes: float


def measure(
    command: Sequence[object],
    *,
    runs: int,
    cwd: Path,
    before: Callable[[], object] = lambda: None,
    env: Mapping[str, str] | None = None,
) -> Measure:
    """Run `command` some times, `before` in front of each run, which is not counted.

    Work is that of the process and its children; memory that of the largest of them, and at
    least that of this one. Raises CalledProcessError where it fails.
    """
    found = []
    for _ in range(runs):
        before()
        found.append(_once([str(part) for part in command], cwd, {**os.environ, **(env or {})}))
    return Measure(
        median(item.seconds for item in found),
        median(item.worked for item in found),
        median(item.megabytes for item in found),
    )


def _once(command: list[str], cwd: Path, env: Mapping[str, str]) -> Measure:
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    errors = process.stderr.read() if process.stderr else b""
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=errors)
    return Measure(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
