"""Where each type of resource stands and which security groups it carries, one small plan each."""

from __future__ import annotations

import pytest

from groundplan.facts import Facts, Resource
from groundplan.topology import Topology
from plans import Thing, facts_of, resource, thing

A, B, GROUP = "aws_subnet.a", "aws_subnet.b", "aws_security_group.g"
NETWORK = tuple(resource(address) for address in ("aws_vpc.v", A, B, GROUP))


def refers(address: str, references: dict[str, tuple[str, ...]], **values: object) -> Resource:
    """A resource to be made: what it refers to is known after apply."""
    unknown = frozenset(references)
    return resource(address, references=references, unknown=unknown, values=values)


def among(*resources: Resource) -> Topology:
    return Topology(Facts((*NETWORK, *resources)))


# By the provider's own documentation: where each type names its subnets and security groups.
@pytest.mark.parametrize(
    ("type_", "subnets", "groups"),
    [
        ("aws_alb", "subnets", "security_groups"),
        ("aws_apigatewayv2_vpc_link", "subnet_ids", "security_group_ids"),
        ("aws_apprunner_vpc_connector", "subnets", "security_groups"),
        (
            "aws_batch_compute_environment",
            "compute_resources.0.subnets",
            "compute_resources.0.security_group_ids",
        ),
        ("aws_codebuild_project", "vpc_config.0.subnets", "vpc_config.0.security_group_ids"),
        ("aws_db_proxy", "vpc_subnet_ids", "vpc_security_group_ids"),
        (
            "aws_ecs_service",
            "network_configuration.0.subnets",
            "network_configuration.0.security_groups",
        ),
        ("aws_eks_node_group", "subnet_ids", None),
        ("aws_elasticache_serverless_cache", "subnet_ids", "security_group_ids"),
        ("aws_elb", "subnets", "security_groups"),
        ("aws_fsx_lustre_file_system", "subnet_ids", "security_group_ids"),
        ("aws_lambda_function", "vpc_config.0.subnet_ids", "vpc_config.0.security_group_ids"),
        ("aws_mq_broker", "subnet_ids", "security_groups"),
        (
            "aws_msk_cluster",
            "broker_node_group_info.0.client_subnets",
            "broker_node_group_info.0.security_groups",
        ),
        (
            "aws_msk_serverless_cluster",
            "vpc_config.0.subnet_ids",
            "vpc_config.0.security_group_ids",
        ),
        (
            "aws_mwaa_environment",
            "network_configuration.0.subnet_ids",
            "network_configuration.0.security_group_ids",
        ),
        ("aws_opensearch_domain", "vpc_options.0.subnet_ids", "vpc_options.0.security_group_ids"),
        ("aws_redshiftserverless_workgroup", "subnet_ids", "security_group_ids"),
        ("aws_route53_resolver_endpoint", "ip_address.0.subnet_id", "security_group_ids"),
        ("aws_vpc_endpoint", "subnet_ids", "security_group_ids"),
    ],
)
def test_each_type_names_its_subnets_and_groups_in_its_own_words(type_, subnets, groups):
    named = {subnets: (A, B)} | ({groups: (GROUP,)} if groups else {})
    found = refers(f"{type_}.x", named)
    where = among(found)
    assert where.placement(found) == (A, B)
    assert where.groups(found) == ((GROUP,) if groups else "unknown")


@pytest.mark.parametrize(
    ("type_", "path", "group_type"),
    [
        ("aws_db_instance", "db_subnet_group_name", "aws_db_subnet_group"),
        ("aws_dax_cluster", "subnet_group_name", "aws_dax_subnet_group"),
        ("aws_dms_replication_instance", "replication_subnet_group_id",
         "aws_dms_replication_subnet_group"),
        ("aws_docdb_cluster", "db_subnet_group_name", "aws_docdb_subnet_group"),
        ("aws_elasticache_cluster", "subnet_group_name", "aws_elasticache_subnet_group"),
        ("aws_memorydb_cluster", "subnet_group_name", "aws_memorydb_subnet_group"),
        ("aws_neptune_cluster", "neptune_subnet_group_name", "aws_neptune_subnet_group"),
        ("aws_rds_cluster", "db_subnet_group_name", "aws_db_subnet_group"),
        ("aws_redshift_cluster", "cluster_subnet_group_name", "aws_redshift_subnet_group"),
    ],
)  # fmt: skip
def test_a_subnet_group_stands_for_its_subnets(type_, path, group_type):
    group = refers(f"{group_type}.g", {"subnet_ids": (A, B)})
    found = refers(f"{type_}.x", {path: (f"{group_type}.g",)})
    assert among(group, found).placement(found) == (A, B)


@pytest.mark.parametrize(
    "type_",
    [
        "aws_codebuild_project",
        "aws_elasticsearch_domain",
        "aws_lambda_function",
        "aws_opensearch_domain",
        "aws_synthetics_canary",
        "aws_transfer_server",
    ],
)
def test_what_may_stand_outside_a_vpc_does_unless_it_is_put_in_one(type_):
    found = resource(f"{type_}.x")
    assert (among(found).placement(found), among(found).groups(found)) == ((), ())


