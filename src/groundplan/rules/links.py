"""Rules about prose that is no page of the site: that what it shows and leads to is there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from groundplan.errors import suggest
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.pages import leads_elsewhere, line_with, targets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace


@rule("links", "what README.md and the toolkit's decisions show and lead to is there")
def links(workspace: Workspace) -> Iterator[Finding]:
    """Pictures that are shown and files that are linked, and that are gone."""
    root = workspace.root.resolve()
    for page in _prose(workspace):
        text = read_text(page)
        for target in targets(text):
            path = (page.parent / unquote(target.partition("#")[0])).resolve()
            if leads_elsewhere(target) or not path.is_relative_to(root) or path.exists():
                continue
            beside = path.parent.iterdir() if path.parent.is_dir() else ()
            hint = suggest(path.name, [item.name for item in beside])
            yield error(f"this leads nowhere: {target}", page, line_with(text, target), hint)


def _prose(workspace: Workspace) -> Iterator[Path]:
    """The Markdown files of the root, and those of `docs/` that the site leaves out."""
    yield from sorted(workspace.root.glob("*.md"))
    yield from sorted((workspace.docs_dir / "decisions" / "toolkit").glob("*.md"))
