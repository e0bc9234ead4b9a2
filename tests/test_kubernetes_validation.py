"""What is wrong in manifests: each mistake is made once, in manifests that are right without it."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from groundplan import cli, kubernetes
from groundplan.errors import InputError
from groundplan.kubernetes import checking, overlays, shape, validation
from groundplan.kubernetes.formats import quantity
from groundplan.kubernetes.mistakes import mistakes
from groundplan.workspace import Workspace
from right import RIGHT, right

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
VERSION = "1.35"


def problems(manifests: dict[str, dict], given: tuple[str, ...] = ()) -> list[str]:
    found = validation.validate(list(manifests.values()), VERSION, given=given)
    return [str(item) for item in found]


def changed(which: str, path: str, value: object) -> list[str]:
    """What is found when the value at `path` of a manifest is another.

    `...` takes it away. In a path `+` is one more entry of a list.
    """
    manifests = right()
    here, *rest = [manifests[which], *(int(k) if k.isdigit() else k for k in path.split("."))]
    for key in rest[:-1]:
        here = here[key]
    if rest[-1] == "+":
        here.append(value)
    elif value is ...:
        del here[rest[-1]]
    else:
        here[rest[-1]] = value
    return problems(manifests)


POD = "spec.template.spec"
WEB = f"{POD}.containers.0"
DEPLOYMENT, SERVICE, INGRESS = "Deployment/web", "Service/web", "Ingress/web"
SCALER, BUDGET, POLICY = (
    "HorizontalPodAutoscaler/web",
    "PodDisruptionBudget/web",
    "NetworkPolicy/web",
)
STORE, CLAIM, NIGHT = "StatefulSet/store", "PersistentVolumeClaim/files", "CronJob/night"
OUTSIDE, BINDING = "ExternalSecret/outside", "RoleBinding/shop:reader"
PATH = "spec.rules.0.http.paths.0"


def test_what_is_right_is_found_so():
    assert problems(right()) == []


# A manifest, what is changed in it, and what is said of it. Without the change all is right.
WRONG = [
    # against the schemas of the version
    (DEPLOYMENT, "spec.replicaz", 2, "spec: there is no field 'replicaz'"),
    (DEPLOYMENT, f"{WEB}.ports.0.containerPort", "x", "'x' is not of type 'integer'"),
    (DEPLOYMENT, "spec.selector", ..., "'selector' is a required property"),
    (DEPLOYMENT, "apiVersion", "apps/v1beta1", "has no Deployment of apps/v1beta1"),
    (BUDGET, "apiVersion", "policy/v1beta1", "has no PodDisruptionBudget of"),
    (DEPLOYMENT, "kind", "deployment", "has no deployment of apps/v1"),
    (DEPLOYMENT, "kind", "../deployment", "has no ../deployment of apps/v1"),
    (DEPLOYMENT, "kind", 3, "has no kind"),
    (DEPLOYMENT, "kind", None, "has no kind"),
    (DEPLOYMENT, "apiVersion", [], "has no apiVersion"),
    (DEPLOYMENT, "metadata", ..., "'metadata' is a required property"),
    (DEPLOYMENT, "metadata", 3, "3 is not of type 'object'"),
    (DEPLOYMENT, "metadata", None, "'metadata' is a required property"),
    (DEPLOYMENT, "metadata.name", ..., "'name' is a required property"),
    *((item, "spec", ..., "'spec' is a required property") for item in (
        DEPLOYMENT, SERVICE, INGRESS, SCALER, BUDGET, POLICY, STORE, CLAIM, NIGHT, OUTSIDE,
    )),
    (SERVICE, "spec", None, "'spec' is a required property"),
    (DEPLOYMENT, f"{POD}", ..., "spec.template: 'spec' is a required property"),
    (DEPLOYMENT, f"{POD}.containers", [], "containers: [] should be non-empty"),
    (DEPLOYMENT, f"{POD}.containers.0", None, "None is not of type 'object'"),
    (NIGHT, "spec.jobTemplate.spec", ..., "'spec' is a required property"),
    (OUTSIDE, "spec.data", ..., "'data' is a required property"),
    (OUTSIDE, "spec.data.0.secretKey", ..., "'secretKey' is a required property"),
    (OUTSIDE, "spec.target", "x", "'x' is not of type 'object'"),
    # names
    ("ConfigMap/settings", "metadata.name", "my_settings", "'my_settings' is no DNS name"),
    ("ConfigMap/settings", "metadata.name", "a..b", "'a..b' is no DNS name"),
    ("ConfigMap/settings", "data", {"A B": "x"}, "'A B' is no key"),
    ("Secret/certificate", "data", {"a": "not base64!"}, "'not base64!' is no base64"),
    (SERVICE, "metadata.name", "1web", "'1web' is no name of a Service"),
    (NIGHT, "metadata.name", "x" * 53, "is no name of a CronJob"),
    (SERVICE, "metadata.namespace", "A_B", "'A_B' is no DNS label"),
    (DEPLOYMENT, "metadata.labels.app", "a b", "'a b' is no label value"),
    (DEPLOYMENT, "metadata.labels", {"a b": "x"}, "'a b' is no label key"),
    (DEPLOYMENT, "metadata.annotations", {"a b": "x"}, "'a b' is no annotation key"),
    (DEPLOYMENT, "spec.template.metadata.labels.more", "x" * 64, "is no label value"),
    (DEPLOYMENT, f"{WEB}.name", "My_C", "'My_C' is no DNS label"),
    (DEPLOYMENT, f"{POD}.volumes.1.name", "My_Vol", "'My_Vol' is no DNS label"),
    (DEPLOYMENT, f"{WEB}.env.0.name", "A B", "'A B' is no name of a variable"),
    (DEPLOYMENT, f"{WEB}.env.+", {"name": "KEY"}, "container 'web' is given KEY twice"),
    (DEPLOYMENT, f"{POD}.containers.+", {"name": "web", "image": "x"}, "two containers 'web'"),
    (DEPLOYMENT, f"{POD}.volumes.+", {"name": "tmp", "emptyDir": {}}, "has two volumes 'tmp'"),
    (DEPLOYMENT, f"{WEB}.ports.+", {"name": "http", "containerPort": 1}, "has two ports 'http'"),
    (DEPLOYMENT, f"{WEB}.ports.0.name", "a-name-that-is-too-long", "is no port name"),
    *((DEPLOYMENT, f"{WEB}.image", name, f"'{name}' is no image") for name in (
        "", "nginx latest", "NGINX:Latest", "nginx:", "nginx:1:2",
    )),
    (DEPLOYMENT, f"{WEB}.image", ..., "'image' is a required property"),
    # ports
    (SERVICE, "spec.ports.0.port", 70000, "70000 is no port (1 to 65535)"),
    (SERVICE, "spec.ports.0.nodePort", 80, "80 is no node port (30000 to 32767)"),
    (SERVICE, "spec.type", "ClusterIP", "has a nodePort, which takes the type NodePort or"),
    (SERVICE, "spec.ports.+", {"name": "b", "port": 80, "targetPort": 8080}, "port 80 (TCP) twice"),
    (SERVICE, "spec.ports", [], "has no ports"),
    (SERVICE, "spec.ports.0.targetPort", 9090, "leads to port 9090, which its pods don't open"),
    (SERVICE, "spec.ports.0.targetPort", "grpc", "leads to port grpc"),
    (SERVICE, "spec.ports.0.protocol", "UDP", "leads to port http"),
    (DEPLOYMENT, f"{WEB}.ports", ..., "leads to port http, which its pods don't open"),
    (SERVICE, "spec.ports", [{"port": 80}, {"port": 81}], "port 80 needs a name of its own"),
    (DEPLOYMENT, f"{WEB}.ports.0.containerPort", 0, "0 is no port"),
    (DEPLOYMENT, f"{WEB}.ports.0.hostPort", 99999, "99999 is no port"),
    (DEPLOYMENT, f"{WEB}.readinessProbe.httpGet.port", "web", "readinessProbe asks port 'web'"),
    (DEPLOYMENT, f"{WEB}.livenessProbe.tcpSocket.port", "web", "livenessProbe asks port 'web'"),
    (DEPLOYMENT, f"{WEB}.livenessProbe.tcpSocket.port", 0, "0 is no port"),
    (DEPLOYMENT, f"{WEB}.lifecycle.preStop", {"httpGet": {"port": "x"}}, "preStop asks port 'x'"),
    (POLICY, "spec.ingress.0.ports.0.port", "grpc", "is about port 'grpc', which its pods don't"),
    (POLICY, "spec.ingress.0.ports.0.port", 99999, "99999 is no port"),
    (POLICY, "spec.egress.1.ports.0.port", "grpc", "is about port 'grpc', which its pods don't"),
    (POLICY, "spec.egress.0.ports.1.endPort", 7000, "has a range of ports from 8000 to 7000"),
    # quantities, numbers and networks
    (DEPLOYMENT, f"{WEB}.resources.requests.memory", "64MB", "'64MB' is no quantity"),
    (DEPLOYMENT, f"{WEB}.resources.requests.memory", "-1Gi", "'-1Gi' is no quantity"),
    (DEPLOYMENT, f"{WEB}.resources.requests.memory", "1Gi", "asks for more memory"),
    (DEPLOYMENT, f"{WEB}.resources.requests.memoryy", "1Gi", "'memoryy' is no resource"),
    (DEPLOYMENT, f"{POD}.volumes.1.emptyDir.sizeLimit", "12Zi", "'12Zi' is no quantity"),
    (CLAIM, "spec.resources.requests.storage", "12Zi", "'12Zi' is no quantity"),
    (CLAIM, "spec.resources.requests", {}, "'storage' is a required property"),
    (
        STORE, "spec.volumeClaimTemplates.0.spec.resources.requests.storage", "1Zb",
        "'1Zb' is no quantity",
    ),
    (DEPLOYMENT, "spec.replicas", -1, "-1 is less than the minimum of 0"),
    (BUDGET, "spec.minAvailable", "abc", "'abc' is no count"),
    (POLICY, "spec.egress.0.to.0.ipBlock.cidr", "10.0.0.0/99", "'10.0.0.0/99' is no CIDR"),
    (POLICY, "spec.egress.0.to.0.ipBlock.cidr", "10.0.0.0", "'10.0.0.0' is no CIDR"),
    (NIGHT, "spec.schedule", "every day", "'every day' is no schedule"),
    (INGRESS, "spec.rules.0.host", "UPPER_x", "'UPPER_x' is no host"),
    (INGRESS, f"{PATH}.path", "x", "'x' is no absolute path"),
    (DEPLOYMENT, f"{WEB}.volumeMounts.0.subPath", "/x", "'/x' is no relative path"),
    # words of which there are only some
    *((item, path, "Bogus", "'Bogus' is none of ") for item, path in (
        (SERVICE, "spec.type"), (SERVICE, "spec.ports.0.protocol"),
        (SERVICE, "spec.sessionAffinity"), (SERVICE, "spec.externalTrafficPolicy"),
        (DEPLOYMENT, f"{WEB}.imagePullPolicy"), (DEPLOYMENT, f"{WEB}.ports.0.protocol"),
        (DEPLOYMENT, f"{POD}.restartPolicy"), (DEPLOYMENT, f"{POD}.dnsPolicy"),
        (DEPLOYMENT, f"{POD}.topologySpreadConstraints.0.whenUnsatisfiable"),
        (DEPLOYMENT, f"{POD}.volumes.1.emptyDir.medium"), (DEPLOYMENT, "spec.strategy.type"),
        (INGRESS, f"{PATH}.pathType"), (POLICY, "spec.policyTypes.0"),
        (POLICY, "spec.egress.0.ports.0.protocol"), (CLAIM, "spec.accessModes.0"),
        (CLAIM, "spec.volumeMode"), (NIGHT, "spec.concurrencyPolicy"),
        (STORE, "spec.podManagementPolicy"), (BINDING, "roleRef.kind"),
        (BINDING, "subjects.0.kind"), (SCALER, "spec.metrics.0.type"),
        (SCALER, "spec.metrics.0.resource.target.type"),
        (BUDGET, "spec.selector.matchExpressions.0.operator"),
        (OUTSIDE, "spec.secretStoreRef.kind"),
    )),
    # selectors
    (DEPLOYMENT, "spec.selector.matchLabels.app", "api", "does not select its own pods"),
    (STORE, "spec.selector.matchExpressions.0.operator", "NotIn", "does not select its own pods"),
    (STORE, "spec.selector", {}, "does not select its own pods"),
    (SERVICE, "spec.selector.app", "api", "selects no pod of these (app=api)"),
    (
        BUDGET, "spec.selector.matchExpressions.0.values", ["api", "cart"],
        "selects no pod of these (app in (api,cart))",
    ),
    (
        BUDGET, "spec.selector.matchExpressions.0", {"key": "tier", "operator": "Exists"},
        "selects no pod of these (tier)",
    ),
    (POLICY, "spec.podSelector.matchLabels.app", "api", "selects no pod of these (app=api)"),
    (
        POLICY, "spec.ingress.0.from.0.podSelector.matchLabels.app", "api",
        "selects no pod of these (app=api)",
    ),
    (
        DEPLOYMENT, f"{POD}.topologySpreadConstraints.0.labelSelector.matchLabels.app", "api",
        "spreads no pod of these (app=api)",
    ),
    # references
    (DEPLOYMENT, f"{POD}.serviceAccountName", "api", "there is no ServiceAccount 'api'"),
    (DEPLOYMENT, f"{POD}.imagePullSecrets.0.name", "x", "there is no Secret 'x'"),
    (DEPLOYMENT, f"{WEB}.envFrom.0.configMapRef.name", "x", "there is no ConfigMap 'x'"),
    (DEPLOYMENT, f"{WEB}.envFrom.0.configMapRef", {}, "'name' is a required property"),
    (DEPLOYMENT, f"{WEB}.env.0.valueFrom.secretKeyRef.name", "x", "there is no Secret 'x'"),
    (DEPLOYMENT, f"{WEB}.env.0.valueFrom.secretKeyRef.name", ..., "'name' is a required property"),
    (DEPLOYMENT, f"{WEB}.env.0.valueFrom.secretKeyRef.key", "x", "'password' has no key 'x'"),
    (DEPLOYMENT, f"{WEB}.env.1.valueFrom.configMapKeyRef.key", "x", "'settings' has no key 'x'"),
    (
        DEPLOYMENT, f"{POD}.volumes.0", {"name": "files", "secret": {"secretName": "x"}},
        "there is no Secret 'x'",
    ),
    (
        DEPLOYMENT, f"{POD}.volumes.0",
        {"name": "files", "projected": {"sources": [{"configMap": {"name": "settings", "items": [
            {"key": "A", "path": "a"}, {"key": "B", "path": "b"}]}}]}},
        "ConfigMap 'settings' has no key 'B'",
    ),
    (
        DEPLOYMENT, f"{POD}.volumes.0.persistentVolumeClaim.claimName", "x",
        "there is no PersistentVolumeClaim 'x'",
    ),
    (DEPLOYMENT, f"{POD}.volumes", [], "mounts 'files', which is none of its volumes"),
    (DEPLOYMENT, f"{WEB}.volumeMounts.1.mountPath", "/files", "mounts two things at /files"),
    (STORE, "spec.serviceName", "x", "there is no Service 'x' by which its pods are called"),
    (INGRESS, "spec.tls.0.secretName", "x", "there is no Secret 'x'"),
    (INGRESS, f"{PATH}.backend.service.name", "api", "there is no Service 'api'"),
    (INGRESS, f"{PATH}.backend.service.port.number", 443, "Service 'web' has no port 443"),
    (INGRESS, f"{PATH}.backend.service.port", ..., "'port' is a required property"),
    (BINDING, "roleRef.name", "x", "there is no Role 'x'"),
    (BINDING, "subjects.0.name", "x", "there is no ServiceAccount 'x'"),
    (
        "ClusterRoleBinding/shop", "subjects.0.namespace", ...,
        "names the ServiceAccount 'web' without its namespace",
    ),
    (OUTSIDE, "spec.secretStoreRef.name", "x", "there is no SecretStore 'x'"),
    (OUTSIDE, "spec.secretStoreRef", ..., "has no secretStoreRef"),
    # autoscalers and budgets
    (SCALER, "spec.scaleTargetRef.name", "api", "there is no Deployment 'api' to scale"),
    (SCALER, "spec.scaleTargetRef", {"kind": "ConfigMap", "name": "settings"}, "can't be scaled"),
    (SCALER, "spec.minReplicas", 9, "its least is above its most"),
    (DEPLOYMENT, f"{WEB}.resources.requests.cpu", ..., "web asks for no CPU"),
    (BUDGET, "spec.minAvailable", 2, "keeps 2 of 2 pods, so no node can be drained"),
    (BUDGET, "spec.minAvailable", "51%", "keeps 2 of 2 pods, so no node can be drained"),
    (BUDGET, "spec.maxUnavailable", 1, "has both minAvailable and maxUnavailable"),
    (BUDGET, "spec.maxUnavailable", "0%", "lets no pod be away, so no node can be drained"),
    # what excludes each other
    (DEPLOYMENT, f"{POD}.restartPolicy", "Never", "can't have the restartPolicy Never"),
    (
        NIGHT, "spec.jobTemplate.spec.template.spec.restartPolicy", ...,
        "a CronJob can't have the restartPolicy Always",
    ),
    (DEPLOYMENT, f"{POD}.securityContext.runAsUser", 0, "container 'web' must not be root"),
    (DEPLOYMENT, f"{WEB}.securityContext", {"runAsUser": 0}, "container 'web' must not be root"),
    (DEPLOYMENT, f"{WEB}.env.0.value", "x", "KEY has both a value and a valueFrom"),
    (DEPLOYMENT, f"{WEB}.readinessProbe", {}, "its readinessProbe has to ask in one way"),
    (DEPLOYMENT, f"{WEB}.livenessProbe.successThreshold", 2, "successThreshold above 1"),
    (DEPLOYMENT, f"{POD}.volumes.0.emptyDir", {}, "volume 'files' is two things at once"),
    (DEPLOYMENT, "spec.strategy.type", "Recreate", "can't have a rollingUpdate"),
    (DEPLOYMENT, "spec.strategy.rollingUpdate.maxSurge", "0%", "can't roll out"),
]  # fmt: skip


@pytest.mark.parametrize(("which", "path", "value", "said"), WRONG)
def test_each_mistake_is_found(which, path, value, said):
    found = changed(which, path, value)
    assert any(said in text for text in found), found


# What could be taken for a mistake, and is none.
ALSO_RIGHT = [
    (DEPLOYMENT, "spec.selector", {"matchExpressions": [{"key": "app", "operator": "Exists"}]}),
    (DEPLOYMENT, "metadata.labels", None),
    (DEPLOYMENT, "metadata.creationTimestamp", None),
    (DEPLOYMENT, "metadata.annotations", {"Example.com/a": ""}),
    (DEPLOYMENT, f"{WEB}.image", "${repository_urls.web}:1.0"),
    (DEPLOYMENT, f"{WEB}.image", f"Registry.example.com/a/b@sha256:{'0' * 64}"),
    (DEPLOYMENT, f"{WEB}.imagePullPolicy", ""),
    (DEPLOYMENT, f"{WEB}.env.0.name", "my.key-1"),
    (DEPLOYMENT, f"{WEB}.ports.+", {"name": "health", "containerPort": 8080}),
    (DEPLOYMENT, f"{WEB}.readinessProbe.httpGet.port", 9999),
    (DEPLOYMENT, f"{WEB}.resources", {"limits": {"cpu": 1, "memory": "1e9", "a.com/gpu": "1"}}),
    (DEPLOYMENT, f"{WEB}.envFrom.0.configMapRef", {"name": "x", "optional": True}),
    (DEPLOYMENT, f"{POD}.initContainers", [{"name": "first", "image": "busybox"}]),
    (DEPLOYMENT, f"{POD}.volumes.+", {"name": "x"}),
    (DEPLOYMENT, f"{POD}.volumes.+", {"name": "x", "configMap": {"name": "kube-root-ca.crt"}}),
    (DEPLOYMENT, f"{POD}.tolerations", [{"operator": "Exists", "effect": ""}]),
    (SERVICE, "spec.ports.0.targetPort", 8080),
    (SERVICE, "spec.ports.0.name", ""),
    (SERVICE, "spec.selector", None),
    (SERVICE, "spec.externalIPs", None),
    ("Service/store", "spec.selector", {"statefulset.kubernetes.io/pod-name": "store-0"}),
    ("Service/store", "spec", {"type": "ExternalName", "externalName": "db.example.com"}),
    (POLICY, "spec.podSelector", {}),
    (POLICY, "spec.ingress", [{"ports": [{"protocol": "TCP"}]}]),
    (POLICY, "spec.ingress", [{}]),
    (POLICY, "spec.egress.0.to.+", {
        "namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }),
    (POLICY, "spec.egress.0.ports.0.port", "dns"),
    (INGRESS, "metadata", {"name": "web", "annotations": {"cert-manager.io/issuer": "x"}}),
    (INGRESS, "spec", {"defaultBackend": {"service": {"name": "web", "port": {"name": "http"}}}}),
    (INGRESS, f"{PATH}.backend.service", {"name": "to-https", "port": {"name": "use-annotation"}}),
    (INGRESS, "spec.rules.0.host", "*.example.com"),
    (BINDING, "roleRef", {
        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view",
    }),
    (BINDING, "subjects.0.namespace", ...),
    (BINDING, "metadata", {"name": "x", "namespace": "kube-system"}),
    (BINDING, "subjects.0", {"kind": "ServiceAccount", "name": "x", "namespace": "elsewhere"}),
    (BUDGET, "spec", {"maxUnavailable": "1%", "selector": {}}),
    (SCALER, "spec.metrics", None),
    (SCALER, "spec.metrics.0.resource.name", "memory"),
    (SCALER, "spec.scaleTargetRef", {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web",
    }),
    (NIGHT, "metadata", {"generateName": "night-"}),
    (NIGHT, "spec.schedule", "@daily"),
    (OUTSIDE, "spec", {
        "secretStoreRef": {"name": "aws"}, "target": {"name": "password"},
        "dataFrom": [{"extract": {"key": "shop"}}],
    }),
    (OUTSIDE, "spec.secretStoreRef", {"name": "x", "kind": "ClusterSecretStore"}),
    (OUTSIDE, "spec.target.template", {"data": {"key": "{{ .key }}"}}),
]  # fmt: skip


@pytest.mark.parametrize(("which", "path", "value"), ALSO_RIGHT)
def test_what_is_no_mistake_is_not_taken_for_one(which, path, value):
    assert changed(which, path, value) == []


def test_autoscalers_measure_memory_only_where_it_is_asked_for():
    manifests = right()
    manifests[SCALER]["spec"]["metrics"][0]["resource"]["name"] = "memory"
    container = manifests[DEPLOYMENT]["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": 1}}
    said = "asks for no memory, so there is no share of it to measure"
    assert problems(manifests) == [f"{SCALER}: web {said}"]


def test_a_secret_may_be_given_or_come_from_outside():
    manifests = right()
    del manifests[OUTSIDE]
    assert problems(manifests) == [f"{DEPLOYMENT}: there is no Secret 'password'"]
    assert problems(manifests, given=("password",)) == []


def test_one_name_is_given_once_in_a_namespace():
    twin = right()["ConfigMap/settings"]
    assert problems(right() | {"twin": twin}) == ["ConfigMap/settings: is there twice"]
    twin["metadata"]["namespace"] = "other"
    assert problems(right() | {"twin": twin}) == []


@pytest.mark.parametrize("version", validation.versions())
def test_the_words_that_there_are_fit_every_version(version):
    found = validation.validate(list(right().values()), version)
    assert found == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50m", 0.05), ("1Gi", 2**30), ("1.5", 1.5), ("1e3", 1000), ("2k", 2000), ("5.", 5),
        ("64MB", None), ("-1", None), ("", None),
    ],
)  # fmt: skip
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
    line = RIGHT[: RIGHT.index("targetPort: http")].count("\n") + 1
    assert [(place, at, str(item)) for place, at, item in found] == [
        (str(file), line, "Service/web: leads to port 81, which its pods don't open")
    ]


def test_what_is_rendered_of_any_compose_file_is_right_without_a_word_of_its_secrets(tmp_path):
    file = tmp_path / "compose.yml"
    file.write_text(
        "services: {web: {image: example/web, environment: {API_TOKEN: x}, secrets: [key]}}\n"
        "secrets: {key: {file: ./key}}\n"
    )
    source = kubernetes.load(file, environ={})
    made = overlays.whole(kubernetes.Target("local", source))
    assert validation.validate(made, VERSION) == ()
    others = [item for item in made if item["kind"] != "Namespace"]
    assert len(validation.validate(others, VERSION)) == 2


# Each line that has a mistake says which.
MARKED = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: nobody}  # selects no pod
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicaz: 2  # no field 'replicaz'
  selector:  # does not select its own pods
    matchLabels: {app: shop}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: shop  # no ServiceAccount
      volumes:
      - name: data
        persistentVolumeClaim: {claimName: data}  # no PersistentVolumeClaim
      containers:
      - name: web
        image: example/web
        envFrom:
        - configMapRef:
            name: settings  # no ConfigMap
        env:
        - {name: A, value: b}
        - name: A  # given A twice
          value: c
        ports:
        - name: a-name-that-is-too-long  # is no port name
          containerPort: 80
        resources:
          limits: {memory: 1Gib}  # is no quantity
        readinessProbe:
          httpGet: {port: web}  # has no such name
        volumeMounts:
        - mountPath: /cache
          name: cache  # none of its volumes
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 0  # no node can be drained
  selector: {matchLabels: {app: web}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 3
  scaleTargetRef:
    kind: Deployment
    name: shop  # there is no Deployment
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from:
    - podSelector:
        matchLabels: {app: shop}  # selects no pod
"""


