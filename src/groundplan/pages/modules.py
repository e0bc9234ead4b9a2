"""The reference of the Terraform modules: a page that lists them, and a page for each."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from groundplan import reference
from groundplan.errors import InputError
from groundplan.files import digest, read_text
from groundplan.reference import gojson

if TYPE_CHECKING:
    from pathlib import Path

    from groundplan.pages.templating import Templates
    from groundplan.reference import Module

INDEX: Final = "modules/index.md"
_TABLES: Final = ("inputs", "outputs", "resources")
_LINK: Final = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")
_BLOCK: Final = re.compile(r"```.*?```|<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Input:
    """A variable; `default` as JSON, empty where a value has to be given."""

    name: str
    description: str
    type: str
    default: str


@dataclass(frozen=True)
class Shown:
    """A module; without one, `trouble` says why its files can't be read.

    `prose` is the Markdown that its README has above the reference, without its heading.
    """

    name: str
    prose: str
    module: Module | None
    trouble: str = ""

    @property
    def page(self) -> str:
        """Its page, from the site's root."""
        return f"modules/{self.name}.md"

    @property
    def summary(self) -> str:
        """The first paragraph of the prose, in one line."""
        paragraphs = (" ".join(part.split()) for part in _BLOCK.sub("", self.prose).split("\n\n"))
        return next((part for part in paragraphs if part), "")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Its variables."""
        return tuple(
            Input(
                item.name, item.description, item.type,
                "" if item.required else gojson.dumps(item.default),
            )
            for item in (self.module.inputs if self.module else ())
        )  # fmt: skip


def shown(terraform: Path) -> tuple[Shown, ...]:
    """The modules below the folder `terraform`; read anew only where their files have changed."""
    return tuple(
        _read(folder, digest([folder / reference.README, *reference.files(folder)], root=folder))
        for folder in reference.documented(terraform)
    )


@lru_cache(maxsize=64)
def _read(folder: Path, _content: str) -> Shown:
    readme = folder / reference.README
    prose = _prose(read_text(readme)) if readme.is_file() else ""
    try:
        return Shown(folder.name, prose, reference.read(folder))
    except InputError as error:
        return Shown(folder.name, prose, None, error.message)


def _prose(readme: str) -> str:
    """What stands above the reference; a link to a file of the repository leads nowhere here."""
    prose, _, _ = readme.partition(reference.BEGIN)
    heading, _, rest = prose.lstrip().partition("\n")
    return _LINK.sub(r"\1", rest if heading.startswith("# ") else prose).strip()


def pages(modules: tuple[Shown, ...], templates: Templates) -> dict[str, str]:
    """The pages, in Markdown, by path."""
    found = {item.page: _page(item, templates) for item in modules}
    return {INDEX: templates.page("modules.md", modules=modules), **found}


def _page(item: Shown, templates: Templates) -> str:
    tables = {name: templates.block(f"{name}.html", at=item) for name in _TABLES if item.module}
    return templates.page(
        "module.md",
        at=item,
        title=html.escape(f"Module {item.name}"),
        description=html.escape(item.summary),
        # Written by hand in this repository, as the pages in docs/ are.
        prose=Markup(item.prose),  # noqa: S704
        **tables,
    )
