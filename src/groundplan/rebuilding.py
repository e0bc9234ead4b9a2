"""What MkDocs need not do again in a build that follows another one, as while it serves a site.

A change is to be in the browser within a second, and most changes are to one page of many.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from jinja2 import FileSystemLoader, Template
from mkdocs.structure.pages import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File, Files
    from mkdocs.theme import Theme

_TAKES_IN: Final = "pymdownx.snippets"  # a page is then made of other files too


def templates(theme: Theme) -> Environment:
    """The theme's templates, to be kept while `mkdocs.yml` is as it is, with all they remember."""
    environment = theme.get_env()
    environment.loader = _Files(theme.dirs)
    environment.template_class = type("_Template", (_Template,), {"_before": {}})
    return environment


class _Files(FileSystemLoader):
    """The theme's files without its thousands of icons, which no build copies."""

    def list_templates(self) -> list[str]:
        """The paths of what a build may copy or render, sorted."""
        found: set[str] = set()
        for folder in map(Path, self.searchpath):
            for place, inside, names in os.walk(folder):
                inside[:] = (name for name in inside if not name.startswith("."))
                found.update((Path(place, name)).relative_to(folder).as_posix() for name in names)
        return sorted(found)


class _Template(Template):
    """A template of the theme that gives a page as it was where nothing in it has changed."""

    _before: ClassVar[dict[str, tuple[str, str]]]

    def render(self, context: Mapping[str, Any]) -> str:
        """The HTML of the page that `context` is of, or of the file that is none."""
        page, config = context["page"], context["config"]
        if page is None:
            return super().render(context)
        around = (self.name, config.site_name, str(context["nav"]))
        meaning = repr((around, page.title, page.meta, page.content))
        if self._before.get(page.url, ("", ""))[0] != meaning:
            self._before[page.url] = meaning, super().render(context)
        return self._before[page.url][1]


@dataclass(frozen=True)
class _Converted:
    """What `Page.render` sets, `links` by the path of the file that they lead to."""

    content: str | None
    toc: Any
    title: str | None
    anchors: set[str] | None
    links: dict[str, dict[str, str]]


@dataclass
class Conversions:
    """The HTML of pages whose Markdown is as it was, in a site with the same files."""

    _kept: dict[str, tuple[object, _Converted]] = field(default_factory=dict)

    def render(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        """`Page.render`, unless that is known; a page that something was said about is not kept."""
        uri, meaning = page.file.src_uri, (page.markdown, page.url, tuple(files.src_uris))
        before, converted = self._kept.get(uri, (None, None))
        if converted is not None and before == meaning:
            _restore(page, converted, files)
            return
        with _Heard() as heard:
            Page.render(page, config, files)
        self._kept.pop(uri, None)
        if not heard.records and _TAKES_IN not in config.markdown_extensions:
            self._kept[uri] = meaning, _converted(page)


def _converted(page: Page) -> _Converted:
    links = {file.src_uri: found for file, found in (page.links_to_anchors or {}).items()}
    return _Converted(
        page.content, page.toc, page._title_from_render, page.present_anchor_ids, links
    )


def _restore(page: Page, converted: _Converted, files: Files) -> None:
    page.content, page.toc = converted.content, converted.toc
    page._title_from_render = converted.title
    page.present_anchor_ids = converted.anchors
    links: dict[File, dict[str, str]] = {}
    for uri, found in converted.links.items():
        file = files.get_file_from_path(uri)
        assert file is not None  # the site's files are the same  # noqa: S101
        links[file] = found
    page.links_to_anchors = links


class _Heard(logging.Handler):
    """What MkDocs said."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self._logger = logging.getLogger("mkdocs")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.records.append(record)

    def __enter__(self) -> _Heard:
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)


@dataclass
class SearchEntries:
    """What the search finds in pages that are as they were."""

    _kept: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)

    def add(self, index: Any, page: Page) -> None:
        """Add to the `index` of Material's search what it would of `page`, working it out once."""
        meaning = repr((page.title, page.meta, page.content))
        if self._kept.get(page.url, ("", []))[0] != meaning:
            before = len(index.entries)
            type(index).add_entry_from_context(index, page)
            self._kept[page.url] = meaning, index.entries[before:]
        else:
            index.entries += self._kept[page.url][1]
