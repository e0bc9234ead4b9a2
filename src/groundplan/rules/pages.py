"""Rules about the site's pages: that they can be made, and lead to what is there."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import yaml

from groundplan.errors import GroundplanError, InputError, suggest
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule, told
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.drawing import Picture
    from groundplan.workspace import Workspace

_HEAD: Final = re.compile(r"\A---\n(.*?)^---\n", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"^(```|~~~).*?^\1\s*$|`[^`\n]*`|<!--.*?-->", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\(<?([^)\s<>]+)")
_SHOWN: Final = re.compile(r"<img\b[^>]*?\bsrc=[\"']([^\"']+)", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|[#/]", re.IGNORECASE)
_FACTS: Final = re.compile(r"\{%-?\s*set\s+(\w+)\s*=\s*facts\(\s*[\"'](\w+)[\"']")
_DATE: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_DECISION: Final = re.compile(r"\bdecision\(\s*[\"']([\w-]+)[\"']")


@dataclass(frozen=True)
class _Page:
    """A hand-written page: its file, and its path from the site's root."""

    file: Path
    path: str

    @cached_property
    def text(self) -> str:
        return read_text(self.file)

    @cached_property
    def body(self) -> tuple[str, int]:
        """What stands below its head, and the line that this begins at."""
        found = _HEAD.match(self.text)
        start = found.end() if found else 0
        return self.text[start:], self.text.count("\n", 0, start) + 1

    @property
    def head(self) -> dict[str, Any]:
        """What it says of itself. Raises YAMLError, and InputError for a date that is none."""
        found = _HEAD.match(self.text)
        try:
            said = yaml.safe_load(found[1]) if found else None
        except ValueError as problem:  # no YAMLError: PyYAML makes a date of what looks like one
            dates = (found_[0] for found_ in _DATE.finditer(self.text) if not _is_date(found_[0]))
            line = self.line(next(dates, "---"))
            raise InputError(f"this is no date: {problem}", file=self.file, line=line) from None
        return {"title": self.path, **(said if isinstance(said, dict) else {})}

    def line(self, words: str) -> int | None:
        """The line in which `words` stand first, if anywhere."""
        return line_with(self.text, words)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def targets(text: str) -> list[str]:
    """What a Markdown text leads to and shows, in its own words and in HTML's, each once."""
    prose = _CODE.sub("", text)
    return [*dict.fromkeys((*_LINK.findall(prose), *_SHOWN.findall(prose)))]


def leads_elsewhere(target: str) -> bool:
    """True for what no file of the workspace can be: another site's, or a place in the page."""
    return _ELSEWHERE.match(target) is not None


def line_with(text: str, words: str) -> int | None:
    """The line in which `words` stand first, if anywhere."""
    place = text.find(words)
    return text.count("\n", 0, place) + 1 if place >= 0 else None


@rule("pages", "the site's pages can be made, and lead to what is there")
def pages(workspace: Workspace) -> Iterator[Finding]:
    """Names that prose gets wrong, links and entries of the navigation that lead nowhere."""
    settings = workspace.root / "mkdocs.yml"
    if not settings.is_file():
        return
    if workspace.compose_takes_in:
        yield from _look(workspace, settings)  # from files that are not among the sources
        return
    files = (workspace.design_file, workspace.compose_file, workspace.root / ".env", settings)
    folders = (workspace.docs_dir, workspace.diagrams_dir)
    others = (workspace.root / name for name in ("facts", "terraform", "k8s"))
    yield from once(
        workspace, "pages", [*files, *folders, *others], lambda: _look(workspace, settings)
    )


def _look(workspace: Workspace, settings: Path) -> Iterator[Finding]:
    from groundplan.pages import Pages  # noqa: PLC0415 - only where pages are made

    every = _written(workspace)
    made = Pages(workspace, tuple(_pictures(workspace)))
    there = {*made.phases, *made.records, *made.modules, *made.files()}
    there |= {p.relative_to(workspace.docs_dir).as_posix() for p in workspace.docs_dir.rglob("*")}
    yield from _navigation(settings, there)
    for page in every:
        yield from _misnamed(page, workspace.environments)
        body, line = page.body
        try:
            name = page.file.relative_to(workspace.root).as_posix()
            text = made.prose(body, page=name, path=page.path, line=line, head=page.head)
        except yaml.YAMLError:
            yield error("the head of this page is no YAML", page.file, 1, "quote what has a colon")
        except GroundplanError as problem:
            yield told(problem)
        else:
            yield from _dead(page, text, there)
    yield from _of_another(workspace, every)


