"""Rules about what is made from something else: that it is not older than its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from groundplan.files import read_text, write_if_changed
from groundplan.findings import Finding, error, rule
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace


_HEAD: Final = 2000  # letters of a picture in which its name stands
_OURS: Final = re.compile(r'class="gp gp-([\w-]+)".*?aria-labelledby="([\w-]+?)--title')
_OF_NO_PHASE: Final = re.compile(r".*-\d+-\d+")
_CARDS: Final = re.compile(r'<metadata class="gp-cards">.*?</metadata>', re.DOTALL)


def _copies(workspace: Workspace) -> Iterator[tuple[Path, str | None]]:
    """The pictures of ours that stand in the prose, each with what is drawn of it today, if any."""
    from groundplan import drawing, scripts  # noqa: PLC0415 - brings in the whole of drawing

    pictures_ = sorted(workspace.docs_dir.rglob("*.svg"))
    there = [(path, _OURS.search(read_text(path)[:_HEAD])) for path in pictures_]
    ours = [(path, made[1], made[2]) for path, made in there if made]
    views = scripts.views(workspace) if ours else ()
    names = {
        f"{item.name}-{drawing.folder_of(item, env)}-{number}": (item.name, env, number)
        for item in views
        for env in drawing.environments(workspace, item)
        for number in drawing.phases_of(workspace, item, env)
    }
    for path, view, name in ours:
        if name == view or (name not in names and _OF_NO_PHASE.fullmatch(name)):
            continue  # a plan's, or one that compares two phases
        shown, env, phase = names.get(name, (view, None, None))
        drawn = drawing.draw(workspace, only=[shown], phase=phase, png=False) if phase else ()
        found = (read_text(picture.svg) for picture in drawn if picture.env == env)
        yield path, next(found, None)


def meaning(svg: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """What a picture shows, and its cards without what is no fact of the design.

    The line of a block moves with all that is written above it, and what the last policy run said
    is there where policy was run.
    """
    from groundplan.canvas import viewer  # noqa: PLC0415 - only pictures need it

    cards = viewer.cards_in(svg)
    for sections in (card.get("sections", {}) for card in cards.values()):
        sections.pop("Policy", None)
        for row in sections.get("In Terraform", ()):
            row[0] = re.sub(r":\d+$", "", row[0])
    return _CARDS.sub("", svg), cards


def _copy(workspace: Workspace) -> Iterable[Path]:
    copies = _copies(workspace)
    return [path for path, drawn in copies if drawn and write_if_changed(path, drawn)]


@rule("pictures-current", "pictures in the prose are those drawn today", fix=_copy)
def pictures(workspace: Workspace) -> Iterator[Finding]:
    """Pictures that were copied into `docs/` and are older than what they show, or are none."""
    torn = {item.file: item for item in _torn(workspace.docs_dir)}
    yield from torn.values()
    for path, drawn in _copies(workspace):
        if path in torn:
            continue
        if drawn is None:
            hint = "copy one from build/pictures/; its name stands in aria-labelledby"
            yield error("this is a picture of no phase of the design", path, hint=hint)
        elif meaning(read_text(path)) != meaning(drawn):
            hint = "copy it anew from build/pictures/, or: groundplan check --fix"
            yield error("this is not the picture that is drawn today", path, hint=hint)


def _torn(folder: Path) -> Iterator[Finding]:
    """Pictures that no browser can show."""
    for path in sorted(folder.rglob("*.svg")):
        try:
            ET.fromstring(read_text(path))  # noqa: S314 - a file of the workspace
        except ET.ParseError as problem:
            hint = "copy it anew from build/pictures/, or from where it came"
            yield error("this is no picture that can be shown", path, problem.position[0], hint)


def _write_readmes(workspace: Workspace) -> Iterable[Path]:
    from groundplan import reference  # noqa: PLC0415

    folders = reference.documented(workspace.root / "terraform")
    return [folder / reference.README for folder in folders if reference.write(folder)]


@rule(
    "module-readme", "the README of each Terraform module tells its variables and outputs",
    fix=_write_readmes,
)  # fmt: skip
def readmes(workspace: Workspace) -> Iterator[Finding]:
    """READMEs whose generated part is older than the module."""
    folder = workspace.root / "terraform"

    def look() -> Iterator[Finding]:
        from groundplan import reference  # noqa: PLC0415

        for module in reference.documented(folder):
            if reference.stale(module):
                path = module.relative_to(workspace.root)
                hint = f"write it anew: groundplan docs {path}"
                yield error("the module has changed since", module / reference.README, hint=hint)

    yield from once(workspace, "readmes", [folder], look)


def _render(workspace: Workspace) -> Iterable[Path]:
    from groundplan import kubernetes  # noqa: PLC0415

    return kubernetes.write(workspace)


def taken_in(workspace: Workspace) -> Iterator[Path]:
    """What services mount or are built from, of which manifests may hold a text; as far as ours."""
    applications = workspace.applications(phase.number for phase in workspace.design.phases)
    services = [item for found in applications.values() for item in found.services]
    mounted = [v.source for item in services for v in item.volumes if v.type == "bind"]
    folder = workspace.compose_file.parent
    for name in sorted({item for item in (*mounted, *(s.build for s in services)) if item}):
        path = (folder / name).resolve()
        if path != workspace.root and path.is_relative_to(workspace.root):
            yield path


@rule("kubernetes-current", "k8s/ is what the Compose file gives now", fix=_render)
def manifests(workspace: Workspace) -> Iterator[Finding]:
    """Manifests that are older than the Compose file, or were changed by hand."""
    from groundplan import kubernetes  # noqa: PLC0415

    folder = workspace.root / kubernetes.FOLDER
    if not folder.is_dir():
        return
    compose = [workspace.compose_file, workspace.root / ".env", *taken_in(workspace)]
    sources = [workspace.design_file, *compose, folder, workspace.root / "facts"]

    def look() -> Iterator[Finding]:
        for path in kubernetes.stale(workspace):
            there = path.is_file()
            message = "this is not what the Compose file gives" if there else "this is missing"
            yield error(message, path, hint="write it anew: groundplan k8s render")

    if workspace.compose_takes_in:
        yield from look()  # from files that are not among the sources
    else:
        yield from once(workspace, "kubernetes", sources, look)