def marked(text: str) -> list[tuple[int, str]]:
    lines = enumerate(text.splitlines(), start=1)
    return [(number, line.partition("  # ")[2]) for number, line in lines if "  # " in line]


def test_each_mistake_is_told_with_its_line(tmp_path):
    file = tmp_path / "all.yaml"
    file.write_text(MARKED)
    found = sorted(
        (line, item.message)
        for _, line, item in checking.check(file, VERSION, lambda: Workspace(ROOT))
    )
    wanted = marked(MARKED)
    assert [line for line, _ in found] == [line for line, _ in wanted], found
    for (_, message), (_, said) in zip(found, wanted, strict=True):
        assert said in message


@pytest.mark.parametrize(
    ("which", "path", "value", "hint"),
    [
        (DEPLOYMENT, "spec.replicaz", 2, "did you mean 'replicas'?"),
        (DEPLOYMENT, "apiVersion", "extensions/v1beta1", "did you mean Deployment of apps/v1?"),
        (DEPLOYMENT, "kind", "deployment", "did you mean Deployment of apps/v1?"),
        (SCALER, "apiVersion", "autoscaling/v2beta2",
         "did you mean HorizontalPodAutoscaler of autoscaling/v1 or autoscaling/v2?"),
        (DEPLOYMENT, "kind", "Rollout", None),
    ],
)  # fmt: skip
def test_what_is_nearly_right_is_suggested(which, path, value, hint):
    manifests = right()
    here = manifests[which]
    *way, last = path.split(".")
    for key in way:
        here = here[key]
    here[last] = value
    assert validation.validate(list(manifests.values()), VERSION)[0].hint == hint


