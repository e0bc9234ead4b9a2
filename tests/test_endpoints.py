"""Gateway endpoints, which are routes: who has them, who hasn't, and where a plan can't tell."""

from __future__ import annotations

from groundplan.views.network import network
from plans import Thing, facts_of, linked, thing


def routes(graph):
    return {(edge.source, edge.target, edge.label) for edge in graph.edges if edge.kind == "route"}


def subnets(graph):
    return {item.id: item for item in graph.clusters if item.kind == "subnet"}


def endpoint(*tables: str, more: tuple[Thing, ...] = (), **refs: list[str]):
    """Two subnets with a table each in a VPC with an endpoint of S3 in these tables."""
    vpc = {"vpc_id": ["aws_vpc.v"]}
    named = {"route_table_ids": [f"aws_route_table.{name}" for name in tables]} if tables else {}
    s3 = "com.amazonaws.us-east-1.s3"
    return facts_of(
        thing("aws_vpc.v", cidr_block="10.0.0.0/16"),
        *(thing(f"aws_subnet.{name}", vpc) for name in "ab"),
        *(thing(f"aws_route_table.{name}", vpc) for name in "ab"),
        *(linked(name, [f"aws_subnet.{name}"], f"aws_route_table.{name}") for name in "ab"),
        thing("aws_vpc_endpoint.e", {**vpc, **named, **refs}, service_name=s3),
        *more,
    )


def test_a_gateway_endpoint_is_a_route_of_the_subnets_of_its_tables():
    graph = network(endpoint("a"))
    assert routes(graph) == {("aws_subnet.a", "aws_vpc_endpoint.e", "S3")}
    heads = {s.id: (s.tier, (s.note or "").split("\n")[0]) for s in subnets(graph).values()}
    assert heads == {
        "aws_subnet.a": ("isolated", "S3 by the endpoint"),
        "aws_subnet.b": ("isolated", "no route out of the VPC"),
    }


def test_where_the_tables_of_an_endpoint_are_not_known_its_route_is_a_maybe():
    graph = network(endpoint(route_table_ids=["local.tables"]))
    assert routes(graph) == set()
    for subnet in subnets(graph).values():
        assert (subnet.note or "").startswith("S3 maybe by the endpoint")


def test_the_table_that_aws_makes_with_a_vpc_is_that_of_the_subnets_without_another():
    third = thing("aws_subnet.c", {"vpc_id": ["aws_vpc.v"]})
    graph = network(endpoint(more=(third,), route_table_ids=["aws_vpc.v"]))
    assert routes(graph) == {("aws_subnet.c", "aws_vpc_endpoint.e", "S3")}


def test_an_association_gives_a_table_to_an_endpoint():
    refs = {"route_table_id": ["aws_route_table.b"], "vpc_endpoint_id": ["aws_vpc_endpoint.e"]}
    joined = thing("aws_vpc_endpoint_route_table_association.x", refs)
    graph = network(endpoint(more=(joined,)))
    assert routes(graph) == {("aws_subnet.b", "aws_vpc_endpoint.e", "S3")}
