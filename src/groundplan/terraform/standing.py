"""How a thing that was made, and is not in the state, is found again in the cloud.

What has a name of its own is imported by that; what AWS gives an id, such as a VPC, is looked for
by its tags. Both are told by a plan, which knows them as soon as all that the thing refers to is in
the state.
"""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

# What `terraform import` wants to be told, by the attributes that say it.
_NAMED: Final[Mapping[str, str]] = {
    "aws_budgets_budget": "{account}:{name}",
    "aws_cloudwatch_dashboard": "{dashboard_name}",
    "aws_cloudwatch_log_group": "{name}",
    "aws_cloudwatch_log_metric_filter": "{log_group_name}:{name}",
    "aws_cloudwatch_metric_alarm": "{alarm_name}",
    "aws_db_instance": "{identifier}",
    "aws_db_parameter_group": "{name}",
    "aws_db_subnet_group": "{name}",
    "aws_ecr_lifecycle_policy": "{repository}",
    "aws_ecr_repository": "{name}",
    "aws_eks_access_entry": "{cluster_name}:{principal_arn}",
    "aws_eks_access_policy_association": "{cluster_name}#{principal_arn}#{policy_arn}",
    "aws_eks_addon": "{cluster_name}:{addon_name}",
    "aws_eks_cluster": "{name}",
    "aws_eks_node_group": "{cluster_name}:{node_group_name}",
    "aws_elasticache_parameter_group": "{name}",
    "aws_elasticache_replication_group": "{replication_group_id}",
    "aws_elasticache_subnet_group": "{name}",
    "aws_iam_role": "{name}",
    "aws_iam_role_policy": "{role}:{name}",
    "aws_iam_role_policy_attachment": "{role}/{policy_arn}",
    "aws_kms_alias": "{name}",
    "aws_route": "{route_table_id}_{destination_cidr_block}",
    "aws_route_table_association": "{subnet_id}/{route_table_id}",
    "aws_s3_bucket": "{bucket}",
}
# How the ids begin that EC2 gives.
_GIVEN: Final[Mapping[str, str]] = {
    "aws_eip": "eipalloc-",
    "aws_flow_log": "fl-",
    "aws_internet_gateway": "igw-",
    "aws_launch_template": "lt-",
    "aws_nat_gateway": "nat-",
    "aws_route_table": "rtb-",
    "aws_security_group": "sg-",
    "aws_subnet": "subnet-",
    "aws_vpc": "vpc-",
    "aws_vpc_endpoint": "vpce-",
    "aws_vpc_security_group_egress_rule": "sgr-",
    "aws_vpc_security_group_ingress_rule": "sgr-",
}

Tags = dict[str, dict[str, str]]


def named(type_: str, values: Mapping[str, Any], account: str) -> str | None:
    """What a resource of `type_` is imported by, of which a plan knows `values`.

    None where the type has no name of its own, or the plan does not know it yet.
    """
    if type_ not in _NAMED:
        return None
    pattern, known = _NAMED[type_], {**values, "account": account}
    needed = [name for _, name, _, _ in Formatter().parse(pattern) if name]
    if not all(isinstance(known.get(name), str) for name in needed):
        return None
    return pattern.format(**{name: known[name] for name in needed})


def tagged(
    type_: str,
    values: Mapping[str, Any],
    in_state: Collection[str],
    ask: Callable[[str], Tags],
) -> str | None:
    """The id of the one thing of `type_` that bears all planned tags and is not `in_state`.

    `ask` gives the tags, by id, of all that is called a name. None where nothing, or more than one
    thing, is like that.
    """
    wanted: dict[str, str] = values.get("tags_all") or {}
    if type_ not in _GIVEN or not wanted.get("Name"):
        return None
    found = [
        id_
        for id_, tags in ask(wanted["Name"]).items()
        if id_.startswith(_GIVEN[type_]) and id_ not in in_state and wanted.items() <= tags.items()
    ]
    return found[0] if len(found) == 1 else None


def tags_in(client: Any) -> Callable[[str], Tags]:
    """Asks EC2, by boto3's `client`, for the tags of what is called a name."""

    def ask(name: str) -> Tags:
        called = _listed(client, {"key": ["Name"], "value": [name]})
        ids = sorted({tag["ResourceId"] for tag in called})
        found: Tags = {id_: {} for id_ in ids}
        for tag in _listed(client, {"resource-id": ids}) if ids else ():
            found[tag["ResourceId"]][tag["Key"]] = tag["Value"]
        return found

    return ask


def _listed(client: Any, filters: Mapping[str, list[str]]) -> list[dict[str, str]]:
    pages = client.get_paginator("describe_tags").paginate(
        Filters=[{"Name": name, "Values": values} for name, values in filters.items()]
    )
    return [tag for page in pages for tag in page["Tags"]]
