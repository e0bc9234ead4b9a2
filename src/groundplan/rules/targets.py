"""Rules about the targets of make: that each does what it is called, and asks where it has to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace

_TARGET: Final = re.compile(r"^([a-z][\w-]*):(?!=)[^\n]*\n((?:\t[^\n]*\n?|[ ]*\n)*)", re.MULTILINE)
_VARIABLE: Final = re.compile(r"^(\w+)[ ]*[:?]?=[ ]*([^$\n]*)$", re.MULTILINE)
_USED: Final = re.compile(r"\$[({](\w+)[)}]")
_ASKING: Final = ("apply", "destroy")


@rule("make-told", "targets of make do what they are called, and ask first where it matters")
def targets(workspace: Workspace) -> Iterator[Finding]:
    """Targets with the name of a command that they do not call, or call without its question."""
    file = workspace.root / "Makefile"
    if file.is_file():
        yield from once(workspace, "make-told", [file], lambda: _look(file))


def _look(file: Path) -> Iterator[Finding]:
    import typer  # noqa: PLC0415 - only where it has changed

    from groundplan.cli import app  # noqa: PLC0415 - it imports the rules

    known = getattr(typer.main.get_command(app), "commands", {})
    text = read_text(file)
    plain = dict(_VARIABLE.findall(text))
    for found in _TARGET.finditer(f"{text}\n"):
        name, line = found[1], text.count("\n", 0, found.start()) + 1
        if "groundplan" not in text.lower() or name not in known:
            continue
        recipe = _USED.sub(lambda used: plain.get(used[1], used[0]), found[2])
        if not re.search(rf"(?i:groundplan)\)?\s+{re.escape(name)}\b", recipe):
            message = f"make {name} does not run groundplan {name}"
            yield error(message, file, line, "let it do so, or give it another name")
        elif name in _ASKING and re.search(r"(?<!\S)(?:--yes|-y)(?!\S)", recipe):
            message = f"make {name} asks nobody, whatever environment it is for"
            yield error(message, file, line, "leave --yes to whoever types the command")
