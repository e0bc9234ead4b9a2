"""The files that decide what a phase's plan says, and their digest."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace

_HEREDOC: Final = re.compile(r"<<(-?)\s*([A-Za-z_][\w-]*)\s*$")
_COMMENT: Final = re.compile(r"\s+(#|//)[^\"]*$")
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_ARGUMENT: Final = re.compile(r"[\w-]+ ?=(?!=)")
_NO_SOURCE: Final = {".md", ".hcl"}  # beside the lock file, which is named


def digest(workspace: Workspace, env: str, phase: int | None = None) -> str:
    """SHA-256 of all that Terraform reads for `env`: code, versions, and `phase`'s variables.

    Comments, empty lines, how code is spaced, and the order of arguments and of a file's blocks
    make no difference. Raises InputError where there is no such environment or phase.
    """
    total = hashlib.sha256()
    for path in sorted(set(paths(workspace, env, phase))):
        content = _content(path.read_bytes(), path.suffix) if path.exists() else "missing"
        total.update(f"{path.relative_to(workspace.root).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def paths(workspace: Workspace, env: str, phase: int | None = None) -> Iterator[Path]:
    """All files that Terraform reads for `env`, of which some may not be there."""
    folder = workspace.environment(env)
    yield from folder.glob("*.tf")
    yield from folder.glob("*.auto.tfvars")
    yield folder / "terraform.tfvars"
    yield folder / ".terraform.lock.hcl"
    if phase is not None:
        yield workspace.variables_file(env, phase)
    modules = workspace.root / "terraform" / "modules"
    for path in modules.rglob("*"):
        parts = path.relative_to(modules).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not hidden and "tests" not in parts and path.suffix not in _NO_SOURCE:
            yield path  # a template or document that the code reads is a source too


@lru_cache(maxsize=1024)
def _content(data: bytes, suffix: str) -> str:
    text = data.decode(errors="replace")
    if suffix in {".tf", ".tfvars"}:
        text = "\n".join(_ordered([*_code(text)]))
    return hashlib.sha256(text.encode()).hexdigest()


def _ordered(lines: list[str], *, top: bool = True) -> list[str]:
    """The lines with arguments in the order of their names, and at the top blocks in theirs.

    Blocks in a block stay in their order, which may mean something. So does everything where it
    is not plain what belongs together.
    """
    if any(_HEREDOC.search(line) or "/*" in line for line in lines):
        return lines
    found: list[list[str]] = []
    depth = 0
    for line in lines:
        if depth == 0:
            found.append([])
        found[-1].append(line)
        bare = _TEXT.sub("", line)
        depth += sum(map(bare.count, "([{")) - sum(map(bare.count, ")]}"))
        if depth < 0:
            return lines
    if depth:
        return lines
    arguments = sorted(item for item in found if _ARGUMENT.match(item[0]))
    blocks = [_inside(item) for item in found if not _ARGUMENT.match(item[0])]
    return [line for item in (*arguments, *(sorted(blocks) if top else blocks)) for line in item]


def _inside(block: list[str]) -> list[str]:
    if len(block) == 1:
        return block
    return [block[0], *_ordered(block[1:-1], top=False), block[-1]]


def _code(text: str) -> Iterator[str]:
    """The lines of HCL that say something, spaced alike.

    Where it is not plain what is a comment or a space, the line stays as it is: better to take a
    harmless change for one that counts than the reverse.
    """
    until = ""
    for line in text.splitlines():
        if until:
            until = "" if line.strip() == until else until
            yield line
            continue
        if not (plain := line.strip()) or plain.startswith(("#", "//")):
            continue
        if "/*" in plain or "*/" in plain:
            yield line
            continue
        if "${" not in plain:
            plain = _COMMENT.sub("", plain)
        before, quote, rest = plain.partition('"')
        yield " ".join(before.split()) + (" " if before[-1:].isspace() else "") + quote + rest
        if found := _HEREDOC.search(plain):
            until = found[2]
