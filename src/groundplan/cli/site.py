"""site build, site serve: the client site."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import Annotated

import typer

from groundplan.cli.common import workspace

app = typer.Typer(help="The client site.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def build(
    out: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help="The folder; default: site/.")
    ] = None,
) -> None:
    """Build the site."""
    from groundplan import site  # noqa: PLC0415

    here = workspace()
    folder = out or here.root / "site"
    site.build(here, folder)
    typer.echo(f"the site is in {folder}; 'groundplan site serve' shows it")


@app.command()
def serve(
    address: Annotated[
        str, typer.Option(help="Where to listen; on this machine only.")
    ] = "127.0.0.1:8000",
) -> None:
    """Serve the site on this machine; a change shows within a second."""
    from groundplan import site  # noqa: PLC0415

    site.serve(workspace(), address)
