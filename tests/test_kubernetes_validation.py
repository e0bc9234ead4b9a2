"""What is wrong in manifests: each mistake is made once, in manifests that are right without it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from groundplan.errors import InputError
from groundplan.kubernetes import checking, validation
from groundplan.kubernetes.mistakes import quantity
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
VERSION = "1.33"
RIGHT = """
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {MODE: plain}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: files},
 spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: web},
 spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: nginx
          envFrom: [{configMapRef: {name: settings}}]
          env: [{name: KEY, valueFrom: {secretKeyRef: {name: password, key: key}}}]
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /, port: http}}
          resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 128Mi}}
          volumeMounts: [{name: files, mountPath: /files}]
      volumes: [{name: files, persistentVolumeClaim: {claimName: files}}]
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web},
 spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web},
 spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web},
  minReplicas: 2, maxReplicas: 4, metrics: [{type: Resource, resource: {name: cpu,
   target: {type: Utilization, averageUtilization: 70}}}]}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web},
 spec: {rules: [{http: {paths: [{path: /, pathType: Prefix,
  backend: {service: {name: web, port: {number: 80}}}}]}}]}}
"""


def right() -> dict[str, dict]:
    return {item["kind"]: item for item in yaml.safe_load_all(RIGHT)}


def problems(manifests: dict[str, dict], given: tuple[str, ...] = ("password",)) -> list[str]:
    found = validation.validate(list(manifests.values()), VERSION, given=given)
    return [str(item) for item in found]


def wrong(kind: str, path: str, value: object) -> list[str]:
    """What is found when the value at `path` of a kind is another; None takes it away."""
    manifests = copy.deepcopy(right())
    here, *rest = [manifests[kind], *(int(k) if k.isdigit() else k for k in path.split("."))]
    for key in rest[:-1]:
        here = here[key]
    if value is None:
        del here[rest[-1]]
    else:
        here[rest[-1]] = value
    return problems(manifests)


POD = "spec.template.spec"
WEB = f"{POD}.containers.0"


def test_what_is_right_is_found_so():
    assert problems(right()) == []


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        ("Deployment", "spec.replicaz", 2, "'replicaz' was unexpected"),
        ("Deployment", f"{WEB}.ports.0.containerPort", "x", "'x' is not of type 'integer'"),
        ("Deployment", "spec.selector", None, "'selector' is a required property"),
        ("Deployment", "apiVersion", "apps/v1beta1", "has no Deployment of apps/v1beta1"),
        ("PodDisruptionBudget", "apiVersion", "policy/v1beta1", "has no PodDisruptionBudget of"),
    ],
)
def test_the_schemas_of_the_version_are_strict(kind, path, value, said):
    assert any(
        said in text and text.startswith(f"{kind}/web: ") for text in wrong(kind, path, value)
    )


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        ("ConfigMap", "metadata.name", "my_settings", "'my_settings' can't be the name of"),
        ("Service", "metadata.name", "1web", "'1web' can't be the name of a Service"),
        ("Deployment", "metadata.labels.app", "a b", "the label app=a b is none"),
        ("Deployment", "spec.selector.matchLabels.app", "api", "does not select its own pods"),
        ("Service", "spec.selector.app", "api", "selects no pod of these (app=api)"),
        ("PodDisruptionBudget", "spec.selector.matchLabels.app", "api", "selects no pod"),
        ("Service", "spec.ports.0.port", 70000, "70000 is no port"),
        ("Service", "spec.ports.0.targetPort", 9090, "leads to port 9090, which its pods don't op"),
        ("Service", "spec.ports.0.targetPort", "grpc", "leads to port grpc"),
        ("Service", "spec.ports.0.protocol", "UDP", "leads to port http"),
        ("Service", "spec.ports", [{"port": 80}, {"port": 81}], "port 80 needs a name of its own"),
        ("Deployment", f"{WEB}.ports.0.name", "a-name-that-is-too-long", "can't be the name"),
        ("Deployment", f"{WEB}.readinessProbe.httpGet.port", "web", "asks port 'web'"),
        ("Deployment", f"{WEB}.resources.requests.memory", "64MB", "'64MB' is no quantity"),
        ("Deployment", f"{WEB}.resources.requests.memory", "1Gi", "asks for more memory"),
        ("Deployment", f"{POD}.serviceAccountName", "api", "there is no ServiceAccount 'api'"),
        ("Deployment", f"{WEB}.envFrom.0.configMapRef.name", "x", "there is no ConfigMap 'x'"),
        ("Deployment", f"{WEB}.env.0.valueFrom.secretKeyRef.name", "x", "there is no Secret 'x'"),
        (
            "Deployment", f"{POD}.volumes.0.persistentVolumeClaim.claimName", "x",
            "there is no PersistentVolumeClaim 'x'",
        ),
        ("Deployment", f"{POD}.volumes", [], "mounts 'files', which is none of its volumes"),
        ("HorizontalPodAutoscaler", "spec.scaleTargetRef.name", "api", "no Deployment 'api'"),
        ("HorizontalPodAutoscaler", "spec.minReplicas", 9, "its least is above its most"),
        ("Deployment", f"{WEB}.resources.requests.cpu", None, "asks for no CPU"),
        (
            "Ingress", "spec.rules.0.http.paths.0.backend.service.name", "api",
            "there is no Service 'api'",
        ),
        (
            "Ingress", "spec.rules.0.http.paths.0.backend.service.port.number", 443,
            "Service 'web' has no port 443",
        ),
    ],
)  # fmt: skip
def test_mistakes_that_schemas_let_pass_are_found(kind, path, value, said):
    found = wrong(kind, path, value)
    assert any(said in text for text in found), found


def test_a_secret_that_nobody_gives_is_missing_and_one_from_outside_needs_its_key():
    assert problems(right(), given=()) == ["Deployment/web: there is no Secret 'password'"]
    external = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "password"},
        "spec": {
            "secretStoreRef": {"name": "aws"},
            "target": {},
            "data": [{"secretKey": "key", "remoteRef": {"key": "x"}}],
        },
    }
    assert problems(right() | {"ExternalSecret": external}, given=()) == []
    external["spec"]["data"][0]["secretKey"] = "other"
    assert problems(right() | {"ExternalSecret": external}, given=()) == [
        "Deployment/web: Secret 'password' has no key 'key'"
    ]
    del external["spec"]["data"]
    assert problems(right() | {"E": external}) == ["ExternalSecret/password: spec has no data"]


def test_one_name_is_given_once_in_a_namespace():
    twin = copy.deepcopy(right()["ConfigMap"])
    assert problems(right() | {"twin": twin}) == ["ConfigMap/settings: is there twice"]
    twin["metadata"]["namespace"] = "other"
    assert problems(right() | {"twin": twin}) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("50m", 0.05), ("1Gi", 2**30), ("1.5", 1.5), ("1e3", 1000), ("2k", 2000), ("64MB", None)],
)
def test_quantities(text, value):
    assert quantity(text) == value


def test_the_version_is_the_one_that_terraform_builds():
    assert validation.version_of(Workspace(ROOT), "prod") == VERSION
    with pytest.raises(InputError, match=r"no schemas of Kubernetes 1\.2"):
        validation.validate(list(right().values()), "1.2")


def test_the_committed_overlays_are_right():
    assert checking.check(None, None, lambda: Workspace(ROOT)) == []


def test_any_file_can_be_checked(tmp_path):
    file = tmp_path / "all.yaml"
    file.write_text(RIGHT.replace("targetPort: http", "targetPort: 81"))
    found = checking.check(file, VERSION, lambda: Workspace(ROOT))
    assert [(place, str(item).partition(": ")[0]) for place, item in found] == [
        (str(file), "Deployment/web"), (str(file), "Service/web"),
    ]  # fmt: skip
    file.write_text("a: [")
    with pytest.raises(InputError, match="is no YAML"):
        checking.check(file, VERSION, lambda: Workspace(ROOT))
    file.write_text("just text")
    with pytest.raises(InputError, match="holds no manifests"):
        checking.check(file, VERSION, lambda: Workspace(ROOT))
