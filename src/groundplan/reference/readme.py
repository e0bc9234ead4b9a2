"""A module's README.md: the reference between two marks, the prose around it kept."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

from groundplan import process
from groundplan.errors import InputError, ToolError
from groundplan.files import read_text, write_if_changed
from groundplan.reference.module import files, read
from groundplan.reference.table import render

if TYPE_CHECKING:
    from pathlib import Path

README: Final = "README.md"
BEGIN: Final = "<!-- BEGIN_TF_DOCS -->"
END: Final = "<!-- END_TF_DOCS -->"

# Before it, tables looked different: a README would change with whoever wrote it last.
_OLDEST: Final = (0, 22)


def documented(terraform: Path) -> list[Path]:
    """The folders below `terraform` whose README has a reference: modules, and the state's root."""
    folders = [*sorted((terraform / "modules").glob("*")), terraform / "state"]
    return [folder for folder in folders if folder.is_dir() and files(folder)]


def stale(folder: Path) -> bool:
    """Whether the README of the module in `folder` is not what its files say. Runs nothing.

    Raises InputError for what is no Terraform module.
    """
    readme = folder / README
    written = expected(folder)
    return not readme.is_file() or read_text(readme) != written


def expected(folder: Path) -> str:
    """What the README of the module in `folder` has to hold, its own prose kept.

    Raises InputError for what is no module, for marks that don't match, and where a configuration
    of terraform-docs asks for more than we know.
    """
    _must_be_module(folder)
    if configuration := _configuration(folder):
        raise InputError(
            "this asks for what only terraform-docs itself can do",
            hint="install terraform-docs, or remove the file",
            file=configuration,
        )
    readme = folder / README
    return injected(read_text(readme) if readme.is_file() else "", render(read(folder)), readme)


def injected(text: str, reference: str, file: Path | None = None) -> str:
    """`text` with `reference` between the marks; after it where there are none.

    Raises InputError (naming `file`) where only one of the marks is there, or they are swapped.
    """
    block = f"{BEGIN}\n{reference}\n{END}"
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 and end < 0:
        return f"{text}\n{block}" if text else block
    if begin < 0 or end < begin:
        missing = BEGIN if begin < 0 else END
        raise InputError(f"'{missing}' is missing, or after its other half", file=file)
    return text[:begin] + block + text[end + len(END) :]


def write(folder: Path) -> bool:
    """Bring the README of the module in `folder` up to date; True when it was changed.

    terraform-docs does it where it is installed, and our own renderer, to the same bytes, where
    it is not. Raises InputError for what is no module, and ToolError where terraform-docs fails.
    """
    _must_be_module(folder)
    readme = folder / README
    before = readme.read_bytes() if readme.is_file() else None
    if tool := _installed():
        process.run(
            [tool, "markdown", "table", "--output-file", README, "--output-mode", "inject",
             str(folder)],
            timeout=60,
        )  # fmt: skip
    else:
        write_if_changed(readme, expected(folder))
    return readme.read_bytes() != before


def _installed() -> str | None:
    tool = shutil.which("terraform-docs")
    if tool is None:
        return None
    said = process.run([tool, "version"], timeout=60).stdout
    version = re.search(r"v?(\d+)\.(\d+)\.\d+", said)
    if version and (int(version[1]), int(version[2])) < _OLDEST:
        raise ToolError(
            f"terraform-docs {version[0]} writes other tables than today's",
            hint="install 0.22 or later, or none: it is not needed",
        )
    return tool


def _must_be_module(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError("there is no such folder", file=folder)
    if not files(folder) and not list(folder.glob("*.tf.json")):
        raise InputError(
            "this is no Terraform module",
            hint="it needs at least one .tf file", file=folder,
        )  # fmt: skip


def _configuration(folder: Path) -> Path | None:
    names = (".terraform-docs.yml", ".terraform-docs.yaml", ".config/.terraform-docs.yml")
    return next((folder / name for name in names if (folder / name).is_file()), None)
