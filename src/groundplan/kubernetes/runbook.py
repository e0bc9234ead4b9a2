"""The commands of a deployment by hand, in the order in which a presenter types them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from groundplan import kubernetes
from groundplan.kubernetes import cloud, network, operators, overlays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service
    from groundplan.facts import Facts, Resource
    from groundplan.kubernetes.target import Target
    from groundplan.workspace import Workspace

_KIND: Final = "kind-kind"  # what kind calls the context of a cluster that was given no name
# EKS names the machine in an image of its own; Graviton is in the name of a type of instance.
_AMI: Final = re.compile("(x86_64|ARM_64)")
_GRAVITON: Final = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\.")
_STATES: Final = "terraform/state"
_ACCOUNT: Final = "$(aws sts get-caller-identity --query Account --output text)"


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
        (f"kubectl kustomize k8s/overlays/{target.name}", "groundplan k8s validate"),
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
    yield Chapter(
        "Render the manifests",
        "From the Compose file and the design as they are now. Older ones are not applied.",
        ("groundplan k8s render",),
    )


def _cloud(workspace: Workspace, target: Target) -> Iterator[Chapter]:
    facts = workspace.facts(target.name, target.phase or 0)
    place = _place(target, facts)
    yield from _account(workspace, target)
    yield from _environment(target, place)
    yield Chapter(
        "Point kubectl at the cluster",
        "The context gets a name of its own, so that nothing goes to another cluster by accident."
        + _answers(facts),
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
    yield from _certificate(target, place)
    yield from _images(target, place, facts)


def _answers(facts: Facts) -> str:
    """Whom the cluster's API answers."""
    clusters = facts.of_type("aws_eks_cluster")
    configs = [config for item in clusters for config in item.blocks("vpc_config")]
    cidrs = sorted({cidr for item in configs for cidr in item.get("public_access_cidrs") or ()})
    return f" Outside its network, the cluster answers {', '.join(cidrs)} only." if cidrs else ""


def _account(workspace: Workspace, target: Target) -> Iterator[Chapter]:
    """What Terraform asks for before it does anything in a cloud."""
    if target.name not in workspace.design.terraform.accounts:
        yield Chapter(
            "Say in which account it lives",
            "Without it nothing is done in any. The first line tells the number of the one that you"
            " are logged in to. Enter it in design.yaml, under terraform, as"
            f' accounts: {{{target.name}: "NUMBER"}}; the second line commits that.',
            (
                "aws sts get-caller-identity --query Account --output text",
                f"git commit --message 'State the account of {target.name}' design.yaml",
            ),
        )
    states = workspace.root / _STATES
    if files := sorted(path.name for path in states.glob("*.tfvars")):
        terraform = f"terraform -chdir={_STATES}"
        yield Chapter(
            "Make the bucket of the states",
            "Once in each account, before its first environment: Terraform keeps there what it"
            " made.",
            (
                f"{terraform} init",
                f"{terraform} apply -var-file={files[0]}",
            ),
        )


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


def _certificate(target: Target, place: operators.Place) -> Iterator[Chapter]:
    """The load balancer's controller finds it in ACM, by the host of the Ingress."""
    host = next((rule["host"] for rule in _rules(target)), None)
    if host is None:
        return
    acm = f"aws acm {{}} --region {place.region}"
    record = "--query 'Certificate.DomainValidationOptions[0].ResourceRecord'"
    yield Chapter(
        f"Get a certificate for {host}",
        "Once. Without it no load balancer can be made. The second line tells a record: whoever"
        " keeps the domain enters it there, which proves that it is yours; the third waits for"
        " that. It may take some minutes to be known: until then ask for the record again.",
        (
            f"certificate=$({acm.format('request-certificate')} --domain-name {host}"
            " --validation-method DNS --query CertificateArn --output text)",
            f'{acm.format("describe-certificate")} --certificate-arn "$certificate" {record}',
            f'{acm.format("wait certificate-validated")} --certificate-arn "$certificate"',
        ),
    )


def _rules(target: Target) -> Iterator[dict[str, Any]]:
    for item in network.ingress(target):
        yield from item["spec"]["rules"]


def _images(target: Target, place: operators.Place, facts: Facts) -> Iterator[Chapter]:
    pushed = (line for item in target.running if item.build for line in _push(target, item, facts))
    platform = _platform(facts)
    chosen = f"DOCKER_DEFAULT_PLATFORM={platform} " if platform else ""
    yield Chapter(
        "Build the images, and push them",
        "Each image is tagged with the commit that it was built from: all has to be committed."
        + (f" The nodes run {platform}, whatever this machine is." if platform else ""),
        (
            "git status --short",
            f"{chosen}docker compose build",
            "tag=$(git rev-parse --short=12 HEAD)",
            f"registry={_ACCOUNT}.dkr.ecr.{place.region}.amazonaws.com",
            f"aws ecr get-login-password --region {place.region}"
            " | docker login --username AWS --password-stdin $registry",
            *pushed,
        ),
    )


def _platform(facts: Facts) -> str | None:
    """What the nodes run, as Docker calls it; None where the plan does not tell, or they differ."""
    found = {_machine(item) for item in facts.of_type("aws_eks_node_group")}
    return found.pop() if len(found) == 1 else None


def _machine(group: Resource) -> str | None:
    types = [str(name) for name in group.get("instance_types") or ()]
    if named := _AMI.search(str(group.get("ami_type"))):
        arm = named[0] == "ARM_64"
    elif types:
        arm = bool(_GRAVITON.match(types[0]))
    else:
        return None
    return f"linux/{'arm64' if arm else 'amd64'}"


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
    yield from _point(target, namespaced)
    yield _shown(workspace, target)
    yield Chapter(
        "Take it back",
        "Images and settings as they were before the last deployment, and nothing that came with"
        " it; data, tables and Secrets stay as they are. And all of it away.",
        (
            f"groundplan k8s rollback {_aim(target)}",
            f"kubectl --context {_context(target)} delete namespace {target.application.name}",
        ),
    )


def _point(target: Target, namespaced: str) -> Iterator[Chapter]:
    """How customers find the load balancer."""
    for item in network.ingress(target):
        host = item["spec"]["rules"][0]["host"]
        address = "jsonpath={.status.loadBalancer.ingress[0].hostname}"
        yield Chapter(
            f"Point {host} to the load balancer",
            "The first line tells the load balancer's own name, a minute or two after it was"
            f" applied. Whoever keeps the domain enters a CNAME record of {host} to it. Then the"
            " second is answered.",
            (
                f"{namespaced} get ingress {item['metadata']['name']} --output '{address}'",
                f"curl --fail --head https://{host}/",
            ),
        )


def _shown(workspace: Workspace, target: Target) -> Chapter:
    shown = f"groundplan k8s port-forward {_aim(target)}"
    if target.in_cloud and _is_protected(workspace.facts(target.name, target.phase or 0)):
        told = (
            "In a browser. The customer's journey is not walked here: it ends with an order, and"
            " this database, protected against deletion, is for those of customers."
        )
        return Chapter("Show it", told, (shown,))
    told = f"The {len(workspace.design.journey)} steps of a customer's journey, and then a browser."
    return Chapter("Show it", told, (f"{shown} --journey", shown))


def _is_protected(facts: Facts) -> bool:
    return any(item.get("deletion_protection") is True for item in facts.of_type("aws_db_instance"))


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
