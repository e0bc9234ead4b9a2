"""The application on a cluster: applied, watched, reached and taken back, always by kubectl.

Only the context that is named is ever touched, never the one that happens to be current.
"""

from __future__ import annotations

import json
import re
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty
from typing import TYPE_CHECKING, Any, Final, NoReturn

from groundplan import process
from groundplan.errors import InputError, RefusedError, ToolError, suggest
from groundplan.kubernetes.manifest import plain
from groundplan.kubernetes.validation import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from queue import SimpleQueue

    from groundplan.kubernetes.workload import Manifest

    Say = Callable[[str], None]

_GET: Final = "install kubectl: https://kubernetes.io/docs/tasks/tools/; a cluster: kind or k3d"
WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet")
"""The kinds whose pods are to run for good."""
_CLAIM: Final = "PersistentVolumeClaim"
_ROLLOUT: Final = 300  # seconds until every copy has to be ready
_READY: Final = 30
# What kubectl says once it listens, and then of each connection that comes.
_FORWARDING: Final = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+) ")
_CONNECTION: Final = "Handling connection for "
# What a cluster of before 1.21 or 1.23 calls what has the same fields there.
_FORMER: Final = {"policy/v1": "policy/v1beta1", "autoscaling/v2": "autoscaling/v2beta2"}


