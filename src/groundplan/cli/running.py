"""up, observe, down: the application in Compose."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundplan.cli.common import Json, say, show, workspace

if TYPE_CHECKING:
    from groundplan.journey import Result
    from groundplan.running import Running
    from groundplan.workspace import Workspace

_WATCH = 20  # seconds, where the design tells no journey
Out = Annotated[
    Path | None,
    typer.Option("--out", file_okay=False, help="The folder to draw what was seen into."),
]
RunPhase = Annotated[
    int | None,
    typer.Option("--phase", help="The phase to run; left out: where the design stands.", min=1),
]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (up, observe, down):
        app.command()(command)


def up(phase: RunPhase = None, as_json: Json = False) -> None:
    """Start the application in Docker Compose, wait for its health, and walk a customer's way."""
    here = workspace()
    running = _start(here, phase)
    results = _walk(here, running)
    complete = _told(here, running, results, as_json=as_json)
    raise typer.Exit(int(not complete))


def observe(
    phase: RunPhase = None,
    seconds: Annotated[
        int | None,
        typer.Option(help="Watch for so long what you do, in place of the journey.", min=1),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write it to facts/observed.json.")
    ] = False,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """See who really talks to whom in Docker Compose, and hold it against the Compose file."""
    from groundplan import observing  # noqa: PLC0415
    from groundplan.observing import record as records  # noqa: PLC0415

    here = workspace()
    number = phase or here.design.current.number
    running = _start(here, number)
    journey = _Journey(here, running, seconds)
    start = time.monotonic()
    verdict = observing.observe(here, running, number, journey.take)
    say(f"observed in {time.monotonic() - start:.0f} s")
    observation = records.now(here, number, verdict)
    if record:
        say(f"recorded in {records.save(here, observation).relative_to(here.root)}")
    for path in observing.draw(here, number, verdict, out) if out else ():
        say(f"drawn in {path}")
    head = {"phase": number, "date": observation.date, "commit": observation.commit}
    if as_json:
        show({**head, **verdict.as_dict()})
    else:
        typer.echo(verdict.as_text())
    raise typer.Exit(int(journey.broken or not verdict.agrees))


def down() -> None:
    """Stop the application and leave nothing of it."""
    from groundplan import running  # noqa: PLC0415

    running.down(workspace(), on_line=say)


@dataclass
class _Journey:
    """What goes on while the application is watched: the customer's journey, or so many seconds."""

    here: Workspace
    running: Running
    seconds: int | None
    broken: bool = False

    def take(self) -> None:
        if self.seconds or not self.here.design.journey:
            say(f"watching {', '.join(self.running.addresses)}: use it now")
            time.sleep(self.seconds or _WATCH)
            return
        for item in _walk(self.here, self.running):
            if item.problem:
                self.broken = True
                say(f"the journey broke off: {item.step}: {item.problem}")


def _start(here: Workspace, phase: int | None) -> Running:
    from groundplan import running  # noqa: PLC0415

    start = time.monotonic()
    number = phase or here.design.current.number
    started = running.up(here, number, on_line=say)
    say(f"phase {number} is healthy after {time.monotonic() - start:.0f} s")
    return started


def _walk(here: Workspace, running: Running) -> tuple[Result, ...]:
    from groundplan import journey  # noqa: PLC0415

    if not here.design.journey or not running.addresses:
        return ()
    return journey.walk(here.design.journey, running.addresses[0])


def _told(here: Workspace, running: Running, results: tuple[Result, ...], *, as_json: bool) -> bool:
    from groundplan import journey  # noqa: PLC0415

    steps = here.design.journey
    complete = journey.complete(results, steps)
    if as_json:
        told = {"addresses": running.addresses, "journey": journey.as_dicts(results)}
        show({**told, "complete": complete})
        return complete
    if steps:
        typer.echo(journey.as_text(results, steps))
    else:
        say("design.yaml tells no journey, so nothing was tried")
    typer.echo("\n".join(running.addresses))
    return complete
