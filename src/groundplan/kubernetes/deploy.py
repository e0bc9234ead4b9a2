"""Deploying by hand, as phase 2 asks: images tagged by commit, applied, reached, taken back."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan import kubernetes, process, running
from groundplan.compose import contexts
from groundplan.errors import InputError, RefusedError, ToolError
from groundplan.files import digest, read_text
from groundplan.kubernetes import (
    cloud,
    cluster,
    naming,
    operators,
    overlays,
    releases,
    validation,
)
from groundplan.kubernetes.pod import labels, secret_settings
from groundplan.kubernetes.releases import Release
from groundplan.kubernetes.source import secrets
from groundplan.kubernetes.validation import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from groundplan.kubernetes.cluster import Cluster, Forwarding
    from groundplan.kubernetes.releases import History
    from groundplan.kubernetes.target import Target
    from groundplan.kubernetes.workload import Manifest
    from groundplan.workspace import Workspace

    Say = Callable[[str], None]

LOADER: Final = "GROUNDPLAN_LOAD_IMAGES"
"""Names a command that copies images from Docker into a local cluster."""
_SHORT: Final = 8


@dataclass(frozen=True)
class Deployment:
    """An overlay of a workspace, and the cluster that it goes to."""

    workspace: Workspace
    target: Target
    cluster: Cluster

    @property
    def folder(self) -> Path:
        """The overlay's files."""
        return self.workspace.root / kubernetes.FOLDER / "overlays" / self.target.name

    def manifests(self, outputs: Mapping[str, Any] | None = None) -> list[Manifest]:
        """What kustomize makes of the overlay, with Terraform's `outputs` filled in.

        Raises RefusedError where a manifest is wrong.
        """
        text = cluster.built(self.folder)
        made = validation.parse(cloud.filled(text, outputs or {}) if self.target.in_cloud else text)
        env = self.target.name if self.target.in_cloud else None
        version = validation.version_of(self.workspace, env)
        if problems := validation.validate(made, version, given=self._given()):
            lines = "\n".join(f"  {problem}" for problem in problems)
            raise RefusedError(f"the manifests are wrong, so nothing is applied\n{lines}")
        return made

    def tag(self) -> str:
        """The tag of the images: the commit that is checked out.

        Where files differ from it, or there is none, the tag has a digest of what they are built
        from too, so that it is another after each change. Raises RefusedError for that in a cloud:
        there are only images of commits.
        """
        tag, clean = _commit(self.workspace.root)
        if clean:
            return tag
        if self.target.in_cloud:
            raise RefusedError(
                "files differ from the commit, and the images in a registry are those of commits",
                hint="commit first; then build the images and push them (docs/runbook.md)",
            )
        file = self.workspace.compose_file
        built = contexts.written(self.target.application, file.parent)
        return f"{tag}-{digest([file, *built], root=file.parent)[:_SHORT]}"

    def apply(self, tag: str, outputs: Mapping[str, Any] | None, *, on_line: Say) -> None:
        """Apply the overlay with its own images at `tag`, and wait until all of it is ready.

        In a local cluster the images are built and copied there first, and the Secrets are made
        of the Compose file's; in the cloud both are expected to be there, and the Jobs that make
        the tables are done before anything that reads them starts. What was applied before and is
        no more in the overlay is deleted at the end, but for what holds data.
        Raises RefusedError where a manifest is wrong, or other than what is rendered today, and
        where the cluster lacks a controller that the overlay counts on.
        """
        self._assert_current()
        made = self.manifests(outputs)
        images = self._images(made, tag)
        if self.target.in_cloud:
            operators.assert_there(made, self.cluster.apis(), self.cluster.context)
        else:
            running.build(self.workspace, self.target.phase, on_line=on_line)
            self._load(made, images, on_line)
        own = {} if self.target.in_cloud else {name_of(item): item for item in self._secrets()}
        release = Release(tag, tuple(cluster.tagged(made, images)))
        history = releases.read(self.cluster).then(release)
        self._put(release, history, jobs=True, own=own.values(), on_line=on_line)

    def before(self) -> Release:
        """What was applied, and ready, before what is there.

        Raises RefusedError where nothing was.
        """
        found = releases.read(self.cluster).before
        if found is None:
            raise RefusedError(
                "nothing else was deployed before what is there, so there is nothing to go back to"
            )
        return found

    def take_back(self, *, on_line: Say) -> None:
        """Apply once more what was there before: settings and images, and no more than it had.

        Data, and with it the tables, and Secrets stay as they are. Raises RefusedError like
        `before`.
        """
        release = self.before()
        history = releases.read(self.cluster).back(release)
        self._put(release, history, jobs=False, on_line=on_line)
        on_line("data, tables and Secrets stay as they are")

    def _put(
        self, release: Release, history: History, *, jobs: bool,
        own: Iterable[Manifest] = (), on_line: Say,
    ) -> None:  # fmt: skip
        """Make the cluster have `release`, and keep the `history` of it there."""
        every = release.manifests
        late = (*cluster.WORKLOADS, "Job")
        first = [item for item in every if item["kind"] == "Namespace"]
        rest = [item for item in every if item["kind"] not in (*late, "Namespace")]
        workloads = [item for item in every if item["kind"] in cluster.WORKLOADS]
        self.cluster.apply(first, on_line=on_line)
        releases.keep(self.cluster, history)  # first, as it is needed most where the rest fails
        self.cluster.apply([*own, *rest], on_line=on_line)
        if jobs and (wanted := [item for item in every if item["kind"] == "Job"]):
            stores = [item for item in workloads if item["kind"] == "StatefulSet"]
            self.cluster.apply(stores, on_line=on_line)
            self.cluster.await_rollout(stores, on_line=on_line)
            self.cluster.run_jobs(wanted, on_line=on_line)
        self.cluster.apply(workloads, on_line=on_line)
        self.cluster.await_rollout(workloads, on_line=on_line)
        self.cluster.delete(history.left, on_line=on_line)
        releases.keep(self.cluster, history.done())

    def _assert_current(self) -> None:
        folders = (self.folder.parents[1] / "base", self.folder)
        stale = [path for path in kubernetes.stale(self.workspace) if path.parent in folders]
        if stale:
            names = ", ".join(str(path.relative_to(self.workspace.root)) for path in stale)
            raise RefusedError(
                f"not what Compose file and design give now, so nothing is applied: {names}",
                hint="render them anew: groundplan k8s render",
            )

    @contextmanager
    def reached(self, port: int = 0) -> Iterator[Forwarding]:
        """The application's way in, as it is reached on this machine meanwhile, at `port`.

        0 is any that is free. Raises RefusedError and ToolError like `Cluster.forwarded`.
        """
        service, inside = self.target.way_in
        with self.cluster.forwarded(service.name, inside, port) as found:
            yield found

    def _images(self, made: list[Manifest], tag: str) -> dict[str, str]:
        """For each image that is built here, the same with the tag."""
        names = {item.name for item in self.target.running if item.build}
        own = [
            container["image"]
            for item in made
            if item["metadata"]["name"] in names and "template" in (item.get("spec") or {})
            for container in item["spec"]["template"]["spec"]["containers"]
        ]
        return {image: f"{cloud.untagged(image)}:{tag}" for image in own}

    def _load(self, made: list[Manifest], images: Mapping[str, str], on_line: Say) -> None:
        """Tag what was built, and copy every image that pods use into the local cluster."""
        docker = process.find("docker", install=running.GET_DOCKER)
        for old, new in images.items():
            process.run([docker, "tag", old, new])
        used = {
            images.get(container["image"], container["image"])
            for item in made
            if "template" in (item.get("spec") or {})
            for container in item["spec"]["template"]["spec"]["containers"]
        }
        argv = _loader(self.cluster.context)
        on_line(f"copying {len(used)} images into the cluster")
        process.run([*argv, *sorted(used)])

    def _given(self) -> tuple[str, ...]:
        source = self.target.source
        return () if self.target.in_cloud else tuple(
            overlays.needed_secrets(source, self.target.running)
        )  # fmt: skip

    def _secrets(self) -> Iterator[Manifest]:
        """The Secrets of a local cluster, from the files and settings of Compose."""
        source = self.target.source
        running.make_secrets(self.workspace, source.document)
        files = source.document.get("secrets") or {}
        for service in self.target.running:
            raw, of = source.raw(service), labels(source.application.name, service)
            part_of = {"app.kubernetes.io/part-of": source.application.name}
            for name in secrets(raw):
                data = {name: _content(files.get(name) or {}, name)}
                yield self.cluster.secret(naming.secret(source, name), data, part_of)
            if names := secret_settings(raw):
                data = {key: str(raw["environment"][key]) for key in names}
                yield self.cluster.secret(naming.settings_secret(service), data, of)


