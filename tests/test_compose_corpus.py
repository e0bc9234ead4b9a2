"""Each fixture is a Compose file and, written by hand beside it, what is true of it.

The lines of `truth.txt` are the services with kind and make, where people come in, who calls whom
with protocol, port and the settings that tell so, and what the reader should know.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from groundplan import compose
from groundplan.compose import kinds
from groundplan.views.flow import flow

FIXTURES = Path(__file__).parent / "fixtures" / "compose"
NAMES = sorted(folder.name for folder in FIXTURES.iterdir())


def truth(application):
    """The application as the lines of a `truth.txt`."""
    graph = flow(application)
    for service in application.services:
        yield f"service {service.name}: {service.kind}, {graph.node(service.name).detail}"
    for edge in graph.edges:
        if edge.source == "users":
            yield f"entry {edge.target}: {edge.label}"
    for call in application.flows:
        spoken = f": {kinds.label(call.protocol)} {call.port}" if call.port else ""
        yield f"{call.kind} {call.source} -> {call.target}{spoken} ({', '.join(call.told_by)})"
    for remark in application.remarks:
        yield f"remark {remark.message}"


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_read_as_it_is_meant(name):
    application = compose.load(FIXTURES / name / "compose.yml", environ={})
    expected = (FIXTURES / name / "truth.txt").read_text(encoding="utf-8").splitlines()
    assert list(truth(application)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_service_and_every_flow_is_in_the_picture_once(name):
    application = compose.load(FIXTURES / name / "compose.yml", environ={})
    graph = flow(application)
    drawn = sorted(node.id for node in graph.nodes if node.kind != "users")
    assert drawn == [service.name for service in application.services]
    told = {
        (call.target, call.source) if call.kind == "replicates" else (call.source, call.target)
        for call in application.flows
    }
    edges = [(e.source, e.target) for e in graph.edges if e.source != "users"]
    assert sorted(edges) == sorted(told)
    assert [e.target for e in graph.edges if e.source == "users"] == list(application.entry)
