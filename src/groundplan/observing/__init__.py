"""Who really talks to whom: the running containers' connections, held against the Compose file.

Linux remembers a TCP connection for a minute after it has ended, in the network namespace of the
end that closed it. So the tables of all containers, read at least once in that time, show every
connection that ended in order, were it open for a millisecond; the kernel's own count of them
tells how many are missing. What this can't see: datagrams (UDP), and with whom a connection was
that was reset at once.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from groundplan import compose
from groundplan.errors import InputError
from groundplan.files import write_if_changed
from groundplan.observing.calls import seen
from groundplan.observing.containers import Engine
from groundplan.observing.tables import LASTS
from groundplan.observing.verdict import Line, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from groundplan.compose import Application
    from groundplan.observing.containers import Container
    from groundplan.observing.tables import Table
    from groundplan.running import Running
    from groundplan.workspace import Workspace

__all__ = ["Line", "Verdict", "draw", "observe", "watch"]
_EVERY: Final = LASTS / 4


def observe(
    workspace: Workspace, running: Running, phase: int, during: Callable[[], object]
) -> Verdict:
    """What the containers of the `running` application do while `during` is called.

    It is held against what the Compose file tells in `phase`. Raises InputError where nothing of
    the application runs, ToolError where a container's connections can't be read.
    """
    design = workspace.design
    application = compose.load(
        workspace.compose_file,
        profiles=design.phase(phase).profiles,
        environ=design.variables(phase),
        strict=False,
    )
    engine = Engine(running.docker, running.env)
    containers, readings = watch(engine, running.project, during)
    blind = sorted({item.service for item in containers if not item.watched})
    return judge(
        application,
        seen(containers, readings),
        unwatched=blind,
        stopped=_stopped(application, containers),
    )


def draw(workspace: Workspace, phase: int, verdict: Verdict, out: Path) -> tuple[Path, ...]:
    """The flow of `phase` with what was seen of it: `observed.svg` and `observed.png`, in `out`."""
    from groundplan.canvas import render  # noqa: PLC0415 - what draws takes time to import
    from groundplan.views.flow import flow, observed  # noqa: PLC0415

    picture = render.draw(observed(flow(workspace.application(phase), phase=phase), verdict))
    write_if_changed(out / "observed.svg", picture)
    write_if_changed(out / "observed.png", render.png(picture))
    return (out / "observed.svg", out / "observed.png")


def watch(
    engine: Engine, project: str, during: Callable[[], object]
) -> tuple[tuple[Container, ...], list[dict[str, Table]]]:
    """The project's containers, and their tables before, while and after `during` is called."""
    containers = engine.containers(project)
    if not containers:
        raise InputError(f"nothing of {project} is running", hint="start it: groundplan up")
    readings = [engine.tables(containers)]
    over = threading.Event()

    def look() -> None:
        while not over.wait(_EVERY):
            readings.append(engine.tables(containers))

    looker = threading.Thread(target=look, name="observing")
    looker.start()
    try:
        during()
    finally:
        over.set()
        looker.join()
    readings.append(engine.tables(containers))
    return containers, readings


def _stopped(application: Application, containers: tuple[Container, ...]) -> str:
    running = {item.service for item in containers}
    names = [item.name for item in application.services if item.name not in running]
    return f"not running: {', '.join(names)}" if names else ""
