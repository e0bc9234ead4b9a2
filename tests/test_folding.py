"""Large plans made readable: equal things as one, modules as one, and nothing lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

import plans
from groundplan.errors import InputError
from groundplan.folding import MOST_NODES, SIBLINGS, fold
from groundplan.graph import Cluster, Edge, Entry, Graph, Node
from pictured import CASES, VIEWS, picture
from plans import facts_of

REGION = Cluster("region", "region", "Region")
VPC = Cluster("aws_vpc.v", "vpc", "VPC", "region", "aws_vpc.v")
ZONE = Cluster("z", "zone", "us-east-1a", "aws_vpc.v")
SUBNETS = tuple(
    Cluster(f"aws_subnet.{name}", "subnet", name, "z", f"aws_subnet.{name}") for name in "ab"
)


def instance(address: str, subnet: str = "a", **fields: object) -> Node:
    place = f"aws_subnet.{subnet}"
    node = Node(address, "instance", "EC2 instance", "t3.micro", place, (address,), (place,))
    return replace(node, **fields)


def graph(*nodes: Node, edges: tuple[Edge, ...] = (), frames: tuple[Cluster, ...] = ()) -> Graph:
    clusters = (REGION, VPC, ZONE, *SUBNETS, *frames)
    ledger = {item.address: Entry("drawn", item.id) for item in clusters if item.address}
    for node in nodes:
        status = "aggregated" if len(node.addresses) > 1 else "drawn"
        ledger |= {address: Entry(status, node.id) for address in node.addresses}
    return Graph("network", "Network", clusters, nodes, edges, ledger)


def some(count: int, address: str = "aws_instance.web", **fields: object) -> list[Node]:
    return [instance(f"{address}[{n}]", **fields) for n in range(count)]


def assert_whole(folded: Graph, before: Graph) -> None:
    """Nothing is lost, and everything that points somewhere points at what is there."""
    assert folded.ledger.keys() == before.ledger.keys()
    ids = [item.id for item in (*folded.nodes, *folded.clusters)]
    assert len(ids) == len(set(ids))
    for node in folded.nodes:
        for address in node.addresses:
            assert folded.ledger[address].node == node.id
    for address, entry in folded.ledger.items():
        if entry.status == "omitted":
            assert entry.reason, address
        else:
            assert entry.node in ids, address
        holders = [node.id for node in folded.nodes if address in node.addresses]
        assert holders in ([], [entry.node]), address
    for edge in folded.edges:
        assert {edge.source, edge.target} <= set(ids)


def test_equal_siblings_are_one_node_with_their_count():
    before = graph(*some(SIBLINGS), instance("aws_instance.other", subnet="b"))
    folded = fold(before)
    assert [node.label for node in folded.nodes] == [f"EC2 instance × {SIBLINGS}", "EC2 instance"]
    assert folded.nodes[0].addresses == tuple(f"aws_instance.web[{n}]" for n in range(SIBLINGS))
    assert folded.nodes[0].subnets == ("aws_subnet.a",)
    assert folded.ledger["aws_instance.web[0]"] == Entry("aggregated", folded.nodes[0].id)
    assert_whole(folded, before)


def test_few_siblings_stay_apart_and_so_do_unequal_ones():
    assert len(fold(graph(*some(SIBLINGS - 1))).nodes) == SIBLINGS - 1
    for other in (
        {"change": "update"}, {"exposed": True}, {"security_groups": "unknown"},
        {"kind": "lambda"}, {"subnets": "unknown"},
    ):  # fmt: skip
        nodes = [*some(SIBLINGS - 1), instance("aws_instance.web[9]", **other)]
        assert len(fold(graph(*nodes)).nodes) == SIBLINGS, other


def test_siblings_with_other_neighbours_stay_apart():
    nodes = [*some(SIBLINGS), instance("aws_instance.db")]
    edge = Edge(nodes[0].id, "aws_instance.db", "uses", "tcp 3306")
    assert len(fold(graph(*nodes, edges=(edge,))).nodes) == SIBLINGS + 1


def test_what_siblings_have_in_common_and_what_tells_them_apart_is_told():
    nodes = [
        replace(node, detail=f"web-{number} · t3.micro") for number, node in enumerate(some(12))
    ]
    assert fold(graph(*nodes)).nodes[0].detail == "web-0 … web-11 · t3.micro"


def test_the_id_of_an_aggregate_does_not_depend_on_how_many_there_are():
    ids = {fold(graph(*some(count))).nodes[0].id for count in (SIBLINGS, SIBLINGS + 30)}
    assert len(ids) == 1


def test_lines_of_siblings_are_one():
    nodes = [*some(SIBLINGS), instance("aws_instance.db")]
    edges = tuple(Edge(node.id, "aws_instance.db", "uses", "tcp 3306") for node in nodes[:-1])
    folded = fold(graph(*nodes, edges=edges))
    assert folded.edges == (
        Edge(folded.nodes[0].id, "aws_instance.db", "uses", "tcp 3306"),
    )  # fmt: skip


def test_a_collapsed_module_is_one_node_with_all_that_it_holds():
    inside = instance('module.shop["x.y"].aws_instance.a', change="create")
    below = instance('module.shop["x.y"].module.db.aws_instance.b', subnet="b", change="update")
    outside = instance("aws_instance.c")
    before = graph(inside, below, outside, edges=(Edge(inside.id, outside.id, "uses"),))
    folded = fold(before, collapse=['module.shop["x.y"]'])
    node = folded.node('module.shop["x.y"]')
    assert (node.label, node.kind, node.change) == ('module.shop["x.y"]', "module", "update")
    assert node.detail == "2 resources\nEC2 instance × 2"
    assert node.subnets == ("aws_subnet.a", "aws_subnet.b")
    assert node.cluster == "z", "the innermost frame round both"
    assert folded.edges == (Edge(node.id, outside.id, "uses"),)
    assert_whole(folded, before)


def test_all_instances_of_a_module_are_one_where_no_key_is_named():
    nodes = [instance(f"module.cell[{n}].aws_instance.a") for n in range(3)]
    folded = fold(graph(*nodes), collapse=["module.cell"])
    assert [node.label for node in folded.nodes] == ["module.cell"]
    assert folded.nodes[0].detail.startswith("3 resources\n")


def test_equal_instances_of_a_module_are_one_node_with_their_count():
    def cell(number: int, **of_both: object) -> list[Node]:
        module = f"module.cell[{number}]"
        return [
            instance(f"{module}.aws_instance.{name}", security_groups=(f"{module}.{name}",),
                     **of_both)
            for name in "ab"
        ]  # fmt: skip

    alike = [node for number in range(24) for node in cell(number)]
    before = graph(*alike, *cell(24, exposed=True))
    folded = fold(before)
    assert {(node.label, node.detail) for node in folded.nodes} == {
        ("module.cell × 24", "each 2 resources\nEC2 instance × 2"),
        ("module.cell[24]", "2 resources\nEC2 instance × 2"),
    }
    assert_whole(folded, before)


def test_where_a_module_runs_is_unknown_as_soon_as_one_of_its_things_is():
    nodes = [instance("module.a.aws_instance.x"), instance("module.a.aws_lb.y", subnets="unknown")]
    assert fold(graph(*nodes), collapse=["module.a"]).nodes[0].subnets == "unknown"


def test_a_security_group_of_nothing_but_a_collapsed_module_goes_with_it():
    group = Cluster("module.a.aws_security_group.g", "group", "g", "aws_vpc.v",
                    "module.a.aws_security_group.g")  # fmt: skip
    inside = instance("module.a.aws_instance.x", cluster=group.id)
    other = instance("aws_instance.y")
    before = graph(inside, other, edges=(Edge(other.id, group.id, "rule", "tcp 22"),),
                   frames=(group,))  # fmt: skip
    before.ledger["module.a.aws_vpc_security_group_ingress_rule.r"] = Entry(
        "drawn", group.id, lines=((other.id, group.id),)
    )
    folded = fold(before, collapse=["module.a"])
    assert group.id not in {item.id for item in folded.clusters}
    assert folded.edges == (Edge(other.id, "module.a", "rule", "tcp 22"),)
    assert folded.ledger[group.id] == Entry("aggregated", "module.a")
    rule = folded.ledger["module.a.aws_vpc_security_group_ingress_rule.r"]
    line = (other.id, "module.a")
    assert rule == Entry("drawn", "module.a", lines=(line,)), "its line is there"
    assert_whole(folded, before)


def test_a_line_within_a_collapsed_module_is_not_one_that_leads_to_it():
    web, db = instance("module.a.aws_instance.web"), instance("module.a.aws_instance.db")
    other = instance("aws_instance.other")
    edges = (Edge(web.id, db.id, "rule", "tcp 3306"), Edge(other.id, web.id, "rule", "tcp 443"))
    before = graph(web, db, other, edges=edges)
    rules = {"inner": (web.id, db.id), "outer": (other.id, web.id)}
    for name, line in rules.items():
        address = f"module.a.aws_vpc_security_group_ingress_rule.{name}"
        before.ledger[address] = Entry("drawn", line[1], lines=(line,))
    folded = fold(before, collapse=["module.a"])
    status = {name.rpartition(".")[2]: item.status for name, item in folded.ledger.items()}
    assert (status["inner"], status["outer"]) == ("aggregated", "drawn")


def test_modules_fold_by_themselves_where_there_is_too_much():
    nodes = [
        instance(f'module.svc["{n}"].aws_instance.{name}', subnet="ab"[n % 2], phase=n)
        for n in range(MOST_NODES - 1)
        for name in "ab"
    ]
    gateway = replace(instance("module.net.aws_nat_gateway.n"), kind="nat_gateway")
    before = graph(*nodes, gateway)
    folded = fold(before)
    kinds = [node.kind for node in folded.nodes]
    assert kinds == [*["module"] * (MOST_NODES - 1), "nat_gateway"]
    assert_whole(folded, before)


def test_without_modules_what_is_alike_in_one_place_is_one():
    group = [Cluster(f"g{n}", "group", f"g{n}", "aws_vpc.v", f"g{n}") for n in range(100)]
    nodes = [
        instance(f"aws_instance.i{n}", cluster=f"g{n}", security_groups=(f"g{n}",))
        for n in range(100)
    ]
    before = graph(*nodes, frames=tuple(group))
    (node,) = fold(before).nodes
    assert node.label == "EC2 instance × 100"
    assert len(node.security_groups) == 100
    assert_whole(fold(before), before)


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"collapse": ["module.shpo"]}, "no module 'module.shpo'", "module.shop"),
        ({"focus": "aws_instance.wbe"}, "no resource 'aws_instance.wbe'", "aws_instance.web"),
        ({"depth": 2}, "a depth is counted from a resource", "--focus"),
        ({"focus": "aws_instance.web", "depth": -1}, "a depth is 0 or more", None),
    ],
)
def test_what_the_plan_does_not_have_is_an_error_with_a_hint(options, message, hint):
    nodes = [instance("aws_instance.web"), instance("module.shop.aws_instance.a")]
    with pytest.raises(InputError, match=message) as caught:
        fold(graph(*nodes), **options)
    assert hint is None or hint in caught.value.hint


@pytest.mark.parametrize("case", CASES)
def test_nothing_of_a_real_plan_is_lost(case):
    before = picture(case)
    assert_whole(fold(before), before)
    assert fold(fold(before)) == fold(before)


@settings(max_examples=25)
@given(plans.plan_things().filter(bool))
def test_so_it_is_for_any_plan_and_any_focus(things):
    for view in VIEWS.values():
        before = view(facts_of(*things))
        assert_whole(fold(before), before)
        for address in [*before.ledger][:5]:
            assert_whole(fold(before, focus=address), before)
