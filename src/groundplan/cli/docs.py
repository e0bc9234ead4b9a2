"""docs: the reference of Terraform modules in their README."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundplan.cli.common import Json, short, show, workspace

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[DIR]...", help="Terraform modules (default: the workspace's)."),
]


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(docs)


def docs(
    folders: Folders = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 if one is stale.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the reference of Terraform modules into their README.md, as terraform-docs does."""
    from groundplan import reference  # noqa: PLC0415

    modules = folders or _modules()
    act = reference.stale if check else reference.write
    found = {folder / reference.README: act(folder) for folder in modules}
    word = "stale" if check else "written"
    if as_json:
        show([{"file": str(file), word: it} for file, it in found.items()])
    else:
        for file, it in found.items():
            typer.echo(f"{short(file)}: {word if it else 'current'}")
    raise typer.Exit(int(check and any(found.values())))


def _modules() -> list[Path]:
    from groundplan import reference  # noqa: PLC0415
    from groundplan.errors import InputError  # noqa: PLC0415

    terraform = workspace().root / "terraform"
    if found := reference.documented(terraform):
        return found
    raise InputError("there are no modules here", file=terraform / "modules")
