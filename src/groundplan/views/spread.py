"""In how many of the zones that it may stand in a thing does: as far as the plan tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.topology.relations import UNKNOWN, has_unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundplan.facts import Resource
    from groundplan.topology import Topology

_LATER: Final = "in how many zones is known after apply"


def spread(resource: Resource, topology: Topology) -> str:
    """`in one of 2 zones`; empty where that is no question, or nothing of its type tells it."""
    how, zones = _TOLD.get(resource.type), zones_of(resource, topology)
    return how(resource, zones) if how and zones > 1 else ""


def zones_of(resource: Resource, topology: Topology) -> int:
    """The number of zones that a thing may stand in; 0 where the plan can't tell."""
    placed = topology.placement(resource)
    zones = {topology.subnets[address].zone for address in (() if placed == UNKNOWN else placed)}
    return 0 if UNKNOWN in zones else len(zones)


def _among(least: int, most: int, zones: int) -> str:
    if least == most:
        return f"in {'one' if most == 1 else most} of {zones} zones"
    return f"in {least} to {most} of {zones} zones"


def _database(resource: Resource, zones: int) -> str:
    if has_unknown(resource, "multi_az"):
        return _LATER
    return (
        f"with a standby, {_among(2, 2, zones)}"
        if resource.get("multi_az")
        else _one(resource, zones)
    )


def _one(_resource: Resource, zones: int) -> str:
    return _among(1, 1, zones)


def _cache_group(resource: Resource, zones: int) -> str:
    shards, copies = resource.get("num_node_groups"), resource.get("replicas_per_node_group")
    nodes = resource.get("num_cache_clusters")
    if isinstance(shards, int) and isinstance(copies, int):
        nodes = shards * (copies + 1)
    named = resource.get("preferred_cache_cluster_azs")
    return _nodes(nodes, named, zones, apart=bool(resource.get("multi_az_enabled")))


def _cache_cluster(resource: Resource, zones: int) -> str:
    nodes, named = resource.get("num_cache_nodes"), resource.get("preferred_availability_zones")
    if resource.get("az_mode") == "single-az":
        return _one(resource, zones)
    return _nodes(nodes, named, zones, apart=resource.get("az_mode") == "cross-az")


def _nodes(count: Any, named: Any, zones: int, *, apart: bool) -> str:
    """Of the nodes of a cache, in the zones that are named, else `apart` in two at least."""
    if not isinstance(count, int):
        return _LATER
    if isinstance(named, list) and named:
        return _among(len({*named}), len({*named}), zones)
    if count == 1:
        return f"1 node, {_among(1, 1, zones)}"
    return _among(2 if apart else 1, min(count, zones), zones)


def _machines(most: Any, zones: int) -> str:
    """Of machines that are as many as are needed: nothing where there may be one in each zone."""
    return _among(1, most, zones) if isinstance(most, int) and 0 < most < zones else ""


_TOLD: Final[dict[str, Callable[[Resource, int], str]]] = {
    "aws_autoscaling_group": lambda item, zones: _machines(item.get("max_size"), zones),
    "aws_db_instance": _database,
    "aws_docdb_cluster_instance": _one,
    "aws_eks_node_group": lambda item, zones: _machines(
        item.get("scaling_config.0.max_size"), zones
    ),
    "aws_elasticache_cluster": _cache_cluster,
    "aws_elasticache_replication_group": _cache_group,
    "aws_neptune_cluster_instance": _one,
    "aws_rds_cluster_instance": _one,
}
