"""Rules about the ways out of a network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from beehive import found, only, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource


def with_ways(*more: Resource, tier=None):
    """A change that adds these to the VPC, and a route table to each subnet; subnets by tier."""

    def change(item) -> Iterator[Resource]:
        if item.type == "aws_subnet" and tier:
            yield replace(item, values={**item.values, "tags_all": {"Tier": tier}})
        elif "nat" not in item.type:
            yield item
        if item.address == "aws_vpc.main":
            for zone in "ab":
                yield resource(f"aws_route_table.{zone}")
                ends = {
                    "subnet_id": f"aws_subnet.{zone}",
                    "route_table_id": f"aws_route_table.{zone}",
                }
                yield refers(f"aws_route_table_association.{zone}", **ends)
            yield from more

    return change


def refers(address, **paths: str):
    return resource(address, {path: (to,) for path, to in paths.items()}, paths)


def nat(zone):
    return refers(f"aws_nat_gateway.{zone}", subnet_id=f"aws_subnet.{zone}")


def route(zone, **way: str):
    """The route of a zone to everywhere, by a gateway of this kind."""
    found_ = refers(f"aws_route.{zone}", route_table_id=f"aws_route_table.{zone}", **way)
    return replace(found_, values={"destination_cidr_block": "0.0.0.0/0"})


def test_a_gateway_that_reaches_no_internet(example):
    out = route("a", gateway_id="aws_internet_gateway.main")
    inner = route("b", nat_gateway_id="aws_nat_gateway.a")
    internet = resource("aws_internet_gateway.main")
    example.change_plan("dev", 1, with_ways(internet, nat("a"), out, inner))
    assert found(example, "nat-place") == []
    inner = route("b", nat_gateway_id="aws_nat_gateway.b")
    example.change_plan("dev", 3, with_ways(internet, nat("b"), out, inner))
    finding = only(example, "nat-place")
    assert finding.message == (
        "aws_nat_gateway.b of dev stands in private subnets, from which it can't reach the internet"
    )


def test_a_zone_that_goes_out_by_another_one(example):
    routes = [route(zone, nat_gateway_id="aws_nat_gateway.a") for zone in "ab"]
    example.change_plan("dev", 1, with_ways(*routes, nat("a"), tier=None))
    said = [finding.message for finding in found(example, "nat-place")]
    assert not [each for each in said if "goes out" in each]
    example.change_plan("dev", 3, with_ways(*routes, nat("a"), nat("b")))
    said = [finding.message for finding in found(example, "nat-place")]
    assert [each for each in said if "goes out" in each] == [
        "aws_subnet.b of dev goes out by aws_nat_gateway.a in us-east-1a, though its own zone has"
        " a NAT gateway"
    ]


def test_a_way_out_of_what_is_told_to_be_isolated(example):
    s3 = replace(
        refers("aws_vpc_endpoint.s3", vpc_id="aws_vpc.main", route_table_ids="aws_route_table.a"),
        values={"service_name": "com.amazonaws.us-east-1.s3", "vpc_endpoint_type": "Gateway"},
    )
    example.change_plan("dev", 1, with_ways(s3, tier="private"))
    assert found(example, "isolated-ways") == []
    own = replace(s3, values={**s3.values, "policy": "{}"})
    example.change_plan("dev", 3, with_ways(own, tier="isolated"))
    assert found(example, "isolated-ways") == []
    example.change_plan("prod", 10, with_ways(s3, tier="isolated"))
    finding = only(example, "isolated-ways")
    assert finding.message == "aws_subnet.a of prod is told to be isolated, and has a way to S3"
    assert finding.hint == "take its route table from aws_vpc_endpoint.s3"
