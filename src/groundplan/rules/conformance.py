"""Rules that hold the application against the plan that is to run it, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan.findings import Finding, error, rule, warning
from groundplan.rules import services
from groundplan.rules.design import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Application
    from groundplan.design import Phase
    from groundplan.facts import Facts, Resource
    from groundplan.workspace import Workspace

CACHES = (
    "aws_elasticache_cluster", "aws_elasticache_replication_group",
    "aws_elasticache_serverless_cache", "aws_memorydb_cluster",
)  # fmt: skip
_METRICS: Final = "metrics-server"
"""What measures the load of pods for autoscalers."""
DATABASES = ("aws_db_instance", "aws_docdb_cluster", "aws_rds_cluster")


@rule("service-repository", "each service that is built has an ECR repository, and the reverse")
def repositories(workspace: Workspace) -> Iterator[Finding]:
    """Services without a repository, repositories without a service."""
    for _, phase, env in drawn(workspace):
        built = {item.name for item in workspace.application(phase.number).services if item.build}
        facts = workspace.facts(env, phase.number)
        kept = {name: item.address for item in facts if (name := _repository(item))}
        if any(item.is_unknown("name") for item in facts.of_type("aws_ecr_repository")):
            continue  # one of them may be any service's
        for name in sorted(built - kept.keys()):
            message = f"service '{name}' has no ECR repository in {env}, phase {phase.number}"
            hint = "add it to the repositories in Terraform, and record the plan anew"
            line = services.told(workspace).line(name)
            yield error(message, workspace.compose_file, line, hint)
        for name in sorted(kept.keys() - built):
            message = f"{kept[name]} is for no service of the Compose file"
            hint = f"no service '{name}' is built there"
            yield error(message, workspace.facts_file(env, phase.number), hint=hint)


def _repository(resource: Resource) -> str | None:
    """The service a repository is for: the last part of its name."""
    if resource.type != "aws_ecr_repository" or resource.change == "delete":
        return None
    return str(resource.get("name", "")).rsplit("/", 1)[-1] or None


@rule("stores", "each database, replica and cache of the application is planned, and the reverse")
def stores(workspace: Workspace) -> Iterator[Finding]:
    """A phase that promises Redis and a plan without it, and the like."""
    for index, phase, env in drawn(workspace):
        wanted = _wanted(workspace.application(phase.number))
        planned = _planned(workspace.facts(env, phase.number))
        where = f"in {env}, phase {phase.number}"
        for name in sorted(wanted - planned):
            line = line_of(workspace, ("phases", index, "profiles"))
            message = f"the application has a {name} {where}, the plan has none"
            hint = f"switch it on in phase-{phase.number}.tfvars, and record the plan anew"
            yield error(message, workspace.design_file, line, hint)
        for name in sorted(planned - wanted):
            message = f"the plan has a {name} {where}, the application has none"
            hint = "switch its Compose profile on in design.yaml, or leave it out of the plan"
            yield error(message, workspace.facts_file(env, phase.number), hint=hint)


def _wanted(application: Application) -> set[str]:
    kinds = {service.kind for service in application.services}
    replicates = any(flow.kind == "replicates" for flow in application.flows)
    return kinds & {"database", "cache"} | ({"replica"} if replicates else set())


def _planned(facts: Facts) -> set[str]:
    found = set()
    for resource in facts:
        if resource.change == "delete":
            continue
        if resource.type in CACHES:
            found.add("cache")
        if resource.type in DATABASES:
            found.add("replica" if is_replica(resource) else "database")
    return found


def is_replica(resource: Resource) -> bool:
    """Whether a planned database follows another one."""
    source = "replicate_source_db"
    return bool(resource.get(source) or resource.is_unknown(source))


def drawn(workspace: Workspace) -> Iterator[tuple[int, Phase, str]]:
    """Each phase and environment whose plan is drawn, with the phase's index in the design."""
    for index, phase in enumerate(workspace.design.phases):
        for env in phase.environments:
            yield index, phase, env


@rule("copies-follow", "where the load brings copies, the cluster measures it, and the reverse")
def scaling(workspace: Workspace) -> Iterator[Finding]:
    """Autoscalers that get no figures, and figures for which there is no autoscaler."""
    for index, phase, env in drawn(workspace):
        addons = workspace.facts(env, phase.number).of_type("aws_eks_addon")
        planned = {item.get("addon_name") for item in addons if item.change != "delete"}
        scale, line = phase.kubernetes, line_of(workspace, ("phases", index, "kubernetes"))
        grows = scale.most is not None and scale.most > scale.replicas
        # Without any add-on it is not told what the cluster has.
        if not planned or grows == (_METRICS in planned):
            continue
        if grows:
            message = f"phase {phase.number} brings up to {scale.most} copies, and {env} has no"
            hint = "switch it on in Terraform, or leave 'most' out"
            yield error(f"{message} {_METRICS}", workspace.design_file, line, hint)
        else:
            message = f"{env} has {_METRICS} in phase {phase.number}, and nothing there scales"
            hint = "say under 'most' how many copies the load may bring"
            yield warning(message, workspace.design_file, line, hint)