def opened(workspace: Workspace, overlay: str, context: str) -> Deployment:
    """The overlay of that name, on the cluster of `context`.

    Raises InputError for an overlay or context that is not there, RefusedError where the context
    is another cluster's than the one that Terraform makes for the overlay.
    """
    target = kubernetes.find(workspace, overlay)
    planned: set[str] = set()
    if target.in_cloud:
        facts = workspace.facts(target.name, target.phase or 0)
        planned = {str(item.get("name")) for item in facts.of_type("aws_eks_cluster")}
    return Deployment(workspace, target, cluster.connect(context, target.application.name, planned))


def _commit(root: Path) -> tuple[str, bool]:
    """The commit that is checked out, and whether the files are those of it."""
    head = process.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=root, check=False)
    if head.returncode:
        return "uncommitted", False
    changed = process.run(["git", "status", "--porcelain"], cwd=root, check=False).stdout.strip()
    return (f"{head.stdout.strip()}-changed", False) if changed else (head.stdout.strip(), True)


def _loader(context: str) -> list[str]:
    """The command that copies images into the cluster of `context`, but for the images."""
    if given := os.environ.get(LOADER):
        return shlex.split(given)
    if context.startswith("kind-"):
        return ["kind", "load", "docker-image", "--name", context.removeprefix("kind-")]
    if context.startswith("k3d-"):
        return ["k3d", "image", "import", "--cluster", context.removeprefix("k3d-")]
    raise ToolError(
        f"how do images get into the cluster of '{context}'?",
        hint=f"kind and k3d are known; for another, {LOADER} names a command that takes images",
    )


def _content(secret: Mapping[str, Any], name: str) -> str:
    if "file" in secret:
        return read_text(Path(secret["file"]))
    if "environment" in secret:
        return os.environ.get(secret["environment"], "")
    raise InputError(f"the secret {name} has no file", hint="make it in the cluster yourself")
