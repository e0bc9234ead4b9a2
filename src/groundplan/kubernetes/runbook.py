"""The commands of a deployment by hand, in the order in which a presenter types them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan import kubernetes
from groundplan.kubernetes import overlays
from groundplan.kubernetes.target import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service
    from groundplan.kubernetes.target import Target
    from groundplan.workspace import Workspace


@dataclass(frozen=True)
class Chapter:
    """A step of the deployment: what is done, why, and the lines that are typed for it."""

    title: str
    why: str
    commands: tuple[str, ...]


def chapters(workspace: Workspace, overlay: str) -> tuple[Chapter, ...]:
    """The deployment of an overlay, from the images to the way back.

    Each is made of what the Compose file, the design and Terraform's outputs say. An overlay that
    is not there has none.
    """
    found = [item for item in kubernetes.targets(workspace) if item.name == overlay]
    return tuple(step for target in found for step in _steps(workspace, target))


def _steps(workspace: Workspace, target: Target) -> Iterator[Chapter]:
    if target.in_cloud:
        yield from _before(workspace, target)
    yield Chapter(
        "Look at what will be applied",
        "Kustomize puts base and overlay together; the check knows the cluster's version.",
        (
            f"kubectl kustomize k8s/overlays/{target.name}",
            f"groundplan k8s validate k8s/overlays/{target.name}",
        ),
    )
    yield Chapter(
        "Apply, and watch every copy become ready",
        _tells(target),
        (f"groundplan k8s apply --overlay {target.name} --context {_context(target)}",),
    )
    yield from _after(workspace, target)


def _before(workspace: Workspace, target: Target) -> Iterator[Chapter]:
    env, region = target.name, target.region
    yield Chapter(
        "Point kubectl at the cluster",
        "The context gets a name of its own, so that nothing goes to another cluster by accident.",
        (
            f"aws eks update-kubeconfig --region {region} --alias {env}"
            f' --name "$(terraform -chdir=terraform/envs/{env} output -raw cluster_name)"',
            f"kubectl --context {env} get nodes",
        ),
    )
    account = "$(aws sts get-caller-identity --query Account --output text)"
    pushed = (
        line for item in target.running if item.build for line in _push(workspace, target, item)
    )
    yield Chapter(
        "Build the images, and push them",
        "Each image is tagged with the commit that it was built from.",
        (
            "docker compose build",
            "tag=$(git rev-parse --short=12 HEAD)",
            f"registry={account}.dkr.ecr.{region}.amazonaws.com",
            f"aws ecr get-login-password --region {region}"
            " | docker login --username AWS --password-stdin $registry",
            *pushed,
        ),
    )


def _push(workspace: Workspace, target: Target, service: Service) -> tuple[str, str]:
    """An image is called as its repository in the recorded plan is."""
    facts = workspace.facts(target.name, target.phase or 0)
    names = [str(item.get("name")) for item in facts.of_type("aws_ecr_repository")]
    own = next((name for name in names if name.rpartition("/")[2] == service.name), service.name)
    image = service.image or f"{target.application.name}-{service.name}"
    return f"docker tag {image} $registry/{own}:$tag", f"docker push $registry/{own}:$tag"


def _after(workspace: Workspace, target: Target) -> Iterator[Chapter]:
    context, namespace = _context(target), target.application.name
    aim = f"--overlay {target.name} --context {context}"
    yield Chapter(
        "See what runs, and where",
        "Copies stand on different nodes, as far as there are any.",
        (f"kubectl --context {context} --namespace {namespace} get pods --output wide",),
    )
    told = f"The {len(workspace.design.journey)} steps of a customer's journey, and then a browser."
    yield Chapter(
        "Show it",
        told,
        (
            f"groundplan k8s port-forward {aim} --journey",
            f"groundplan k8s port-forward {aim}",
        ),
    )
    yield Chapter(
        "Take it back",
        "Every Deployment as it was before the last change; and all of it away.",
        (
            f"groundplan k8s rollback {aim}",
            f"kubectl --context {context} delete namespace {namespace}",
        ),
    )


def _tells(target: Target) -> str:
    needed = ", ".join(overlays.needed_secrets(target.source, target.running))
    if target.name == LOCAL:
        return f"The images are copied into the cluster; the Secrets ({needed}) are made of files."
    return f"Hosts come from Terraform's outputs, the Secrets ({needed}) from Secrets Manager."


def _context(target: Target) -> str:
    return target.name if target.in_cloud else "kind-kind"
