"""Compose files of others: what becomes of them is taken by a cluster, and agrees with kompose."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from groundplan import kubernetes
from groundplan.kubernetes import Source, Target, overlays, validation

FIXTURES = Path(__file__).parent / "fixtures"
AWESOME = sorted((FIXTURES / "awesome-compose").glob("*/compose.yaml"))
KOMPOSE = sorted((FIXTURES / "kompose").glob("*/output-k8s.yaml"))
EKS = "1.35"

# Where we differ from kompose on purpose: case, side and fact, and the reason.
EXPLAINED = {
    r".* (theirs|ours) env \S+ \S*PASSWORD .*": "a password is a reference, not a value",
    r".* (theirs|ours) kind ConfigMap .*": (
        "one ConfigMap for each service's settings and one for each mount, called after them; "
        "kompose writes settings into the pod and numbers what is mounted"
    ),
    r".* service port .*": (
        "a Service has the port that others call inside Compose's network; kompose gives it the "
        "one that is published on the host, on which nobody there calls"
    ),
    r".* kind Service redis(-\w+)?": (
        "one Service for both transports; none where the file tells no port and nobody calls"
    ),
    r".* kind (StatefulSet|Deployment|PersistentVolumeClaim) (db|postgres)(-data)?": (
        "a store is a StatefulSet whose data end with a local cluster; in a cloud it is the cloud's"
    ),
    r"(multiple-type-volumes|vols-subpath) ours kind Service (db|postgres)": (
        "a StatefulSet's pod is called by the name of a Service; kompose makes a Deployment of it"
    ),
    r"(configmap-pod|envfile-interpolation|v2) .* (kind|replicas) .*": (
        "restart: no, or on-failure, is a bare Pod with kompose; here what serves is kept running"
    ),
    r"(cronjob|initcontainer|hpa|expose|namespace|network-policies|single-file-output|statefulset"
    r"|service-group|deploy-labels) .*": "asked for by a label kompose.*, which only kompose knows",
    r"change-in-volume .*": "the second file of its test changes it; here the first is read",
    r"compose-env-interpolation .* image foo .*": "what is built here and has no name gets one",
    r"(configmap-volume|multiple-type-volumes) theirs mount web .*key": (
        "no key is put into a ConfigMap; reported"
    ),
    r"configmap-volume theirs mount db .*": "what is no text is not put into a ConfigMap; reported",
    r"compose-env-no-interpolation .*": "kompose was told not to fill variables in; Compose does",
    r"compose-file-env-variable .*": "kompose was told another file by an environment variable",
    r"(env-multiple|envfile-interpolation) .* env .*": (
        "as Compose itself resolves env_file and .env; kompose keeps each file as it is"
    ),
    r"(network-mode-service|security-contexts) ours .*": (
        "kompose puts a service on another's network into its pod, and leaves privileged ones out"
    ),
    r"volume-mounts-windows .*": "a folder of the user's machine is no claim; it is reported",
}  # fmt: skip


def source_of(folder: Path, to: Path) -> Source:
    """What is made of a case, read from a copy in which its `dotenv` is a `.env` again."""
    shutil.copytree(folder, to)
    if (to / "dotenv").is_file():
        (to / "dotenv").rename(to / ".env")
    [file] = [path for path in to.iterdir() if re.fullmatch(r"(docker-)?compose\.ya?ml", path.name)]
    return kubernetes.load(file, environ={}, strict=False)


def wrong(source: Source) -> list[str]:
    target = Target("local", source)
    given = overlays.needed_secrets(source, target.running)
    return [str(item) for item in validation.validate(overlays.whole(target), EKS, given=given)]


@pytest.mark.parametrize("file", AWESOME, ids=lambda file: file.parent.name)
def test_what_becomes_of_awesome_compose_is_right(file, tmp_path):
    source = source_of(file.parent, tmp_path / "case")
    assert wrong(source) == []
    made = {item["metadata"]["name"] for item in overlays.whole(Target("local", source))}
    assert {service.name for service in source.application.services} <= made


Fact = tuple[Any, ...]


def facts(manifests: list[dict]) -> set[Fact]:
    """Kinds and names, images, ports, settings, mounts, commands and copies."""
    found: set[Fact] = set()
    for item in manifests:
        kind, name, spec = item["kind"], item["metadata"]["name"], item.get("spec") or {}
        found.add(("kind", kind, name))
        if kind == "Service":
            ports = spec.get("ports") or ()
            found |= {("service port", name, p["port"], p.get("protocol", "TCP")) for p in ports}
        pod = (spec.get("template") or {}).get("spec") or (spec if "containers" in spec else None)
        if pod:
            found |= of_container(name, pod["containers"][0], manifests)
            if "replicas" in spec:
                found.add(("replicas", name, spec["replicas"]))
    return found


def of_container(name: str, container: dict, manifests: list[dict]) -> set[Fact]:
    ports = container.get("ports") or ()
    found: set[Fact] = {("image", name, container.get("image"))}
    found |= {("port", name, p["containerPort"], p.get("protocol", "TCP")) for p in ports}
    found |= {("mount", name, item["mountPath"]) for item in container.get("volumeMounts") or ()}
    settings = {item["name"]: item.get("value", "") for item in container.get("env") or ()}
    for source in container.get("envFrom") or ():
        for item in manifests:
            wanted = (source.get("configMapRef") or {}).get("name")
            if item["kind"] == "ConfigMap" and item["metadata"]["name"] == wanted:
                settings |= item.get("data") or {}
    found |= {("env", name, key, str(value)) for key, value in settings.items()}
    return found | {(key, name, *container[key]) for key in ("args", "command") if key in container}


# What kompose has not at all, and every overlay of ours has.
OURS = ("NetworkPolicy", "ServiceAccount", "Namespace")


@pytest.fixture(scope="module")
def differences(tmp_path_factory) -> dict[str, tuple[int, list[str]]]:
    """For each case how much agrees, and what differs."""
    found = {}
    for file in KOMPOSE:
        case = file.parent.name
        source = source_of(file.parent, tmp_path_factory.mktemp("kompose") / "case")
        assert wrong(source) == [], case
        ours = facts(overlays.whole(Target("local", source)))
        theirs = facts([item for item in yaml.safe_load_all(file.read_text()) if item])
        ours -= {item for item in ours - theirs if item[0] == "kind" and item[1] in OURS}
        lines = [f"{case} theirs {text(item)}" for item in sorted(theirs - ours, key=str)]
        lines += [f"{case} ours {text(item)}" for item in sorted(ours - theirs, key=str)]
        found[case] = (len(ours & theirs), lines)
    return found


def text(fact: Fact) -> str:
    return " ".join(map(str, fact))


def test_we_agree_with_kompose_or_say_why_not(differences):
    unexplained = [
        line
        for _, lines in differences.values()
        for line in lines
        if not any(re.fullmatch(pattern, line) for pattern in EXPLAINED)
    ]
    assert unexplained == []
    assert len(differences) == 35
    assert sum(agreeing for agreeing, _ in differences.values()) >= 300


def test_every_explanation_is_needed(differences):
    lines = [line for _, lines in differences.values() for line in lines]
    idle = [p for p in EXPLAINED if not any(re.fullmatch(p, line) for line in lines)]
    assert idle == []


def test_three_hundred_services_take_seconds(tmp_path):
    services = "".join(
        f"  s{n}: {{image: example/s{n}, ports: ['{8000 + n}:80'],"
        f" environment: {{NEXT: 'http://s{n + 1 if n < 299 else 0}:80'}}}}\n"
        for n in range(300)
    )
    (tmp_path / "compose.yml").write_text(f"services:\n{services}")
    start = time.monotonic()
    source = kubernetes.load(tmp_path / "compose.yml", environ={})
    files = kubernetes.render(source)
    taken = time.monotonic() - start
    assert len(files) > 300
    assert len(overlays.whole(Target("local", source))) > 1500
    assert taken < 60, f"{taken:.1f} s"
