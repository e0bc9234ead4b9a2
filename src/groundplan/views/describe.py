"""What a resource is called in a picture: a label and a small second line, from its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan.catalog import KINDS, treatment

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundplan.facts import Resource
    from groundplan.topology import Topology

Text = tuple[str, str]


def describe(resource: Resource, topology: Topology) -> Text:
    """The label and detail of one resource."""
    if writer := _WRITERS.get(resource.type):
        return writer(resource, topology)
    if treatment(resource.type).kind == "resource":
        return resource.type.removeprefix("aws_").replace("_", " "), _name(resource)
    return KINDS[treatment(resource.type).kind].label, _name(resource)


def kind_of(resource: Resource, topology: Topology) -> str:
    """The kind of its node; some engines of databases have one of their own."""
    found = treatment(resource.type).kind
    own = f"{found}_{_engine(resource, topology)}"
    return own if own in KINDS else found


def _name(resource: Resource) -> str:
    return str(resource.get("name") or resource.get("tags_all.Name") or "")


def _cluster(resource: Resource, _topology: Topology) -> Text:
    version = resource.get("version", "")
    return f"EKS cluster {version}".strip(), _name(resource)


def _node_group(resource: Resource, _topology: Topology) -> Text:
    sizes = ("desired_size", "min_size", "max_size")
    size, low, high = (resource.get(f"scaling_config.0.{name}", "?") for name in sizes)
    types = "/".join(map(str, resource.get("instance_types") or ["instances"]))
    spot = " spot" if resource.get("capacity_type") == "SPOT" else ""
    span = "" if low == high else f" ({low}–{high})"
    name = f"Node group {resource.get('node_group_name', '')}".strip()
    return name, f"{size} × {types}{spot}{span}"


def _database(resource: Resource, topology: Topology) -> Text:
    names = {"mysql": "MySQL", "postgres": "PostgreSQL", "mariadb": "MariaDB"}
    engine = names.get(_engine(resource, topology), "Database")
    detail = str(resource.get("instance_class", ""))
    if resource.get("multi_az"):
        detail += ", standby in another zone"
    role = "read replica" if topology.replicated(resource) else "primary"
    return f"{engine} {role}", detail


def _engine(resource: Resource, topology: Topology) -> str:
    """A replica has the engine of what it replicates."""
    source = topology.resource(topology.replicated(resource) or "")
    return _engine(source, topology) if source else str(resource.get("engine", ""))


def _cache(resource: Resource, _topology: Topology) -> Text:
    count = resource.get("num_cache_clusters") or 1
    nodes = "" if count == 1 else f"{count} × "
    return "Redis", f"{nodes}{resource.get('node_type', '')}"


def _endpoint(resource: Resource, _topology: Topology) -> Text:
    service = str(resource.get("service_name", "")).rsplit(".", 1)[-1].upper()
    kind = str(resource.get("vpc_endpoint_type") or "Gateway").lower()
    return f"{service} endpoint".strip(), kind


def _plain(resource: Resource, _topology: Topology) -> Text:
    return KINDS[treatment(resource.type).kind].label, ""


_WRITERS: Final[dict[str, Callable[[Resource, Topology], Text]]] = {
    "aws_db_instance": _database,
    "aws_eks_cluster": _cluster,
    "aws_eks_node_group": _node_group,
    "aws_elasticache_replication_group": _cache,
    "aws_internet_gateway": _plain,
    "aws_nat_gateway": _plain,
    "aws_vpc_endpoint": _endpoint,
}
