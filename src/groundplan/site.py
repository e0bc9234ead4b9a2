"""The client site: an MkDocs plugin that gives MkDocs our pages, pictures and looks.

With `rebuilding`, the only importer of `mkdocs`. Plain `mkdocs build` and `mkdocs serve` work, and
`build` and `serve` here do the same with our errors.
"""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import escape
from mkdocs.config.base import Config
from mkdocs.exceptions import Abort, ConfigurationError, PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, InclusionLevel
from watchdog.events import (
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from groundplan import rebuilding
from groundplan.errors import GroundplanError, InputError, RefusedError
from groundplan.files import read_text
from groundplan.pages import Pages
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page
    from watchdog.observers.api import ObservedWatch

ADDRESS: Final = "127.0.0.1:8000"
_LAST_PORT: Final = 65535
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# A change is to be in the browser within a second.
_WAIT_FOR_MORE: Final = 0.02

_ASSETS: Final = Path(__file__).parent / "assets"
_PLACE: Final = "assets/groundplan"
_STYLES: Final = ("viewer.css", "site.css", "presenter.css", "print.css")
_SCRIPTS: Final = ("viewer.js", "stepper.js", "presenter.js")


class Settings(Config):  # type: ignore[no-untyped-call]
    """The plugin has no settings: what it needs, it finds beside `mkdocs.yml`."""


class GroundplanPlugin(BasePlugin[Settings]):  # type: ignore[no-untyped-call]
    """Adds what is computed to what is written by hand under `docs/`."""

    _pages: Pages
    _files: Files

    def __init__(self) -> None:
        self._settings = ""
        self._templates: Environment | None = None
        self._conversions, self._found = rebuilding.Conversions(), rebuilding.SearchEntries()

    def on_startup(self, **_: Any) -> None:
        """Having this event keeps the plugin, and what it has loaded, from build to build."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Load the workspace that `mkdocs.yml` stands in; set title, looks and navigation."""
        with _Told():
            workspace = Workspace.find(Path(config.config_file_path or ".").parent)
            workspace.ask_ahead()
            self._pages = Pages(workspace, _drawn(workspace))
            self._pages.ask_ahead()
            config.site_name = escape(self._pages.title)
            config.nav = _expanded(
                config.nav, (self._pages.phases, self._pages.records, self._pages.modules)
            )
        config.extra_css[:0] = [f"{_PLACE}/{name}" for name in _STYLES]
        config.extra_javascript += [f"{_PLACE}/{name}" for name in _SCRIPTS]
        config.theme["logo"] = config.theme["favicon"] = f"{_PLACE}/logo.svg"
        settings = read_text(Path(config.config_file_path))
        if self._templates is None or self._settings != settings:
            self._settings, self._templates = settings, rebuilding.templates(config.theme)
            self._conversions, self._found = rebuilding.Conversions(), rebuilding.SearchEntries()
        templates = self._templates
        config.theme.get_env = lambda: templates  # type: ignore[method-assign]
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the computed pages, the pictures, and our style sheet, script and fonts."""
        with _Told():
            for path, content in self._pages.generated().items():
                if path not in files.src_uris:
                    # A workspace's navigation may leave a section out.
                    kind = InclusionLevel.NOT_IN_NAV
                    files.append(File.generated(config, path, content=content, inclusion=kind))
            for path, source in self._pages.files().items():
                files.append(File.generated(config, path, abs_src_path=str(source)))
        for source in sorted(item for item in _ASSETS.rglob("*") if item.is_file()):
            path = f"{_PLACE}/{source.relative_to(_ASSETS).as_posix()}"
            files.append(File.generated(config, path, abs_src_path=str(source)))
        self._files = files
        return files

    @event_priority(50)
    def on_page_markdown(self, markdown: str, page: Page, config: MkDocsConfig, **_: Any) -> str:
        """Fill the values into a hand-written page."""
        page.render = partial(self._conversions.render, page)  # type: ignore[method-assign]
        if page.file.abs_src_path is None:
            return markdown
        source = Path(page.file.abs_src_path)
        root = Path(config.config_file_path).parent
        name = source.relative_to(root) if source.is_relative_to(root) else source
        with _Told():
            first = _first_line(read_text(source), markdown)
            path, head = page.file.src_uri, {"title": page.title, **page.meta}
            return self._pages.prose(markdown, page=str(name), path=path, line=first, head=head)

    def on_page_content(self, html: str, **_: Any) -> str:
        """Put our blocks of HTML in, for the search to find what they say."""
        return self._pages.fill(html)

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Add the cards of the pictures, now that it is known which pages name their nodes.

        By now the search has its index, too.
        """

        def url(path: str) -> str:
            file = files.get_file_from_path(path)
            return file.url if file else ""

        with _Told():
            content = self._pages.cards(url)
        files.append(File.generated(config, f"{_PLACE}/cards.js", content=content))
        for plugin in config.plugins.values():
            if index := getattr(plugin, "search_index", None):  # Material's search
                index.add_entry_from_context = partial(self._found.add, index)
        return env

    def on_post_page(self, output: str, page: Page, **_: Any) -> str:
        """Put the pictures in, and turn our links into addresses as seen from this page."""

        def address(path: str) -> str:
            file = self._files.get_file_from_path(path)
            if file is None:
                raise InputError(
                    f"a link leads to '{path}', which is not there", file=page.file.src_uri
                )
            return file.url_relative_to(page.file)

        with _Told():
            return self._pages.finish(output, address)

    def on_serve(
        self, server: LiveReloadServer, config: MkDocsConfig, **_: Any
    ) -> LiveReloadServer:
        """Watch everything that the site is made from, closely."""
        root = Path(config.config_file_path).parent
        watched = tuple(server._watched_paths)  # it has no public way to tell them
        for path in watched:
            server.unwatch(path)
        server.observer = _Changes()
        server.build_delay = _WAIT_FOR_MORE
        # The folder, not design.yaml itself: an editor that moves files would end that watch.
        server.watch(str(root), recursive=False)
        folders = [
            str(root / name)
            for name in ("diagrams", "facts", "terraform")
            if (root / name).is_dir()
        ]
        for path in dict.fromkeys((*watched, *folders)):
            server.watch(path)
        return server


class _Changes(Observer):  # type: ignore[misc, valid-type] # it is chosen by the platform
    """Told of changes by the system, at once; MkDocs' own looks at every file again and again."""

    def schedule(
        self, event_handler: FileSystemEventHandler, path: str, *, recursive: bool = False, **_: Any
    ) -> ObservedWatch:
        """Watch `path` for changes; that a file was read, as a build does, is none."""
        changes: list[type[FileSystemEvent]] = [
            FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent,
        ]  # fmt: skip
        watch: ObservedWatch = super().schedule(
            event_handler, path, recursive=recursive, event_filter=changes
        )
        return watch


class _Told:
    """Turns our errors into MkDocs' own kind, which it shows without a traceback."""

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, GroundplanError):
            raise PluginError(str(error)) from error


