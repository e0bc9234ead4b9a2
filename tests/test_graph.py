"""The graph, and its published form."""

from __future__ import annotations

import pytest

from groundplan.graph import Cluster, Edge, Graph, Node

GRAPH = Graph(
    "network",
    "Network",
    clusters=(
        Cluster(
            "s", "subnet", "Public", parent="z", address="s", cidr="10.0.0.0/24", tier="public"
        ),
        Cluster("region", "region", "Region"),
    ),
    nodes=(
        Node("b", "nat_gateway", "NAT", subnets=("s",)),
        Node("a", "eks", "EKS", subnets="unknown"),
    ),
    edges=(Edge("b", "a", "rule", "tcp 443"), Edge("a", "b", "route")),
)


def test_a_node_is_found_by_its_id():
    assert GRAPH.node("a").label == "EKS"
    with pytest.raises(KeyError, match="c"):
        GRAPH.node("c")


def test_the_published_form_is_sorted_plain_and_complete():
    published = GRAPH.as_dict()
    assert published["title"] == "Network"
    assert [item["id"] for item in published["clusters"]] == ["region", "s"]
    assert published["nodes"] == [
        {
            "id": "a", "kind": "eks", "label": "EKS", "detail": "", "cluster": None,
            "addresses": [], "subnets": "unknown", "security_groups": [], "exposed": False,
            "phase": None, "change": "none",
        },
        {
            "id": "b", "kind": "nat_gateway", "label": "NAT", "detail": "", "cluster": None,
            "addresses": [], "subnets": ["s"], "security_groups": [], "exposed": False,
            "phase": None, "change": "none",
        },
    ]  # fmt: skip
    assert [(e["source"], e["target"], e["label"]) for e in published["edges"]] == [
        ("a", "b", ""),
        ("b", "a", "tcp 443"),
    ]


def test_only_a_subnet_has_range_tier_and_zone():
    region, subnet = GRAPH.as_dict()["clusters"]
    assert region == {
        "id": "region", "kind": "region", "label": "Region", "parent": None, "address": None,
    }  # fmt: skip
    assert (subnet["cidr"], subnet["tier"]) == ("10.0.0.0/24", "public")
