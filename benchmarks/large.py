"""A plan of 1,200 resources as `terraform show -json` prints a first plan, nothing applied yet.

One network module with a VPC of three zones and three tiers, and thirty instances of a service
module: a load balancer, instances, a database with a replica, a cache, security groups that let
each other in, and what hangs on them. Ids are known after apply, so who stands where is told by
the configuration alone: variables into modules and outputs out of them.
"""

from __future__ import annotations

from typing import Any

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
TIERS = ("public", "private", "isolated")
SERVICES = 30
INSTANCES = 6

Blocks = dict[str, tuple[dict[str, Any], dict[str, Any], list[Any] | None]]


def plan(resources: int = 1200) -> dict[str, Any]:
    """The plan; topics fill it up to exactly that many resources, at least 1,177."""
    network, service = _network(), _service()
    changes = _instances("module.network", network)
    for number in range(SERVICES):
        changes += _instances(f'module.service["s{number:02}"]', service)
    topics: Blocks = {
        "aws_sns_topic.event": ({"name": "event"}, {}, [*range(resources - len(changes))])
    }
    changes += _instances("", topics)
    tiers = {
        f"{tier}_subnet_ids": {"expression": _references(f"aws_subnet.{tier}")} for tier in TIERS
    }
    given = {
        f"{tier}_subnet_ids": _references(f"module.network.{tier}_subnet_ids", "module.network")
        for tier in TIERS
    }
    outputs = tiers | {"vpc_id": {"expression": _references("aws_vpc.this.id", "aws_vpc.this")}}
    calls = {
        "network": {"source": "./network", "module": _module(network, outputs)},
        "service": {
            "source": "./service",
            "expressions": given | {
                "name": _references("each.key"),
                "vpc_id": _references("module.network.vpc_id", "module.network"),
            },
            "module": _module(service, {}),
            "for_each_expression": _references("var.services"),
        },
    }  # fmt: skip
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": changes,
        "configuration": {"root_module": _module(topics, {}) | {"module_calls": calls}},
    }


def _network() -> Blocks:
    """A VPC, its subnets by tier and zone, a NAT gateway in each zone: 38 resources."""
    zones = [*ZONES]
    blocks: Blocks = {
        "aws_vpc.this": ({"cidr_block": "10.0.0.0/16", "tags_all": {"Name": "large"}}, {}, None),
        "aws_internet_gateway.this": ({}, {"vpc_id": "aws_vpc.this.id"}, None),
        "aws_eip.nat": ({"domain": "vpc"}, {}, zones),
        "aws_nat_gateway.this": (
            {}, {"subnet_id": "aws_subnet.public", "allocation_id": "aws_eip.nat"}, zones,
        ),
        "aws_route.public": (
            {"destination_cidr_block": "0.0.0.0/0"},
            {"route_table_id": "aws_route_table.public", "gateway_id": "aws_internet_gateway.this"},
            zones,
        ),
        "aws_route.private": (
            {"destination_cidr_block": "0.0.0.0/0"},
            {"route_table_id": "aws_route_table.private", "nat_gateway_id": "aws_nat_gateway.this"},
            zones,
        ),
    }  # fmt: skip
    for tier in TIERS:
        link = {"subnet_id": f"aws_subnet.{tier}", "route_table_id": f"aws_route_table.{tier}"}
        blocks |= {
            f"aws_subnet.{tier}": ({}, {"vpc_id": "aws_vpc.this.id"}, zones),
            f"aws_route_table.{tier}": ({}, {"vpc_id": "aws_vpc.this.id"}, zones),
            f"aws_route_table_association.{tier}": ({}, link, zones),
        }
    return blocks


