"""What is named and not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.kubernetes.loader import line_of
from groundplan.kubernetes.mistakes.together import name, namespace, twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.kubernetes.mistakes.together import Found, Pods, Said, Together
    from groundplan.kubernetes.workload import Manifest

_Need = tuple[str, str, str | None, int | None]
_SYSTEM: Final = "kube-system"  # has Roles of its own
# Of an Ingress for which an operator makes the Secret.
_ISSUED: Final = ("cert-manager.io/", "kubernetes.io/tls-acme")


def of_pods(every: Together) -> Iterator[Found]:
    """Accounts, ConfigMaps, Secrets and claims that pods need."""
    for pods in every.pods:
        account = pods.spec.get("serviceAccountName") or "default"
        if account != "default" and not every.has("ServiceAccount", account, pods.of):
            line = line_of(pods.spec, ["serviceAccountName"])
            yield pods.of, f"there is no ServiceAccount '{account}'", line
        for kind, called, key, line in _needed(pods):
            keys = every.keys(kind, called, pods.of)
            if keys is None:
                yield pods.of, f"there is no {kind} '{called}'", line
            elif key and not keys & {key, "*"}:
                yield pods.of, f"{kind} '{called}' has no key '{key}'", line
        for volume in pods.spec.get("volumes", ()):
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim and not every.has("PersistentVolumeClaim", claim, pods.of):
                line = line_of(volume, ["persistentVolumeClaim", "claimName"])
                yield pods.of, f"there is no PersistentVolumeClaim '{claim}'", line
        yield from ((pods.of, *said) for said in _mounts(pods))


def _mounts(pods: Pods) -> Iterator[Said]:
    claims = pods.of["spec"].get("volumeClaimTemplates", ())
    volumes = {item["name"] for item in pods.spec.get("volumes", ())} | {name(c) for c in claims}
    for container in pods.containers:
        mounts = container.get("volumeMounts", ())
        for mount in mounts:
            if mount["name"] not in volumes:
                line = line_of(mount, ["name"])
                yield f"mounts '{mount['name']}', which is none of its volumes", line
        for path in twice(mount["mountPath"] for mount in mounts):
            last = [mount for mount in mounts if mount["mountPath"] == path][-1]
            yield f"mounts two things at {path}", line_of(last, ["mountPath"])


def _needed(pods: Pods) -> Iterator[_Need]:
    """What a pod reads and can't do without: kind, name and key, None for all of it; the line."""
    for secret in pods.spec.get("imagePullSecrets", ()):
        yield "Secret", secret["name"], None, line_of(secret, ["name"])
    for container in pods.containers:
        for source in container.get("envFrom", ()):
            yield from _referred(source, "configMapRef", "secretRef")
        for variable in container.get("env", ()):
            yield from _referred(variable.get("valueFrom", {}), "configMapKeyRef", "secretKeyRef")
    for volume in pods.spec.get("volumes", ()):
        for part in (volume, *volume.get("projected", {}).get("sources", ())):
            yield from _referred(part, "configMap", "secret")


def _referred(holder: Mapping[str, Any], config: str, secret: str) -> Iterator[_Need]:
    for field, kind in ((config, "ConfigMap"), (secret, "Secret")):
        found = holder.get(field, {"optional": True})
        if not found.get("optional"):
            keys = [found.get("key"), *(item["key"] for item in found.get("items", ()))]
            for key in filter(None, keys) if any(keys) else (None,):
                called = "name" if "name" in found else "secretName"
                yield kind, found[called], key, line_of(found, ["key" if key else called])


def services(every: Together) -> Iterator[Found]:
    """Services by which the pods of a StatefulSet are called."""
    for item in every.of("StatefulSet"):
        called = item["spec"].get("serviceName")
        if called and not every.has("Service", called, item):
            line = line_of(item, ["spec", "serviceName"])
            yield item, f"there is no Service '{called}' by which its pods are called", line


def certificates(every: Together) -> Iterator[Found]:
    """Secrets with the certificates of an Ingress."""
    for item in every.of("Ingress"):
        issued = any(key.startswith(_ISSUED) for key in item["metadata"].get("annotations", {}))
        for entry in () if issued else item["spec"].get("tls", ()):
            called = entry.get("secretName")
            if called and every.keys("Secret", called, item) is None:
                yield item, f"there is no Secret '{called}'", line_of(entry, ["secretName"])


def rights(every: Together) -> Iterator[Found]:
    """Roles that are given, and accounts that they are given to."""
    for item in every.of("RoleBinding"):
        role = item["roleRef"]
        ours = role["kind"] == "Role" and namespace(item) != _SYSTEM
        if ours and not every.has("Role", role["name"], item):
            yield item, f"there is no Role '{role['name']}'", line_of(role, ["name"])
    for item in every.of("RoleBinding", "ClusterRoleBinding"):
        for subject in item.get("subjects", ()):
            if subject["kind"] == "ServiceAccount":
                line = line_of(subject, ["name"])
                yield from ((item, text, line) for text in _account(every, item, subject))


def _account(every: Together, binding: Manifest, subject: Mapping[str, str]) -> Iterator[str]:
    called, where = subject["name"], subject.get("namespace")
    if not where and binding["kind"] == "ClusterRoleBinding":
        yield f"names the ServiceAccount '{called}' without its namespace"
        return
    # Those of another namespace are not among these, and each has one from the beginning.
    here = where in (None, "", namespace(binding)) and called != "default"
    if here and not every.has("ServiceAccount", called, binding):
        yield f"there is no ServiceAccount '{called}'"


def stores(every: Together) -> Iterator[Found]:
    """Stores from which an ExternalSecret is filled."""
    for item in every.of("ExternalSecret"):
        for store in _stores(item["spec"]):
            if store is None:
                yield item, "has no secretStoreRef"
            elif not every.has("SecretStore", store, item):
                yield item, f"there is no SecretStore '{store}'"


def _stores(spec: Mapping[str, Any]) -> Iterator[str | None]:
    """The stores of the same namespace that are called; None where none is, and one has to be."""
    for entry in (*spec.get("data", ()), *spec.get("dataFrom", ())):
        source = entry.get("sourceRef", {})
        store = source.get("storeRef") or spec.get("secretStoreRef")
        if store is None and not source:  # a generator needs none
            yield None
        elif store and store.get("kind") != "ClusterSecretStore":
            yield str(store["name"])
