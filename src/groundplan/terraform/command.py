"""One run of the terraform binary: in a process group of its own, its output on disk and seen.

Output goes to a file that is followed, not to a pipe: a Terraform that writes into the pipe of a
killed parent dies on the spot and loses what it was just creating; one that writes to a file goes
on to its end, saves the state and frees the lock.
"""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import python_terraform

from groundplan.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import FrameType

_LOOK_EVERY = 0.05
_SENSITIVE = frozenset({"output", "show"})
"""Commands that print what is sensitive: none of it stays on disk."""


@dataclass(frozen=True)
class Result:
    """What a finished Terraform left: its exit code and the lines of both its streams."""

    returncode: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All it said."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Surroundings:
    """What every command of one Terraform has in common.

    `env`: its whole environment; `logs`: the folder that its output goes to, a file a command;
    `on_line`: called with each line of it; `stop`: set by who wants the command to end; `held`:
    file handles that it inherits.
    """

    env: Mapping[str, str]
    logs: Path
    on_line: Callable[[str], None] = field(default=lambda _line: None)
    stop: threading.Event = field(default_factory=threading.Event)
    held: tuple[int, ...] = ()


class Commands(python_terraform.Terraform):  # type: ignore[misc] # the library is untyped
    """python-terraform for the command lines, with every command run by `run` below.

    What is inherited would run any misspelt attribute as a command, hand on the user's whole
    environment, and read a state file of this folder, which is not where the state is.
    """

    def __init__(self, binary: Path, folder: Path, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        super().__init__(working_dir=str(folder), terraform_bin_path=str(binary))

    def __getattr__(self, item: str) -> Any:
        raise AttributeError(item)

    def read_state_file(self, file_path: str | None = None) -> None:
        """The state is read by Terraform alone."""

    def cmd(self, cmd: str, *args: str, **kwargs: Any) -> Result:
        """Run `cmd`; options as python-terraform has them."""
        argv = self.generate_cmd_string(cmd, *args, **{**kwargs, "var": None})
        return run(argv, self.working_dir, self.surroundings)


def run(argv: list[str], folder: str, surroundings: Surroundings) -> Result:
    """Run `argv` in `folder` to its end.

    On Ctrl-C, SIGTERM or `surroundings.stop`, Terraform is interrupted once and waited for, so
    that it can end what it is doing, save the state and free the lock; then KeyboardInterrupt is
    raised. Raises ToolError where it can't be started.
    """
    log = surroundings.logs / f"{argv[1]}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    log.touch(0o600)
    with log.open("wb") as output, log.open(encoding="utf-8", errors="replace") as followed:
        if argv[1] in _SENSITIVE:
            log.unlink()  # the open file is still written and read, and gone once both are closed
        try:
            child = subprocess.Popen(
                argv, cwd=folder, env=dict(surroundings.env), pass_fds=surroundings.held,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                process_group=0,
            )  # fmt: skip
        except OSError as error:
            raise ToolError(f"{argv[0]} can't be started: {error.strerror}") from None
        lines: list[str] = []
        interrupted = _follow(child, followed, lines, surroundings)
    if interrupted:
        raise KeyboardInterrupt(f"terraform {argv[1]} was interrupted, and ended in good order")
    return Result(child.returncode, tuple(lines))


def _follow(
    child: subprocess.Popen[bytes],
    followed: Any,
    lines: list[str],
    surroundings: Surroundings,
) -> bool:
    """Collect the lines until the child has ended; True when it was interrupted."""
    interrupted = False
    with _terminable():
        while True:
            try:
                ended = child.poll() is not None
                for line in _new_lines(followed, whole=not ended):
                    lines.append(line)
                    surroundings.on_line(line)
                if ended:
                    return interrupted
                if surroundings.stop.is_set() and not interrupted:
                    raise KeyboardInterrupt
                time.sleep(_LOOK_EVERY)
            except KeyboardInterrupt:
                # Only once: a second interrupt would make Terraform drop its state and run.
                if not interrupted:
                    interrupted = True
                    child.send_signal(signal.SIGINT)


def _new_lines(followed: Any, *, whole: bool) -> Iterator[str]:
    """What was written since; with `whole`, a line that is still being written is left."""
    while True:
        start = followed.tell()
        line = followed.readline()
        if not line or (whole and not line.endswith("\n")):
            followed.seek(start)
            return
        yield line.rstrip("\n")


@contextmanager
def _terminable() -> Iterator[None]:
    """Inside, SIGTERM is taken as Ctrl-C; only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