def _service() -> Blocks:
    """What one service is made of: 38 resources."""
    groups = ("lb", "app", "db", "cache")
    blocks: Blocks = {
        f"aws_security_group.{name}": ({"name": name}, {"vpc_id": "var.vpc_id"}, None)
        for name in groups
    }
    lets_in = (
        ("app", "lb", 8080),
        ("app", "lb", 9090),
        ("db", "app", 3306),
        ("cache", "app", 6379),
    )
    for own, peer, port in lets_in:
        refs = {
            "security_group_id": f"aws_security_group.{own}.id",
            "referenced_security_group_id": f"aws_security_group.{peer}.id",
        }
        blocks[f"aws_vpc_security_group_ingress_rule.{own}_{port}"] = (_tcp(port), refs, None)
    blocks["aws_vpc_security_group_ingress_rule.lb_443"] = (
        _tcp(443) | {"cidr_ipv4": "0.0.0.0/0"},
        {"security_group_id": "aws_security_group.lb.id"},
        None,
    )
    group = {"vpc_security_group_ids": "aws_security_group.app.id"}
    data = {"db_subnet_group_name": "aws_db_subnet_group.this.name"}
    data |= {"vpc_security_group_ids": "aws_security_group.db.id"}
    cache = {"subnet_group_name": "aws_elasticache_subnet_group.this.name"}
    return blocks | {
        "aws_lb.this": (
            {"internal": False, "load_balancer_type": "application"},
            {"subnets": "var.public_subnet_ids", "security_groups": "aws_security_group.lb.id"},
            None,
        ),
        "aws_lb_listener.https": ({"port": 443}, {"load_balancer_arn": "aws_lb.this.arn"}, None),
        "aws_lb_target_group.this": ({"port": 8080}, {"vpc_id": "var.vpc_id"}, None),
        "aws_lb_target_group_attachment.this": (
            {},
            {"target_group_arn": "aws_lb_target_group.this.arn", "target_id": "aws_instance.app"},
            [*range(INSTANCES)],
        ),
        "aws_instance.app": (
            {"instance_type": "t3.small"}, group | {"subnet_id": "var.private_subnet_ids"},
            [*range(INSTANCES)],
        ),
        "aws_db_subnet_group.this": ({}, {"subnet_ids": "var.isolated_subnet_ids"}, None),
        "aws_db_instance.this": ({"engine": "mysql", "instance_class": "db.t4g.small"}, data, None),
        "aws_db_instance.replica": (
            {"instance_class": "db.t4g.small"},
            {"replicate_source_db": "aws_db_instance.this.identifier"} | data, None,
        ),
        "aws_elasticache_subnet_group.this": ({}, {"subnet_ids": "var.isolated_subnet_ids"}, None),
        "aws_elasticache_replication_group.this": (
            {"node_type": "cache.t4g.small"},
            cache | {"security_group_ids": "aws_security_group.cache.id"}, None,
        ),
        "aws_s3_bucket.files": ({}, {}, None),
        "aws_sqs_queue.jobs": ({}, {}, None),
        "aws_ecr_repository.this": ({}, {}, None),
        "aws_cloudwatch_log_group.this": ({}, {}, None),
        "aws_iam_role.this": ({}, {}, None),
        "aws_iam_role_policy.this": ({}, {"role": "aws_iam_role.this.id"}, None),
        "aws_iam_instance_profile.this": ({}, {"role": "aws_iam_role.this.name"}, None),
        "aws_kms_key.this": ({}, {}, None),
    }  # fmt: skip


def _tcp(port: int) -> dict[str, Any]:
    return {"ip_protocol": "tcp", "from_port": port, "to_port": port}


def _references(*names: str) -> dict[str, list[str]]:
    return {"references": [*names]}


def _instances(module: str, blocks: Blocks) -> list[dict[str, Any]]:
    """The changes of a module's blocks, one for each key that a block has."""
    return [
        _change(module, block, key, values, references)
        for block, (values, references, keys) in blocks.items()
        for key in (keys if keys is not None else [None])
    ]


def _change(
    module: str, block: str, key: Any, values: dict[str, Any], references: dict[str, Any]
) -> dict[str, Any]:
    index = f'["{key}"]' if isinstance(key, str) else f"[{key}]" if key is not None else ""
    type_, name = block.split(".")
    after = dict(values)
    if type_ == "aws_subnet":
        tier, zone = TIERS.index(name), ZONES.index(key)
        after |= {"cidr_block": f"10.0.{16 * tier + zone}.0/24", "availability_zone": key}
    place = {"module_address": module} if module else {}
    return place | {
        "address": f"{module}.{block}{index}".removeprefix("."),
        "mode": "managed", "type": type_, "name": name,
        **({"index": key} if key is not None else {}),
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": ["create"], "before": None, "after": after,
            "after_unknown": dict.fromkeys(references, True) | {"id": True, "arn": True},
        },
    }  # fmt: skip


def _module(blocks: Blocks, outputs: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a module."""
    return {
        "outputs": outputs,
        "resources": [_block(address, *block) for address, block in blocks.items()],
    }


def _block(
    address: str, values: dict[str, Any], references: dict[str, Any], keys: list[Any] | None
) -> dict[str, Any]:
    type_, name = address.split(".")
    each = keys is not None and all(isinstance(key, str) for key in keys)
    told = {at: _expression(reference, each, keys) for at, reference in references.items()}
    loop = {} if keys is None else {
        "for_each_expression" if each else "count_expression": {"constant_value": keys}
    }  # fmt: skip
    return {
        "address": address, "mode": "managed", "type": type_, "name": name,
        "expressions": {name: {"constant_value": value} for name, value in values.items()} | told,
    } | loop  # fmt: skip


def _expression(reference: str, each: bool, keys: list[Any] | None) -> dict[str, list[str]]:
    """A reference as a plan lists it: one to a block that loops too goes by the same key."""
    names = [reference, ".".join(reference.split(".")[:2])]
    looped = keys is not None and reference.count(".") == 1 and not reference.startswith("var.")
    key = ["each.key"] if each else ["count.index"]
    return _references(*dict.fromkeys(names), *(key if looped else []))
