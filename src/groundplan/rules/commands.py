"""Rules about the commands that prose tells people to type: that there are such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from groundplan.errors import suggest
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace

_CODE: Final = re.compile(
    r"^(```|~~~)[^\n]*\n(?P<block>.*?)^\1\s*$|`(?P<span>[^`\n]+)`", re.MULTILINE | re.DOTALL
)
_COMMAND: Final = re.compile(
    r"(?:^|[|;&(]\s)\s*(?:\$ )?(?:\w+=\S+ )*(?:\S*/)?(groundplan|make) ([^|;&#\n]+)", re.MULTILINE
)
_TARGET: Final = re.compile(r"^([\w-]+):", re.MULTILINE)
_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
_HELP: Final = ("-h", "--help")


@rule("commands", "commands that prose names are there")
def commands(workspace: Workspace) -> Iterator[Finding]:
    """Commands and options of ours, and targets of make, that nobody can type."""
    root = workspace.root
    sources = [*sorted(root.glob("*.md")), workspace.docs_dir, root / "Makefile"]
    yield from once(workspace, "commands", sources, lambda: _look(workspace))


def _look(workspace: Workspace) -> Iterator[Finding]:
    import typer  # noqa: PLC0415 - only where prose has changed

    from groundplan.cli import app  # noqa: PLC0415 - it imports the rules

    command = typer.main.get_command(app)
    makefile = workspace.root / "Makefile"
    targets = {*_TARGET.findall(read_text(makefile))} if makefile.is_file() else None
    for path in (*sorted(workspace.root.glob("*.md")), *sorted(workspace.docs_dir.rglob("*.md"))):
        text = read_text(path)
        for line, program, words in _typed(text):
            if program == "groundplan":
                wrong = _unknown(words, command)
            else:
                wrong = _untargeted(words, targets)
            yield from (error(message, path, line, hint) for message, hint in wrong)


def _typed(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """The commands that a page names as code: line, program, words."""
    for code in _CODE.finditer(text):
        name = code.lastgroup or "span"
        for found in _COMMAND.finditer(code[name]):
            place = code.start(name) + found.start(2)
            yield text.count("\n", 0, place) + 1, found[1], found[2].split()


def _unknown(words: list[str], command: Any) -> Iterator[tuple[str, str | None]]:
    """What of these words the command line does not know; placeholders may be anything."""
    said = "groundplan"
    for word in words:
        option = word.partition("=")[0]
        below = getattr(command, "commands", None)
        if option.startswith("-") and option != "-":
            known = {name for item in command.params for name in (*item.opts, *item.secondary_opts)}
            if option not in {*known, *_HELP}:
                yield f"'{said}' has no option {option}", suggest(option, known)
        elif below and word in below:
            command, said = below[word], f"{said} {word}"
        elif below:
            if _NAME.fullmatch(word):
                yield f"'{said}' has no command {word}", suggest(word, below)
            return


def _untargeted(words: list[str], targets: set[str] | None) -> Iterator[tuple[str, str | None]]:
    """What make has no target for; nothing where there is no Makefile."""
    for word in words if targets is not None else ():
        if "=" not in word and _NAME.fullmatch(word) and word not in (targets or ()):
            yield f"make has no target {word}", suggest(word, targets or ())
