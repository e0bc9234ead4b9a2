"""Kubernetes from Compose: what runs everywhere in `base`, what differs in overlays."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Final

from groundplan.compose import Remark
from groundplan.compose.source import Source as ComposeFile
from groundplan.errors import GroundplanError, InputError, suggest
from groundplan.files import read_text, write_if_changed
from groundplan.kubernetes import notes, overlays
from groundplan.kubernetes.cloud import in_cloud
from groundplan.kubernetes.manifest import HEADER
from groundplan.kubernetes.source import Source, load, read
from groundplan.kubernetes.target import LOCAL, Target, networks
from groundplan.yamlfile import meaning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace

__all__ = [
    "FOLDER", "LOCAL", "Source", "Target", "find", "load", "needed_secrets", "read", "remarks",
    "render", "stale", "targets", "write", "write_any",
]  # fmt: skip
FOLDER: Final = "k8s"


def render(source: Source, wanted: Iterable[Target] | None = None) -> dict[str, str]:
    """The files under `k8s/`, by path: the base, and each overlay (default: a local cluster's).

    `base` has what is built or brought by the application. The stores run in a local cluster only,
    with data that ends with their pod: in a cloud they are services of the cloud.
    """
    files = overlays.base(source)
    for target in [Target(LOCAL, source)] if wanted is None else wanted:
        files |= overlays.overlay(source, target)
    return dict(sorted(files.items()))


def targets(workspace: Workspace, phase: int | None = None) -> tuple[Target, ...]:
    """The overlays of a workspace: a local cluster, and each environment.

    A local cluster has the application as `phase` has it (default: where the design stands), an
    environment as the last phase up to then that draws it; one that is only planned yet, as the
    first phase that does.
    """
    return tuple(find(workspace, name, phase) for name in _names(workspace))


def _names(workspace: Workspace) -> tuple[str, ...]:
    return (LOCAL, *(env for env in workspace.environments if workspace.design.drawn(env)))


def ask_ahead(workspace: Workspace) -> None:
    """Have Compose asked for what the overlays are made of, without waiting for it.

    What is wrong with it is told when they are asked for.
    """
    for name in _names(workspace):
        Thread(target=_try, args=(workspace, name), daemon=True).start()


def _try(workspace: Workspace, name: str) -> None:
    with suppress(GroundplanError):
        find(workspace, name)


def find(workspace: Workspace, name: str, phase: int | None = None) -> Target:
    """The overlay of that name, as `targets` has it. Raises InputError where there is none.

    An environment's takes its recorded plan, and not its Terraform.
    """
    design = workspace.design
    now = phase if phase is not None else design.current.number
    if name == LOCAL:
        return Target(LOCAL, read(workspace, now), design.phase(now).kubernetes, now)
    drawn = [item.number for item in design.drawn(name)]
    if not drawn:
        known = (LOCAL, *(env for item in design.phases for env in item.environments))
        raise InputError(f"there is no overlay '{name}'", hint=suggest(name, dict.fromkeys(known)))
    return _in_cloud(workspace, name, max((n for n in drawn if n <= now), default=drawn[0]))


def _in_cloud(workspace: Workspace, env: str, phase: int) -> Target:
    design, facts = workspace.design, workspace.facts(env, phase)
    return Target(
        env,
        in_cloud(read(workspace, phase, environ=design.terraform.environment)),
        design.phase(phase).kubernetes,
        phase,
        design.terraform.region,
        tuple(networks(facts, "isolated")),
        tuple(networks(facts, "public")),
    )


def remarks(workspace: Workspace, phase: int | None = None) -> tuple[Remark, ...]:
    """What of the Compose file is not in the overlays, or not as it tells; each once."""
    found = [*_nameless(workspace), *read(workspace, phase).remarks]
    for target in targets(workspace, phase):
        at = target.phase or 0
        facts = workspace.facts(target.name, at) if target.in_cloud else None
        found += notes.of(target, facts)
    return tuple(dict.fromkeys(found))


def _nameless(workspace: Workspace) -> Iterator[Remark]:
    file = workspace.compose_file
    if "name" not in ComposeFile(file, read_text(file)).keys:
        yield Remark(
            f"{file.name} has no name, so all is called after this folder, and otherwise in a copy"
            " with another name: begin it with 'name: …'"
        )


def needed_secrets(source: Source) -> dict[str, tuple[str, ...]]:
    """The Secrets that an application refers to, and the keys of each."""
    return overlays.needed_secrets(source, source.application.services)


def write(workspace: Workspace, phase: int | None = None) -> tuple[Path, ...]:
    """Write `k8s/`; the files that were written, or deleted because nothing renders them now."""
    return _write(_files(workspace, phase), _generated(workspace.root / FOLDER))


def write_any(source: Source, out: Path) -> tuple[tuple[Path, ...], tuple[Remark, ...]]:
    """Write what is made of any Compose file for a local cluster to `out`, a folder.

    The files as `write` gives them, and what of the Compose file is not in them. What of `out` is
    of other overlays is left alone.
    """
    target = Target(LOCAL, source)
    files = {out / name: text for name, text in render(source, [target]).items()}
    written = _write(files, _generated(out, LOCAL))
    return written, (*source.remarks, *notes.of(target))


def _write(files: dict[Path, str], before: Iterable[Path]) -> tuple[Path, ...]:
    """Write `files`, and delete what was generated `before` and is none of them."""
    written = [path for path, text in files.items() if write_if_changed(path, text)]
    gone = [path for path in before if path not in files]
    for path in gone:
        path.unlink()
    return tuple(sorted([*written, *gone]))


def stale(workspace: Workspace, phase: int | None = None) -> tuple[Path, ...]:
    """The files under `k8s/` that are not what Compose file and design give now, sorted."""
    files = _files(workspace, phase)
    changed = [path for path, text in files.items() if not _says(_content(path), text)]
    generated = _generated(workspace.root / FOLDER)
    return tuple(sorted({*changed, *(path for path in generated if path not in files)}))


def _says(content: str | None, text: str) -> bool:
    """Whether a file says what `text` does; a comment in it does no harm."""
    return content == text or (content is not None and meaning(content) == meaning(text))


def _files(workspace: Workspace, phase: int | None) -> dict[Path, str]:
    folder = workspace.root / FOLDER
    rendered = render(read(workspace), targets(workspace, phase))
    return {folder / name: text for name, text in rendered.items()}


def _generated(folder: Path, overlay: str = "*") -> list[Path]:
    found = [*folder.glob("base/*.yaml"), *folder.glob(f"overlays/{overlay}/*.yaml")]
    return [path for path in found if (_content(path) or "").startswith(HEADER)]


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