def test_a_mistake_in_an_overlay_is_told_where_its_manifest_is_written(tmp_path, monkeypatch):
    (tmp_path / "base").mkdir()
    (tmp_path / "overlay").mkdir()
    text = "# first\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: []}\n"
    (tmp_path / "base" / "web.yaml").write_text(text)
    (tmp_path / "base" / "kustomization.yaml").write_text("resources: [web.yaml]\n")
    (tmp_path / "overlay" / "kustomization.yaml").write_text("resources: [../base]\n")
    monkeypatch.setattr(checking.cluster, "built", lambda _: text)
    [(file, line, problem)] = checking.check(tmp_path / "overlay", VERSION, Workspace.find)
    assert (file, line) == (str(tmp_path / "base" / "web.yaml"), 2)
    assert str(problem) == "Service/web: has no ports"


def test_what_stands_in_a_workspace_is_judged_as_the_overlay_that_it_is():
    for part in ("overlays/local", "base/cart.yaml"):
        assert checking.check(ROOT / "k8s" / part, None, lambda: Workspace(ROOT)) == []


@pytest.mark.parametrize(("ports", "said"), [(1, "1 mistake\n"), (2, "2 mistakes\n")])
def test_the_command_says_how_many_mistakes_there_are(tmp_path, capsys, monkeypatch, ports, said):
    file = tmp_path / "service.yaml"
    head = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: "
    file.write_text(f"{head}{[{'name': f'p{n}', 'port': 70000 + n} for n in range(ports)]}}}}}\n")
    monkeypatch.setattr(
        sys, "argv", ["groundplan", "k8s", "validate", str(file), "--version", "1.33"]
    )
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capsys.readouterr().err) == (1, said)