@dataclass(frozen=True)
class Cluster:
    """A cluster by the name of its context, as `kubectl config get-contexts` lists it."""

    kubectl: str
    context: str
    namespace: str

    def run(self, *words: str, stdin: str | None = None, check: bool = True) -> process.Outcome:
        """kubectl in this context and namespace."""
        return process.run([*self._argv, *words], stdin=stdin, check=check)

    def stream(self, *words: str, on_line: Say) -> process.Outcome:
        """The same for what takes its time."""
        return process.stream([*self._argv, *words], on_line=on_line)

    @property
    def _argv(self) -> list[str]:
        return [self.kubectl, "--context", self.context, "--namespace", self.namespace]

    def name(self) -> str:
        """The cluster's own name, as EKS or eksctl wrote it into the kubeconfig."""
        words = ("config", "view", "--minify", "--output", "jsonpath={.clusters[0].name}")
        entry = self.run(*words).stdout.strip()
        return entry.rpartition("/")[2].partition(".")[0]  # of an ARN, or of NAME.REGION.eksctl.io

    def apis(self) -> set[str]:
        """The APIs that the cluster has, those of its controllers among them."""
        return set(self.run("api-versions").stdout.split())

    def apply(self, manifests: Sequence[Manifest], *, on_line: Say) -> None:
        """Apply `manifests`, as far as the cluster's version knows their kinds."""
        ready, unknown = self._sorted(manifests)
        for item in unknown:
            on_line(f"left out, unknown to this cluster: {name_of(item)}")
        if not ready:
            return
        words = ("apply", "--filename", "-")
        for line in self.run(*words, stdin=_text(ready)).stdout.splitlines():
            if not line.endswith(" unchanged"):
                on_line(line)

    def delete(self, manifests: Sequence[Manifest], *, on_line: Say) -> None:
        """Delete what `manifests` tell of, as far as it is there; what holds data is only named."""
        for item in (item for item in manifests if item["kind"] == _CLAIM):
            on_line(f"{name_of(item)} is used no more; it stays, as it holds data")
        gone, _ = self._sorted([item for item in manifests if item["kind"] != _CLAIM])
        if gone:
            words = ("delete", "--ignore-not-found", "--filename", "-")
            for line in self.run(*words, stdin=_text(gone)).stdout.splitlines():
                on_line(line)

    def _sorted(self, manifests: Sequence[Manifest]) -> tuple[list[Manifest], list[Manifest]]:
        """Those of which the cluster's version knows the kind, as it calls it, and the others."""
        known = self.apis()
        ready = [_former(item, known) for item in manifests]
        there = [item for item in ready if item["apiVersion"] in known]
        return there, [item for item in ready if item["apiVersion"] not in known]

    def await_rollout(self, manifests: Sequence[Manifest], *, on_line: Say) -> None:
        """Wait until every copy of every workload is ready. Raises ToolError, with the reason."""
        for item in manifests:
            if item["kind"] in WORKLOADS:
                name = f"{item['kind'].lower()}/{item['metadata']['name']}"
                words = ("rollout", "status", name, f"--timeout={_ROLLOUT}s")
                outcome = self.stream(*words, on_line=lambda _line: None)
                if outcome.returncode:
                    raise ToolError(
                        f"{name} does not become ready: {outcome.stdout.strip()}\n"
                        f"{self._reasons(item)}",
                        hint="take it back: groundplan k8s rollback",
                    )
                on_line(f"{name} is ready")

    def run_jobs(self, manifests: Sequence[Manifest], *, on_line: Say) -> None:
        """Run Jobs anew, each to its end. Raises ToolError where one fails, with what it said."""
        for item in manifests:
            name = f"job/{item['metadata']['name']}"
            # A Job can't be changed, and one that is done would not run again.
            self.run("delete", name, "--ignore-not-found")
            self.apply([item], on_line=on_line)
            state = self._ended(name)
            if state != "Complete":
                raise ToolError(
                    f"{name} {'failed' if state else 'does not end'}\n{self._reasons(item)}",
                    hint="it is run anew when you apply again",
                )
            on_line(f"{name} is done")

    def secret(self, name: str, data: Mapping[str, str], labels: Mapping[str, str]) -> Manifest:
        """A Secret that holds `data`, which goes to the cluster by kubectl's input only."""
        return {
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "stringData": dict(data),
            "metadata": {"name": name, "namespace": self.namespace, "labels": dict(labels)},
        }  # fmt: skip

    @contextmanager
    def forwarded(self, service: str, port: int, local: int = 0) -> Iterator[Forwarding]:
        """`port` of a service, as it is reached on this machine meanwhile.

        `local` is the port here, 0 for any that is free. Only this machine can use it. Raises
        RefusedError where something else has it, ToolError where kubectl does not forward it.
        """
        if local:
            _assert_free(local)
        # Without a port here, kubectl takes one that is free.
        words = ("--address", "127.0.0.1", f"service/{service}", f"{local or ''}:{port}")
        with process.background([*self._argv, "port-forward", *words]) as said:
            yield Forwarding(_address(said), said)

    def _ended(self, job: str) -> str:
        """How a Job ended: `Complete` or `Failed`; empty where it did not in time."""
        end = time.monotonic() + _ROLLOUT
        while time.monotonic() < end:
            status = json.loads(self.run("get", job, "--output", "json").stdout).get("status") or {}
            for item in status.get("conditions") or ():
                if item["type"] in ("Complete", "Failed") and item["status"] == "True":
                    return str(item["type"])
            time.sleep(1)
        return ""

    def _reasons(self, workload: Manifest) -> str:
        """What the pods of a workload that is not ready wait for, and say."""
        labels = workload["spec"]["template"]["metadata"]["labels"]
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        pods = json.loads(self.run("get", "pods", "-l", selector, "--output", "json").stdout)
        told = [line for pod in pods["items"] for line in _waits(pod)]
        logs = self.run("logs", "-l", selector, "--tail", "5", "--all-containers", check=False)
        return "\n".join(f"  {line}" for line in [*told, *logs.stdout.splitlines()[-10:]])


@dataclass(frozen=True)
class Forwarding:
    """A port of the cluster as it is reached on this machine, at `address`, and what kubectl
    says of it.
    """

    address: str
    said: SimpleQueue[str | None]

    def wait(self) -> NoReturn:
        """Wait until it ends, as it does with its pod. Raises ToolError, with the reason."""
        reason = "kubectl ended"
        for line in iter(self.said.get, None):
            if line and not line.startswith(_CONNECTION):
                reason = line
        raise ToolError(
            f"{self.address} leads to the cluster no more: {reason}",
            hint="it led to one pod; the same command finds one that runs",
        )


