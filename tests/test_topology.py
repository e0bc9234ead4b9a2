"""Who stands where: against truths written by hand, for plans of the real Terraform."""

from __future__ import annotations

from functools import cache

import pytest

from groundplan.facts import Facts, Resource
from groundplan.topology import Topology
from plans import Thing, facts_of, linked, recorded, resource, thing


@cache
def topology(name: str, file: str = "plan.json") -> Topology:
    return Topology(recorded(name, file))


def placed(where: Topology, address: str):
    found = where.resource(address)
    assert found is not None, address
    return where.placement(found)


def carried(where: Topology, address: str):
    found = where.resource(address)
    assert found is not None, address
    return where.groups(found)


NAT, GATEWAY = ("aws_nat_gateway.main",), ("aws_internet_gateway.main",)
PEERING = ("aws_vpc_peering_connection.other",)


@pytest.mark.parametrize(
    ("subnet", "tier", "routes"),
    [
        ("public", "public", {"0.0.0.0/0": GATEWAY, "10.1.0.0/16": PEERING}),
        ("private", "private", {"0.0.0.0/0": NAT, "10.1.0.0/16": PEERING}),
        ('shared["a"]', "private", {"0.0.0.0/0": NAT}),
        ('shared["b"]', "private", {"0.0.0.0/0": NAT}),
        ("isolated", "isolated", {}),
        ("out_only", "private", {"::/0": ("aws_egress_only_internet_gateway.main",)}),
        ("main", "public", {"0.0.0.0/0": GATEWAY}),
        ("chosen", "public", {"0.0.0.0/0": ("aws_internet_gateway.chosen",)}),
        ("other", "isolated", {}),
        # A dynamic block: the plan tells of a NAT gateway, and there is only one.
        ("looped", "private", {"0.0.0.0/0": NAT}),
        ("guest", "unknown", {}),
    ],
)
def test_a_subnets_tier_comes_from_the_routes_of_its_table(subnet, tier, routes):
    found = topology("routes").subnets[f"aws_subnet.{subnet}"]
    assert found.tier == tier
    assert {route.destination: route.ways for route in found.routes} == routes


def test_a_route_that_may_go_two_ways_goes_through_an_unknown_one():
    table, nats = "aws_route_table.a", ["aws_nat_gateway.a", "aws_nat_gateway.b"]
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing("aws_subnet.a", {"vpc_id": ["aws_vpc.v"]}), thing(table),
        *(thing(nat) for nat in nats),
        linked("a", ["aws_subnet.a"], table),
        thing("aws_route.a", {"route_table_id": [table], "nat_gateway_id": nats},
              destination_cidr_block="0.0.0.0/0"),
    ))  # fmt: skip
    subnet = where.subnets["aws_subnet.a"]
    assert subnet.tier == "private", "through whichever NAT gateway"
    assert subnet.routes[0].via == "unknown"


@pytest.mark.parametrize(
    ("subnets", "expected"), [(["s.a"], "isolated"), (["s.a", "s.b"], "unknown")]
)
def test_a_table_that_may_be_anybodys_leaves_only_the_others_known(subnets, expected):
    addresses = [name.replace("s.", "aws_subnet.") for name in subnets]
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing("aws_route_table.t"),
        *(thing(f"aws_subnet.{name}", {"vpc_id": ["aws_vpc.v"]}) for name in "abc"),
        linked("x", addresses, "aws_route_table.t"),
    ))  # fmt: skip
    assert where.subnets["aws_subnet.a"].tier == expected
    assert where.subnets["aws_subnet.c"].tier == "isolated"


def test_a_default_route_in_a_table_that_nobody_knows_makes_both_tiers_unknown():
    tables = ["aws_route_table.a", "aws_route_table.b"]
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing("aws_internet_gateway.g"), *(thing(table) for table in tables),
        *(thing(f"aws_subnet.{name}", {"vpc_id": ["aws_vpc.v"]}) for name in "ab"),
        *(linked(name, [f"aws_subnet.{name}"], f"aws_route_table.{name}") for name in "ab"),
        thing("aws_route.r", {"route_table_id": tables, "gateway_id": ["aws_internet_gateway.g"]},
              destination_cidr_block="0.0.0.0/0"),
    ))  # fmt: skip
    assert {subnet.tier for subnet in where.subnets.values()} == {"unknown"}


