"""cloud up, status, reset, down: the embedded AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from groundplan.cli.common import Json, show, workspace

if TYPE_CHECKING:
    from groundplan.localcloud import Cloud

app = typer.Typer(help="The embedded AWS.", no_args_is_help=True, rich_markup_mode=None)


def _cloud() -> Cloud:
    from groundplan import terraform  # noqa: PLC0415

    return terraform.cloud(workspace())


@app.command()
def up() -> None:
    """Start it, and leave it running."""
    typer.echo(f"the embedded AWS answers at {_cloud().up().url}")


@app.command()
def status(as_json: Json = False) -> None:
    """Whether and where it runs; exit code 1 when it does not."""
    endpoint = _cloud().status()
    if as_json:
        show({"running": endpoint is not None, "url": endpoint.url if endpoint else None})
    else:
        typer.echo(f"running at {endpoint.url}" if endpoint else "not running")
    raise typer.Exit(int(endpoint is None))


@app.command()
def reset() -> None:
    """Forget everything in it."""
    _cloud().reset()
    typer.echo("the embedded AWS is empty")


@app.command()
def down() -> None:
    """Stop it; what is in it stays for the next time."""
    typer.echo("stopped" if _cloud().down() else "it was not running")
