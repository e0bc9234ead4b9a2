"""up, down, k8s: the application, in Compose and for Kubernetes."""

from __future__ import annotations

from typing import Annotated

import typer

from groundplan.cli.common import say, workspace

kubernetes = typer.Typer(
    help="Kubernetes from Compose.", no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command()(up)
    app.command()(down)
    app.add_typer(kubernetes, name="k8s")


def up(
    phase: Annotated[int, typer.Option(help="The phase to run.", min=1)] = 2,
) -> None:
    """Build and start the application in Docker Compose, and wait until it is healthy."""
    from groundplan import running  # noqa: PLC0415

    typer.echo(running.up(workspace(), phase, on_line=say))


def down() -> None:
    """Stop the application and leave nothing of it."""
    from groundplan import running  # noqa: PLC0415

    running.down(workspace(), on_line=say)


@kubernetes.command()
def render() -> None:
    """Write k8s/base from the Compose file."""
    from groundplan import kubernetes as manifests  # noqa: PLC0415

    here = workspace()
    written = manifests.write(here)
    for path in written:
        typer.echo(path.relative_to(here.root))
    for remark in manifests.read(here).remarks:
        say(f"note: {remark}")
    if not written:
        say("k8s/base is current")