def test_a_function_whose_dynamic_block_says_where_stands_nobody_knows_where():
    path = "vpc_config.0.subnet_ids"
    found = resource(
        "aws_lambda_function.f", values={"vpc_config": [{}]}, unknown=frozenset([path])
    )
    assert among(found).placement(found) == "unknown"


@pytest.mark.parametrize(
    "path",
    [
        "launch_template.0.id",
        "launch_template.0.name",
        "mixed_instances_policy.0.launch_template.0.launch_template_specification.0"
        ".launch_template_id",
    ],
)
@pytest.mark.parametrize(
    "carried", ["vpc_security_group_ids", "network_interfaces.0.security_groups"]
)
def test_a_scaling_group_carries_the_groups_of_its_launch_template(path, carried):
    template = refers("aws_launch_template.t", {carried: (GROUP,)})
    found = refers("aws_autoscaling_group.x", {path: ("aws_launch_template.t",)})
    assert among(template, found).groups(found) == (GROUP,)


def test_a_scaling_group_carries_the_groups_of_its_launch_configuration():
    settings = refers("aws_launch_configuration.c", {"security_groups": (GROUP,)})
    names = {"launch_configuration": ("aws_launch_configuration.c",)}
    found = refers("aws_autoscaling_group.x", names)
    assert among(settings, found).groups(found) == (GROUP,)


def test_an_instance_stands_where_its_network_interface_does():
    interface = refers("aws_network_interface.n", {"subnet_id": (A,), "security_groups": (GROUP,)})
    names = {"network_interface.0.network_interface_id": ("aws_network_interface.n",)}
    found = refers("aws_instance.x", names)
    where = among(interface, found)
    assert (where.placement(found), where.groups(found)) == ((A,), (GROUP,))


def test_a_group_that_is_attached_to_an_interface_counts_too():
    interface = refers("aws_network_interface.n", {"subnet_id": (A,)}, security_groups=[])
    names = {"network_interface_id": ("aws_network_interface.n",), "security_group_id": (GROUP,)}
    attached = refers("aws_network_interface_sg_attachment.s", names)
    assert among(interface, attached).groups(interface) == (GROUP,)


@pytest.mark.parametrize("kind", ["rds", "docdb", "neptune"])
def test_an_instance_of_a_cluster_stands_where_the_cluster_does_and_carries_its_groups(kind):
    type_ = f"aws_{kind}_cluster"
    path = "neptune_subnet_group_name" if kind == "neptune" else "db_subnet_group_name"
    group = "aws_neptune_subnet_group.g" if kind == "neptune" else "aws_db_subnet_group.g"
    cluster = refers(f"{type_}.c", {path: (group,), "vpc_security_group_ids": (GROUP,)})
    one = refers(
        f"{type_}_instance.i", {"cluster_identifier": (f"{type_}.c",)},
        availability_zone="us-east-1b",
    )  # fmt: skip
    zoned = [resource(s, values={"availability_zone": f"us-east-1{s[-1]}"}) for s in (A, B)]
    where = Topology(Facts((*zoned, refers(group, {"subnet_ids": (A, B)}), cluster, one)))
    assert where.placement(cluster) == (A, B)
    assert where.placement(one) == (B,), "it is pinned to a zone"


def test_a_file_system_stands_where_its_mount_targets_are():
    system = resource("aws_efs_file_system.f", unknown=frozenset(["id"]))
    targets = [
        refers(f"aws_efs_mount_target.{s[-1]}", {
            "file_system_id": ("aws_efs_file_system.f",), "subnet_id": (s,),
            "security_groups": (GROUP,),
        })
        for s in (A, B)
    ]  # fmt: skip
    where = among(system, *targets)
    assert (where.placement(system), where.groups(system)) == ((A, B), (GROUP,))
    assert among(system).placement(system) == (), "without any, nothing in a VPC reaches it"


def test_a_fargate_profile_carries_its_clusters_own_group():
    cluster = resource("aws_eks_cluster.c")
    names = {"cluster_name": ("aws_eks_cluster.c",), "subnet_ids": (A,)}
    found = refers("aws_eks_fargate_profile.p", names)
    assert among(cluster, found).groups(found) == ("aws_eks_cluster.c",)


def test_a_task_on_machines_of_the_cluster_runs_where_they_do():
    machines = refers("aws_autoscaling_group.m", {"vpc_zone_identifier": (A, B)})
    path = "auto_scaling_group_provider.0.auto_scaling_group_arn"
    provider = refers("aws_ecs_capacity_provider.p", {path: ("aws_autoscaling_group.m",)})
    names = {"capacity_provider_strategy.0.capacity_provider": ("aws_ecs_capacity_provider.p",)}
    found = refers("aws_ecs_service.s", names)
    assert among(machines, provider, found).placement(found) == (A, B)


