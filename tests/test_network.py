"""The network view: against truths written by hand, and what holds for any plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

import plans
from groundplan.errors import InputError
from groundplan.facts import Facts
from groundplan.graph import Edge
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import INTERNET, network
from groundplan.workspace import Workspace
from plans import facts_of, recorded, thing

WORKSPACE = Workspace(Path(__file__).parent.parent)
RECORDED = [("dev", 1), ("dev", 2), ("dev", 3), ("dev", 4), ("prod", 10)]


def edges(graph, kind):
    return {(edge.source, edge.target, edge.label) for edge in graph.edges if edge.kind == kind}


def frames(graph, kind):
    return {item.id: item for item in graph.clusters if item.kind == kind}


def ends(graph):
    return {item.id for item in graph.clusters} | {item.id for item in graph.nodes}


# The textbook that every peer gets wrong: 35 resources.


def test_the_shop_has_four_subnets_with_their_tiers_and_ranges():
    subnets = frames(network(recorded("shop")), "subnet").values()
    assert {(s.label, s.tier, s.cidr, s.zone) for s in subnets} == {
        ("Public 10.0.0.0/24", "public", "10.0.0.0/24", "us-east-1a"),
        ("Public 10.0.1.0/24", "public", "10.0.1.0/24", "us-east-1b"),
        ("Private 10.0.10.0/24", "private", "10.0.10.0/24", "us-east-1a"),
        ("Private 10.0.11.0/24", "private", "10.0.11.0/24", "us-east-1b"),
    }


def test_the_shop_has_three_security_groups_and_the_one_that_eks_makes():
    groups = frames(network(recorded("shop")), "group")
    assert {group.address for group in groups.values()} == {
        "aws_security_group.nodes",
        "module.stores.aws_security_group.mysql",
        "module.stores.aws_security_group.redis",
        "aws_eks_cluster.this",
    }
    assert groups["aws_eks_cluster.this/sg"].label == "Security group shop (of the EKS cluster)"


def test_the_shop_has_an_open_api_two_rules_one_replica_and_the_routes_of_four_subnets():
    graph = network(recorded("shop"))
    nodes, stores, net = "aws_security_group.nodes", "module.stores", "module.network"
    assert edges(graph, "rule") == {
        (nodes, f"{stores}.aws_security_group.mysql", "tcp 3306"),
        (nodes, f"{stores}.aws_security_group.redis", "tcp 6379"),
        (INTERNET, "aws_eks_cluster.this", "tcp 443"),
    }
    assert edges(graph, "replicates") == {
        (f"{stores}.aws_db_instance.primary", f"{stores}.aws_db_instance.replica", "replicates")
    }
    gateway, nat = f"{net}.aws_internet_gateway.this", f"{net}.aws_nat_gateway.this"
    assert edges(graph, "route") == {
        *((f"{net}.aws_subnet.public[{n}]", gateway, "0.0.0.0/0") for n in range(2)),
        *((f"{net}.aws_subnet.private[{n}]", nat, "0.0.0.0/0") for n in range(2)),
        (gateway, INTERNET, ""),
    }


def test_the_shops_things_stand_in_the_frames_of_their_security_groups():
    graph = network(recorded("shop"))
    assert {node.id: node.cluster for node in graph.nodes if node.security_groups} == {
        "aws_eks_cluster.this": "aws_eks_cluster.this/sg",
        "aws_eks_node_group.general": "aws_security_group.nodes",
        "module.stores.aws_db_instance.primary": "module.stores.aws_security_group.mysql",
        "module.stores.aws_db_instance.replica": "module.stores.aws_security_group.mysql",
        "module.stores.aws_elasticache_replication_group.this": (
            "module.stores.aws_security_group.redis"
        ),
    }


# Other plans of the real Terraform.


def test_each_subnet_stands_in_its_own_vpc_or_in_one_that_is_not_in_the_plan():
    graph = network(recorded("routes"))
    zones = frames(graph, "zone")
    homes = {s.id: zones[s.parent].parent for s in frames(graph, "subnet").values()}
    assert homes["aws_subnet.guest"] == "unknown"
    assert homes["aws_subnet.other"] == "aws_vpc.other"
    assert homes["aws_subnet.public"] == "aws_vpc.main"
    assert frames(graph, "vpc")["unknown"].label == "VPC that is not in this plan"


def test_a_subnets_head_says_its_routes_and_why_it_is_empty():
    notes = {s.id: s.note for s in frames(network(recorded("routes")), "subnet").values()}
    assert notes["aws_subnet.private"] == (
        "0.0.0.0/0 by the NAT gateway, 10.1.0.0/16 by the peering\n"
        "empty: nothing of this plan runs here"
    )
    assert notes["aws_subnet.isolated"].startswith("no route out of the VPC\nempty")
    assert notes["aws_subnet.public"].endswith("10.1.0.0/16 by the peering"), "NAT stands in it"


def test_what_carries_a_group_of_its_own_and_the_default_one_is_framed_by_its_own():
    own, default = "aws_security_group.g", "aws_default_security_group.d"
    refs = {"vpc_security_group_ids": [own, default]}
    graph = network(facts_of(thing(own), thing(default), thing("aws_instance.i", refs)))
    assert next(node.cluster for node in graph.nodes) == own


def test_a_subnets_head_claims_nothing_that_the_plan_does_not_tell():
    facts = recorded("peered")
    for graph in (network(facts), infrastructure(facts)):
        notes = {s.id: s.note or "" for s in frames(graph, "subnet").values()}
        # Instances of this VPC may be anywhere in it.
        assert notes['aws_subnet.ledger["ledger-0"]'].endswith("nothing is known to run here")
    notes = {s.id: s.note for s in frames(network(recorded("routes")), "subnet").values()}
    assert notes["aws_subnet.guest"].startswith("routes not known from the plan")


def test_who_lets_in_the_internet_and_each_other():
    graph = network(recorded("groups"))
    app, front, tools = (f"aws_security_group.{name}" for name in ("app", "front", "tools"))
    assert edges(graph, "rule") == {
        (INTERNET, front, "tcp 443"),
        (INTERNET, tools, "tcp 22"),
        ("10.9.0.0/16", tools, "tcp 22"),
        (app, tools, "udp 53"),
    }
    assert {node.id for node in graph.nodes if node.exposed} == {
        "aws_lb.front", "aws_instance.tools",
    }  # fmt: skip


def test_a_line_says_everything_that_a_rule_of_its_own_is_not_drawn_for():
    ledger = network(recorded("groups")).ledger
    told = {address.split(".")[1]: entry for address, entry in ledger.items() if "_rule" in address}
    drawn = {name: entry.node for name, entry in told.items() if entry.status == "drawn"}
    assert drawn == {
        "tools_from_app": "aws_security_group.tools",
        "tools_from_networks": "aws_security_group.tools",
    }
    assert told["tools_out"].reason == "outgoing traffic is not drawn; what is let in is"
    assert told["tools_from_itself"].reason == "lets in who carries the same security group"
    assert told["idle_from_app"].reason == "its security group is carried by nothing drawn"
    assert ledger["aws_security_group.idle"].reason == "carried by nothing drawn"


def test_changes_of_a_plan_are_on_its_nodes():
    graph = network(recorded("changes"))
    assert {node.id: node.change for node in graph.nodes if node.kind == "instance"} == {
        "aws_instance.gone": "delete",
        "aws_instance.kept": "update",
        "aws_instance.new": "create",
    }
    assert {
        n.change for n in network(recorded("changes", "destroy.json")).nodes if n.addresses
    } == {"delete"}


def test_unknown_security_groups_are_joined_by_no_line():
    rule = thing(
        "aws_vpc_security_group_ingress_rule.r",
        {"security_group_id": ["local.a"], "referenced_security_group_id": ["local.b"]},
    )
    balancers = (thing(f"aws_lb.{n}", {"security_groups": ["local.a"]}) for n in "ab")
    graph = network(facts_of(rule, *balancers))
    assert graph.edges == ()
    assert graph.ledger["aws_vpc_security_group_ingress_rule.r"].status == "omitted"


def test_a_plan_without_a_vpc_is_a_region():
    graph = network(facts_of(thing("aws_flow_log.a"), thing("aws_sns_topic.a")))
    assert [item.kind for item in graph.clusters] == ["region"]
    assert [node.id for node in graph.nodes] == ["all:aws_flow_log"]


def test_a_plan_with_nothing_of_a_network_is_no_picture_and_a_whole_ledger():
    graph = network(facts_of(thing("aws_sqs_queue.q"), thing("random_id.r")))
    assert (graph.clusters, graph.nodes, graph.edges) == ((), (), ())
    assert {address: entry.reason for address, entry in graph.ledger.items()} == {
        "aws_sqs_queue.q": "a part of the infrastructure view",
        "random_id.r": "made by Terraform itself: nothing of it stands in the cloud",
    }


def test_what_is_open_to_all_is_joined_to_the_internet_without_any_gateway():
    names = {"security_group_id": ["aws_security_group.g"]}
    graph = network(facts_of(
        thing("aws_security_group.g"), thing("aws_lb.x", {"security_groups": [
            "aws_security_group.g"]}),
        thing("aws_security_group_rule.r", names, type="ingress", cidr_blocks=["0.0.0.0/0"],
              protocol="tcp", from_port=80, to_port=80),
    ))  # fmt: skip
    assert edges(graph, "rule") == {(INTERNET, "aws_security_group.g", "tcp 80")}
    assert INTERNET in ends(graph)


def test_what_is_open_to_all_is_reached_through_the_gateway_of_its_own_vpc():
    def passed(source: str) -> dict[str, str | None]:
        lines = (edge for edge in network(recorded(source)).edges if edge.source == INTERNET)
        return {edge.target: edge.via for edge in lines}

    assert passed("tiers") == {"aws_security_group.web": "aws_internet_gateway.this[0]"}
    assert set(passed("shop").values()) == {None}, "a Kubernetes API is open outside of the VPC"
    assert passed("peered")["aws_security_group.open"] is None, "in a VPC without a gateway"
    assert {edge.via for edge in network(recorded("tiers")).edges if edge.source != INTERNET} == {
        None
    }


def test_a_peering_stands_between_its_vpcs():
    names = {"vpc_id": ["aws_vpc.a"], "peer_vpc_id": ["aws_vpc.b"]}
    peering = "aws_vpc_peering_connection.p"
    graph = network(facts_of(thing("aws_vpc.a"), thing("aws_vpc.b"), thing(peering, names)))
    assert edges(graph, "route") == {(peering, "aws_vpc.a", ""), (peering, "aws_vpc.b", "")}
    assert (graph.node(peering).label, graph.node(peering).detail) == ("VPC peering", "a – b")
    assert graph.node(peering).cluster == "region"


def test_the_default_group_and_a_range_of_later_are_called_what_they_are():
    vpc = {"vpc_id": ["aws_vpc.v"]}
    group = "aws_default_security_group.this"
    graph = network(facts_of(
        thing("aws_vpc.v"), thing("aws_subnet.s", vpc), thing(group, vpc),
        thing("aws_lb.x", {"subnets": ["aws_subnet.s"], "security_groups": [group]}),
    ))  # fmt: skip
    assert frames(graph, "group")[group].label == "Security group default"
    assert frames(graph, "subnet")["aws_subnet.s"].label == "Isolated, range known after apply"


def test_a_vpn_leads_from_the_vpc_to_the_office():
    office, gateway = thing("aws_customer_gateway.c"), thing("aws_vpn_gateway.g")
    names = {"vpn_gateway_id": [gateway.address], "customer_gateway_id": [office.address]}
    graph = network(facts_of(office, gateway, thing("aws_vpn_connection.v", names)))
    assert edges(graph, "route") == {
        ("aws_vpn_gateway.g", "aws_vpn_connection.v", ""),
        ("aws_vpn_connection.v", "aws_customer_gateway.c", ""),
    }


def test_why_a_rule_is_no_line():
    group = "aws_security_group.g"
    rules = {
        "unknown": ({"referenced_security_group_id": ["local.x"]}, {}),
        "list": ({}, {"prefix_list_id": "pl-0123"}),
        "near": ({}, {"cidr_ipv4": "10.8.0.0/24"}),
        "idle": ({"referenced_security_group_id": ["aws_security_group.idle"]}, {}),
    }
    graph = network(facts_of(
        thing(group), thing("aws_security_group.idle"),
        thing("aws_lb.x", {"security_groups": [group]}),
        *(thing(f"aws_vpc_security_group_ingress_rule.{name}",
                {"security_group_id": [group], **refs}, **values)
          for name, (refs, values) in rules.items()),
    ))  # fmt: skip
    told = {address.split(".")[1]: entry.reason for address, entry in graph.ledger.items()}
    assert told["unknown"] == "whom it lets in is known after apply"
    assert told["list"] == "lets in pl-0123, which is not drawn"
    assert told["near"] == "lets in 10.8.0.0/24, which is not drawn", "its VPC may have it"


def test_a_subnet_that_only_a_subnet_group_has_is_said_to_be_held():
    """MySQL is pinned to the other zone: nothing of dev would ever move here."""
    notes = {s.id: s.note for s in frames(network(WORKSPACE.facts("dev", 2)), "subnet").values()}
    there = f'{NET}.aws_subnet.isolated["us-east-1b"]'
    assert notes[there] == "no route out of the VPC\nempty: held for databases"


def test_a_plan_without_resources_is_no_picture():
    with pytest.raises(InputError, match="nothing to draw"):
        network(Facts(()))


# The workspace's own plans, by hand.

NET = "module.network"
DEV, PROD = ("us-east-1a", "us-east-1b"), ("us-east-1a", "us-east-1b", "us-east-1c")


def subnets(tier: str, zones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f'{NET}.aws_subnet.{tier}["{zone}"]' for zone in zones)


def truth(phase: int) -> dict[str, tuple[str, ...]]:
    """In which subnets each node of the network view stands, as the engagement has it."""
    zones = PROD if phase == 10 else DEV
    nodes = {
        INTERNET: (),
        "203.0.113.0/28": (),
        f"{NET}.aws_internet_gateway.this": (),
        "module.eks.aws_eks_cluster.this": subnets("private", zones),
        'module.eks.aws_eks_node_group.this["general"]': subnets("private", zones),
        "module.mysql.aws_db_instance.this": subnets("isolated", zones[:1]),
    }
    for zone in zones if phase == 10 else zones[:1]:
        nodes[f'{NET}.aws_nat_gateway.this["{zone}"]'] = subnets("public", (zone,))
    if phase >= 2:
        nodes |= {f"{NET}.aws_vpc_endpoint.s3[0]": (), "all:aws_flow_log": ()}
    if phase >= 3:
        nodes['module.mysql.aws_db_instance.replica["read-1"]'] = subnets("isolated", zones[-1:])
    if phase >= 4:
        redis = "module.redis[0].aws_elasticache_replication_group.this"
        nodes[redis] = subnets("isolated", zones)
    if phase == 10:  # a standby in another zone
        nodes["module.mysql.aws_db_instance.this"] = subnets("isolated", zones)
    return nodes


@pytest.mark.parametrize(("env", "phase"), RECORDED)
def test_every_node_of_the_engagement_stands_in_its_subnets(env, phase):
    graph = network(WORKSPACE.facts(env, phase))
    assert {node.id: node.subnets for node in graph.nodes} == truth(phase)


@pytest.mark.parametrize(("env", "phase"), RECORDED)
def test_every_subnet_of_the_engagement_has_its_tier_zone_and_range(env, phase):
    first = 30 if env == "prod" else 20
    found = frames(network(WORKSPACE.facts(env, phase)), "subnet")
    expected = {}
    for number, zone in enumerate(PROD if env == "prod" else DEV):
        for tier, third, size in (
            ("public", number, 24), ("isolated", 8 + number, 24), ("private", 16 + 16 * number, 20),
        ):  # fmt: skip
            address = f'{NET}.aws_subnet.{tier}["{zone}"]'
            expected[address] = (tier, zone, f"10.{first}.{third}.0/{size}")
    assert {id_: (s.tier, s.zone, s.cidr) for id_, s in found.items()} == expected


@pytest.mark.parametrize(("env", "phase"), RECORDED)
def test_who_lets_whom_in_at_the_engagement(env, phase):
    eks, mysql = "module.eks.aws_security_group", "module.mysql.aws_security_group.this"
    expected = {
        (f"{eks}.nodes", f"{eks}.cluster", "tcp 443"),
        (f"{eks}.cluster", f"{eks}.nodes", "tcp 10250"),
        (f"{eks}.cluster", f"{eks}.nodes", "tcp 9443"),
        (f"{eks}.nodes", mysql, "tcp 3306"),
        ("203.0.113.0/28", "module.eks.aws_eks_cluster.this", "tcp 443"),
    }
    if phase >= 6:  # the metrics server, without which nothing scales
        expected.add((f"{eks}.cluster", f"{eks}.nodes", "tcp 10251"))
    if phase >= 4:
        expected.add((f"{eks}.nodes", "module.redis[0].aws_security_group.this", "tcp 6379"))
    assert edges(network(WORKSPACE.facts(env, phase)), "rule") == expected


@pytest.mark.parametrize(("env", "phase"), RECORDED)
def test_in_dev_all_leave_by_one_nat_gateway_and_in_prod_each_zone_by_its_own(env, phase):
    graph = network(WORKSPACE.facts(env, phase))
    nats = {(s, t) for s, t, _ in edges(graph, "route") if "nat_gateway" in t}
    zones = PROD if env == "prod" else DEV
    leaves_in = {zone: zone if env == "prod" else "us-east-1a" for zone in zones}
    assert nats == {
        (f'{NET}.aws_subnet.private["{zone}"]', f'{NET}.aws_nat_gateway.this["{there}"]')
        for zone, there in leaves_in.items()
    }


@pytest.mark.parametrize(("env", "phase"), RECORDED)
def test_from_phase_2_on_the_private_subnets_reach_s3_by_the_endpoint(env, phase):
    graph = network(WORKSPACE.facts(env, phase))
    private = subnets("private", PROD if env == "prod" else DEV)
    ways = {(s, t, label) for s, t, label in edges(graph, "route") if "endpoint" in t}
    assert ways == {
        (subnet, f"{NET}.aws_vpc_endpoint.s3[0]", "S3") for subnet in private if phase >= 2
    }


@pytest.mark.parametrize(("env", "phase"), RECORDED)
def test_every_address_of_the_engagement_is_in_the_ledger(env, phase):
    facts = WORKSPACE.facts(env, phase)
    graph = network(facts)
    assert set(graph.ledger) == {item.address for item in facts}
    assert {e.node for e in graph.ledger.values() if e.status != "omitted"} <= ends(graph)


# Whatever the plan.


@given(plans.plan_things().filter(bool))
def test_nothing_is_silently_missing_and_nothing_dangles(things):
    facts = facts_of(*things)
    graph = network(facts)
    ids = ends(graph)
    assert set(graph.ledger) == {item.address for item in facts}
    assert len(ids) == len(graph.clusters) + len(graph.nodes), "no id is there twice"
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= ids
    assert {item.parent for item in graph.clusters} <= ids | {None}
    assert {node.cluster for node in graph.nodes} <= ids | {None}
    for address, entry in graph.ledger.items():
        if entry.status == "omitted":
            assert entry.reason, address
        else:
            assert entry.node in ids, address


@given(plans.plan_things().filter(bool))
def test_every_nodes_subnets_are_subnets_of_the_plan(things):
    graph = network(facts_of(*things))
    there = set(frames(graph, "subnet"))
    for node in graph.nodes:
        assert node.subnets == "unknown" or set(node.subnets) <= there


@given(plans.plan_things().filter(bool))
def test_each_thing_in_a_vpc_is_a_node_of_its_own(things):
    graph = network(facts_of(*things))
    single = (
        "aws_instance.",
        "aws_lb.",
        "aws_db_instance.",
        "aws_eks_cluster.",
        "aws_nat_gateway.",
    )
    expected = {item.address for item in things if item.address.startswith(single)}
    assert {node.id for node in graph.nodes if node.id.startswith(single)} == expected


def test_an_edge_is_there_once_however_often_it_is_told():
    groups = [thing(f"aws_security_group.{name}") for name in "ab"]
    refs = {
        "security_group_id": ["aws_security_group.a"],
        "referenced_security_group_id": ["aws_security_group.b"],
    }
    port = {"ip_protocol": "tcp", "from_port": 1, "to_port": 1}
    rules = [thing(f"aws_vpc_security_group_ingress_rule.{n}", refs, **port) for n in "xy"]
    carriers = [
        thing(f"aws_lb.{n}", {"security_groups": [f"aws_security_group.{n}"]}) for n in "ab"
    ]
    graph = network(facts_of(*groups, *rules, *carriers))
    assert graph.edges == (Edge("aws_security_group.b", "aws_security_group.a", "rule", "tcp 1"),)


@pytest.mark.parametrize("tags", [True, "kubernetes.io/role/elb", {"kubernetes.io/role/elb": "1"}])
def test_only_tags_say_what_an_empty_subnet_is_held_for(tags):
    vpc = thing("aws_vpc.v", cidr_block="10.0.0.0/16")
    subnet = thing("aws_subnet.s", {"vpc_id": ["aws_vpc.v"]}, cidr_block="10.0.0.0/24",
                   availability_zone="us-east-1a", tags_all=tags)  # fmt: skip
    graph = network(facts_of(vpc, subnet))
    (note,) = (item.note for item in graph.clusters if item.kind == "subnet")
    assert ("held for public load balancers" in (note or "")) == isinstance(tags, dict)
