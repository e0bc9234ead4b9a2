"""Where in the Terraform files a resource is written: the file and line of its block.

A module's folder is followed from its caller's `source`, as far as that is a folder of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from groundplan.facts.addresses import split, without_key
from groundplan.files import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RESOURCE: Final = re.compile(r'^\s*resource\s+"?([\w-]+)"?\s+"?([\w-]+)"?\s*\{')
_MODULE: Final = re.compile(r'^\s*module\s+"?([\w-]+)"?\s*\{')
_SOURCE: Final = re.compile(r'(?:^|\{)\s*source\s*=\s*"([^"]*)"')
_HEREDOC: Final = re.compile(r"<<-?\s*([A-Za-z_]\w*)\s*$")


@dataclass(frozen=True)
class Written:
    """Where a block begins; `line` is counted from 1."""

    file: Path
    line: int


@dataclass(frozen=True)
class _Folder:
    resources: dict[str, Written] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    calls: dict[str, Written] = field(default_factory=dict)


class Blocks:
    """The resource blocks of the Terraform root in `folder`, and of the modules that it calls."""

    def __init__(self, folder: Path) -> None:
        self._root = folder
        self._folders: dict[Path, _Folder] = {}

    def find(self, address: str) -> Written | None:
        """Where the block of the resource at `address` is; None where no file of ours has it."""
        folder, parts = self._root, split(address)
        while len(parts) > 2 and parts[0] == "module":  # noqa: PLR2004
            source = self._in(folder).modules.get(without_key(parts[1]), "")
            if not source.startswith(("./", "../")):
                return None
            folder, parts = (folder / source).resolve(), parts[2:]
        return self._in(folder).resources.get(".".join(map(without_key, parts)))

    def call(self, address: str) -> Written | None:
        """Where the root asks for the resource at `address`: by its block, or a module's call."""
        parts = split(address)
        if len(parts) > 2 and parts[0] == "module":  # noqa: PLR2004
            return self._in(self._root).calls.get(without_key(parts[1]))
        return self.find(address)

    def _in(self, folder: Path) -> _Folder:
        if folder not in self._folders:
            self._folders[folder] = _read(folder)
        return self._folders[folder]


def _read(folder: Path) -> _Folder:
    found, called = _Folder(), ""
    for path in sorted(folder.glob("*.tf")):
        for number, line in _code(read_text(path)):
            if match := _RESOURCE.match(line):
                found.resources.setdefault(f"{match[1]}.{match[2]}", Written(path, number))
                called = ""
            elif match := _MODULE.match(line):
                called = match[1]
                found.calls.setdefault(called, Written(path, number))
            if called and (match := _SOURCE.search(line)):
                found.modules.setdefault(called, match[1])
    return found


def _code(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines of `text` that are neither comments nor inside a text block."""
    until = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if until:
            if line.strip() == until or (until == "*/" and until in line):
                until = ""
            continue
        if line.lstrip().startswith("/*"):
            until = "" if "*/" in line else "*/"
        elif not line.lstrip().startswith(("#", "//")):
            heredoc = _HEREDOC.search(line)
            until = heredoc[1] if heredoc else ""
            yield number, line