def test_a_type_that_nobody_has_heard_of_stands_in_the_subnets_and_groups_that_it_names():
    named = {"settings.0.subnet_ids": (A, B), "settings.0.security_group_ids": (GROUP,)}
    found = refers("aws_made_up.x", named)
    assert (among(found).placement(found), among(found).groups(found)) == ((A, B), (GROUP,))
    assert among(resource("aws_made_up.y")).placement(resource("aws_made_up.y")) == ()


def test_a_network_load_balancer_without_groups_has_none():
    unknown = frozenset(["security_groups"])
    found = resource("aws_lb.x", values={"load_balancer_type": "network"}, unknown=unknown)
    assert among(found).groups(found) == ()


def test_what_is_given_no_group_carries_its_vpcs_default_one():
    vpc = {"vpc_id": ("aws_vpc.v",)}
    subnet, default = refers(A, vpc), refers("aws_default_security_group.d", vpc)
    names = {"subnet_id": (A,)}
    unknown = frozenset(["subnet_id", "vpc_security_group_ids"])  # AWS fills it in
    found = resource("aws_instance.i", references=names, unknown=unknown)
    where = Topology(Facts((resource("aws_vpc.v"), subnet, default, found)))
    assert where.groups(found) == ("aws_default_security_group.d",)
    without = Topology(Facts((resource("aws_vpc.v"), subnet, found)))
    assert without.groups(found) == "unknown"


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        ("aws_ecs_service", "network_configuration.0.subnets"),
        ("aws_opensearch_domain", "vpc_options.0.subnet_ids"),
    ],
)
def test_what_asks_for_no_group_in_a_vpc_carries_the_default_one_too(type_, path):
    vpc = {"vpc_id": ("aws_vpc.v",)}
    default = refers("aws_default_security_group.d", vpc)
    found = refers(f"{type_}.x", {path: (A,)})
    where = Topology(Facts((resource("aws_vpc.v"), refers(A, vpc), default, found)))
    assert where.groups(found) == ("aws_default_security_group.d",)
    assert among(refers(A, vpc), found).groups(found) == "unknown"


def test_a_template_in_a_dynamic_block_may_give_other_groups_than_the_default_one():
    vpc = {"vpc_id": ("aws_vpc.v",)}
    default = refers("aws_default_security_group.d", vpc)
    names, hidden = {"vpc_zone_identifier": (A,)}, ["vpc_zone_identifier", "launch_template.0.id"]
    found = resource("aws_autoscaling_group.a", references=names, unknown=frozenset(hidden))
    where = Topology(Facts((resource("aws_vpc.v"), refers(A, vpc), default, found)))
    assert where.groups(found) == "unknown"


def test_a_task_on_machines_that_nobody_knows_carries_nobody_knows_what():
    found = resource("aws_ecs_service.s", values={"launch_type": "EC2"})
    where = among(found)
    assert (where.placement(found), where.groups(found)) == ("unknown", "unknown")


def test_what_goes_with_a_subnet_that_is_replaced_stood_in_it():
    subnet = Thing(A, after={"id": "subnet-1"}, actions=("delete", "create"))
    gone = Thing("aws_instance.i", after={"subnet_id": "subnet-1"}, actions=("delete",))
    document = facts_of(subnet, gone)
    where = Topology(document)
    assert where.placement(where.resource("aws_instance.i")) == (A,)


def test_subnets_of_different_tiers_that_are_named_one_by_one_are_all_meant():
    gateway = "aws_internet_gateway.g"
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing(gateway, {"vpc_id": ["aws_vpc.v"]}),
        *(thing(subnet, {"vpc_id": ["aws_vpc.v"]}) for subnet in (A, B)),
        thing("aws_route_table.t"), thing("aws_route_table_association.a", {
            "subnet_id": [A], "route_table_id": ["aws_route_table.t"],
        }),
        thing("aws_route.r", {"route_table_id": ["aws_route_table.t"], "gateway_id": [gateway]},
              destination_cidr_block="0.0.0.0/0"),
        thing("aws_eks_cluster.c", {"vpc_config.0.subnet_ids": [A, B]}),
    ))  # fmt: skip
    assert {subnet.tier for subnet in where.subnets.values()} == {"public", "isolated"}
    assert where.placement(where.resource("aws_eks_cluster.c")) == (A, B)


@pytest.mark.parametrize(
    ("values", "unknown", "words"),
    [
        ({"subnet_id": "subnet-1"}, [], "in subnets that are not in this plan"),
        ({}, ["subnet_id"], "subnets known after apply"),
    ],
)
def test_why_it_is_not_known_where_something_stands(values, unknown, words):
    found = resource("aws_instance.i", values=values, unknown=frozenset(unknown))
    assert among(found).placement(found) == "unknown"
    assert among(found).unplaced(found) == words


def test_some_of_a_list_are_not_all_that_an_expression_names():
    """`[aws_subnet.a.id, "subnet-1"]` is two, and the plan has one of them."""
    found = resource(
        "aws_made_up.x", references={"subnets": (A,)}, unknown=frozenset(["subnets.0"]),
        values={"subnets": [None, "subnet-1"]},
    )  # fmt: skip
    assert among(found).placement(found) == "unknown"
