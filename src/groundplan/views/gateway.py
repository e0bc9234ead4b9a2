"""What comes from the internet into a VPC comes in by its internet gateway."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from groundplan.focus import frames_of
from groundplan.views.outside import INTERNET

if TYPE_CHECKING:
    from groundplan.graph import Graph

_APART: Final = "eks"  # the public endpoint of a Kubernetes API is AWS's, outside of the VPC


def by_gateway(graph: Graph) -> Graph:
    """`graph` with the gateway named that each line from the internet passes into a VPC."""
    gateways = {node.cluster: node.id for node in graph.nodes if node.kind == "internet_gateway"}
    homes = {node.id: node.cluster for node in graph.nodes if node.kind != _APART}
    homes |= {frame.id: frame.parent for frame in graph.clusters}

    def via(target: str) -> str | None:
        around = frames_of(homes.get(target), graph.clusters)
        return next((gateways[frame] for frame in around if frame in gateways), None)

    edges = (
        dataclasses.replace(edge, via=via(edge.target)) if edge.source == INTERNET else edge
        for edge in graph.edges
    )
    return dataclasses.replace(graph, edges=tuple(edges))