def test_a_default_route_in_a_table_that_nobody_can_name_makes_every_tier_unknown():
    way = {"route_table_id": ["local.table"], "gateway_id": ["aws_internet_gateway.g"]}
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing("aws_internet_gateway.g"),
        *(thing(f"aws_route_table.{name}") for name in "ab"),
        thing("aws_subnet.s", {"vpc_id": ["aws_vpc.v"]}), linked("s", ["aws_subnet.s"],
                                                                 "aws_route_table.a"),
        thing("aws_route.r", way, destination_cidr_block="0.0.0.0/0"),
    ))  # fmt: skip
    assert where.subnets["aws_subnet.s"].tier == "unknown"


def test_a_table_for_a_subnet_elsewhere_is_not_this_ones():
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing("aws_route_table.t"),
        thing("aws_subnet.s", {"vpc_id": ["aws_vpc.v"]}),
        thing("aws_route_table_association.x", {"route_table_id": ["aws_route_table.t"]},
              subnet_id="subnet-0123"),
    ))  # fmt: skip
    assert where.subnets["aws_subnet.s"].tier == "isolated"


@pytest.mark.parametrize(
    ("way", "tier"),
    [
        ({"gateway_id": "igw-0123"}, "public"),
        ({"gateway_id": "vgw-0123"}, "private"),
        ({"nat_gateway_id": "nat-0123"}, "private"),
        ({"gateway_id": "who knows"}, "unknown"),
    ],
)
@pytest.mark.parametrize("inline", [True, False])
def test_a_way_that_stands_elsewhere_is_told_by_its_id(way, tier, inline):
    table = thing("aws_route_table.t", **(
        {"route": [{"cidr_block": "0.0.0.0/0", **way}]} if inline else {}
    ))  # fmt: skip
    route = thing("aws_route.r", {"route_table_id": ["aws_route_table.t"]},
                  destination_cidr_block="0.0.0.0/0", **way)  # fmt: skip
    subnet = thing("aws_subnet.s", vpc_id="vpc-0123")
    things = (table, subnet, linked("s", ["aws_subnet.s"], "aws_route_table.t"))
    where = Topology(facts_of(*things, *(() if inline else (route,))))
    assert where.subnets["aws_subnet.s"].tier == tier


@pytest.mark.parametrize("id_", ["main_route_table_id", "default_route_table_id"])
def test_the_table_that_aws_makes_with_a_vpc_is_told_by_its_id(id_):
    vpc = {"id": "vpc-1", id_: "rtb-1"}
    things = (
        thing("aws_vpc.v", **vpc), thing("aws_internet_gateway.g", id="igw-1"),
        thing("aws_subnet.s", vpc_id="vpc-1"),
        thing("aws_route.r", route_table_id="rtb-1", gateway_id="igw-1",
              destination_cidr_block="0.0.0.0/0"),
    )  # fmt: skip
    taken = thing("aws_default_route_table.d", vpc_id="vpc-1", id="rtb-1")
    for more in ((), (taken,)):
        assert Topology(facts_of(*things, *more)).subnets["aws_subnet.s"].tier == "public"


def test_a_default_group_that_nothing_takes_over_goes_by_no_address():
    refs = {"vpc_security_group_ids": ["aws_vpc.v", "aws_security_group.g"]}
    things = (thing("aws_vpc.v"), thing("aws_security_group.g"), thing("aws_instance.i", refs))
    assert carried(Topology(facts_of(*things)), "aws_instance.i") == "unknown"
    taken = thing("aws_default_security_group.d", {"vpc_id": ["aws_vpc.v"]})
    both = ("aws_default_security_group.d", "aws_security_group.g")
    assert carried(Topology(facts_of(*things, taken)), "aws_instance.i") == both


