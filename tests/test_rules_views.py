"""Rules that hold what diagram scripts draw against what is computed."""

from __future__ import annotations

import pytest

from beehive import found


@pytest.mark.parametrize(
    ("view", "old", "new", "message"),
    [
        ("network", "scene.network()", "scene.infrastructure()",
         "'network' says that it comes from terraform, and does not"),
        ("network", "scene.network()", "scene.networks()",
         "AttributeError: 'Scene' object has no attribute 'networks'"),
        ("network", "return", "return (", "syntax error: '(' was never closed"),
        ("infrastructure", "infrastructure()\n", "infrastructure().add_node('w', kind='waf')\n",
         "'w' is drawn as waf, and no plan has it"),
        ("infrastructure", "infrastructure()\n",
         "infrastructure().add_node('w', kind='aws/security/waf.png')\n",
         "'w' is drawn as aws/security/waf.png, and no plan has it"),
        ("infrastructure", "infrastructure()\n",
         "infrastructure().add_node('p', kind='users', label='Partner')\n", None),
        ("infrastructure", "infrastructure()\n",
         "infrastructure().add_group('Stores', around=['aws_db_instance.main'])\n", None),
        ("infrastructure", "infrastructure()\n", "infrastructure().add_node('p', kind='users')"
         ".add_edge('p', 'aws_db_instance.main', '3306')\n", None),
        ("network", 'title="Network"', 'title="Network of production"',
         "'network' is drawn for dev too, and called 'Network of production'"),
        ("network", 'title="Network"', 'title="Network over three zones"',
         "'three zones' is said on the picture of dev"),
        ("network", "network()\n",
         "network().add_note('Standby in us-east-1c', beside='aws_db_instance.main')\n",
         "'us-east-1c' is said on the picture of dev"),
        ("network", "network()\n",
         "network().add_note('Production has three zones', beside='aws_db_instance.main')\n",
         "'three zones' is said on the picture of prod"),
        ("network", "network()\n",
         "network().add_note('In two zones', beside='aws_db_instance.main')\n", None),
        ("network", 'source="terraform")', 'source="terraform", phases=(1,))',
         "'network' is not drawn for all phases"),
        ("network", 'source="terraform")', 'source="terraform", phases=(7,))',
         "'network' is not drawn for all phases"),
        ("network", '("network"', '("networks"', "no script declares the view 'network'"),
        ("application_flow", "flow()\n", "flow().add_edge('db', 'shop', 'HTTP')\n",
         "nothing tells of the line from db to shop"),
        ("application_flow", "scene.flow()", "Graph('flow', 'x', scene.flow().clusters)",
         "'Users' (users) is there, and left out of the picture"),
    ],
)  # fmt: skip
def test_scripts_that_draw_what_is_not(example, view, old, new, message):
    script = f"diagrams/{view}.py"
    text = (example.root / script).read_text()
    head, _, body = text.partition("@view")
    assert old in body
    example.write(script, f"{head}@view{body.replace(old, new, 1)}")
    findings = found(example, "views")
    assert [item.message for item in findings][:1] == ([message] if message else [])
    assert all(item.file == example.root / script for item in findings)


CHANGED = """
from dataclasses import replace
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.scripts import Scene, view

@view("network", title="Network", source="terraform")
def network(scene: Scene) -> Graph:
    graph = scene.network()
    return replace(graph, {})
"""


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ("title='The network'", None),
        ("nodes=tuple(replace(item, change='delete') for item in graph.nodes)",
         "drawn otherwise than it is"),
        ("nodes=tuple(replace(item, phase=9) for item in graph.nodes)",
         "drawn otherwise than it is"),
        ("nodes=tuple(replace(item, cluster='aws_subnet.a') for item in graph.nodes)",
         "drawn otherwise than it is"),
        ("clusters=tuple(replace(item, label='Encrypted') for item in graph.clusters)",
         "is left out or changed"),
        ("clusters=(*graph.clusters, Cluster('s', 'subnet', 'Vault'))",
         "the frame 'Vault' is drawn, and no plan has it"),
        ("nodes=(*graph.nodes, Node('s', 'resource', 'Standby'))",
         "'Standby' is not marked as drawn by hand"),
        ("edges=(*graph.edges, Edge('aws_nat_gateway.main', 'aws_db_instance.main', 'flow'))",
         "aws_nat_gateway.main to aws_db_instance.main is not marked as drawn by hand"),
        ("ledger={}", "what is said of resources that are not drawn was changed"),
    ],
)  # fmt: skip
def test_scripts_that_change_what_is_computed(example, changed, message):
    example.write("diagrams/network.py", CHANGED.format(changed))
    told = [finding.message for finding in found(example, "views")]
    assert (message is None) == (told == [])
    assert all(message in item for item in told)
