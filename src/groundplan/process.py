"""The one way to run an outside tool: request in, outcome out, never a shell."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from groundplan.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_CLOUD_PREFIXES = ("AWS_", "AMAZON_", "TF_VAR_", "TF_TOKEN_", "GOOGLE_", "AZURE_", "ARM_")
_KEPT = ("AWS_CA_BUNDLE",)


@dataclass(frozen=True)
class Outcome:
    """What a finished tool left: its words, exit code, both streams and its time in seconds."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str
    seconds: float


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without the user's cloud credentials and settings, plus `extra`.

    Every tool that works on a local target gets this one, so nothing of the user's own accounts
    can leak into it.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or not name.startswith(_CLOUD_PREFIXES)
    }
    return {**kept, **(extra or {})}


def find(tool: str, *, install: str) -> str:
    """The path of `tool` on PATH. Raises ToolError with `install`, how to get it."""
    if path := shutil.which(tool):
        return path
    raise ToolError(f"{tool} is not installed", hint=install)


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    stdin: str | None = None,
    check: bool = True,
) -> Outcome:
    """Run `argv` to its end and return the outcome.

    Raises ToolError when the tool can't be started, takes longer than `timeout` seconds, or, with
    `check`, ends with another exit code than 0. On Ctrl-C the tool gets the interrupt too and is
    waited for, so that it can put its own house in order.
    """
    start = time.monotonic()
    try:
        child = subprocess.Popen(
            list(argv), cwd=cwd, env=None if env is None else dict(env), text=True,
            encoding="utf-8", errors="replace",
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            process_group=0,  # a terminal's Ctrl-C comes from us, once, and not from both
        )  # fmt: skip
    except OSError as error:
        raise ToolError(f"{argv[0]} can't be started: {error.strerror}") from None
    try:
        stdout, stderr = child.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        _signal(child, signal.SIGKILL)
        child.communicate()
        raise ToolError(f"{_name(argv)} took longer than {timeout:.0f} s") from None
    except KeyboardInterrupt:
        _signal(child, signal.SIGINT)
        child.communicate()
        raise
    outcome = Outcome(tuple(argv), child.returncode, stdout, stderr, time.monotonic() - start)
    if check and outcome.returncode:
        raise failed(outcome)
    return outcome


def stream(
    argv: Sequence[str],
    *,
    on_line: Callable[[str], object],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run `argv`, which takes its time, and hand over each line as it is said, on either stream.

    The outcome has all that was said under `stdout`; whether it failed is for the caller to see.
    Raises ToolError when the tool can't be started. An interrupt (Ctrl-C, or one that `on_line`
    raises) is passed on once, to the tool alone: a second one would make some tools, `docker
    compose` among them, drop everything where it stands.
    """
    start, said = time.monotonic(), []
    try:
        child = subprocess.Popen(
            list(argv), cwd=cwd, env=None if env is None else dict(env), text=True,
            encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0,
        )  # fmt: skip
    except OSError as error:
        raise ToolError(f"{argv[0]} can't be started: {error.strerror}") from None
    with child:
        try:
            for line in child.stdout or ():
                said.append(line)
                on_line(line.rstrip("\n"))
        except BaseException:
            child.send_signal(signal.SIGINT)
            child.communicate()
            raise
    return Outcome(tuple(argv), child.returncode, "".join(said), "", time.monotonic() - start)


@contextmanager
def background(argv: Sequence[str]) -> Iterator[SimpleQueue[str | None]]:
    """`argv` while the block runs; then it is ended. Raises ToolError when it can't be started.

    What it says, on either stream, is queued line by line; None once it has ended.
    """
    try:
        child = subprocess.Popen(
            list(argv), text=True, encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0,
        )  # fmt: skip
    except OSError as error:
        raise ToolError(f"{argv[0]} can't be started: {error.strerror}") from None
    said: SimpleQueue[str | None] = SimpleQueue()

    def listen() -> None:  # all the time, as a tool waits whose words nobody takes
        for line in child.stdout or ():
            said.put(line.rstrip("\n"))
        said.put(None)

    listener = threading.Thread(target=listen, name=f"listening to {_name(argv)}")
    with child:
        listener.start()
        try:
            yield said
        finally:
            _signal(child, signal.SIGTERM)
            listener.join()


def _signal(child: subprocess.Popen[str], number: int) -> None:
    """Send a signal to a tool and to whatever it started, which may hold its pipes."""
    if child.poll() is None:
        os.killpg(child.pid, number)


def failed(outcome: Outcome) -> ToolError:
    """The error for a tool that failed: what was run, its exit code and what it said."""
    said = (outcome.stderr.strip() or outcome.stdout.strip() or "it said nothing").replace(
        "\n", "\n  "
    )
    return ToolError(f"{_name(outcome.argv)} failed (exit code {outcome.returncode})\n  {said}")


def _name(argv: Sequence[str]) -> str:
    return " ".join([argv[0].rsplit("/", 1)[-1], *argv[1:3]])
