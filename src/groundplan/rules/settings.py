"""Rules about the settings of the site: that nothing of it is lost, or called what it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.once import once
from groundplan.rules.pages import leaves, line_with, of_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace

_ELSEWHERE: Final = re.compile(r"(?:https?:)?//")
_TITLE: Final = re.compile(r"\A---\n(?:(?!---).*\n)*?title:[ \t]*[\"']?([^\n\"']+)")


@rule("site-settings", "the site has all pages, under their names, and stops at a mistake")
def settings(workspace: Workspace) -> Iterator[Finding]:
    """Settings of MkDocs that leave out our plugin, a page or the strictness; misleading labels."""
    file = workspace.root / "mkdocs.yml"
    if file.is_file():
        sources = [file, workspace.docs_dir, workspace.design_file]
        yield from once(workspace, "settings", sources, lambda: _look(workspace, file))


def _look(workspace: Workspace, file: Path) -> Iterator[Finding]:
    text = read_text(file)
    try:
        said = of_site(text)
    except (yaml.YAMLError, ValueError):
        return  # told by the rule about pages
    if "groundplan" not in _plugins(said.get("plugins")):
        line = line_with(text, "plugins:")
        yield error("the site is made without groundplan", file, line, "add it to the plugins")
    if said.get("strict") is not True:
        line = line_with(text, "strict:")
        yield error("the site is made with mistakes in it", file, line, "say: strict: true")
    yield from _from_outside(text, said, file)
    if said.get("nav"):
        yield from _left_out(workspace, said, file)
        yield from _mislabelled(workspace, text, said["nav"], file)


def _from_outside(text: str, said: dict[str, Any], file: Path) -> Iterator[Finding]:
    """What pages would have to fetch from elsewhere: it may be gone, or another one, tomorrow."""
    for key in ("extra_css", "extra_javascript"):
        for item in said.get(key) or ():
            path = str(item.get("path") if isinstance(item, dict) else item)
            if _ELSEWHERE.match(path):
                message = f"the pages need {path}, which is not ours"
                yield error(message, file, line_with(text, path), "keep it in docs/")
    theme = said.get("theme")
    if (
        isinstance(theme, dict)
        and theme.get("name") == "material"
        and theme.get("font") is not False
    ):
        message = "the pages need letters from elsewhere"
        yield error(message, file, line_with(text, "font:"), "say: font: false")


def _plugins(said: Any) -> set[str]:
    """The plugins that are named, alone or with their settings."""
    return {
        str(name) for item in said or () for name in (item if isinstance(item, dict) else [item])
    }


def _left_out(workspace: Workspace, said: dict[str, Any], file: Path) -> Iterator[Finding]:
    """Pages that the navigation does not lead to; it lists the decisions' records by itself."""
    from pathspec.gitignore import GitIgnoreSpec  # noqa: PLC0415 - what MkDocs reads them with

    patterns = (str(said.get(name) or "") for name in ("exclude_docs", "not_in_nav"))
    unlisted = GitIgnoreSpec.from_lines("\n".join(patterns).splitlines())
    listed = {*leaves(said["nav"])}
    records = {decision.record for decision in workspace.design.decisions}
    for path in sorted(workspace.docs_dir.rglob("*.md")):
        page = path.relative_to(workspace.docs_dir).as_posix()
        known = page in listed or path.relative_to(workspace.root).as_posix() in records
        if not known and not unlisted.match_file(page):
            hint = "add it to nav in mkdocs.yml, or to exclude_docs"
            yield error(f"the navigation does not lead to {page}", file, None, hint)


def _mislabelled(workspace: Workspace, text: str, nav: Any, file: Path) -> Iterator[Finding]:
    """Pages that the navigation calls by the title of another one."""
    titles = {}
    for page in {*leaves(nav)}:
        path = workspace.docs_dir / page
        found = _TITLE.match(read_text(path)) if path.is_file() else None
        if found:
            titles[page] = found[1].strip()
    for label, page in _labels(nav):
        own = titles.get(page)
        others = [title for title in titles.values() if title != own and _says(label, title)]
        if own and others and not _says(label, own):
            message = f"'{label}' leads to the page '{own}', and not to '{others[0]}'"
            yield error(message, file, line_with(text, f"{label}: {page}"), "let both be the same")


def _labels(entry: Any) -> Iterator[tuple[str, str]]:
    """Each page in the navigation that has a label there."""
    for part in entry if isinstance(entry, list) else [entry]:
        for label, below in part.items() if isinstance(part, dict) else ():
            if isinstance(below, str):
                yield str(label), below
            else:
                yield from _labels(below)


def _says(label: str, title: str) -> bool:
    return re.search(rf"\b{re.escape(title)}\b", label, re.IGNORECASE) is not None
