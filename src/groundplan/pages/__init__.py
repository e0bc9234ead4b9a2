"""The site's pages, without knowing what turns them into a site.

`Pages` gives Markdown by path, and finishes the HTML that comes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.pages import generated, modules, nodes, pictures
from groundplan.pages.content import Content
from groundplan.pages.macros import Macros, page_of, page_of_phase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from groundplan.pages.pictures import Picture
    from groundplan.workspace import Workspace


class Pages:
    """The pages of one workspace with these pictures."""

    def __init__(self, workspace: Workspace, drawn: tuple[Picture, ...] = ()) -> None:
        self._content = Content(workspace, drawn)
        self._macros = Macros(self._content)
        self._terraform = modules.shown(workspace.root / "terraform")
        self._mentions: dict[str, tuple[nodes.Mention, ...]] = {}

    def ask_ahead(self) -> None:
        """Begin with what takes long and is wanted late."""
        self._content.ask_ahead()

    @property
    def title(self) -> str:
        """The site's title."""
        return f"{self._content.design.client.name}: infrastructure design"

    @property
    def phases(self) -> tuple[str, ...]:
        """The paths of the phases' pages, the list of phases first."""
        numbers = (phase.number for phase in self._content.design.phases)
        return (generated.PHASES, *(page_of_phase(number) for number in numbers))

    @property
    def records(self) -> tuple[str, ...]:
        """The paths of the decisions' records."""
        return tuple(page_of(decision) for decision in self._content.design.decisions)

    @property
    def modules(self) -> tuple[str, ...]:
        """The paths of the Terraform modules' pages, their list first."""
        return (modules.INDEX, *(module.page for module in self._terraform))

    def generated(self) -> dict[str, str]:
        """The pages that are computed as a whole: Markdown by path."""
        found = generated.pages(self._content, self._macros)
        return found | modules.pages(self._terraform, self._macros.templates)

    def files(self) -> dict[str, Path]:
        """The files that the pages link to, by their path in the site."""
        found = {pictures.file(picture): picture.svg for picture in self._content.pictures}
        fresh = (picture for picture in self._content.pictures if pictures.has_png(picture))
        return found | {pictures.file(picture, ".png"): picture.png for picture in fresh}

    def prose(
        self,
        text: str,
        *,
        page: str,
        path: str = "",
        line: int = 1,
        head: Mapping[str, object] | None = None,
    ) -> str:
        """A hand-written page with its values filled in; `line` is the first one of `text`.

        `page` is its file as people call it and `path` where it stands in the site; `head` is what
        it says of itself above the text, such as its status. Raises InputError with the line for a
        name or a value that is not there.
        """
        filled = self._macros.templates.prose(text, page=page, line=line, head=head)
        title = str((head or {}).get("title") or path)
        filled, self._mentions[path] = nodes.numbered(filled, path, title)
        return filled

    def cards(self, url: Callable[[str], str]) -> str:
        """The script with the cards of all pictures, once every page of prose has been filled.

        `url` gives the address of a page as seen from the site's root.
        """
        said = nodes.mentions(self._mentions.values(), url)
        return pictures.cards(self._content.pictures, said)

    def fill(self, html: str) -> str:
        """What Markdown made of a page, with our blocks of HTML in their places."""
        return self._macros.templates.fill(html)

    def finish(self, html: str, address: Callable[[str], str]) -> str:
        """The HTML of a page with its pictures and links, `address` being that of a file."""
        html = self._macros.templates.fill_late(html)
        html = self._macros.nodes.resolve(html, lambda picture: page_of_phase(picture.phase))
        return pictures.finish(html, self._content.pictures, address)
