"""Mistakes that schemas let pass: names, ports, quantities, and references to what is not there."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from groundplan.kubernetes.workload import Manifest

_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")
_SERVICE: Final = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_PORT_NAME: Final = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")
_VALUE: Final = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_KEY: Final = re.compile(
    r"([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
)
_QUANTITY: Final = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(m|[KMGTPE]i|[kMGTPE]|[eE][+-]?\d+)?")
_UNITS: Final = {
    "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_MOST: Final = 65535

Found = tuple["Manifest", str]


@dataclass(frozen=True)
class _All:
    """All manifests that go together; `given` are Secrets that are there without them."""

    manifests: Sequence[Manifest]
    given: frozenset[str]

    def of(self, *kinds: str) -> list[Manifest]:
        """The manifests of these kinds."""
        return [item for item in self.manifests if item["kind"] in kinds]

    def has(self, kind: str, name: str, beside: Manifest) -> Manifest | None:
        """The manifest of that kind and name in the namespace of `beside`."""
        where = _namespace(beside)
        of_kind = (item for item in self.of(kind) if _name(item) == name)
        return next((item for item in of_kind if _namespace(item) == where), None)

    def pods(self) -> list[tuple[Manifest, Mapping[str, str], Mapping[str, Any]]]:
        """Each workload, with the labels and the spec of its pods."""
        return [(item, *_pod(item)) for item in self.of(*_WORKLOADS, "Job", "CronJob", "Pod")]

    def keys(self, kind: str, name: str, beside: Manifest) -> frozenset[str] | None:
        """The keys of a ConfigMap or Secret; None where it is not there."""
        if kind == "Secret":
            if name in self.given:
                return frozenset({"*"})
            for item in self.of("ExternalSecret"):
                target = item["spec"]["target"].get("name") or _name(item)
                if target == name and _namespace(item) == _namespace(beside):
                    made = (item["spec"]["target"].get("template") or {}).get("data")
                    return frozenset(made or (x["secretKey"] for x in item["spec"]["data"]))
        found = self.has(kind, name, beside)
        if found is None:
            return None
        every = ("data", "binaryData", "stringData")
        return frozenset(key for part in every for key in found.get(part) or ())


def mistakes(manifests: Sequence[Manifest], given: frozenset[str]) -> Iterator[Found]:
    """Each mistake with the manifest that has it. Every manifest has the shape of its kind."""
    every = _All(manifests, given)
    for check in _CHECKS:
        yield from check(every)


def _names(every: _All) -> Iterator[Found]:
    """Names that are none, or that two of one kind have."""
    counted = Counter((item["kind"], _namespace(item), _name(item)) for item in every.manifests)
    for item in every.manifests:
        pattern = {"Service": _SERVICE, "Namespace": _LABEL}.get(item["kind"], _SUBDOMAIN)
        if not pattern.fullmatch(_name(item)):
            yield item, f"'{_name(item)}' can't be the name of a {item['kind']}"
        if counted[item["kind"], _namespace(item), _name(item)] > 1:
            yield item, "is there twice"
        for key, value in (item["metadata"].get("labels") or {}).items():
            if not (_KEY.fullmatch(key) and _VALUE.fullmatch(str(value))):
                yield item, f"the label {key}={value} is none"


def _selectors(every: _All) -> Iterator[Found]:
    """Selectors that select nothing, or not the workload's own pods."""
    pods = every.pods()
    for item, labels, _spec in pods:
        wanted = item["spec"].get("selector", {}).get("matchLabels", {})
        if item["kind"] in _WORKLOADS and not _selects(wanted, labels):
            yield item, "its selector does not select its own pods"
    for item in every.of("Service", "PodDisruptionBudget", "NetworkPolicy"):
        for selector in _selectors_of(item):
            if not any(_selects(selector, found) for other, found, _ in pods if _near(other, item)):
                yield item, f"selects no pod of these ({_listed(selector)})"