def test_a_group_and_a_table_that_stand_tell_of_what_is_taken_from_them_no_more():
    """Both list what separate resources gave them, as long as those are there."""
    ingress = [{"cidr_blocks": ["0.0.0.0/0"], "protocol": "tcp", "from_port": 443, "to_port": 443}]
    way = {"gateway_id": "igw-1"}
    stand = [
        Thing("aws_security_group.g", {}, {"id": "sg-1", "ingress": ingress}, ("no-op",)),
        Thing("aws_route_table.t", {}, {"id": "rtb-1",
              "route": [{"cidr_block": "0.0.0.0/0", **way}]}, ("no-op",)),
        Thing("aws_internet_gateway.g", {}, {"id": "igw-1"}, ("no-op",)),
        Thing("aws_subnet.s", {}, {"id": "subnet-1"}, ("no-op",)),
        Thing("aws_route_table_association.a", {},
              {"subnet_id": "subnet-1", "route_table_id": "rtb-1"}, ("no-op",)),
    ]  # fmt: skip
    gone = [
        Thing("aws_security_group_rule.r", {}, {
            "type": "ingress", "security_group_id": "sg-1", "cidr_blocks": ["0.0.0.0/0"],
            "protocol": "tcp", "from_port": 443, "to_port": 443,
        }, ("delete",)),
        Thing("aws_route.r", {}, {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0",
                                  **way}, ("delete",)),
    ]  # fmt: skip
    out = Thing("aws_security_group_rule.out", {},
                {"type": "egress", "security_group_id": "sg-1"}, ("delete",))  # fmt: skip
    assert Topology(facts_of(*stand, out)).rules, "what is let out is told apart"
    before, after = Topology(facts_of(*stand)), Topology(facts_of(*stand, *gone))
    assert (len(before.rules), before.subnets["aws_subnet.s"].tier) == (1, "public")
    assert (after.rules, after.subnets["aws_subnet.s"].tier) == ((), "isolated")


PRIVATE = tuple(f"module.network.aws_subnet.private[{number}]" for number in range(2))


@pytest.mark.parametrize(
    ("address", "subnets"),
    [
        ("aws_eks_cluster.this", PRIVATE),
        ("aws_eks_node_group.general", PRIVATE),
        ("module.stores.aws_db_instance.primary", PRIVATE),
        ("module.stores.aws_db_instance.replica", PRIVATE),
        ("module.stores.aws_elasticache_replication_group.this", PRIVATE),
        ("module.network.aws_nat_gateway.this", ("module.network.aws_subnet.public[0]",)),
        ('aws_ecr_repository.this["cart"]', ()),
        ("module.network.aws_internet_gateway.this", ()),
    ],
)
def test_each_thing_of_the_shop_stands_in_exactly_its_subnets(address, subnets):
    assert placed(topology("shop"), address) == subnets


@pytest.mark.parametrize(
    ("address", "subnets"),
    [
        ('aws_instance.by_key["c"]', ('aws_subnet.named["c"]',)),
        ("aws_instance.by_count[1]", ("aws_subnet.counted[1]",)),
        ('aws_instance.chained["b"]', ('aws_subnet.named["b"]',)),
        ('module.by_key["b"].aws_instance.this', ('aws_subnet.named["b"]',)),
        ("aws_db_subnet_group.by_all", tuple(f'aws_subnet.named["{key}"]' for key in "abc")),
        ('aws_instance.by_table["web"]', "unknown"),
        ('aws_instance.by_value["web"]', "unknown"),
        ("aws_instance.by_choice", "unknown"),
        ("aws_instance.by_element", "unknown"),
        ("aws_db_subnet_group.by_choice", "unknown"),
        ("aws_db_subnet_group.by_variable", "unknown"),
        # An attribute of another is what that one was given: it stands beside it.
        ("module.after.aws_instance.this", ('aws_subnet.named["b"]',)),
    ],
)
def test_where_a_plan_cant_tell_it_is_unknown_and_not_guessed(address, subnets):
    assert placed(topology("loops"), address) == subnets


@pytest.mark.parametrize("site", ["north", "south"])
@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("aws_lb.web", "web"),
        ("aws_autoscaling_group.app", "app"),
        ('aws_db_instance.this["orders"]', "data"),
        ('aws_db_instance.this["stock"]', "data"),
    ],
)
def test_modules_in_modules_keep_to_their_own_subnets(site, name, tier):
    root = f'module.site["{site}"]'
    subnets = tuple(f'{root}.module.tier["{tier}"].aws_subnet.this["{key}"]' for key in "ab")
    assert placed(topology("deep"), f"{root}.{name}") == subnets


