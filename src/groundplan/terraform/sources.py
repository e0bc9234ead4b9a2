"""The files that decide what a phase's plan says, and their digest."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tree_sitter import Node

    from groundplan.workspace import Workspace

# In a text, spaces count; the others are one word.
_AS_WRITTEN: Final = {
    "heredoc_template", "literal_value", "quoted_template", "string_lit", "variable_expr",
}  # fmt: skip
_LISTS: Final = {"function_arguments", "object", "tuple"}
_UNORDERED: Final = {"attribute", "object_elem"}
_NO_SOURCE: Final = {".md", ".hcl"}  # beside the lock file, which is named


def digest(workspace: Workspace, env: str, phase: int | None = None) -> str:
    """SHA-256 of all that Terraform reads for `env`: code, versions, and `phase`'s variables.

    Comments, how code is spaced and broken into lines, and the order of arguments and of a file's
    blocks make no difference. Raises InputError where there is no such environment or phase.
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
    meant = _meaning(data) if suffix in {".tf", ".tfvars"} else None
    return hashlib.sha256(data if meant is None else meant.encode()).hexdigest()


def _meaning(data: bytes) -> str | None:
    """What a file says in HCL, in the one way to write it; None where it is no HCL."""
    from groundplan.reference import hcl  # noqa: PLC0415 - brings in the parser

    try:
        root = hcl.tree(data)
        return None if root.has_error else _said(root)
    except RecursionError:
        return None


def _said(node: Node) -> str:
    """The words of `node`; arguments in the order of their names, and a file's blocks in theirs.

    Blocks in a block stay in their order, which may mean something.
    """
    children = node.children if node.type not in _AS_WRITTEN else ()
    if not children:
        return (node.text or b"").decode(errors="replace")
    # Elements of a list are told apart without the comma, which may end it too.
    silent = {"comment", ","} if node.type in _LISTS else {"comment"}
    children = [child for child in children if child.type not in silent]
    if len(children) < 2:  # noqa: PLR2004
        return "".join(map(_said, children))
    of_file = node.parent is not None and node.parent.type == "config_file"
    loose = _UNORDERED | {"block"} if of_file else _UNORDERED
    told = [(child.type in loose, _said(child)) for child in children]
    anyhow = sorted(said for is_loose, said in told if is_loose)
    words = (said for is_loose, said in told if not is_loose)
    return "\0".join(("\1", *anyhow, *words, "\2"))
