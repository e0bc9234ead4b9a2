"""Manifests that go together: who is there, who has pods, and what a selector selects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from groundplan.kubernetes.workload import Manifest

RUNNING: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
"""The kinds that keep pods running, and say by a selector which."""
_WITH_PODS: Final = (*RUNNING, "ReplicationController", "Job", "CronJob", "Pod")
_ADDED: Final = frozenset({
    "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "pod-template-hash",
    "controller-revision-hash", "job-name", "batch.kubernetes.io/job-name",
})  # fmt: skip
_FILLED: Final = "kubernetes.io/service-account-token"  # a Secret of that type, by the cluster

Said = tuple[str, int | None]
"""What is wrong, and the line in which it stands, as far as that is known."""
Found = tuple["Manifest", str] | tuple["Manifest", str, int | None]


@dataclass(frozen=True)
class Pods:
    """The pods of a manifest: their labels, and their spec."""

    of: Manifest
    labels: Mapping[str, str]
    spec: Mapping[str, Any]

    @property
    def containers(self) -> list[Mapping[str, Any]]:
        """All containers, those that run first among them."""
        return [*self.spec.get("initContainers", ()), *self.spec["containers"]]

    @cached_property
    def opened(self) -> frozenset[tuple[Any, str]]:
        """The numbers and names of the ports that they tell of, each with its protocol."""
        ports = [port for container in self.containers for port in container.get("ports", ())]
        return frozenset(
            (port[key], port.get("protocol") or "TCP")
            for port in ports
            for key in ("containerPort", "name")
            if key in port
        )


@dataclass(frozen=True)
class Together:
    """All manifests that go to one cluster; `given` are Secrets that are there without them.

    Each has the shape of its kind, and nothing in it is null.
    """

    manifests: Sequence[Manifest]
    given: frozenset[str]

    def of(self, *kinds: str) -> list[Manifest]:
        """The manifests of these kinds."""
        return [item for item in self.manifests if item["kind"] in kinds]

    def has(self, kind: str, name: str, beside: Manifest) -> Manifest | None:
        """The manifest of that kind and name in the namespace of `beside`."""
        return self._by_name.get((kind, namespace(beside), name))

    @cached_property
    def pods(self) -> tuple[Pods, ...]:
        """The pods of every manifest that has some."""
        return tuple(_pods(item) for item in self.of(*_WITH_PODS) if _template(item))

    def selected(self, selector: Mapping[str, Any], beside: Manifest) -> list[Pods]:
        """The pods in the namespace of `beside` that `selector` selects."""
        labels, more = _asked(selector)
        pods = self._pods_in.get(namespace(beside), ())
        return [item for item in pods if _fits(labels, more, item.labels)]

    def keys(self, kind: str, name: str, beside: Manifest) -> frozenset[str] | None:
        """The keys of a ConfigMap or Secret, `*` for any; None where it is not there."""
        if kind == "ConfigMap" and name == "kube-root-ca.crt":  # every namespace has it
            return frozenset({"ca.crt"})
        if kind == "Secret" and name in self.given:
            return frozenset("*")
        if found := self.has(kind, name, beside):
            every = ("data", "binaryData", "stringData")
            filled = found.get("type") == _FILLED
            return frozenset("*" if filled else (key for p in every for key in found.get(p, ())))
        made = [_made(item) for item in self.of("ExternalSecret") if near(item, beside)]
        return dict(made).get(name) if kind == "Secret" else None

    @cached_property
    def _pods_in(self) -> dict[str, list[Pods]]:
        found: dict[str, list[Pods]] = {}
        for pods in self.pods:
            found.setdefault(namespace(pods.of), []).append(pods)
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], Manifest]:
        return {(item["kind"], namespace(item), name(item)): item for item in self.manifests}


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects what has these labels; an empty one selects everything.

    Labels that a cluster adds to pods are taken for right.
    """
    return _fits(*_asked(selector), labels)


def told(selector: Mapping[str, Any]) -> str:
    """A selector as `kubectl --selector` takes it: `app=web,tier in (a,b)`."""
    labels = sorted(selector.get("matchLabels", {}).items())
    more = [_expression(item) for item in selector.get("matchExpressions", ())]
    return ",".join([*(f"{key}={value}" for key, value in labels), *more])


def twice(values: Iterable[Any]) -> list[Any]:
    """The values that are there more than once, each once; empty ones don't count."""
    return [value for value, number in Counter(values).items() if value and number > 1]


def near(one: Manifest, other: Manifest) -> bool:
    """Whether two manifests are in one namespace."""
    return namespace(one) == namespace(other)


def namespace(item: Manifest) -> str:
    """The namespace of a manifest."""
    return str(item["metadata"].get("namespace") or "default")


def name(item: Manifest) -> str:
    """The name of a manifest; empty where the cluster gives it one."""
    return str(item["metadata"].get("name", ""))


def _asked(selector: Mapping[str, Any]) -> tuple[dict[str, str], list[Mapping[str, Any]]]:
    """The labels and the expressions of a selector, but for what a cluster adds."""
    labels = selector.get("matchLabels", {}).items()
    more = selector.get("matchExpressions", ())
    return (
        {key: value for key, value in labels if key not in _ADDED},
        [item for item in more if item["key"] not in _ADDED],
    )


def _fits(wanted: dict[str, str], more: list[Mapping[str, Any]], labels: Mapping[str, str]) -> bool:
    return wanted.items() <= labels.items() and all(_meets(labels, item) for item in more)


def _meets(labels: Mapping[str, str], wanted: Mapping[str, Any]) -> bool:
    key, values = wanted["key"], wanted.get("values", ())
    return {
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }.get(wanted["operator"], False)


def _expression(wanted: Mapping[str, Any]) -> str:
    key, operator = wanted["key"], wanted["operator"].lower()
    if operator in ("exists", "doesnotexist"):
        return f"{'' if operator == 'exists' else '!'}{key}"
    return f"{key} {operator} ({','.join(wanted.get('values', ()))})"


def _template(item: Manifest) -> Mapping[str, Any] | None:
    """What a manifest makes its pods from; a Pod is its own."""
    spec: Mapping[str, Any] = item["spec"]
    if item["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return item if item["kind"] == "Pod" else spec.get("template")


def _pods(item: Manifest) -> Pods:
    template = _template(item) or {}
    return Pods(item, template.get("metadata", {}).get("labels", {}), template["spec"])


def _made(external: Manifest) -> tuple[str, frozenset[str]]:
    """The name and the keys of the Secret that an ExternalSecret becomes."""
    spec = external["spec"]
    target = spec.get("target", {})
    template = target.get("template", {})
    if "dataFrom" in spec or "templateFrom" in template:
        keys = frozenset("*")  # only the store knows
    else:
        keys = frozenset(template.get("data") or (item["secretKey"] for item in spec["data"]))
    return target.get("name") or name(external), keys
