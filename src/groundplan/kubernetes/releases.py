"""What was applied to a cluster, kept in it, so that it can be taken back from any machine.

It holds no Secret: those of a local cluster are not among an overlay's manifests.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from groundplan.kubernetes.cluster import Cluster
    from groundplan.kubernetes.workload import Manifest

NAME: Final = "groundplan-releases"
"""The ConfigMap in which they are kept."""
_KEY: Final = "releases.json.gz"


@dataclass(frozen=True)
class Release:
    """Manifests that were applied, with the tag of their images; `ready` once all was."""

    tag: str
    manifests: tuple[Manifest, ...]
    ready: bool = False


@dataclass(frozen=True)
class History:
    """The release that is there, and the one that it can be taken back to.

    `left` is what earlier ones applied that this one has no more, until it is deleted.
    """

    now: Release | None = None
    before: Release | None = None
    left: tuple[Manifest, ...] = ()

    def then(self, release: Release) -> History:
        """The history once `release` is applied.

        It can be taken back to the last one that was ready, were there failed ones in between.
        """
        last = self.now if self.now and self.now.ready else self.before
        same = last is self.now and last is not None and last.manifests == release.manifests
        return replace(self._with(release), before=self.before if same else last)

    def back(self, release: Release) -> History:
        """The history once it is taken back to `release`: no further way back is known."""
        return self._with(replace(release, ready=False))

    def done(self) -> History:
        """The same once all is ready, and what is left of others was deleted."""
        return replace(self, now=self.now and replace(self.now, ready=True), left=())

    def _with(self, release: Release) -> History:
        kept = {_key(item) for item in release.manifests}
        there = [*self.left, *map(_head, self.now.manifests if self.now else ())]
        left = {_key(item): item for item in there if _key(item) not in kept}
        return History(release, None, tuple(left.values()))


def read(cluster: Cluster) -> History:
    """The history that is kept in the cluster; an empty one where nothing is."""
    words = ("get", "configmap", NAME, "--ignore-not-found", "--output", "json")
    said = cluster.run(*words).stdout
    if not said.strip():
        return History()
    text = gzip.decompress(base64.b64decode(json.loads(said)["binaryData"][_KEY]))
    found = json.loads(text)
    return History(_release(found["now"]), _release(found["before"]), tuple(found["left"]))


def keep(cluster: Cluster, history: History) -> None:
    """Keep `history` in the cluster."""
    text = json.dumps(asdict(history), sort_keys=True)
    data = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    cluster.apply([{
        "apiVersion": "v1", "kind": "ConfigMap", "binaryData": {_KEY: data},
        "metadata": {"name": NAME, "namespace": cluster.namespace},
    }], on_line=lambda _line: None)  # fmt: skip


def _release(found: dict[str, Any] | None) -> Release | None:
    if found is None:
        return None
    return Release(found["tag"], tuple(found["manifests"]), found["ready"])


def _head(item: Manifest) -> Manifest:
    """As much of a manifest as it takes to delete what it tells of."""
    names = {key: item["metadata"][key] for key in ("name", "namespace") if key in item["metadata"]}
    return {"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": names}


def _key(item: Manifest) -> tuple[str, str]:
    return item["kind"], item["metadata"]["name"]