def _ports(every: _All) -> Iterator[Found]:
    """Ports that are none, and Services that lead to a port that nothing opens."""
    for item, _labels, spec in every.pods():
        for container in _containers(spec):
            yield from ((item, text) for text in _container_ports(container))
    for item in every.of("NetworkPolicy"):
        rules = [*(item["spec"].get("ingress") or ()), *(item["spec"].get("egress") or ())]
        for port in (port["port"] for rule in rules for port in rule.get("ports") or ()):
            yield from ((item, text) for text in _port_wrong(port) if isinstance(port, int))
    for item in every.of("Service"):
        ports = item["spec"].get("ports") or []
        names = Counter(port.get("name") for port in ports)
        for port in ports:
            if len(ports) > 1 and (not port.get("name") or names[port.get("name")] > 1):
                yield item, f"port {port['port']} needs a name of its own"
            yield from ((item, text) for text in _port_wrong(port["port"], port.get("name")))
            if not _opened(every, item, port):
                aim = port.get("targetPort", port["port"])
                yield item, f"leads to port {aim}, which its pods don't open"


def _container_ports(container: Mapping[str, Any]) -> Iterator[str]:
    ports = container.get("ports") or []
    for port in ports:
        yield from _port_wrong(port["containerPort"], port.get("name"))
    names = {port.get("name") for port in ports}
    for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
        for way in ("httpGet", "tcpSocket"):
            aim = ((container.get(probe) or {}).get(way) or {}).get("port")
            if isinstance(aim, str) and aim not in names:
                yield f"its {probe} asks port '{aim}', which has no such name"
            elif isinstance(aim, int):
                yield from _port_wrong(aim)


def _port_wrong(port: int, name: str | None = None) -> Iterator[str]:
    if not 0 < port <= _MOST:
        yield f"{port} is no port"
    if name is not None and not _PORT_NAME.fullmatch(name):
        yield f"'{name}' can't be the name of a port: at most 15 small letters, digits and '-'"


def _opened(every: _All, service: Manifest, port: Mapping[str, Any]) -> bool:
    """Whether a pod opens what a port of a Service leads to; true where pods don't say at all."""
    selector = service["spec"].get("selector")
    if not selector:
        return True
    aim, kind = port.get("targetPort", port["port"]), port.get("protocol", "TCP")
    opened: list[tuple[Any, str]] = []
    for item, labels, spec in every.pods():
        if _near(item, service) and _selects(selector, labels):
            for found in (p for c in _containers(spec) for p in c.get("ports") or ()):
                transport = found.get("protocol", "TCP")
                opened += [(found["containerPort"], transport), (found.get("name"), transport)]
    return not opened or (aim, kind) in opened


def _quantities(every: _All) -> Iterator[Found]:
    """Quantities that are none, and requests above their limits."""
    for item, _labels, spec in every.pods():
        for container in _containers(spec):
            given = container.get("resources") or {}
            asked, limits = given.get("requests") or {}, given.get("limits") or {}
            for name, value in [*asked.items(), *limits.items()]:
                if quantity(value) is None:
                    yield item, f"'{value}' is no quantity of {name}"
            for name in asked.keys() & limits.keys():
                least, most = quantity(asked[name]), quantity(limits[name])
                if least is not None and most is not None and least > most:
                    yield (
                        item,
                        f"asks for more {name} ({asked[name]}) than its limit ({limits[name]})",
                    )


def quantity(value: object) -> float | None:
    """`512Mi` in bytes, `50m` in cores; None for what is no quantity."""
    found = _QUANTITY.fullmatch(str(value))
    if not found:
        return None
    unit = found[2] or ""
    return float(found[1]) * _UNITS[unit] if unit in _UNITS else float(found[1] + unit)


def _references(every: _All) -> Iterator[Found]:
    """ConfigMaps, Secrets, accounts and claims that are named and not there."""
    for item, _labels, spec in every.pods():
        account = spec.get("serviceAccountName", "default")
        if account != "default" and not every.has("ServiceAccount", account, item):
            yield item, f"there is no ServiceAccount '{account}'"
        for kind, name, key, optional in _held(spec):
            keys = every.keys(kind, name, item)
            if keys is None and not optional:
                yield item, f"there is no {kind} '{name}'"
            elif keys is not None and key and not optional and not keys & {key, "*"}:
                yield item, f"{kind} '{name}' has no key '{key}'"
        for volume in spec.get("volumes") or ():
            claim = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if claim and not every.has("PersistentVolumeClaim", claim, item):
                yield item, f"there is no PersistentVolumeClaim '{claim}'"
        yield from ((item, text) for text in _mounts(item, spec))