def test_known_ids_of_a_state_place_as_references_of_a_plan_do():
    state = topology("changes", "state.json")
    assert placed(state, "aws_instance.kept") == ("aws_subnet.a",)
    assert placed(state, "aws_instance.gone") == ("aws_subnet.b",)
    assert carried(state, "aws_instance.kept") == ("aws_security_group.this",)
    assert {s.address: s.tier for s in state.subnets.values()} == {
        "aws_subnet.a": "public", "aws_subnet.b": "isolated",
    }  # fmt: skip


def test_the_group_that_eks_makes_is_told_by_its_id():
    own = {"vpc_config": [{"cluster_security_group_id": "sg-1"}]}
    template = thing("aws_launch_template.t", id="lt-1", vpc_security_group_ids=["sg-1"])
    where = Topology(facts_of(
        thing("aws_eks_cluster.c", **own), template,
        thing("aws_autoscaling_group.a", launch_template=[{"id": "lt-1"}]),
    ))  # fmt: skip
    assert carried(where, "aws_autoscaling_group.a") == ("aws_eks_cluster.c",)


def test_what_is_destroyed_stands_where_it_stood():
    gone = topology("changes", "destroy.json")
    assert placed(gone, "aws_instance.gone") == ("aws_subnet.b",)
    assert gone.subnets["aws_subnet.a"].tier == "public"


def test_a_known_id_that_the_plan_does_not_have_is_unknown():
    where = Topology(facts_of(thing("aws_instance.a", subnet_id="subnet-1")))
    assert placed(where, "aws_instance.a") == "unknown"


def test_what_no_plan_places_is_placed_by_aws():
    assert placed(Topology(facts_of(thing("aws_instance.a"))), "aws_instance.a") == "unknown"


def database(name: str, **values: object):
    references = {"db_subnet_group_name": ("aws_db_subnet_group.g",)}
    unknown = frozenset({"db_subnet_group_name"})
    return resource(
        f"aws_db_instance.{name}", values=values, references=references, unknown=unknown
    )


def stores(*databases: Resource, zones=("us-east-1a", "us-east-1b")):
    places = tuple(
        resource(f"aws_subnet.{name}", values={"availability_zone": zone} if zone else {})
        for name, zone in zip("ab", zones, strict=True)
    )
    group = resource(
        "aws_db_subnet_group.g",
        references={"subnet_ids": ("aws_subnet.a", "aws_subnet.b")},
        unknown=frozenset({"subnet_ids"}),
    )
    return Topology(Facts((*places, group, *databases)))


@pytest.mark.parametrize(
    ("values", "subnets"),
    [
        ({}, ("aws_subnet.a", "aws_subnet.b")),
        ({"availability_zone": "us-east-1b"}, ("aws_subnet.b",)),
        ({"availability_zone": "us-east-1b", "multi_az": True}, ("aws_subnet.a", "aws_subnet.b")),
        ({"availability_zone": "us-east-1f"}, "unknown"),
    ],
)
def test_a_database_that_is_pinned_to_a_zone_stands_in_that_zones_subnet(values, subnets):
    assert placed(stores(database("d", **values)), "aws_db_instance.d") == subnets


def test_a_zone_that_nobody_knows_pins_nothing():
    where = stores(database("d", availability_zone="us-east-1a"), zones=(None, None))
    assert placed(where, "aws_db_instance.d") == "unknown"


def test_a_replica_stands_where_what_it_replicates_may_stand():
    shop = topology("shop")
    replica = shop.resource("module.stores.aws_db_instance.replica")
    assert shop.replicated(replica) == "module.stores.aws_db_instance.primary"
    values = {"replicate_source_db": "main", "availability_zone": "us-east-1a"}
    pinned = resource("aws_db_instance.copy", values=values)
    primary = database("d", identifier="main", availability_zone="us-east-1b")
    assert placed(stores(primary, pinned), "aws_db_instance.copy") == ("aws_subnet.a",)


def test_a_gateway_endpoint_is_a_route_and_stands_in_no_subnet():
    endpoint = thing("aws_vpc_endpoint.s3", vpc_endpoint_type="Gateway")
    assert placed(Topology(facts_of(endpoint)), "aws_vpc_endpoint.s3") == ()


