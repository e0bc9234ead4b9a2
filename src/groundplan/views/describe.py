"""What a resource is called in a picture: a label and a small second line, from its values."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from groundplan.catalog import KINDS, treatment
from groundplan.facts.givers import VPCS
from groundplan.topology.endpoints import service_of
from groundplan.views.spread import zones_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from groundplan.facts import Resource
    from groundplan.topology import Topology

Text = tuple[str, str]

# Where a resource has its name, the most telling first.
_NAMES: Final = (
    "name",
    "identifier",
    "function_name",
    "replication_group_id",
    "cluster_id",
    "fargate_profile_name",
    "broker_name",
    "cluster_identifier",
    "bucket",
    "domain_name",
    "domain",
    "alarm_name",
    "dashboard_name",
)
_OF_NO_HELP: Final = frozenset({"this", "main", "default"})
_ENGINES: Final = {
    "mysql": "MySQL",
    "postgres": "PostgreSQL",
    "postgresql": "PostgreSQL",
    "mariadb": "MariaDB",
    "oracle": "Oracle",
    "sqlserver": "SQL Server",
    "redis": "Redis",
    "valkey": "Valkey",
    "memcached": "Memcached",
}


def describe(resource: Resource, topology: Topology) -> Text:
    """The label and detail of one resource."""
    if writer := _WRITERS.get(resource.type):
        return writer(resource, topology)
    how = treatment(resource.type)
    size = resource.get(how.size) if how.size else None
    detail = " · ".join(str(part) for part in (name_of(resource), size) if part)
    if how.kind == "resource":
        return resource.type.removeprefix("aws_").replace("_", " "), detail
    return KINDS[kind_of(resource, topology)].label, detail


def told_apart(placed: Iterable[tuple[str, Resource]], topology: Topology) -> dict[str, Text]:
    """The label and detail of each resource, by address, no two the same in one frame.

    `placed`: the frame of each. Where nothing shorter tells two apart, their addresses do.
    """
    things = {resource.address: (frame, resource) for frame, resource in placed}
    fuller = dict.fromkeys(things, 0)
    while True:
        texts = {a: _FULLER[fuller[a]](item, topology) for a, (_, item) in things.items()}
        same: dict[tuple[str, Text], list[str]] = defaultdict(list)
        for address, text in texts.items():
            same[things[address][0], text].append(address)
        more = [a for many in same.values() if len(many) > 1 for a in many
                if fuller[a] + 1 < len(_FULLER)]  # fmt: skip
        if not more:
            return texts
        fuller |= {address: fuller[address] + 1 for address in more}


def _with_name(resource: Resource, topology: Topology) -> Text:
    """As `describe`, with a name also where that has none."""
    label, detail = describe(resource, topology)
    name = name_of(resource)
    return label, " · ".join(filter(None, dict.fromkeys((name, *detail.split(" · ")))))


def _with_address(resource: Resource, topology: Topology) -> Text:
    """As `_with_name`, with the address but for its type, beside a given name or instead."""
    label, detail = _with_name(resource, topology)
    own, name = resource.address.replace(f"{resource.type}.", ""), name_of(resource)
    known = f"{name}, {own}" if _given(resource) else own
    parts = detail.split(" · ") if name else ["", *filter(None, [detail])]
    return label, " · ".join(known if part == name else part for part in parts)


def kind_of(resource: Resource, topology: Topology) -> str:
    """The kind of its node; some engines and types of load balancer have one of their own."""
    found = treatment(resource.type).kind
    which = resource.get("load_balancer_type") or _engine(resource, topology)
    own = f"{found}_{which}"
    return own if own in KINDS else found


def name_of(resource: Resource) -> str:
    """What a person calls it: its name or tag, else what tells its address from others.

    Empty where that is no more than `this`.
    """
    if name := _given(resource):
        return name
    if isinstance(resource.index, str):
        return resource.index
    module = resource.module.rpartition("module.")[2]
    name = module if resource.name in _OF_NO_HELP else resource.name
    return name if resource.index is None else f"{name or resource.name}[{resource.index}]"


def _given(resource: Resource) -> str:
    """Its name or tag; empty where it has none that is known."""
    found = (resource.get(path) for path in (*_NAMES, "tags_all.Name", "tags.Name"))
    return next((name for name in found if isinstance(name, str) and name), "")


def _cluster(resource: Resource, _topology: Topology) -> Text:
    version = resource.get("version", "")
    return f"EKS cluster {version}".strip(), name_of(resource)


def _node_group(resource: Resource, _topology: Topology) -> Text:
    sizes = ("desired_size", "min_size", "max_size")
    size, low, high = (resource.get(f"scaling_config.0.{name}", "?") for name in sizes)
    types = "/".join(map(str, resource.get("instance_types") or ["instances"]))
    spot = " spot" if resource.get("capacity_type") == "SPOT" else ""
    span = "" if low == high else f" ({low}–{high})"
    name = resource.get("node_group_name") or name_of(resource)
    return f"Node group {name}".strip(), f"{size} × {types}{spot}{span}"


def _scaling_group(resource: Resource, _topology: Topology) -> Text:
    low, high = resource.get("min_size", "?"), resource.get("max_size", "?")
    span = str(low) if low == high else f"{low}–{high}"
    name = name_of(resource)
    return "Auto Scaling group", " · ".join(filter(None, (name, f"{span} instances")))


def _service(resource: Resource, _topology: Topology) -> Text:
    count = resource.get("desired_count", "?")
    on = "Fargate" if resource.get("launch_type") == "FARGATE" else "tasks"
    return f"ECS service {name_of(resource)}".strip(), f"{count} × {on}"


def _database(resource: Resource, topology: Topology) -> Text:
    engine = _ENGINES.get(_engine(resource, topology), "Database")
    detail = str(resource.get("instance_class", ""))
    if resource.get("multi_az") and zones_of(resource, topology) <= 1:  # else `spread` tells it
        detail += ", standby in another zone"
    role = "read replica" if topology.replicated(resource) else "primary"
    return f"{engine} {role}", detail


def _database_cluster(resource: Resource, _topology: Topology) -> Text:
    engine = str(resource.get("engine", "aurora"))
    plain = _ENGINES.get(engine.removeprefix("aurora-"), "")
    kind = "Aurora" if engine.startswith("aurora") else ""
    name = resource.get("cluster_identifier") or name_of(resource)
    return " ".join(part for part in (kind, plain, "cluster") if part), str(name)


def _engine(resource: Resource, topology: Topology) -> str:
    """A replica has the engine of what it replicates; an edition is left out: oracle-ee."""
    source = topology.resource(topology.replicated(resource) or "")
    if source:
        return _engine(source, topology)
    return str(resource.get("engine", "")).split("-")[0]


def _cache(resource: Resource, topology: Topology) -> Text:
    count = resource.get("num_cache_clusters") or resource.get("num_cache_nodes") or 1
    nodes = "" if count == 1 else f"{count} × "
    engine = _ENGINES.get(_engine(resource, topology), "Redis")
    return engine, f"{nodes}{resource.get('node_type', '')}"


def _endpoint(resource: Resource, _topology: Topology) -> Text:
    kind = str(resource.get("vpc_endpoint_type") or "Gateway").lower()
    return f"{service_of(resource)} endpoint".strip(), kind


def _peering(resource: Resource, topology: Topology) -> Text:
    """Between which VPCs; one of another plan or account has no name here."""
    found = (topology.target(resource, path, *VPCS) for path in ("vpc_id", "peer_vpc_id"))
    vpcs = [topology.resource(address) if address else None for address in found]
    names = [name_of(vpc) or vpc.name if vpc else "a VPC outside of this plan" for vpc in vpcs]
    return "VPC peering", " – ".join(names)


def _plain(resource: Resource, _topology: Topology) -> Text:
    return KINDS[treatment(resource.type).kind].label, ""


_FULLER: Final = (describe, _with_name, _with_address)

_WRITERS: Final[dict[str, Callable[[Resource, Topology], Text]]] = {
    "aws_autoscaling_group": _scaling_group,
    "aws_db_instance": _database,
    "aws_ecs_service": _service,
    "aws_egress_only_internet_gateway": _plain,
    "aws_eks_cluster": _cluster,
    "aws_eks_node_group": _node_group,
    "aws_elasticache_cluster": _cache,
    "aws_elasticache_replication_group": _cache,
    "aws_internet_gateway": _plain,
    "aws_nat_gateway": _plain,
    "aws_rds_cluster": _database_cluster,
    "aws_vpc_endpoint": _endpoint,
    "aws_vpc_peering_connection": _peering,
}
