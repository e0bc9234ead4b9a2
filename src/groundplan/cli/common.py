"""What the commands share: options, the workspace, and how results and progress are printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundplan.errors import visible

if TYPE_CHECKING:
    from groundplan.workspace import Workspace

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
OnePhase = Annotated[int, typer.Option("--phase", help="The phase.", min=1)]
Out = Annotated[Path | None, typer.Option("--out", file_okay=False, help="The folder to write to.")]
AnyPhase = Annotated[int | None, typer.Option("--phase", help="Only this phase.", min=1)]


def workspace() -> Workspace:
    """The workspace at or above the current folder."""
    from groundplan.workspace import Workspace  # noqa: PLC0415

    return Workspace.find()


def short(path: Path) -> str:
    """`path` from the current folder where it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def say(line: str) -> None:
    """Progress: to standard error, so that results can be piped."""
    typer.echo(visible(line), err=True)


def ask(question: str) -> None:
    """Ask before something is done. Raises RefusedError where the answer is no, or none."""
    from groundplan.errors import RefusedError  # noqa: PLC0415

    try:
        agreed = typer.confirm(question, default=False)
    except typer.Abort:
        agreed = False
    if not agreed:
        raise RefusedError("not agreed to; nothing was done", hint="--yes does it without asking")


def show(result: Any) -> None:
    """A result as JSON."""
    typer.echo(json.dumps(result, indent=2, ensure_ascii=False, default=str))
