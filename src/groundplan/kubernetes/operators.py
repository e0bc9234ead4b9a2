"""The controllers in a cluster that the manifests for a cloud count on, and how they get there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from groundplan.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from groundplan.facts import Facts
    from groundplan.kubernetes.workload import Manifest


@dataclass(frozen=True)
class Operator:
    """A controller. `kinds` are those of the manifests that it serves, `api` what a cluster has
    once it is installed, empty where it adds none. It is a Helm chart, of `repository` in
    `version`, or an add-on of EKS.

    `rights` are what its service account may do in AWS, as the document of a policy; `settings`
    are the chart's.
    """

    name: str
    why: str
    kinds: frozenset[str]
    api: str
    chart: str
    repository: str
    version: str
    namespace: str
    rights: str = ""
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """A cluster in AWS: its context here, its own name, its region, and what the names of its
    application's secrets begin with.
    """

    context: str
    cluster: str
    region: str
    secrets: str


# What RDS keeps, and what people keep for this environment. Secrets Manager itself asks for the
# key with which they are encrypted, on behalf of who reads them.
_READ_SECRETS: Final = json.dumps({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": [
                "arn:aws:secretsmanager:{region}:*:secret:rds!db-*",
                "arn:aws:secretsmanager:{region}:*:secret:{secrets}*",
            ],
        },
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {
                "StringEquals": {"kms:ViaService": "secretsmanager.{region}.amazonaws.com"}
            },
        },
    ],
})  # fmt: skip
_TRUST: Final = json.dumps({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
    ],
})  # fmt: skip
_BALANCER: Final = "https://raw.githubusercontent.com/kubernetes-sigs/aws-load-balancer-controller"

# Released versions, looked up on 2026-11-23 and 27; the load balancer's is that of EKS's own guide,
# and the cluster autoscaler's is of the minor version of the clusters.
OPERATORS: Final = (
    Operator(
        name="External Secrets",
        why="It copies the passwords from Secrets Manager into the cluster, and keeps up.",
        kinds=frozenset({"ExternalSecret", "SecretStore"}),
        api="external-secrets.io/v1",
        chart="external-secrets",
        repository="https://charts.external-secrets.io",
        version="2.11.0",
        namespace="external-secrets",
        rights=_READ_SECRETS,
    ),
    Operator(
        name="AWS Load Balancer Controller",
        why="It makes a load balancer of the Ingress, which lets customers in.",
        kinds=frozenset({"Ingress"}),
        api="elbv2.k8s.aws/v1beta1",
        chart="aws-load-balancer-controller",
        repository="https://aws.github.io/eks-charts",
        version="1.14.1",
        namespace="kube-system",
        rights=f"{_BALANCER}/v2.14.1/docs/install/iam_policy.json",
        settings=("clusterName={cluster}", "region={region}", "vpcId=$vpc"),
    ),
    Operator(
        name="metrics-server",
        why="It measures what the copies need; without it the autoscalers have no figures.",
        kinds=frozenset({"HorizontalPodAutoscaler"}),
        api="metrics.k8s.io/v1beta1",
        chart="metrics-server",
        repository="https://kubernetes-sigs.github.io/metrics-server/",
        version="3.13.0",
        namespace="kube-system",
    ),
    Operator(
        name="cluster autoscaler",
        why="It adds machines where copies find no room, and takes them away again.",
        kinds=frozenset({"HorizontalPodAutoscaler"}),
        api="",
        chart="cluster-autoscaler",
        repository="https://kubernetes.github.io/autoscaler",
        version="9.59.0",
        namespace="kube-system",
        settings=(
            "autoDiscovery.clusterName={cluster}",
            "awsRegion={region}",
            "rbac.serviceAccount.name=cluster-autoscaler",
        ),
    ),
)


def needed(manifests: Iterable[Manifest]) -> tuple[Operator, ...]:
    """The controllers that `manifests` count on."""
    kinds = {item["kind"] for item in manifests}
    return tuple(operator for operator in OPERATORS if operator.kinds & kinds)


def assert_there(manifests: Iterable[Manifest], apis: Collection[str], context: str) -> None:
    """Raise RefusedError where a cluster with these `apis` lacks what `manifests` count on."""
    asked = (operator for operator in needed(manifests) if operator.api)
    missing = [operator for operator in asked if operator.api not in apis]
    if missing:
        names = ", ".join(operator.name for operator in missing)
        raise RefusedError(
            f"the cluster of '{context}' has no {names}, so nothing is applied",
            hint="the runbook has the commands that install it: docs/runbook.md",
        )


def installation(operator: Operator, at: Place, facts: Facts) -> Iterator[str]:
    """The commands that install a controller, but for what the recorded plan does already."""
    addons = {item.get("addon_name") for item in facts.of_type("aws_eks_addon")}
    if operator.chart in addons:
        rollout = f"--namespace {operator.namespace} rollout status deployment/{operator.chart}"
        yield f"kubectl --context {at.context} {rollout}"
        return
    given = {
        item.get("service_account") for item in facts.of_type("aws_eks_pod_identity_association")
    }
    if operator.rights and operator.chart not in given:
        yield from _rights(operator, at)
    if "vpcId=$vpc" in operator.settings:
        asked = "--query cluster.resourcesVpcConfig.vpcId --output text"
        yield f"vpc=$(aws eks describe-cluster --region {at.region} --name {at.cluster} {asked})"
    settings = "".join(f" --set {_at(item, at)}" for item in operator.settings)
    yield (
        f"helm upgrade --install {operator.chart} {operator.chart} --repo {operator.repository}"
        f" --version {operator.version} --kube-context {at.context}"
        f" --namespace {operator.namespace} --create-namespace{settings} --wait"
    )


def _rights(operator: Operator, at: Place) -> Iterator[str]:
    """A role for the controller's service account, which the Pod Identity agent hands out."""
    role, document = f"{at.cluster}-{operator.chart}", f"'{_at(operator.rights, at)}'"
    if operator.rights.startswith("https://"):
        yield "policy=$(mktemp)"
        yield f'curl --fail --location --output "$policy" {operator.rights}'
        document = '"file://$policy"'
    yield f"aws iam create-role --role-name {role} --assume-role-policy-document '{_TRUST}'"
    yield (
        f"aws iam put-role-policy --role-name {role} --policy-name {operator.chart}"
        f" --policy-document {document}"
    )
    arn = f"$(aws iam get-role --role-name {role} --query Role.Arn --output text)"
    yield (
        f"aws eks create-pod-identity-association --region {at.region} --cluster-name {at.cluster}"
        f" --namespace {operator.namespace} --service-account {operator.chart}"
        f' --role-arn "{arn}"'
    )


def _at(text: str, at: Place) -> str:
    found = {"{cluster}": at.cluster, "{region}": at.region, "{secrets}": at.secrets}
    for name, value in found.items():
        text = text.replace(name, value)
    return text