def _mounts(item: Manifest, spec: Mapping[str, Any]) -> Iterator[str]:
    claims = item["spec"].get("volumeClaimTemplates") or ()
    volumes = {v["name"] for v in spec.get("volumes") or ()} | {_name(claim) for claim in claims}
    for container in _containers(spec):
        mounts = container.get("volumeMounts") or ()
        yield from (
            f"mounts '{mount['name']}', which is none of its volumes"
            for mount in mounts
            if mount["name"] not in volumes
        )
        paths = Counter(mount["mountPath"] for mount in mounts)
        yield from (f"mounts two things at {path}" for path, n in paths.items() if n > 1)


def _held(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None, bool]]:
    """What a pod reads: kind, name, key (None for all) and whether it may be missing."""
    for container in _containers(spec):
        for source in container.get("envFrom") or ():
            for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if found := source.get(field):
                    yield kind, found["name"], None, bool(found.get("optional"))
        for variable in container.get("env") or ():
            given = variable.get("valueFrom") or {}
            for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                if found := given.get(field):
                    yield kind, found["name"], found["key"], bool(found.get("optional"))
    for volume in spec.get("volumes") or ():
        for part in [volume, *((volume.get("projected") or {}).get("sources") or ())]:
            yield from _mounted(part)


def _mounted(part: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None, bool]]:
    for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
        if found := part.get(field):
            name, optional = found.get("name") or found["secretName"], bool(found.get("optional"))
            keys = [entry["key"] for entry in found.get("items") or ()] or [None]
            yield from ((kind, name, key, optional) for key in keys)


def _targets(every: _All) -> Iterator[Found]:
    """Autoscalers of nothing, and ways in that lead nowhere."""
    for item in every.of("HorizontalPodAutoscaler"):
        aim = item["spec"]["scaleTargetRef"]
        if not every.has(aim["kind"], aim["name"], item):
            yield item, f"there is no {aim['kind']} '{aim['name']}' to scale"
        elif not _asks_for_cpu(every.has(aim["kind"], aim["name"], item) or {}):
            yield item, f"{aim['name']} asks for no CPU, so there is no share of it to measure"
        if item["spec"].get("minReplicas", 1) > item["spec"]["maxReplicas"]:
            yield item, "its least is above its most"
    for item in every.of("Ingress"):
        for backend in _backends(item["spec"]):
            service = every.has("Service", backend["name"], item)
            port = (backend.get("port") or {}).get("number") or backend["port"].get("name")
            if service is None:
                yield item, f"there is no Service '{backend['name']}'"
            elif port not in _service_ports(service):
                yield item, f"Service '{backend['name']}' has no port {port}"


def _asks_for_cpu(workload: Manifest) -> bool:
    _labels, spec = _pod(workload)
    return all((c.get("resources") or {}).get("requests", {}).get("cpu") for c in _containers(spec))


def _backends(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    default = [spec["defaultBackend"]] if "defaultBackend" in spec else []
    rules = spec.get("rules") or ()
    paths = [path for rule in rules for path in (rule.get("http") or {}).get("paths") or ()]
    yield from (b["service"] for b in [*default, *(p["backend"] for p in paths)] if "service" in b)


def _service_ports(service: Manifest) -> set[Any]:
    return {
        port.get(key) for port in service["spec"].get("ports") or () for key in ("port", "name")
    }


def _selectors_of(item: Manifest) -> list[Mapping[str, str]]:
    spec = item["spec"]
    if item["kind"] == "Service":
        return [spec["selector"]] if spec.get("selector") else []
    selector = spec.get("podSelector" if item["kind"] == "NetworkPolicy" else "selector") or {}
    return [selector["matchLabels"]] if selector.get("matchLabels") else []


def _selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return bool(selector) and selector.items() <= labels.items()


def _listed(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _pod(item: Manifest) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """The labels and the spec of a workload's pods."""
    spec = item["spec"]
    if item["kind"] == "Pod":
        return item["metadata"].get("labels") or {}, spec
    if item["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template = spec["template"]
    return (template.get("metadata") or {}).get("labels") or {}, template["spec"]


def _containers(spec: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [*(spec.get("initContainers") or ()), *spec["containers"]]


def _near(one: Manifest, other: Manifest) -> bool:
    return _namespace(one) == _namespace(other)


def _namespace(item: Manifest) -> str:
    return str(item["metadata"].get("namespace") or "")


def _name(item: Manifest) -> str:
    return str(item["metadata"].get("name") or "")


_CHECKS: Final[tuple[Callable[[_All], Iterator[Found]], ...]] = (
    _names, _selectors, _ports, _quantities, _references, _targets,
)  # fmt: skip