def _written(workspace: Workspace) -> list[_Page]:
    """The prose of the site: not the toolkit's own decisions, which are left out of it."""
    docs = workspace.docs_dir
    toolkit = docs / "decisions" / "toolkit"
    files = sorted(path for path in docs.rglob("*.md") if toolkit not in path.parents)
    return [_Page(path, path.relative_to(docs).as_posix()) for path in files]


def _pictures(workspace: Workspace) -> Iterator[Picture]:
    """All pictures as they would be drawn; none of them is, which takes long."""
    from groundplan import drawing, scripts  # noqa: PLC0415 - brings in the whole of drawing

    for item in scripts.views(workspace):
        yield from drawing.undrawn(workspace, item)


def _navigation(settings: Path, there: Iterable[str]) -> Iterator[Finding]:
    """Entries of the navigation that name no page."""
    text = read_text(settings)
    try:
        entries = of_site(text).get("nav")
    except (yaml.YAMLError, ValueError):
        yield error("this is no YAML", settings)
        return
    for entry in leaves(entries):
        if entry not in there and not leads_elsewhere(entry):
            line = text.count("\n", 0, text.find(entry)) + 1
            yield error(f"there is no page {entry}", settings, line, suggest(entry, there))


def of_site(text: str) -> dict[str, Any]:
    """What `mkdocs.yml` sets. Raises YAMLError, and ValueError for a date that is none."""
    document = yaml.load(text, Loader=_Tolerant)  # noqa: S506 - a safe loader
    return document if isinstance(document, dict) else {}


class _Tolerant(yaml.SafeLoader):
    """Reads what MkDocs allows in its settings, such as names of Python's, as nothing."""


_Tolerant.add_multi_constructor("", lambda _loader, _tag, _node: None)


def leaves(entry: Any) -> Iterator[str]:
    """The pages in a part of the navigation."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict | list):
        for part in entry.values() if isinstance(entry, dict) else entry:
            yield from leaves(part)


def _dead(page: _Page, text: str, there: set[str]) -> Iterator[Finding]:
    """Links to files that are not there, and pictures that are not.

    MkDocs leaves HTML as it is: there, a path counts from the page's own folder on the site.
    """
    folder = posixpath.dirname(page.path)
    own = posixpath.join(folder, page.file.stem) if page.file.stem != "index" else folder
    shown = {*_SHOWN.findall(text)}
    for target in targets(text):
        name = target.partition("#")[0].partition("?")[0]
        path = posixpath.normpath(posixpath.join(own if target in shown else folder, name))
        if not leads_elsewhere(target) and path not in there:
            hint = suggest(path, there)
            yield error(f"this leads nowhere: {target}", page.file, page.line(target), hint)


def _misnamed(page: _Page, environments: Iterable[str]) -> Iterator[Finding]:
    """Facts of one environment that are called after another."""
    known = {*environments}
    for found in _FACTS.finditer(page.text):
        if found[1] in known and found[2] in known - {found[1]}:
            message = f"'{found[1]}' stands for the facts of {found[2]} here"
            yield error(message, page.file, page.line(found[0]), "call it after what it is")


def _of_another(workspace: Workspace, every: Iterable[_Page]) -> Iterator[Finding]:
    """Records that tell another decision than the one that they are the record of."""
    by_file = {page.file: page for page in every}
    for decision in workspace.design.decisions:
        page = by_file.get(workspace.root / decision.record)
        calls = _DECISION.findall(page.text) if page else []
        if page and calls and decision.id not in calls:
            message = f"this is the record of '{decision.id}', and tells '{calls[0]}'"
            line = page.line(calls[0])
            yield error(message, page.file, line, f'take it from decision("{decision.id}")')