@pytest.mark.parametrize(
    ("address", "groups"),
    [
        ("aws_eks_cluster.this", ("aws_eks_cluster.this",)),
        ("aws_eks_node_group.general", ("aws_security_group.nodes",)),
        ("module.stores.aws_db_instance.replica", ("module.stores.aws_security_group.mysql",)),
        ("module.network.aws_nat_gateway.this", ()),
    ],
)
def test_each_thing_carries_its_security_groups(address, groups):
    assert carried(topology("shop"), address) == groups


def test_nodes_without_a_template_carry_the_clusters_own_group():
    cluster = thing("aws_eks_cluster.c")
    group = thing("aws_eks_node_group.g", {"cluster_name": ["aws_eks_cluster.c"]})
    assert carried(Topology(facts_of(cluster, group)), "aws_eks_node_group.g") == (
        "aws_eks_cluster.c",
    )


def test_nodes_with_a_template_that_is_not_known_carry_unknown_groups():
    cluster = thing("aws_eks_cluster.c")
    refs = {"cluster_name": ["aws_eks_cluster.c"], "launch_template.0.id": ["local.template"]}
    where = Topology(facts_of(cluster, thing("aws_eks_node_group.g", refs)))
    assert carried(where, "aws_eks_node_group.g") == "unknown"


def test_rules_of_both_kinds_and_inline_ones_tell_who_lets_whom_in():
    rules = {(rule.peer, rule.group, rule.ports) for rule in topology("groups").rules}
    app, front, tools, idle = (f"aws_security_group.{n}" for n in ("app", "front", "tools", "idle"))
    assert rules == {
        ("0.0.0.0/0", front, "tcp 443"),
        ("::/0", front, "tcp 443"),
        (app, tools, "udp 53"),
        (tools, tools, "all"),
        ("0.0.0.0/0", tools, "tcp 22"),
        ("10.9.0.0/16", tools, "tcp 22"),
        (app, idle, "all"),
        ("pl-0123456789abcdef0", app, "tcp 443"),
        # Two inline blocks: the plan has their peers together, and not which is whose.
        ("unknown", app, "tcp 8080–8081"),
        ("unknown", app, "tcp 9000"),
    }
    assert [r.description for r in topology("groups").rules if r.peer == "::/0"] == ["Everybody"]


def test_a_single_inline_rule_has_its_peer():
    inline = resource(
        "aws_security_group.b",
        values={"ingress": [{"protocol": "tcp", "from_port": 80, "to_port": 80}]},
        unknown=frozenset({"ingress.0.security_groups"}),
        references={"ingress": ("aws_security_group.a",)},
    )
    (rule,) = Topology(Facts((inline, resource("aws_security_group.a")))).rules
    assert (rule.peer, rule.ports) == ("aws_security_group.a", "tcp 80")


@pytest.mark.parametrize(
    ("values", "exposed"),
    [
        ({}, True),
        ({"vpc_config": [{"endpoint_public_access": False}]}, False),
        ({"vpc_config": [{"public_access_cidrs": ["203.0.113.0/28"]}]}, False),
        ({"vpc_config": [{"public_access_cidrs": ["0.0.0.0/0"]}]}, True),
    ],
)
def test_a_clusters_api_is_exposed_unless_it_is_closed(values, exposed):
    cluster = resource("aws_eks_cluster.c", values=values)
    assert Topology(Facts((cluster,))).exposed(cluster) is exposed


@pytest.mark.parametrize(
    ("address", "exposed"),
    [
        ("aws_lb.front", True),
        ("aws_lb.inside", False),
        ("aws_instance.tools", True),
        ("aws_instance.app", False),
    ],
)
def test_what_is_reachable_and_lets_the_internet_in_is_exposed(address, exposed):
    where = topology("groups")
    assert where.exposed(where.resource(address)) is exposed


