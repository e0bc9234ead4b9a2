"""The way in that Kubernetes makes: where it stands, and that no picture takes it for planned."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from groundplan import entrance
from groundplan.entrance import BALANCER, LISTENS, Entrance
from groundplan.errors import InputError
from groundplan.scripts import Scene
from groundplan.topology import Topology
from groundplan.views.entrance import with_entrance
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import INTERNET, network
from groundplan.workspace import Workspace
from plans import recorded

if TYPE_CHECKING:
    from groundplan.facts import Resource

WORKSPACE = Workspace(Path(__file__).parent.parent)
PUBLIC = tuple(f"module.network.aws_subnet.public[{number}]" for number in range(2))
WAY_IN = Entrance("shop.example", 8080)


def lines(graph):
    return {(e.source, e.target, e.kind, e.label) for e in graph.edges if BALANCER in e.source}


def ways_in(graph):
    return {(e.source, e.kind, e.label) for e in graph.edges if e.target == BALANCER}


def test_it_stands_in_one_public_subnet_of_each_zone():
    assert entrance.subnets(Topology.of(recorded("shop"))) == PUBLIC


def test_where_it_stands_is_not_guessed():
    def lost(item: Resource) -> Resource:
        if item.address != PUBLIC[0]:
            return item
        values = {name: v for name, v in item.values.items() if name != "availability_zone"}
        return replace(item, values=values, unknown=item.unknown | {"availability_zone"})

    shop = recorded("shop")
    unsure = replace(shop, resources=tuple(map(lost, shop.resources)))
    assert entrance.subnets(Topology.of(unsure)) == "unknown"
    assert with_entrance(network(unsure), unsure, WAY_IN).node(BALANCER).subnets == "unknown"


def test_it_does_not_stand_in_a_vpc_where_nothing_runs():
    assert entrance.subnets(Topology.of(recorded("tiers"))) == ()


def test_customers_reach_the_nodes_by_a_load_balancer_that_is_said_to_be_none_of_the_plans():
    shop = recorded("shop")
    graph = with_entrance(infrastructure(shop), shop, WAY_IN)
    balancer = graph.node(BALANCER)
    assert (balancer.addresses, balancer.subnets) == ((), PUBLIC)
    assert balancer.detail == "shop.example\nmade by Kubernetes, not by Terraform"
    assert balancer.exposed
    assert lines(graph) == {
        (BALANCER, "aws_eks_node_group.general", "flow", "tcp 8080, by the Ingress")
    }
    visitors = graph.node("visitors")
    assert visitors.label == "Visitors", "of dev they are no customers"
    assert ways_in(graph) == {(visitors.id, "flow", "tcp 80, 443, by the Ingress")}
    assert graph.ledger == infrastructure(shop).ledger


def test_on_the_network_it_leads_from_the_internet_to_the_security_group_of_the_nodes():
    shop = recorded("shop")
    graph = with_entrance(network(shop), shop, WAY_IN)
    group = graph.node("aws_eks_node_group.general").cluster
    assert lines(graph) == {(BALANCER, group, "rule", "tcp 8080, by the Ingress")}
    assert ways_in(graph) == {(INTERNET, "rule", "tcp 80, 443, by the Ingress")}
    assert [node.id for node in graph.nodes].count(INTERNET) == 1


@pytest.mark.parametrize(("plan", "way_in"), [("shop", None), ("tiers", WAY_IN)])
def test_without_a_way_in_or_anything_to_lead_to_a_picture_is_as_it_was(plan, way_in):
    graph = network(recorded(plan))
    assert with_entrance(graph, recorded(plan), way_in) is graph


@pytest.mark.parametrize(("env", "phase", "host"), [
    ("dev", 4, None), ("dev", 5, "dev.harbour-lane.example"),
    ("prod", 10, "shop.harbour-lane.example"),
])  # fmt: skip
def test_it_is_drawn_in_the_phases_that_have_a_host(env, phase, host):
    scene = Scene(WORKSPACE, phase, env)
    assert scene.entrance() == (Entrance(host, 8080) if host else None)
    for graph in (scene.network(), scene.infrastructure()):
        assert any(node.id == BALANCER for node in graph.nodes) is bool(host)


def test_pictures_have_the_ports_on_which_the_ingress_listens():
    """Those of the manifest that the controller makes the load balancer of."""
    told = yaml.safe_load((WORKSPACE.root / "k8s/overlays/prod/ingress.yaml").read_text())
    listens = json.loads(told["metadata"]["annotations"]["alb.ingress.kubernetes.io/listen-ports"])
    assert [port for item in listens for port in item.values()] == [80, 443]
    assert list(LISTENS.values()) == [80, 443]


def test_customers_come_in_by_the_service_that_the_phase_names(tmp_path):
    for name in ("design.yaml", "docker-compose.yml"):
        text = (WORKSPACE.root / name).read_text()
        text = text.replace("host: dev.harbour", "entry: catalog, host: dev.harbour")
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="can't come in by 'catalog'"):
        entrance.of(Workspace(tmp_path), 5)


def test_a_subnet_held_for_it_is_no_longer_said_to_be_empty():
    before, after = (Scene(WORKSPACE, phase, "dev").infrastructure() for phase in (4, 5))
    notes = [
        {frame.note for frame in graph.clusters if frame.tier == "public"}
        for graph in (before, after)
    ]
    assert notes == [{None, "empty: held for public load balancers"}, {None}]
