"""Rules about prose that is no page of the site: that what it shows and leads to is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from groundplan.errors import suggest
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.pages import leads_elsewhere, line_with, targets
from groundplan.rules.passages import names

_HEAD: Final = 2000  # letters of a picture in which its name stands
_OURS: Final = re.compile(r'aria-labelledby="[\w-]+?-(?:(?P<env>[a-z]\w*)-)?(?P<phase>\d+)--title')
_PICTURE: Final = re.compile(r"!\[([^\]]*)\]\(([^)\s]+\.svg)\)")
_PHASE: Final = re.compile(r"\bphase (\d{1,3})\b", re.IGNORECASE)

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


@rule("pictures-told", "what is said of a picture is what it shows")
def told_of(workspace: Workspace) -> Iterator[Finding]:
    """Pictures of ours whose words, for who can't see them, name another environment or phase."""
    known = set(workspace.environments)
    for page in (*_prose(workspace), *sorted(workspace.docs_dir.rglob("*.md"))):
        text = read_text(page)
        for alt, target in _PICTURE.findall(text):
            path = page.parent / unquote(target)
            drawn = _OURS.search(read_text(path)[:_HEAD]) if path.is_file() else None
            if not drawn:
                continue
            named = {env for env in known if names(env, alt)}
            phases = {*_PHASE.findall(alt)}
            if (named and drawn["env"] not in named) or (phases and drawn["phase"] not in phases):
                message = f"this picture is of {drawn['env'] or 'all'} in phase {drawn['phase']}"
                hint = "say so, or show the picture that is meant"
                yield error(message, page, line_with(text, alt), hint)


def _prose(workspace: Workspace) -> Iterator[Path]:
    """The Markdown files of the root, and those of `docs/` that the site leaves out."""
    yield from sorted(workspace.root.glob("*.md"))
    yield from sorted((workspace.docs_dir / "decisions" / "toolkit").glob("*.md"))