def connect(context: str, namespace: str, planned: Collection[str] = ()) -> Cluster:
    """The cluster of `context`.

    `planned` are the names in AWS that it may have, if any are known. Raises InputError where
    there is no such context, RefusedError where it is another cluster's, ToolError where kubectl is
    missing or the cluster does not answer.
    """
    kubectl = process.find("kubectl", install=_GET)
    known = process.run([kubectl, "config", "get-contexts", "--output", "name"]).stdout.split()
    if context not in known:
        raise InputError(
            f"there is no context '{context}' in your kubeconfig",
            hint=suggest(context, known)
            or "KUBECONFIG names another file; or make a cluster: kind",
        )
    cluster = Cluster(kubectl, context, namespace)
    if planned and (name := cluster.name()) not in planned:
        raise RefusedError(
            f"'{context}' is the cluster {name}, and not {' or '.join(sorted(planned))}",
            hint="the runbook has the command that makes the context: docs/runbook.md",
        )
    answer = cluster.run("version", "--output", "json", "--request-timeout", "10s", check=False)
    if answer.returncode:
        said = (answer.stderr.strip() or "it said nothing").splitlines()[-1]
        raise ToolError(f"the cluster of '{context}' does not answer: {said}")
    return cluster


def built(folder: Path) -> str:
    """What `kubectl kustomize` makes of an overlay. Raises ToolError where it can't."""
    kubectl = process.find("kubectl", install=_GET)
    return process.run([kubectl, "kustomize", str(folder)]).stdout


def tagged(manifests: Sequence[Manifest], images: Mapping[str, str]) -> list[Manifest]:
    """The manifests with other images: `images` tells for each what it becomes."""
    text = json.dumps(list(manifests))
    found: list[Manifest] = json.loads(text, object_hook=lambda item: _with_image(item, images))
    return found


def assert_named(context: str | None, command: str) -> str:
    """The context that was asked for by `command`. Raises RefusedError where none was."""
    if context:
        return context
    raise RefusedError(
        "which cluster? The current one could be anybody's",
        hint=f"{command} --context NAME; kubectl config get-contexts lists them",
    )


def _with_image(item: dict[str, Any], images: Mapping[str, str]) -> dict[str, Any]:
    image = item.get("image")
    return {**item, "image": images.get(image, image)} if isinstance(image, str) else item


def _former(item: Manifest, known: set[str]) -> Manifest:
    version = item["apiVersion"]
    former = _FORMER.get(version)
    return {**item, "apiVersion": former} if former and version not in known else item


def _waits(pod: Mapping[str, Any]) -> Iterator[str]:
    for status in pod["status"].get("containerStatuses") or ():
        for state, what in status["state"].items():
            if state != "running" or not status["ready"]:
                said = " ".join(filter(None, [what.get("reason"), what.get("message")]))
                yield f"{pod['metadata']['name']}: {said or 'runs, and is not ready'}"


def _text(manifests: Sequence[Manifest]) -> str:
    return "---\n".join(map(plain, manifests))


def _assert_free(port: int) -> None:
    """Whoever has the port would answer in the cluster's place."""
    with socket.socket() as server:
        # As kubectl does it: a connection that is over keeps no port.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError as error:
            raise RefusedError(
                f"the port {port} can't be used: {(error.strerror or '').lower()}",
                hint="choose another: --port NUMBER; groundplan up may have it: groundplan down",
            ) from None


def _address(said: SimpleQueue[str | None]) -> str:
    """Where kubectl listens, once it says so. Whoever answers there before is somebody else."""
    end, lines = time.monotonic() + _READY, []
    with suppress(Empty):
        while (line := said.get(timeout=max(0, end - time.monotonic()))) is not None:
            if found := _FORWARDING.match(line):
                return f"http://127.0.0.1:{found[1]}"
            lines.append(line)
    raise ToolError(f"nothing is forwarded: {' '.join(lines) or 'kubectl says nothing'}")
