"""Which settings of a resource a card tells: the few that people ask for, type by type."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from os.path import commonprefix
from typing import TYPE_CHECKING, Any, Final

from groundplan.facts import SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from groundplan.facts import Resource

LATER: Final = "known after apply"
ALARM: Final = "aws_cloudwatch_metric_alarm"
MOST_ITEMS: Final = 6  # of a list; the rest is counted

# Some providers write them as text.
_BOOLEANS: Final = {"True": "yes", "true": "yes", "False": "no", "false": "no"}

_COMPARED: Final = {
    "GreaterThanThreshold": "above",
    "GreaterThanOrEqualToThreshold": "at or above",
    "LessThanThreshold": "below",
    "LessThanOrEqualToThreshold": "at or below",
}
_BYTES: Final = frozenset({"FreeableMemory", "FreeStorageSpace", "SwapUsage", "BytesUsedForCache"})
_SECONDS: Final = frozenset({"ReadLatency", "WriteLatency", "ReplicaLag", "ReplicationLag"})
_SIZES: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")

# What AWS writes in its own way, by the setting's name there.
_VALUES: Final = {
    "ami_type": {
        "AL2023_x86_64_STANDARD": "Amazon Linux 2023, x86",
        "AL2023_ARM_64_STANDARD": "Amazon Linux 2023, ARM",
        "BOTTLEROCKET_x86_64": "Bottlerocket, x86",
        "BOTTLEROCKET_ARM_64": "Bottlerocket, ARM",
    },
    "billing_mode": {"PAY_PER_REQUEST": "by request", "PROVISIONED": "by capacity"},
    "capacity_type": {"ON_DEMAND": "on-demand machines", "SPOT": "spot machines"},
    "engine": {"mysql": "MySQL", "postgres": "PostgreSQL", "redis": "Redis", "valkey": "Valkey"},
    "image_tag_mutability": {
        "IMMUTABLE": "can't be overwritten", "MUTABLE": "can be overwritten",
    },
    "instance_tenancy": {"default": "shared machines", "dedicated": "machines of its own"},
    "log_destination_type": {"cloud-watch-logs": "CloudWatch Logs", "s3": "S3"},
    "support_type": {"EXTENDED": "extended", "STANDARD": "standard"},
    "traffic_type": {
        "ACCEPT": "what is let in", "ALL": "let in and refused", "REJECT": "what is refused",
    },
}  # fmt: skip
_NEXT_WORD: Final = re.compile(r"_|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")

Told = tuple[tuple[str, str], ...]

_EBS: Final = "block_device_mappings.0.ebs.0.volume_size"
_NAME: Final = ("Name", "name")
_KEY: Final = ("Encrypted with", "kms_key_id")

# By resource type: what a setting is called, and its dotted path; `{}` stands for the value. Of
# several paths (`or`) the first counts that is known; ` > ` goes on in what the path refers to.
SETTINGS: Final[dict[str, Told]] = {
    "aws_autoscaling_group": (
        _NAME, ("Wanted", "desired_capacity"), ("At least", "min_size"), ("At most", "max_size"),
        ("Health check", "health_check_type"),
    ),
    "aws_cloudfront_distribution": (
        ("Enabled", "enabled"), ("Names", "aliases"), ("Price class", "price_class"),
    ),
    "aws_cloudwatch_log_group": (
        _NAME, ("Kept for", "retention_in_days|{} days"), ("Class", "log_group_class"), _KEY,
    ),
    "aws_db_instance": (
        ("Name", "identifier"), ("Engine", "engine"), ("Version", "engine_version"),
        ("Class", "instance_class"), ("Storage", "allocated_storage|{} GB"),
        ("Grows to", "max_allocated_storage|{} GB"), ("Disk", "storage_type"),
        ("Standby in another zone", "multi_az"), ("Backups kept for",
        "backup_retention_period|{} days"), ("Encrypted", "storage_encrypted"),
        ("Public address", "publicly_accessible"), ("Protected from deletion",
        "deletion_protection"),
    ),
    "aws_dynamodb_table": (
        _NAME, ("Billing", "billing_mode"), ("Key", "hash_key"), ("Sort key", "range_key"),
        ("Point-in-time recovery", "point_in_time_recovery.0.enabled"),
    ),
    "aws_ecr_repository": (
        _NAME, ("Tags", "image_tag_mutability"),
        ("Scanned when pushed", "image_scanning_configuration.0.scan_on_push"),
        ("Encryption", "encryption_configuration.0.encryption_type"),
    ),
    "aws_ecs_cluster": (_NAME,),
    "aws_ecs_service": (
        _NAME, ("Copies", "desired_count"), ("Runs on", "launch_type"),
        ("Public address", "network_configuration.0.assign_public_ip"),
    ),
    "aws_efs_file_system": (
        ("Encrypted", "encrypted"), ("Throughput", "throughput_mode"),
        ("Performance", "performance_mode"),
    ),
    "aws_eip": (("Domain", "domain"), ("Address", "public_ip")),
    "aws_eks_cluster": (
        _NAME, ("Kubernetes", "version"), ("Support", "upgrade_policy.0.support_type"),
        ("Public API", "vpc_config.0.endpoint_public_access"),
        ("Open to", "vpc_config.0.public_access_cidrs"),
        ("Private API", "vpc_config.0.endpoint_private_access"),
        ("Logs", "enabled_cluster_log_types"), ("Secrets encrypted",
        "encryption_config.0.resources"),
    ),
    "aws_eks_node_group": (
        ("Name", "node_group_name"), ("Nodes wanted", "scaling_config.0.desired_size"),
        ("Nodes at least", "scaling_config.0.min_size"),
        ("Nodes at most", "scaling_config.0.max_size"),
        ("Machines", "instance_types"), ("Paid for as", "capacity_type"), ("Image", "ami_type"),
        ("Disk", f"disk_size or launch_template.0.id > {_EBS}|{{}} GB"),
    ),
    "aws_elasticache_replication_group": (
        ("Name", "replication_group_id"), ("Engine", "engine"), ("Version", "engine_version"),
        ("Class", "node_type"), ("Nodes", "num_cache_clusters"),
        ("Takes over by itself", "automatic_failover_enabled"), ("Spread over zones",
        "multi_az_enabled"), ("Encrypted on the way", "transit_encryption_enabled"),
        ("Encrypted at rest", "at_rest_encryption_enabled"),
        ("Snapshots kept for", "snapshot_retention_limit|{} days"),
    ),
    "aws_flow_log": (
        ("Traffic", "traffic_type"), ("Sent to", "log_destination_type"),
        ("Every", "max_aggregation_interval|{} s"),
    ),
    "aws_iam_role": (
        _NAME, ("For", "description"), ("Longest session", "max_session_duration|{} s"),
    ),
    "aws_instance": (
        ("Type", "instance_type"), ("Image", "ami"), ("Zone", "availability_zone"),
        ("Public address", "associate_public_ip_address"),
        ("Disk", "root_block_device.0.volume_size|{} GB"),
        ("Metadata needs a token", "metadata_options.0.http_tokens"),
    ),
    "aws_internet_gateway": (),
    "aws_kms_key": (
        ("For", "description"), ("Rotated every year", "enable_key_rotation"),
        ("Deleted after", "deletion_window_in_days|{} days"),
    ),
    "aws_lambda_function": (
        ("Name", "function_name"), ("Runtime", "runtime"), ("Memory", "memory_size|{} MB"),
        ("Ends after", "timeout|{} s"), ("Package", "package_type"),
    ),
    "aws_lb": (
        _NAME, ("Type", "load_balancer_type"), ("Internal", "internal"),
        ("Protected from deletion", "enable_deletion_protection"),
    ),
    "aws_msk_cluster": (
        ("Name", "cluster_name"), ("Kafka", "kafka_version"), ("Brokers",
        "number_of_broker_nodes"), ("Class", "broker_node_group_info.0.instance_type"),
    ),
    "aws_nat_gateway": (("Connectivity", "connectivity_type"), ("Address", "public_ip")),
    "aws_opensearch_domain": (
        ("Name", "domain_name"), ("Version", "engine_version"),
        ("Class", "cluster_config.0.instance_type"), ("Nodes", "cluster_config.0.instance_count"),
    ),
    "aws_rds_cluster": (
        ("Name", "cluster_identifier"), ("Engine", "engine"), ("Version", "engine_version"),
        ("Backups kept for", "backup_retention_period|{} days"),
        ("Encrypted", "storage_encrypted"), ("Protected from deletion", "deletion_protection"),
    ),
    "aws_rds_cluster_instance": (
        ("Name", "identifier"), ("Class", "instance_class"), ("Zone", "availability_zone"),
        ("Public address", "publicly_accessible"),
    ),
    "aws_route53_zone": (_NAME, ("For", "comment")),
    "aws_s3_bucket": (("Name", "bucket"), ("May be deleted with content", "force_destroy")),
    "aws_security_group": (_NAME, ("For", "description")),
    "aws_secretsmanager_secret": (
        _NAME, ("For", "description"), ("Kept after deletion", "recovery_window_in_days|{} days"),
    ),
    "aws_sns_topic": (_NAME, ("First in, first out", "fifo_topic")),
    "aws_sqs_queue": (
        _NAME, ("First in, first out", "fifo_queue"),
        ("Hidden while worked on", "visibility_timeout_seconds|{} s"),
        ("Kept for", "message_retention_seconds|{} s"),
    ),
    "aws_subnet": (
        ("Range", "cidr_block"), ("Zone", "availability_zone"),
        ("Public address on launch", "map_public_ip_on_launch"),
    ),
    "aws_vpc": (
        ("Range", "cidr_block"), ("DNS names", "enable_dns_hostnames"),
        ("Tenancy", "instance_tenancy"),
    ),
    "aws_vpc_endpoint": (("Service", "service_name"), ("Type", "vpc_endpoint_type")),
}  # fmt: skip

OTHER: Final[Told] = (_NAME, ("For", "description"))


@dataclass(frozen=True)
class Setting:
    """A setting as people read it."""

    name: str
    value: str


def of(
    *resources: Resource, find: Callable[[str], Resource | None] = lambda _address: None
) -> tuple[Setting, ...]:
    """The key settings of one resource, or of several of one type: what they have in common.

    Of alarms each one's own, as what differs is all that they are about. What Terraform learns
    only when it applies is said so; what is sensitive is left out. `find` gives the resource of an
    address, where a setting stands in another one.
    """
    if resources[0].type == ALARM:
        return tuple(_alarms(resources))
    return tuple(
        Setting(name, said)
        for name, told in SETTINGS.get(resources[0].type, OTHER)
        if (said := _common([_said(resource, told, find) for resource in resources]))
    )


def called(type_: str, path: str) -> tuple[str, str]:
    """What people call the setting at `path`, and its form: `("Kept for", "{} days")`.

    A setting without a row is called by its path.
    """
    for name, told in SETTINGS.get(type_, OTHER):
        paths, _, form = told.partition("|")
        if path in paths.split(" or "):
            return name, form or "{}"
    return path, "{}"


def in_words(path: str, value: str) -> str:
    """A value as people say it: `yes` for true, `spot machines` for SPOT."""
    words = _VALUES.get(path.rpartition(".")[2], {})
    return words.get(value, _BOOLEANS.get(value, value))


# Alarms


def _alarms(resources: Sequence[Resource]) -> Iterator[Setting]:
    """Each alarm by its name, without the words that all of them start with, and when it sounds."""
    names = [_value(item, "alarm_name") or item.name for item in resources]
    start = commonprefix(names).rpartition("-")[0] if len(names) > 1 else ""  # noqa: RUF071
    for name, resource in zip(names, resources, strict=True):
        yield Setting(name.removeprefix(f"{start}-"), _when(resource))


def _when(alarm: Resource) -> str:
    """`CPU utilization above 80 %, 3 times in a row, each over 5 minutes`."""
    if alarm.is_unknown("threshold") or alarm.is_unknown("metric_name"):
        return LATER
    metric, threshold = _value(alarm, "metric_name") or "", alarm.get("threshold")
    if not isinstance(threshold, int | float):
        return _metric(metric) or "by an expression"
    how = _COMPARED.get(str(alarm.get("comparison_operator")), "beyond")
    said = f"{_metric(metric) or 'an expression'} {how} {_measured(metric, threshold)}"
    times, period = alarm.get("evaluation_periods"), alarm.get("period")
    if not isinstance(times, int) or not isinstance(period, int):
        return said
    span = f"{period // 60} minutes" if period > 60 and not period % 60 else f"{period} seconds"  # noqa: PLR2004
    return (
        f"{said}, over {span}"
        if times == 1
        else f"{said}, {times} times in a row, each over {span}"
    )


def _metric(name: str) -> str:
    """`CPU utilization` for CPUUtilization, `node CPU utilization` for node_cpu_utilization."""
    words = _NEXT_WORD.split(name.replace("cpu", "CPU"))
    return " ".join(word if word[1:] != word[1:].lower() else word.lower() for word in words)


def _measured(metric: str, value: float) -> str:
    """A threshold with the unit that AWS's documentation of the metric gives."""
    if metric in _BYTES:
        power = min(int(math.log2(value) // 10), len(_SIZES) - 1) if value >= 1 else 0
        return f"{value / 1024**power:g} {_SIZES[power]}"
    percent = metric.lower().endswith(("utilization", "percentage"))
    return f"{value:g}{' %' if percent else ' s' if metric in _SECONDS else ''}"


def _common(values: list[str | None]) -> str | None:
    different = list(dict.fromkeys(value for value in values if value))
    return ", ".join(_cut(different)) if different else None


def _said(resource: Resource, told: str, find: Callable[[str], Resource | None]) -> str | None:
    paths, _, form = told.partition("|")
    found = [said for path in paths.split(" or ") if (said := _reached(resource, path, find))]
    known = next((said for said in found if said != LATER), None)
    return (form or "{}").replace("{}", known) if known else next(iter(found), None)


def _reached(resource: Resource, path: str, find: Callable[[str], Resource | None]) -> str | None:
    """The value at `path`, where need be of the one resource that its first part refers to."""
    way, _, rest = path.partition(" > ")
    if not rest:
        return _value(resource, path)
    other = find(*targets) if len(targets := resource.references.get(way, ())) == 1 else None
    return _value(other, rest) if other else None


def _value(resource: Resource, path: str) -> str | None:
    if resource.is_unknown(path):
        return LATER
    words = [in_words(path, word) for word in _words(resource.get(path))]
    return ", ".join(_cut(words)) or None


def _cut(words: list[str]) -> list[str]:
    more = len(words) - MOST_ITEMS
    return [*words[:MOST_ITEMS], f"{more} more"] if more > 0 else words


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _words(item)
    elif value is not None and not isinstance(value, Mapping) and SENSITIVE not in str(value):
        yield str(value)