def _drawn(workspace: Workspace) -> Any:
    from groundplan import drawing  # noqa: PLC0415 - it takes a while to import

    return drawing.draw(workspace, png=False)


def _expanded(nav: Any, sections: Sequence[tuple[str, ...]]) -> Any:
    """`nav` with the pages of a section listed below its index page, where it is one entry."""
    inside = {page.rpartition("/")[0]: pages for pages in sections for page in pages}

    def entry(item: Any) -> Any:
        if isinstance(item, list):
            return [entry(part) for part in item]
        if not isinstance(item, dict):
            return item
        return {
            title: pages(to) if isinstance(to, str) else entry(to) for title, to in item.items()
        }

    def pages(to: str) -> Any:
        folder, _, name = to.rpartition("/")
        if name != "index.md" or folder not in inside:
            return to
        return [to, *(page for page in inside[folder] if page != to)]

    return [entry(item) for item in nav] if nav else nav


def _first_line(source: str, markdown: str) -> int:
    """The line of `source` that `markdown`, which is its end, begins at."""
    return source.count("\n") - markdown.count("\n") + 1 if source.endswith(markdown[-20:]) else 1


def build(workspace: Workspace, site_dir: Path | None = None) -> Path:
    """Build the site into `site_dir` (default: `site/` in the workspace) and return that folder.

    Raises InputError for what is wrong in a page, the design or `mkdocs.yml`.
    """
    from mkdocs.commands import build as command  # noqa: PLC0415
    from mkdocs.config import load_config  # noqa: PLC0415

    target = site_dir or workspace.root / "site"
    with _Ours(quiet=True):
        config = load_config(_configuration(workspace), site_dir=str(target))
        config.plugins.on_startup(command="build", dirty=False)
        command.build(config)
        config.plugins.on_shutdown()
    return target


def serve(workspace: Workspace, address: str = ADDRESS) -> None:
    """Serve the site at `address`, building it anew at each change, until it is interrupted.

    Raises RefusedError for an address that others could reach, InputError for one that is none or
    whose port is in use.
    """
    from mkdocs.commands import serve as command  # noqa: PLC0415

    host, _, port = address.rpartition(":")
    if not port.isdecimal() or int(port) > _LAST_PORT:
        raise InputError(f"'{address}' is no address with a port", hint=f"such as {ADDRESS}")
    if host.strip("[]") not in LOOPBACK:
        raise RefusedError(
            f"the site is served to this machine only, not at '{address}'", hint=f"use {ADDRESS}"
        )
    _talk()
    with _Ours():
        try:
            command.serve(_configuration(workspace), dev_addr=address)
        except OSError as error:
            raise InputError(
                f"{address} can't be used: {error.strerror}",
                hint="something else uses this port; choose another",
            ) from None


def _configuration(workspace: Workspace) -> str:
    path = workspace.root / "mkdocs.yml"
    if not path.is_file():
        raise InputError(
            "the site needs this file",
            file=path,
            hint="MkDocs' settings, with the plugin 'groundplan'",
        )
    # The theme announces its end of life at each start; groundplan.pages does not depend on it.
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    return str(path)


def _talk() -> None:
    """Have MkDocs say what it does, as its own command line does."""
    logger = logging.getLogger("mkdocs")
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler())
    logger.setLevel(logging.INFO)


class _Ours(logging.Handler):
    """Turns MkDocs' errors back into ours: the one that it was made from, where there is one.

    Else what MkDocs said about it, which it logs instead of raising it.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        super().__init__(logging.WARNING)
        self._said: list[str] = []
        self._logger = logging.getLogger("mkdocs")
        self._quiet = quiet

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning or an error."""
        self._said.append(record.getMessage())

    def __enter__(self) -> None:
        self._logger.addHandler(self)
        self._logger.propagate = not self._quiet

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = True
        if isinstance(error, Abort | ConfigurationError):
            first, *others = self._said or [str(error)]
            raise _cause(error) or InputError(first, hint="\n".join(others) or None) from None


def _cause(error: BaseException | None) -> GroundplanError | None:
    while error is not None and not isinstance(error, GroundplanError):
        error = error.__cause__ or error.__context__
    return error
