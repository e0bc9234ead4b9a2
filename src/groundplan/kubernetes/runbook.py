"""The commands of a deployment by hand, in the order in which a presenter types them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from groundplan import kubernetes
from groundplan.kubernetes import cloud, operators, overlays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service
    from groundplan.facts import Facts
    from groundplan.kubernetes.target import Target
    from groundplan.workspace import Workspace

_KIND: Final = "kind-kind"  # what kind calls the context of a cluster that was given no name


@dataclass(frozen=True)
class Chapter:
    """A step of the deployment: what is done, why, and the lines that are typed for it."""

    title: str
    why: str
    commands: tuple[str, ...]


def chapters(workspace: Workspace, overlay: str) -> tuple[Chapter, ...]:
    """The deployment of an overlay, from the environment to the way back.

    Each is made of what the Compose file, the design and the recorded plans say. Raises InputError
    for an overlay that is not there.
    """
    return tuple(_steps(workspace, kubernetes.find(workspace, overlay)))


def _steps(workspace: Workspace, target: Target) -> Iterator[Chapter]:
    yield from _cloud(workspace, target) if target.in_cloud else _here()
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
        (f"groundplan k8s apply {_aim(target)}",),
    )
    yield from _after(workspace, target)


def _here() -> Iterator[Chapter]:
    yield Chapter(
        "Make a cluster",
        "One that ends with this machine. k3d does as well; the context is then another.",
        ("kind create cluster",),
    )


def _cloud(workspace: Workspace, target: Target) -> Iterator[Chapter]:
    facts = workspace.facts(target.name, target.phase or 0)
    place = _place(target, facts)
    yield from _environment(target, place)
    yield Chapter(
        "Point kubectl at the cluster",
        "The context gets a name of its own, so that nothing goes to another cluster by accident.",
        (
            f"aws eks update-kubeconfig --region {place.region} --name {place.cluster}"
            f" --alias {place.context}",
            f"kubectl --context {place.context} get nodes",
        ),
    )
    for operator in operators.needed(overlays.whole(target)):
        commands = tuple(operators.installation(operator, place, facts))
        installed = any(line.startswith("helm ") for line in commands)
        title = "Install {}" if installed else "Wait for {}, an add-on of the cluster"
        yield Chapter(title.format(operator.name), operator.why, commands)
    yield from _images(target, place, facts)


def _environment(target: Target, place: operators.Place) -> Iterator[Chapter]:
    """What is there before the cluster is used: the environment itself, and its token first."""
    secret = f"{place.secrets}{cloud.TOKEN}"
    if any(secret == ref for ref in _references(target)):
        aim = f"--region {place.region}"
        yield Chapter(
            "Give the cache its token",
            "Once, before Terraform makes the cache: both read it from Secrets Manager. The second"
            " line is for every shell in which Terraform is run.",
            (
                f"aws secretsmanager create-secret {aim} --name {secret}"
                ' --secret-string "$(openssl rand -hex 32)"',
                f"export TF_VAR_{cloud.TOKEN}=$(aws secretsmanager get-secret-value {aim}"
                f" --secret-id {secret} --query SecretString --output text)",
            ),
        )
    yield Chapter(
        "Make the environment",
        "Terraform shows what it will do, and asks.",
        (f"groundplan apply {target.name} --phase {target.phase} --target aws",),
    )


def _references(target: Target) -> Iterator[str]:
    """The names in Secrets Manager that the overlay reads."""
    for item in cloud.external_secrets(target):
        yield from (entry["remoteRef"]["key"] for entry in item["spec"].get("data") or ())


def _images(target: Target, place: operators.Place, facts: Facts) -> Iterator[Chapter]:
    account = "$(aws sts get-caller-identity --query Account --output text)"
    pushed = (line for item in target.running if item.build for line in _push(target, item, facts))
    yield Chapter(
        "Build the images, and push them",
        "Each image is tagged with the commit that it was built from.",
        (
            "docker compose build",
            "tag=$(git rev-parse --short=12 HEAD)",
            f"registry={account}.dkr.ecr.{place.region}.amazonaws.com",
            f"aws ecr get-login-password --region {place.region}"
            " | docker login --username AWS --password-stdin $registry",
            *pushed,
        ),
    )


def _push(target: Target, service: Service, facts: Facts) -> tuple[str, str]:
    """An image is called as its repository in the recorded plan is."""
    names = [str(item.get("name")) for item in facts.of_type("aws_ecr_repository")]
    own = next((name for name in names if name.rpartition("/")[2] == service.name), service.name)
    image = service.image or f"{target.application.name}-{service.name}"
    return f"docker tag {image} $registry/{own}:$tag", f"docker push $registry/{own}:$tag"


def _after(workspace: Workspace, target: Target) -> Iterator[Chapter]:
    namespaced = f"kubectl --context {_context(target)} --namespace {target.application.name}"
    yield Chapter(
        "See what runs, and where",
        "Copies stand on different nodes, as far as there are any.",
        (f"{namespaced} get pods --output wide",),
    )
    told = f"The {len(workspace.design.journey)} steps of a customer's journey, and then a browser."
    yield Chapter(
        "Show it",
        told,
        (
            f"groundplan k8s port-forward {_aim(target)} --journey",
            f"groundplan k8s port-forward {_aim(target)}",
        ),
    )
    yield Chapter(
        "Take it back",
        "Every Deployment as it was before the last change; and all of it away.",
        (
            f"groundplan k8s rollback {_aim(target)}",
            f"kubectl --context {_context(target)} delete namespace {target.application.name}",
        ),
    )


def _tells(target: Target) -> str:
    needed = ", ".join(overlays.needed_secrets(target.source, target.running))
    if not target.in_cloud:
        return f"The images are copied into the cluster; the Secrets ({needed}) are made of files."
    return (
        f"Hosts come from Terraform's outputs, the Secrets ({needed}) from Secrets Manager. A Job"
        " makes the tables that are missing before the applications start."
    )


def _place(target: Target, facts: Facts) -> operators.Place:
    """The cluster of a recorded plan; where it tells of none, one called as the environment is."""
    names = [str(item.get("name")) for item in facts.of_type("aws_eks_cluster")]
    cluster = names[0] if names else target.name
    return operators.Place(_context(target), cluster, target.region or "", cloud.keeps(target))


def _aim(target: Target) -> str:
    return f"--overlay {target.name} --context {_context(target)}"


def _context(target: Target) -> str:
    return target.name if target.in_cloud else _KIND