def places(value: object, *way: str | int) -> Iterator[tuple[str | int, ...]]:
    """The way to each value inside of `value`."""
    inner = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else inner:
        yield (*way, key)
        yield from places(item, *way, key)


def damaged(manifest: dict, way: tuple[str | int, ...], other: object) -> dict:
    """The manifest with something else at the end of `way`; `...` takes away what is there."""
    found = copy.deepcopy(manifest)
    here = found
    for key in way[:-1]:
        here = here[key]
    if other is ...:
        del here[way[-1]]
    else:
        here[way[-1]] = other
    return found


def is_told(wrong: dict, others: list[dict]) -> bool:
    """Whether all that is wrong has a text. As `validate` does; the others have their shape."""
    read = shape.present(wrong)
    flaws = [*shape.flaws(read, VERSION)]
    found = mistakes([*others, read], frozenset()) if all(flaw.firm for flaw in flaws) else ()
    said = [*(flaw.message for flaw in flaws), *(item[1] for item in found)]
    return all([validation.name_of(wrong), *said])


OTHERS = [7, [None], {}, ""]


@pytest.mark.parametrize("other", [[...], [None], OTHERS], ids=["gone", "null", "something else"])
def test_whatever_is_damaged_is_told_and_never_crashes(other):
    """Each value of each manifest in turn is gone, null, or something else."""
    for which, manifest in right().items():
        others = [item for name, item in right().items() if name != which]
        for number, way in enumerate(places(manifest)):
            assert is_told(damaged(manifest, way, other[number % len(other)]), others)


def test_the_engagements_own_are_told_of_too():
    every = overlays.whole(kubernetes.find(Workspace(ROOT), "prod"))
    for manifest in {item["kind"]: item for item in every}.values():
        others = [item for item in every if item is not manifest]
        for number, way in enumerate(places(manifest)):
            other = [..., None, *OTHERS][number % 6]
            assert is_told(damaged(manifest, way, other), others)
