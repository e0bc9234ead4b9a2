"""What is wrong in a file of manifests, an overlay, or all overlays of a workspace."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan import kubernetes
from groundplan.errors import InputError
from groundplan.files import read_text
from groundplan.kubernetes import cluster, loader, overlays, validation
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from groundplan.kubernetes.target import Target
    from groundplan.kubernetes.validation import Problem

Placed = tuple[str, int | None, "Problem"]
"""A mistake, and the file and line that it is made in, as far as those are known."""
_KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_LISTS: Final = ("resources", "bases", "components")


def check(what: Path | None, version: str | None, find: Callable[[], Workspace]) -> list[Placed]:
    """What is wrong in `what`: a file, a folder for kustomize, or (None) every overlay of ours.

    Against Kubernetes `version`, or else that of the clusters of the workspace that `find` finds.
    What stands in the `k8s/` of a workspace may count on the Secrets that are made with it.
    Raises InputError for what holds no manifests, and ToolError where kustomize fails.
    """
    if what is not None:
        found = _in(what, version, find)
        if what.is_dir():
            return _placed(what, found)
        return [(str(what), item.line, item) for item in found]
    workspace = find()
    return [
        (Path(file).relative_to(workspace.root).as_posix(), line, item)
        for target in kubernetes.targets(workspace)
        for file, line, item in _placed(
            _folder(workspace, target.name), _in_overlay(workspace, target, version)
        )
    ]


def _placed(folder: Path, problems: Iterable[Problem]) -> list[Placed]:
    """The problems of what kustomize builds, each where its manifest is written."""
    found = list(problems)
    written = dict(_written(folder)) if found else {}
    return [(*written.get(item.manifest, (str(folder), None)), item) for item in found]


def _written(folder: Path) -> Iterator[tuple[str, tuple[str, int | None]]]:
    """The manifests that a kustomization lists, by kind and name, with their file and line."""
    file = next(path for name in _KUSTOMIZATIONS if (path := folder / name).is_file())
    [listed] = loader.documents(read_text(file), str(file))
    for name in (name for key in _LISTS for name in listed.get(key) or ()):
        path = Path(os.path.normpath(folder / name))
        if path.is_dir():
            yield from _written(path)
        elif path.is_file():  # and not at an address
            for item in validation.parse(read_text(path), file=path):
                yield validation.name_of(item), (str(path), loader.line_of(item))


def _in(what: Path, version: str | None, find: Callable[[], Workspace]) -> Iterable[Problem]:
    given: Iterable[str] = ()
    here, owner = what.resolve(), _owner(what)
    if owner and here.is_relative_to(owner.root / kubernetes.FOLDER):
        for target in kubernetes.targets(owner):
            if here == _folder(owner, target.name):
                return _in_overlay(owner, target, version)
        given = kubernetes.needed_secrets(kubernetes.read(owner))
    text = cluster.built(what) if what.is_dir() else read_text(what)
    manifests = validation.parse(text, file=what)
    return validation.validate(manifests, version or validation.version_of(find()), given=given)


def _in_overlay(workspace: Workspace, target: Target, version: str | None) -> Iterable[Problem]:
    folder = _folder(workspace, target.name)
    env = target.name if target.in_cloud else None
    given = () if env else overlays.needed_secrets(target.source, target.running)
    manifests = validation.parse(cluster.built(folder), file=folder)
    number = version or validation.version_of(workspace, env)
    return validation.validate(manifests, number, given=given)


def _owner(what: Path) -> Workspace | None:
    """The workspace that a file or folder stands in; anybody's manifests can be checked too."""
    with suppress(InputError):
        return Workspace.find(what)
    return None


def _folder(workspace: Workspace, name: str) -> Path:
    return workspace.root / kubernetes.FOLDER / "overlays" / name
