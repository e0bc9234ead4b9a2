"""Rules about policies of one's own: those that people are told of are there, and the other way.

A policy whose file is deleted or emptied fails nothing any more. So the pages name each one, and
what they name is looked for.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from groundplan.errors import suggest
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace

_NAME: Final = re.compile(r"\bGP_[A-Z0-9_]+\b")


@rule("policies", "policies of one's own are those that the pages name")
def policies(workspace: Workspace) -> Iterator[Finding]:
    """Policies that are named in pages and not there, there and not named, or named oddly."""
    declared = dict(_declared(workspace.root / "terraform" / "policies"))
    named: set[str] = set()
    for path in sorted(workspace.docs_dir.rglob("*.md")):
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            named.update(_NAME.findall(line))
            for id_ in _NAME.findall(line):
                if id_ not in declared:
                    hint = suggest(id_, declared)
                    yield error(
                        f"there is no policy {id_} in terraform/policies/", path, number, hint
                    )
    for id_, (path, number) in declared.items():
        if not _NAME.fullmatch(id_):
            yield error(
                f"the policy {id_} is not named GP_…, as those of one's own are", path, number
            )
        elif id_ not in named:
            hint = "name it in docs/, or nobody notices when it is gone"
            yield error(f"no page names the policy {id_}", path, number, hint)


def _declared(folder: Path) -> Iterator[tuple[str, tuple[Path, int]]]:
    """The ids that `@policy(ID, …)` declares in the files of `folder`, and where.

    They are read and not run: that would bring checkov in, which takes seconds.
    """
    for path in sorted(folder.glob("*.py")):
        try:
            tree = ast.parse(read_text(path))
        except (SyntaxError, ValueError):
            continue  # what it declares is missing, and running it tells why
        for node in ast.walk(tree):
            for call in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                match call:
                    case ast.Call(func=ast.Name("policy"), args=[ast.Constant(str(id_)), *_]):
                        yield id_, (path, call.lineno)