@pytest.mark.parametrize(
    ("instance", "subnet", "address", "exposed"),
    [
        ({"associate_public_ip_address": True}, {}, {}, True),
        ({}, {"map_public_ip_on_launch": True}, {}, True),
        ({"associate_public_ip_address": False}, {"map_public_ip_on_launch": True}, {}, False),
        ({}, {}, {"instance": ["aws_instance.i"]}, True),
        ({}, {}, {"instance": ["aws_instance.other"]}, False),
    ],
    ids=["its own address", "its subnet's", "refused", "an elastic one", "somebody else's"],
)
def test_an_open_instance_is_exposed_when_it_has_a_public_address(
    instance, subnet, address, exposed
):
    refs = {"subnet_id": ["aws_subnet.s"], "vpc_security_group_ids": ["aws_security_group.g"]}
    where = Topology(facts_of(
        thing("aws_subnet.s", **subnet), thing("aws_eip.e", address), thing("aws_instance.other"),
        thing("aws_security_group.g"), thing("aws_instance.i", refs, **instance),
        thing("aws_vpc_security_group_ingress_rule.r",
              {"security_group_id": ["aws_security_group.g"]}, cidr_ipv4="0.0.0.0/0"),
    ))  # fmt: skip
    assert where.exposed(where.resource("aws_instance.i")) is exposed


@pytest.mark.parametrize(
    ("type_", "path"),
    [("aws_eip", "network_interface"), ("aws_eip_association", "network_interface_id")],
)
def test_an_address_of_a_machines_network_interface_is_the_machines(type_, path):
    card = "aws_network_interface.n"
    refs = {"subnet_id": ["aws_subnet.s"], "security_groups": ["aws_security_group.g"]}
    things = (
        thing("aws_subnet.s"), thing("aws_security_group.g"), thing(card, refs),
        thing("aws_instance.i", {"network_interface.0.network_interface_id": [card]}),
        thing("aws_vpc_security_group_ingress_rule.r",
              {"security_group_id": ["aws_security_group.g"]}, cidr_ipv4="0.0.0.0/0"),
    )  # fmt: skip
    with_, without = (
        Topology(facts_of(*things, *more)) for more in ([thing(f"{type_}.e", {path: [card]})], [])
    )
    assert with_.exposed(with_.resource("aws_instance.i"))
    assert not without.exposed(without.resource("aws_instance.i"))


def test_unknown_groups_expose_nothing_by_mistake():
    rule = thing(
        "aws_vpc_security_group_ingress_rule.r", {"security_group_id": ["local.group"]},
        cidr_ipv4="0.0.0.0/0", ip_protocol="-1",
    )  # fmt: skip
    balancer = thing("aws_lb.a", {"security_groups": ["local.group"]}, internal=False)
    where = Topology(facts_of(rule, balancer))
    assert carried(where, "aws_lb.a") == "unknown"
    assert where.exposed(where.resource("aws_lb.a")) is False


def opened(instance: dict[str, object], subnet: dict[str, object], range_: str) -> bool:
    """Whether an instance is exposed in a public subnet whose group lets in a range."""
    gateway, table, group = "aws_internet_gateway.g", "aws_route_table.t", "aws_security_group.g"
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing(gateway), thing(table), thing(group),
        thing("aws_subnet.s", {"vpc_id": ["aws_vpc.v"]}, **subnet),
        linked("s", ["aws_subnet.s"], table),
        thing("aws_route.r", {"route_table_id": [table], "gateway_id": [gateway]},
              destination_cidr_block="0.0.0.0/0"),
        thing("aws_instance.i", {"subnet_id": ["aws_subnet.s"], "vpc_security_group_ids": [group]},
              **instance),
        thing("aws_security_group_rule.r", {"security_group_id": [group]}, type="ingress",
              **{"ipv6_cidr_blocks" if ":" in range_ else "cidr_blocks": [range_]}),
    ))  # fmt: skip
    return where.exposed(where.resource("aws_instance.i"))


@pytest.mark.parametrize(
    ("instance", "subnet", "range_", "exposed"),
    [
        ({"ipv6_address_count": 1}, {}, "::/0", True),
        ({"ipv6_address_count": 1}, {}, "0.0.0.0/0", False),
        ({}, {"assign_ipv6_address_on_creation": True}, "::/0", True),
        ({"ipv6_address_count": 0}, {"assign_ipv6_address_on_creation": True}, "::/0", False),
        ({"associate_public_ip_address": True}, {}, "::/0", False),
        ({"associate_public_ip_address": True}, {}, "0.0.0.0/0", True),
    ],
)
def test_who_comes_by_ipv6_needs_an_address_of_ipv6(instance, subnet, range_, exposed):
    assert opened(instance, subnet, range_) is exposed


