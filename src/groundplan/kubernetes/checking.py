"""What is wrong in a file of manifests, an overlay, or all overlays of a workspace."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from groundplan import kubernetes
from groundplan.errors import InputError
from groundplan.files import read_text
from groundplan.kubernetes import cluster, overlays, validation
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from groundplan.kubernetes.target import Target
    from groundplan.kubernetes.validation import Problem

Placed = tuple[str, "Problem"]


def check(what: Path | None, version: str | None, find: Callable[[], Workspace]) -> list[Placed]:
    """What is wrong in `what`: a file, a folder for kustomize, or (None) every overlay of ours.

    Against Kubernetes `version`, or else that of the clusters of the workspace that `find` finds.
    What stands in the `k8s/` of a workspace may count on the Secrets that are made with it.
    Raises InputError for what holds no manifests, and ToolError where kustomize fails.
    """
    if what is not None:
        return [(str(what), item) for item in _in(what, version, find)]
    workspace = find()
    return [
        (_folder(workspace, target.name).relative_to(workspace.root).as_posix(), item)
        for target in kubernetes.targets(workspace)
        for item in _in_overlay(workspace, target, version)
    ]


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
