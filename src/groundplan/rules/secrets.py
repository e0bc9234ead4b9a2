"""Rules about what is no text to publish: secrets, and the ids of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan import redaction
from groundplan.files import files_below, read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace

# Those of AWS' own documentation, and the embedded one's.
_EXAMPLES: Final = frozenset({
    "000000000000", "012345678901", "111122223333", "123456789012", "444455556666", "999999999999",
})  # fmt: skip


@rule("secrets-in-texts", "no secret stands in the design, the prose, diagram scripts or Terraform")
def texts(workspace: Workspace) -> Iterator[Finding]:
    """What is a secret by its shape, or the id of an account; they are not repeated here."""
    shown = [workspace.design_file, workspace.root / "README.md"]
    folders = [workspace.docs_dir, workspace.diagrams_dir, workspace.root / "terraform"]
    yield from once(workspace, "secrets", [*shown, *folders], lambda: _look(workspace))


def _look(workspace: Workspace) -> Iterator[Finding]:
    allowed = _EXAMPLES | {*workspace.design.terraform.accounts.values()}
    for path in _published(workspace):
        text = read_text(path)
        for what, place in redaction.shown(text):
            hint = "take it away, and have it made invalid: it may have been read"
            yield error(f"{what} stands here", path, text.count("\n", 0, place) + 1, hint)
        for id_, place in redaction.accounts(text):
            if id_ not in allowed and path.suffix not in {".tf", ".tfvars"}:
                line = text.count("\n", 0, place) + 1
                hint = "leave it out, or state it in design.yaml under terraform: accounts:"
                yield error("the id of an account stands here", path, line, hint)


def _published(workspace: Workspace) -> Iterator[Path]:
    """The texts that pages and pictures are made from."""
    readme = workspace.root / "README.md"
    yield from (path for path in (workspace.design_file, readme) if path.is_file())
    yield from sorted(workspace.docs_dir.rglob("*.md"))
    yield from sorted(workspace.diagrams_dir.glob("*.py"))
    written = files_below(workspace.root / "terraform")
    yield from sorted(path for path in written if path.suffix in {".tf", ".tfvars"})
