"""What each resource type costs: one function for each type.

A type that is neither here nor in `free` is a gap in the bill, and so is a missing value or price.
A function gets all resources of its type at once, because some amounts (log data, data through
NAT) are known for the whole environment only.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from groundplan import support
from groundplan.cost import watching as cost_watching
from groundplan.cost.bill import Free, Gap, Line, amount
from groundplan.cost.context import counted, decimal, label

if TYPE_CHECKING:
    from groundplan.cost.context import Context, Priced, Rule
    from groundplan.facts import Resource


def _cluster(clusters: tuple[Resource, ...], context: Context) -> Priced:
    for cluster in clusters:
        item = f"EKS control plane {label(cluster, 'name')}"
        kind, note = _support(cluster)
        if kind in _CONTROL_PLANES:
            row = ("AmazonEKS", _CONTROL_PLANES[kind])
            yield context.line([cluster], item, context.hours(), row, assumption=note)
        else:
            yield Gap(cluster.address, f"{item}: {note}")


_CONTROL_PLANES: Final = {
    "standard": "EKS cluster (standard support)",
    "extended": "EKS cluster (extended support, total)",
}


def _support(resource: Resource) -> tuple[support.Kind | None, str]:
    """The support of what a cluster or database runs, on the day of the table; and in words.

    By the table's day and not by today's, so that a bill is the same on every day.
    """
    named, calendar = support.version_of(resource), support.load()
    if named is None:
        return "standard", "in a version that AWS chooses, and so in standard support"
    found = calendar.find(*named)
    if found is None:
        return None, f"until when AWS supports {' '.join(named)} is not in the table"
    kind = found.on(calendar.read)
    return kind, {
        "standard": f"{found} is in standard support until {found.standard}",
        "extended": (
            f"{found} is out of standard support since {found.standard}: AWS charges more, or"
            " upgrades it where that is switched off"
        ),
        "ended": f"{found} is out of support since {found.extended}: AWS upgrades it",
    }[kind]


def _node_groups(groups: tuple[Resource, ...], context: Context) -> Priced:
    for group in groups:
        count, types = group.get("scaling_config.0.desired_size"), group.get("instance_types")
        template = context.referred(group, "launch_template.0.id")
        if types is None and template is not None:
            types = [template.get("instance_type")]
        if not isinstance(count, int) or not types or None in types:
            yield Gap(group.address, "number or instance type of the nodes is not in the plan")
            continue
        yield _nodes(group, context, count, types)
        yield _node_disks(group, template, context, count)
        if template is not None and template.get("monitoring.0.enabled"):
            yield Gap(group.address, "detailed monitoring of the nodes is not priced")


def _nodes(group: Resource, context: Context, count: int, types: list[str]) -> Line | Gap:
    spot = group.get("capacity_type") == "SPOT"
    item = f"{count} nodes, {types[0]}, {'spot' if spot else 'on-demand'}"
    row, notes, share = ("AmazonEC2", f"{types[0]} Linux on-demand"), [], Decimal(1)
    if str(group.get("ami_type", "")).startswith("WINDOWS"):
        return Gap(group.address, f"{item}: the price table has Linux nodes only")
    if spot:
        discount = context.used("spot_discount")
        if discount is None:
            return Gap(group.address, f"{item}: the design assumes no usage.spot_discount")
        share = 1 - decimal(discount.value) / 100
        notes.append(
            f"{discount.value:g} % below the on-demand price: {discount.reason.rstrip('.')}"
        )
    if len(types) > 1:
        notes.append(f"priced as {types[0]}, of {', '.join(types)}")
    return context.line(
        [group], item, context.hours(count), row, assumption="; ".join(notes), share=share
    )


def _node_disks(
    group: Resource, template: Resource | None, context: Context, count: int
) -> Line | Gap:
    disk = template.get("block_device_mappings.0.ebs.0") if template else None
    if not disk or "volume_size" not in disk or "volume_type" not in disk:
        return Gap(group.address, "size and type of the nodes' disks are not in the plan")
    size, kind = int(disk["volume_size"]), disk["volume_type"]
    item = f"{count} disks of {size} GB, {kind}"
    if "iops" in disk or "throughput" in disk:
        return Gap(group.address, f"{item}: provisioned IOPS and throughput are not priced")
    note = "as many disks as nodes; those of the nodes' temporary surge are not counted"
    row = ("AmazonEC2", f"EBS {kind} storage")
    owners = [group, template] if template else [group]
    return context.line(owners, item, count * size, row, assumption=note)


def _nat(gateways: tuple[Resource, ...], context: Context) -> Priced:
    item = f"{counted(gateways, 'NAT gateway')}"
    hours = context.hours(len(gateways))
    yield context.line(gateways, item, hours, ("AmazonEC2", "NAT gateway"))
    row = ("AmazonEC2", "NAT gateway data processed")
    yield context.usage_line(gateways, "data through NAT", "nat_gb", row)
    endpoints = context.facts.of_type("aws_vpc_endpoint")
    past = any(str(item.get("service_name")).endswith(".s3") for item in endpoints)
    if context.facts.of_type("aws_eks_node_group") and not past:
        yield context.usage_line(gateways, "images through NAT", "pulls_gb", row)


def _addresses(addresses: tuple[Resource, ...], context: Context) -> Priced:
    item, hours = (
        counted(addresses, "public IPv4 address", "public IPv4 addresses"),
        context.hours(len(addresses)),
    )
    yield context.line(addresses, item, hours, ("AmazonVPC", "public IPv4 address"))


_STORAGE: Final = {
    ("gp2", "Single-AZ"): "gp2/gp3 storage Single-AZ",
    ("gp3", "Single-AZ"): "gp2/gp3 storage Single-AZ",
    ("gp2", "Multi-AZ"): "gp2 storage Multi-AZ",
    ("gp3", "Multi-AZ"): "gp3 storage Multi-AZ",
}
_FREE_INSIGHTS_DAYS: Final = 7


def _databases(databases: tuple[Resource, ...], context: Context) -> Priced:
    for database in databases:
        source = context.referred(database, "replicate_source_db")
        name, size = label(database, "identifier"), database.get("instance_class")
        engine = _inherited(database, source, "engine")
        if size is None or engine is None or database.is_unknown("multi_az"):
            yield Gap(database.address, "engine, class or zones are not in the plan")
            continue
        zones = "Multi-AZ" if database.get("multi_az") else "Single-AZ"
        row = ("AmazonRDS", f"{support.ENGINES.get(engine, engine)} {size} {zones}")
        yield context.line([database], f"{name}, {size}, {zones}", context.hours(), row)
        yield _database_storage(database, source, context, zones)
        kind, note = _support(database if database.get("engine_version") else source or database)
        if kind != "standard":
            yield Gap(database.address, f"{name}: {note}; what that costs is not priced")
        if database.get("manage_master_user_password"):
            yield context.line([database], f"{name}, master password", 1, _SECRET)
        if database.get("performance_insights_retention_period", 0) > _FREE_INSIGHTS_DAYS:
            yield Gap(database.address, "Performance Insights beyond 7 days is not priced")


def _database_storage(
    database: Resource, source: Resource | None, context: Context, zones: str
) -> Line | Gap:
    size, kind = _inherited(database, source, "allocated_storage"), database.get("storage_type")
    item = f"{label(database, 'identifier')}, storage {kind}"
    if size is None or (kind, zones) not in _STORAGE:
        return Gap(database.address, f"{item} {zones}: its size or price is not known")
    if database.get("iops") or database.get("storage_throughput"):
        return Gap(database.address, f"{item}: provisioned IOPS and throughput are not priced")
    note = "at its first size; backups up to the size of the database are free"
    row = ("AmazonRDS", _STORAGE[kind, zones])
    return context.line([database], item, int(size), row, assumption=note)


def _redis_groups(groups: tuple[Resource, ...], context: Context) -> Priced:
    for group in groups:
        nodes = group.get("num_cache_clusters")
        if nodes is None and group.get("num_node_groups") is not None:
            nodes = group.get("num_node_groups") * (group.get("replicas_per_node_group", 0) + 1)
        yield _redis(group, context, nodes, label(group, "replication_group_id"))


def _cache_clusters(clusters: tuple[Resource, ...], context: Context) -> Priced:
    for cluster in clusters:
        nodes = cluster.get("num_cache_nodes")
        yield _redis(cluster, context, nodes, label(cluster, "cluster_id"))


def _redis(resource: Resource, context: Context, nodes: int | None, name: str) -> Line | Gap:
    size, engine = resource.get("node_type"), resource.get("engine")
    if nodes is None or size is None or engine is None:
        return Gap(resource.address, "engine, number or type of the nodes is not in the plan")
    if engine != "redis":
        return Gap(resource.address, f"the price table has no nodes for {engine}")
    if resource.get("snapshot_retention_limit", 0):
        return Gap(resource.address, "nodes with snapshots: the snapshots' size is not known")
    row, item = ("AmazonElastiCache", f"Redis OSS {size}"), f"{name}, {nodes} × {size}"
    return context.line([resource], item, context.hours(nodes), row)


def _keys(keys: tuple[Resource, ...], context: Context) -> Priced:
    note = "without requests, and before the first yearly rotation"
    row, item = ("awskms", "customer managed key"), counted(keys, "encryption key")
    yield context.line(keys, item, len(keys), row, assumption=note)


def _secrets(secrets: tuple[Resource, ...], context: Context) -> Priced:
    yield context.line(secrets, counted(secrets, "secret"), len(secrets), _SECRET)


def _images(repositories: tuple[Resource, ...], context: Context) -> Priced:
    item = f"images in {counted(repositories, 'repository', 'repositories')}"
    yield context.usage_line(repositories, item, "images_gb", ("AmazonECR", "storage (private)"))


def _buckets(buckets: tuple[Resource, ...], context: Context) -> Priced:
    row = ("AmazonS3", "Standard storage first 50TB")
    yield context.usage_line(buckets, f"objects in {counted(buckets, 'bucket')}", "objects_gb", row)


def _endpoints(endpoints: tuple[Resource, ...], context: Context) -> Priced:
    interfaces = tuple(item for item in endpoints if item.get("vpc_endpoint_type") == "Interface")
    for endpoint in endpoints:
        kind = endpoint.get("vpc_endpoint_type", "Gateway")
        if kind == "Gateway":
            yield Free(endpoint.address, "gateway endpoints are free")
        elif kind != "Interface":
            yield Gap(endpoint.address, "only gateway and interface endpoints are priced")
    for endpoint in interfaces:
        subnets = endpoint.get("subnet_ids") or endpoint.references.get("subnet_ids", ())
        if not subnets:
            yield Gap(endpoint.address, "its number of zones is not in the plan")
            continue
        row = ("AmazonVPC", "interface endpoint (per AZ)")
        item = f"endpoint for {label(endpoint, 'service_name')}, {len(subnets)} zones"
        yield context.line([endpoint], item, context.hours(len(subnets)), row)
    if interfaces:
        row = ("AmazonVPC", "interface endpoint data first 1PB")
        yield context.usage_line(interfaces, "data through endpoints", "endpoint_gb", row)


_EGRESS: Final = (
    (10_240, "internet egress first 10TB"),
    (40_960, "internet egress next 40TB"),
    (102_400, "internet egress next 100TB"),
)


def _transfer(networks: tuple[Resource, ...], context: Context) -> Priced:
    yield from (Free(network.address, "only its traffic costs") for network in networks)
    yield from _egress(networks, context)
    zones = {subnet.get("availability_zone") for subnet in context.facts.of_type("aws_subnet")}
    if len(zones) > 1:
        row = ("AWSDataTransfer", "intra-region (AZ to AZ, each direction)")
        item = "data between zones, paid in both directions"
        yield context.usage_line(networks, item, "data_between_zones_gb", row, times=2)


def _egress(networks: tuple[Resource, ...], context: Context) -> Priced:
    assumed, item = context.used("data_out_gb"), "data out to the internet"
    if assumed is None:
        yield Gap(networks[0].address, f"{item}: the design assumes no usage.data_out_gb")
        return
    left = decimal(assumed.value)
    note = f"{assumed.reason} AWS's 100 free GB for each account are not deducted."
    for size, row in _EGRESS:
        part = min(left, Decimal(size))
        if part:
            yield context.line(networks, item, part, ("AWSDataTransfer", row), assumption=note)
        left -= part
    if left:
        yield Gap(networks[0].address, f"{amount(left)} GB more of data out are not priced")


def _instances(instances: tuple[Resource, ...], context: Context) -> Priced:
    for instance in instances:
        size = instance.get("instance_type")
        if size is None:
            yield Gap(instance.address, "its instance type is not in the plan")
            continue
        row, note = ("AmazonEC2", f"{size} Linux on-demand"), "runs Linux"
        item = f"instance {instance.name}, {size}"
        yield context.line([instance], item, context.hours(), row, assumption=note)
        disk = instance.get("root_block_device.0", {})
        if "volume_size" in disk and disk.get("volume_type") in {"gp2", "gp3"}:
            storage = ("AmazonEC2", f"EBS {disk['volume_type']} storage")
            disk_item = f"disk of instance {instance.name}"
            yield context.line([instance], disk_item, int(disk["volume_size"]), storage)
        else:
            yield Gap(instance.address, "size or type of its disk is not in the plan")


def _hosted_zones(zones: tuple[Resource, ...], context: Context) -> Priced:
    row, item = ("AmazonRoute53", "hosted zone (first 25)"), counted(zones, "DNS zone")
    yield context.line(zones, item, len(zones), row, assumption="without queries")


_SECRET: Final = ("AWSSecretsManager", "secret")

RULES: Final[dict[str, Rule]] = {
    "aws_cloudwatch_dashboard": cost_watching.dashboards,
    "aws_cloudwatch_log_group": cost_watching.logs,
    "aws_cloudwatch_log_metric_filter": cost_watching.metrics,
    "aws_cloudwatch_metric_alarm": cost_watching.alarms,
    "aws_db_instance": _databases,
    "aws_ecr_repository": _images,
    "aws_eip": _addresses,
    "aws_eks_addon": cost_watching.addons,
    "aws_eks_cluster": _cluster,
    "aws_eks_node_group": _node_groups,
    "aws_elasticache_cluster": _cache_clusters,
    "aws_elasticache_replication_group": _redis_groups,
    "aws_instance": _instances,
    "aws_kms_key": _keys,
    "aws_nat_gateway": _nat,
    "aws_route53_zone": _hosted_zones,
    "aws_s3_bucket": _buckets,
    "aws_secretsmanager_secret": _secrets,
    "aws_vpc": _transfer,
    "aws_vpc_endpoint": _endpoints,
}


def _inherited(resource: Resource, source: Resource | None, path: str) -> Any:
    """A replica's value: its own, else its source's."""
    own = resource.get(path)
    return source.get(path) if own is None and source is not None else own
