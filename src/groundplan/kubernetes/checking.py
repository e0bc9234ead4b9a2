"""What is wrong in a file of manifests, an overlay, or all overlays of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan import kubernetes
from groundplan.files import read_text
from groundplan.kubernetes import cluster, overlays, validation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from groundplan.kubernetes.validation import Problem
    from groundplan.workspace import Workspace

Placed = tuple[str, "Problem"]


def check(what: Path | None, version: str | None, find: Callable[[], Workspace]) -> list[Placed]:
    """What is wrong in `what`: a file, an overlay's folder, or (None) every overlay of ours.

    Against Kubernetes `version`, or else that of the clusters of the workspace that `find` finds.
    """
    if what is None:
        return list(_ours(find(), version))
    number = version or validation.version_of(find())
    text = cluster.built(what) if what.is_dir() else read_text(what)
    manifests = validation.parse(text, file=what)
    return [(str(what), item) for item in validation.validate(manifests, number)]


def _ours(workspace: Workspace, version: str | None) -> Iterator[Placed]:
    for target in kubernetes.targets(workspace):
        env = target.name if target.in_cloud else None
        number = version or validation.version_of(workspace, env)
        folder = workspace.root / kubernetes.FOLDER / "overlays" / target.name
        given = () if env else overlays.needed_secrets(target.source, target.running)
        manifests = validation.parse(cluster.built(folder), file=folder)
        place = folder.relative_to(workspace.root).as_posix()
        for item in validation.validate(manifests, number, given=given):
            yield place, item
