"""The infrastructure view: against truths written by hand, and what holds for any plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

import plans
from groundplan.errors import InputError
from groundplan.facts import Facts
from groundplan.topology import Topology
from groundplan.views.describe import describe, name_of
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from groundplan.workspace import Workspace
from plans import facts_of, recorded, resource, thing

WORKSPACE = Workspace(Path(__file__).parent.parent)
RECORDED = [("dev", 1), ("dev", 2), ("dev", 3), ("dev", 4), ("prod", 10)]
PRIVATE = tuple(f"module.network.aws_subnet.private[{number}]" for number in range(2))


def edges(graph):
    return {(edge.source, edge.target, edge.kind, edge.label) for edge in graph.edges}


def of_kind(graph, *kinds: str):
    return [node for node in graph.nodes if node.kind in kinds]


def test_the_shop_has_one_node_group_and_one_redis_in_private_subnets_only():
    graph = infrastructure(recorded("shop"))
    (nodes,), (redis,) = of_kind(graph, "node_group"), of_kind(graph, "elasticache")
    assert nodes.subnets == redis.subnets == PRIVATE
    assert nodes.detail == "2 × t3.large (2–4)"


def test_the_shop_has_two_databases_and_one_of_them_is_a_replica():
    graph = infrastructure(recorded("shop"))
    databases = of_kind(graph, "rds_mysql")
    assert [node.label for node in databases] == ["MySQL primary", "MySQL read replica"]
    assert {node.subnets for node in databases} == {PRIVATE}
    primary, replica = (node.id for node in databases)
    assert [e for e in edges(graph) if e[2] == "replicates"] == [
        (primary, replica, "replicates", "replicates")
    ]


def test_the_shops_five_repositories_are_one_node_that_names_them():
    (repositories,) = of_kind(infrastructure(recorded("shop")), "ecr")
    assert repositories.label == "ECR × 5"
    assert repositories.detail == "cart, catalog, orders, payments, storefront"
    assert len(repositories.addresses) == 5


def test_who_uses_whom_follows_from_security_groups():
    graph = infrastructure(recorded("shop"))
    nodes, stores = "aws_eks_node_group.general", "module.stores"
    assert {e for e in edges(graph) if e[2] == "uses"} == {
        ("aws_eks_cluster.this", nodes, "uses", "runs"),
        (nodes, f"{stores}.aws_db_instance.primary", "uses", "tcp 3306"),
        (nodes, f"{stores}.aws_db_instance.replica", "uses", "tcp 3306"),
        (nodes, f"{stores}.aws_elasticache_replication_group.this", "uses", "tcp 6379"),
    }


def test_the_shops_ledger_has_each_of_35_addresses_once():
    facts = recorded("shop")
    ledger = infrastructure(facts).ledger
    assert len(ledger) == 35
    assert set(ledger) == {item.address for item in facts}
    cart = ledger['aws_ecr_repository.this["cart"]']
    assert (cart.status, cart.node) == ("aggregated", "all:aws_ecr_repository")
    assert ledger["aws_launch_template.nodes"].reason == "settings of the nodes that use it"


def test_the_applications_stand_on_the_node_group():
    (nodes,) = of_kind(infrastructure(recorded("shop"), runs=("cart", "orders")), "node_group")
    assert nodes.detail.split("\n")[1] == "cart · orders"


def test_a_database_is_shown_as_what_it_is():
    graph = infrastructure(recorded("deep"))
    assert {(n.kind, n.label) for n in of_kind(graph, "rds_postgres")} == {
        ("rds_postgres", "PostgreSQL primary")
    }
    assert len(of_kind(graph, "rds_postgres")) == 4
    oracle = facts_of(thing("aws_db_instance.a", engine="oracle-ee"))
    assert [(n.kind, n.label) for n in infrastructure(oracle).nodes] == [
        ("rds_oracle", "Oracle primary")
    ]


def test_a_replica_has_the_engine_of_what_it_replicates():
    facts = facts_of(
        thing("aws_db_instance.a", engine="postgres"),
        thing("aws_db_instance.b", {"replicate_source_db": ["aws_db_instance.a"]}),
    )
    assert [(n.kind, n.label) for n in infrastructure(facts).nodes] == [
        ("rds_postgres", "PostgreSQL primary"),
        ("rds_postgres", "PostgreSQL read replica"),
    ]


@pytest.mark.parametrize(
    ("address", "values", "words"),
    [
        ("aws_eks_cluster.a", {"version": "1.33", "name": "shop"}, ("EKS cluster 1.33", "shop")),
        ("aws_eks_cluster.a", {}, ("EKS cluster", "a")),
        ("aws_eks_node_group.a", {}, ("Node group a", "? × instances")),
        (
            "aws_eks_node_group.a",
            {
                "node_group_name": "general", "capacity_type": "SPOT", "instance_types": ["a", "b"],
                "scaling_config": [{"desired_size": 2, "min_size": 2, "max_size": 2}],
            },
            ("Node group general", "2 × a/b spot"),
        ),
        (
            "aws_elasticache_replication_group.a", {"num_cache_clusters": 2, "node_type": "t"},
            ("Redis", "2 × t"),
        ),
        ("aws_elasticache_replication_group.a", {"node_type": "t"}, ("Redis", "t")),
        (
            "aws_elasticache_replication_group.a",
            {"num_cache_clusters": "(sensitive)"}, ("Redis", "(sensitive) × "),
        ),
        (
            "aws_db_instance.a", {"engine": "mysql", "multi_az": True, "instance_class": "db.t"},
            ("MySQL primary", "db.t, standby in another zone"),
        ),
        (
            "aws_vpc_endpoint.a", {"service_name": "com.amazonaws.us-east-1.s3"},
            ("S3 endpoint", "gateway"),
        ),
        (
            "aws_vpc_endpoint.a", {"service_name": "com.amazonaws.us-gov-west-1.ecr.dkr",
                                   "vpc_endpoint_type": "Interface"},
            ("ECR Docker endpoint", "interface"),
        ),
        ("aws_made_up_thing.a", {"name": "x"}, ("made up thing", "x")),
        ("aws_lb.a", {"name": "web", "load_balancer_type": "network"},
         ("Network load balancer", "web")),
        ("aws_rds_cluster.a", {"engine": "aurora-mysql", "cluster_identifier": "orders"},
         ("Aurora MySQL cluster", "orders")),
        ("aws_rds_cluster_instance.a", {"identifier": "one", "instance_class": "db.r6g.large"},
         ("Aurora instance", "one · db.r6g.large")),
        ("aws_elasticache_cluster.a", {"engine": "memcached", "node_type": "t"},
         ("Memcached", "t")),
        ("aws_autoscaling_group.a", {"name": "web", "min_size": 2, "max_size": 6},
         ("Auto Scaling group", "web · 2–6 instances")),
        ("aws_ecs_service.a", {"name": "cart", "desired_count": 2, "launch_type": "FARGATE"},
         ("ECS service cart", "2 × Fargate")),
        ("aws_sns_topic.a", {"tags_all": {"Name": "alerts"}}, ("SNS", "alerts")),
    ],
)  # fmt: skip
def test_what_a_resource_is_called(address, values, words):
    found = resource(address, values=values)
    assert describe(found, Topology(Facts((found,)))) == words


@pytest.mark.parametrize("view", [infrastructure, network])
def test_no_two_things_in_one_frame_have_the_same_words(view):
    for name in ("loops", "deep", "idioms", "shop"):
        nodes = view(recorded(name)).nodes
        assert len({(node.cluster, node.label, node.detail) for node in nodes}) == len(nodes)


def test_instance_keys_tell_apart_what_is_called_the_same():
    names = {
        address: infrastructure(recorded("loops")).node(address).detail
        for address in (
            'aws_instance.by_key["a"]', 'aws_instance.chained["a"]',
            'module.by_key["a"].aws_instance.this', "aws_instance.one",
        )
    }  # fmt: skip
    assert [*names.values()] == [
        'by_key["a"] · t3.micro', 'chained["a"] · t3.micro',
        'module.by_key["a"].this · t3.micro', "one · t3.micro",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "details"),
    [
        (["orders"], ["db.t4g.micro"]),
        (["orders", "stock"], ["orders · db.t4g.micro", "stock · db.t4g.micro"]),
        (["db", "db"], ["db, d0 · db.t4g.micro", "db, d1 · db.t4g.micro"]),
    ],
)
def test_a_name_tells_databases_of_one_size_apart_and_one_alone_needs_none(names, details):
    things = [
        thing(f"aws_db_instance.d{n}", instance_class="db.t4g.micro", identifier=name)
        for n, name in enumerate(names)
    ]
    nodes = infrastructure(facts_of(*things)).nodes
    assert [node.detail.split("\n")[0] for node in nodes] == details


def test_names_are_left_out_where_nobody_could_read_them():
    many = [thing(f"aws_ecr_repository.r{n}", name=f"shop/app-{n}") for n in range(7)]
    (node,) = infrastructure(facts_of(*many)).nodes
    assert (node.label, node.detail) == ("ECR × 7", "")


def test_a_type_that_nobody_has_heard_of_is_drawn_all_the_same():
    graph = infrastructure(facts_of(thing("aws_made_up_thing.a", name="x")))
    assert [(n.kind, n.label, n.detail) for n in graph.nodes] == [
        ("resource", "made up thing", "x")
    ]
    assert graph.ledger["aws_made_up_thing.a"].status == "drawn"


def test_an_empty_subnet_says_why():
    graph = infrastructure(recorded("shop"))
    notes = {item.id: item.note for item in graph.clusters if item.kind == "subnet" and item.note}
    why = "empty: nothing of this plan runs here"
    assert notes == {"module.network.aws_subnet.public[1]": why}


def test_no_subnet_is_said_to_be_empty_that_a_thing_of_unknown_subnets_may_stand_in():
    graph = infrastructure(recorded("idioms"))
    vpcs = {item.id: item.parent for item in graph.clusters if item.kind == "zone"}
    lost = {node.cluster for node in graph.nodes if node.subnets == "unknown"}
    notes = [item.note for item in graph.clusters if item.note and vpcs.get(item.parent) in lost]
    assert set(notes) == {"empty: nothing is known to run here"}


def test_what_is_not_known_is_said_in_the_picture_and_in_the_ledger():
    graph = infrastructure(facts_of(thing("aws_instance.web", {
        "subnet_id": ["local.subnet"], "vpc_security_group_ids": ["local.groups"],
    })))  # fmt: skip
    assert graph.node("aws_instance.web").detail == "web\nsubnets known after apply"
    entry = graph.ledger["aws_instance.web"]
    assert (entry.status, entry.reason) == (
        "drawn", "subnets known after apply; security groups known after apply",
    )  # fmt: skip


def test_a_thing_of_unknown_subnets_stands_in_the_vpc_of_its_security_groups():
    graph = infrastructure(facts_of(
        thing("aws_vpc.v"), thing("aws_security_group.g", {"vpc_id": ["aws_vpc.v"]}),
        thing("aws_instance.i", subnet_id="subnet-1", vpc_security_group_ids=["sg-1"]),
        thing("aws_instance.j", {"vpc_security_group_ids": ["aws_security_group.g"]},
              subnet_id="subnet-1"),
    ))  # fmt: skip
    assert graph.node("aws_instance.i").cluster == "region"
    assert graph.node("aws_instance.i").detail.endswith("in subnets that are not in this plan")
    assert graph.node("aws_instance.j").cluster == "aws_vpc.v"


def test_global_services_stand_outside_the_region():
    graph = infrastructure(facts_of(thing("aws_cloudfront_distribution.d"), thing("aws_lb.x")))
    assert graph.node("all:aws_cloudfront_distribution").cluster is None


@pytest.mark.parametrize(
    ("fixture", "label"),
    [("shop", "Region us-east-1"), ("hub", "Regions us-east-1, us-west-2")],
)
def test_the_outermost_frame_names_the_regions_of_its_zones(fixture, label):
    assert infrastructure(recorded(fixture)).clusters[0].label == label


def test_functions_outside_a_vpc_are_one_node_and_those_inside_stand_in_it():
    graph = infrastructure(facts_of(
        thing("aws_vpc.v"), thing("aws_subnet.s", {"vpc_id": ["aws_vpc.v"]}),
        thing("aws_lambda_function.inside", {"vpc_config.0.subnet_ids": ["aws_subnet.s"]}),
        *(thing(f"aws_lambda_function.f{n}", function_name=f"shop-f{n}") for n in range(2)),
    ))  # fmt: skip
    assert graph.node("aws_lambda_function.inside").subnets == ("aws_subnet.s",)
    outside = graph.node("all:aws_lambda_function")
    assert (outside.label, outside.detail, outside.subnets) == (
        "Lambda function × 2", "f0, f1", (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "fields", "name"),
    [
        ("aws_instance.web", {}, "web"),
        ("aws_instance.web", {"index": 2}, "web[2]"),
        ("aws_instance.this", {}, ""),
        ("aws_instance.this", {"index": 2}, "this[2]"),
        ("aws_instance.web", {"index": "blue"}, "blue"),
        ("module.shop.aws_instance.this", {"module": "module.shop"}, "shop"),
        ("aws_instance.web", {"values": {"tags_all": {"Name": "shop-web"}}}, "shop-web"),
    ],
)
def test_what_has_no_name_goes_by_its_address(address, fields, name):
    assert name_of(resource(address, **fields)) == name


def test_unknown_security_groups_use_nothing():
    group = ["aws_security_group.g"]
    facts = facts_of(
        thing("aws_eks_node_group.g", {"launch_template.0.id": ["local.template"]}),
        thing("aws_db_instance.d", {"vpc_security_group_ids": group}),
        thing("aws_security_group.g"),
        thing(
            "aws_vpc_security_group_ingress_rule.r",
            {"security_group_id": group, "referenced_security_group_id": ["local.peer"]},
        ),
    )
    assert infrastructure(facts).edges == ()


def test_a_plan_without_resources_is_no_picture():
    with pytest.raises(InputError, match="nothing to draw"):
        infrastructure(Facts(()))


@pytest.mark.parametrize(("env", "phase"), RECORDED)
def test_the_engagement_grows_as_its_phases_say(env, phase):
    graph = infrastructure(WORKSPACE.facts(env, phase))
    nats = len(of_kind(graph, "nat_gateway"))
    databases, redis = len(of_kind(graph, "rds_mysql")), len(of_kind(graph, "elasticache"))
    assert (nats, databases, redis) == {
        1: (1, 1, 0), 2: (1, 1, 0), 3: (1, 2, 1 - 1), 4: (1, 2, 1), 10: (3, 2, 1),
    }[phase]  # fmt: skip
    assert len(of_kind(graph, "node_group")) == len(of_kind(graph, "eks")) == 1
    assert len(of_kind(graph, "ecr")[0].addresses) == 5


@pytest.mark.parametrize(("env", "phase"), RECORDED)
def test_every_address_of_the_engagement_is_in_the_ledger(env, phase):
    facts = WORKSPACE.facts(env, phase)
    graph = infrastructure(facts)
    assert set(graph.ledger) == {item.address for item in facts}
    ids = {item.id for item in (*graph.clusters, *graph.nodes)}
    assert {e.node for e in graph.ledger.values() if e.status != "omitted"} <= ids


@given(plans.plan_things().filter(bool))
def test_nothing_is_silently_missing_and_nothing_dangles(things):
    facts = facts_of(*things)
    graph = infrastructure(facts)
    ids = {item.id for item in (*graph.clusters, *graph.nodes)}
    assert set(graph.ledger) == {item.address for item in facts}
    assert len(ids) == len(graph.clusters) + len(graph.nodes), "no id is there twice"
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= ids
    assert {node.cluster for node in graph.nodes} <= ids | {None}
    drawn = {address for node in graph.nodes for address in node.addresses}
    for address, entry in graph.ledger.items():
        assert entry.reason if entry.status == "omitted" else entry.node in ids, address
        assert address not in drawn or entry.status == (
            "aggregated" if len(graph.node(entry.node).addresses) > 1 else "drawn"
        )


@given(plans.plan_things().filter(bool))
def test_what_is_told_in_another_order_is_the_same(things):
    there = infrastructure(facts_of(*things)).as_dict()
    assert infrastructure(facts_of(*reversed(things))).as_dict() == there
