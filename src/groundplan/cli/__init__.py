"""The command line: parses, calls, prints; nothing else. Every import of ours is late."""

from __future__ import annotations

import sys
from typing import Final

import typer

from groundplan import __version__
from groundplan.cli import cloud, design, docs, infrastructure, kubernetes, pictures, running, site
from groundplan.errors import GroundplanError

BUG: Final = 70

app = typer.Typer(
    name="groundplan",
    help="Phased infrastructure design, drawn, documented and costed from the real Terraform plan.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (design, docs, infrastructure, pictures, running):
    part.register(app)
app.add_typer(cloud.app, name="cloud")
app.add_typer(kubernetes.app, name="k8s")
app.add_typer(site.app, name="site")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"groundplan {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False,
        "--version",
        help="Print the version.",
        callback=_version,
        is_eager=True,
    ),
) -> None:
    pass


def main() -> None:
    """Run the command line; the one place that turns errors into exit codes."""
    try:
        app()
    except GroundplanError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has enough
        sys.exit(0)
    except Exception:
        import traceback  # noqa: PLC0415 - of use only here

        traceback.print_exc()
        typer.echo(
            "\nThis is a bug in groundplan. Please report it with the lines above.",
            err=True,
        )
        sys.exit(BUG)