@pytest.mark.parametrize(
    ("address", "values", "exposed"),
    [
        ("aws_lb.x", {"load_balancer_type": "network"}, True),
        ("aws_lb.x", {"load_balancer_type": "network", "internal": True}, False),
        ("aws_db_instance.x", {"publicly_accessible": True}, False),
    ],
)
def test_a_network_load_balancer_without_groups_keeps_nobody_out(address, values, exposed):
    found = resource(address, values=values)
    assert Topology(Facts((found,))).exposed(found) is exposed


def test_nobody_reaches_what_stands_in_a_vpc_without_a_gateway():
    refs = {"subnet_id": ["aws_subnet.s"], "vpc_security_group_ids": ["aws_security_group.g"]}
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing("aws_subnet.s", {"vpc_id": ["aws_vpc.v"]}),
        thing("aws_security_group.g"),
        thing("aws_instance.i", refs, associate_public_ip_address=True),
        thing("aws_vpc_security_group_ingress_rule.r",
              {"security_group_id": ["aws_security_group.g"]}, cidr_ipv4="0.0.0.0/0"),
    ))  # fmt: skip
    assert where.subnets["aws_subnet.s"].tier == "isolated"
    assert where.exposed(where.resource("aws_instance.i")) is False


def test_a_rule_from_a_prefix_list_lets_in_its_ranges():
    ranges = thing("aws_ec2_managed_prefix_list.l", entry=[{"cidr": "203.0.113.0/24"}])
    names = {"security_group_id": ["aws_security_group.g"], "prefix_list_id": [ranges.address]}
    rule = thing("aws_vpc_security_group_ingress_rule.r", names, ip_protocol="-1")
    (found,) = Topology(facts_of(ranges, thing("aws_security_group.g"), rule)).rules
    assert (found.peer, found.ports) == ("203.0.113.0/24", "all")


def test_a_group_of_another_account_is_told_by_its_id():
    names = {"security_group_id": ["aws_security_group.g"]}
    rule = thing(
        "aws_vpc_security_group_ingress_rule.r", names, ip_protocol="tcp", from_port=1, to_port=1,
        referenced_security_group_id="sg-1",
    )  # fmt: skip
    (found,) = Topology(facts_of(thing("aws_security_group.g"), rule)).rules
    assert found.peer == "sg-1"


def test_what_is_taken_from_a_group_that_stays_is_no_longer_let_in():
    group = Thing("aws_security_group.g", after={"id": "sg-1"}, actions=("no-op",))
    values = {"security_group_id": "sg-1", "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"}
    rule = Thing("aws_vpc_security_group_ingress_rule.r", after=values, actions=("delete",))
    assert Topology(facts_of(group, rule)).rules == ()
    gone = Thing("aws_security_group.g", after={"id": "sg-1"}, actions=("delete",))
    assert [found.peer for found in Topology(facts_of(gone, rule)).rules] == ["0.0.0.0/0"]


def test_subnets_that_may_have_one_of_several_equal_tables_have_their_common_tier():
    tables = ["aws_route_table.a", "aws_route_table.b"]
    ways = {table: f"aws_nat_gateway.{table[-1]}" for table in tables}
    where = Topology(facts_of(
        thing("aws_vpc.v"), thing("aws_subnet.s", {"vpc_id": ["aws_vpc.v"]}),
        *(thing(address) for address in (*ways, *ways.values())),
        *(thing(f"aws_route.{table[-1]}", {"route_table_id": [table], "nat_gateway_id": [way]},
                destination_cidr_block="0.0.0.0/0") for table, way in ways.items()),
        thing("aws_route_table_association.s",
              {"subnet_id": ["aws_subnet.s"], "route_table_id": [*tables, "local.which"]}),
    ))  # fmt: skip
    subnet = where.subnets["aws_subnet.s"]
    assert subnet.tier == "private"
    assert [route.ways for route in subnet.routes] == [tuple(ways.values())]
