"""Mermaid: a flowchart that GitHub draws, whatever the texts in it are."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from groundplan import growth
from groundplan.errors import InputError
from groundplan.exports import mermaid
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.views.network import network
from plans import PICTURED, recorded

NAME = r"[A-Za-z][A-Za-z0-9_]*"
# A quoted text: no quote, and no '#' or '&' but in an entity, no tag but <br/>.
TEXT = r'"(?:[^"#&<>`]|\#(?:\d+|[a-z]+);|<br/>)*"'
LINE = re.compile(
    rf"""^\s*(?:
      subgraph\ {NAME}\[{TEXT}\] | end
    | {NAME}(?:\[{TEXT}\] | \[\({TEXT}\)\] | \(\[{TEXT}\]\) | \{{\{{{TEXT}\}}\}}
            | \[/{TEXT}/\] | >{TEXT}\])
    | {NAME}\ (?:-->|-\.->|-\.-|~~~)(?:\|{TEXT}\|)?\ {NAME}(?:\ &\ {NAME})*
    | classDef\ {NAME}\ [a-z0-9#:,. -]+
    | class\ {NAME}(?:,{NAME})*\ {NAME}
    | linkStyle\ \d+\ [a-z0-9#:,. -]+
    )$""",
    re.VERBOSE,
)
WORDS = {"end", "graph", "subgraph", "class", "click", "style", "default"}


def checked(graph: Graph) -> list[str]:
    """The lines of `graph` in Mermaid, each of which is one that Mermaid knows."""
    head, title, foot, kind, *lines = mermaid.write(graph).splitlines()
    assert (head, foot, kind) == ("---", "---", "flowchart TB")
    assert title.startswith('title: "')
    depth = 0
    for line in lines:
        assert LINE.match(line), line
        depth += line.strip().startswith("subgraph ")
        depth -= line.strip() == "end"
        assert depth >= 0
    assert depth == 0
    return [line.strip() for line in lines]


def cards(*labels: str) -> Graph:
    return Graph("v", "T", (), tuple(Node(label, "service", label) for label in labels))


@pytest.mark.parametrize("name", PICTURED)
def test_every_view_is_a_flowchart_with_everything_in_it(name):
    graph = network(recorded(name))
    lines = checked(graph)
    assert sum(line.startswith("subgraph ") for line in lines) == len(graph.clusters)
    assert sum(bool(re.match(rf"{NAME}[\[({{]", line)) for line in lines) == len(graph.nodes)
    assert mermaid.write(graph) == mermaid.write(graph)


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ('say "hi"', "say #quot;hi#quot;"),
        ("a#b & <c>", "a#35;b #amp; #lt;c#gt;"),
        ("`code`", "#96;code#96;"),
        ("[x] (y) {z} | w", "[x] (y) {z} | w"),
        ("Käse ☕\x00", "Käse ☕"),
        ("1. first", "1#46; first"),
        ("- item", "#45; item"),
        ("two\nlines", "two<br/>lines"),
        ("end", "end"),
    ],
)
def test_a_text_means_nothing_but_itself(label, written):
    graph = Graph("v", "T", (), (Node("a", "service", label),))
    assert f'a["{written}"]' in checked(graph)


def test_ids_are_no_word_of_mermaids_and_never_the_same():
    lines = checked(cards("end", "graph", "a.b", "a-b", "1", "ünï", "note1"))
    names = [re.match(NAME, line)[0] for line in lines if "~~~" not in line]
    assert len(set(names)) == len(names) == 7
    assert not WORDS & {name.lower() for name in names}


def test_the_shape_tells_the_kind():
    kinds = ("service", "mysql", "users", "queue", "nat_gateway", "rds")
    graph = Graph("v", "T", (), tuple(Node(kind, kind, "x") for kind in kinds))
    assert [line.removeprefix(kind) for kind, line in zip(kinds, checked(graph), strict=False)] == [
        '["x"]', '["x"]', '(["x"])', '[/"x"/]', '{{"x"}}', '[("x")]',
    ]  # fmt: skip


def test_lines_have_labels_and_end_at_nodes_or_frames():
    frame = Cluster("f", "group", "Frame")
    graph = Graph(
        "v", "T", (frame,),
        (Node("a", "service", "A"), Node("b", "mysql", "B", cluster="f")),
        (Edge("a", "f", "rule", "tcp 1"), Edge("b", "a", "replicates"), Edge("a", "b", "flow")),
    )  # fmt: skip
    lines = checked(graph)
    assert {'a -->|"tcp 1"| f', "b -.-> a", "a --> b"} <= set(lines)


def test_a_line_from_a_frame_to_what_stands_in_it_starts_at_its_neighbour():
    frame = Cluster("f", "group", "Frame")
    nodes = (Node("a", "service", "A", cluster="f"), Node("b", "mysql", "B", cluster="f"))
    graph = Graph("v", "T", (frame,), nodes, (Edge("f", "b", "rule", "tcp 1"),))
    assert 'a -->|"tcp 1"| b' in checked(graph)
    alone = replace(graph, nodes=nodes[1:])
    assert not [line for line in checked(alone) if "-->" in line]


def test_a_node_says_its_subnets_where_it_stands_in_none_of_them():
    lines = checked(network(recorded("shop")))
    [line] = [line for line in lines if line.startswith("module_stores_aws_elasticache")]
    assert "Private 10.0.10.0/24, Private 10.0.11.0/24" in line


def test_changes_have_a_sign_and_a_class():
    told = growth.difference(cards("a", "b"), cards("b", "c"), resources={}, against="x")
    lines = checked(told)
    assert {'a["– a"]', 'b["b"]', 'c["#43; c"]'} <= set(lines)
    assert {"class a delete", "class c create"} <= set(lines)


def test_notes_and_boundaries_are_taken_along():
    graph = cards("a", "b").add_note("Look", beside="a").add_boundary("Scope", around=["a", "b"])
    lines = checked(graph)
    assert 'note1>"Look"]' in lines
    assert "note2 -.- a & b" in lines


def test_what_no_line_leads_to_stands_in_rows():
    lines = checked(cards("a", "b", "c", "d", "e", "f"))
    assert [line for line in lines if "~~~" in line] == ["a ~~~ e", "b ~~~ f"]


def test_what_mermaid_would_not_draw_is_an_error():
    with pytest.raises(InputError, match="too large for Mermaid") as caught:
        mermaid.write(cards(*(f"{'x' * 900}{n}" for n in range(60))))
    assert "--focus" in caught.value.hint


def test_a_note_tells_what_lines_and_signs_mean():
    lines = checked(network(recorded("shop")))
    assert 'note0>"dotted lines: route or replicates<br/>lines: may reach, by a rule"]' in lines
    changes = checked(network(recorded("changes")))
    assert any("added, ~ changed, – removed by this plan" in line for line in changes)
    plain = Graph("v", "T", nodes=cards("a", "b").nodes, edges=(Edge("a", "b", "flow", "x"),))
    assert not [line for line in checked(plain) if "note0" in line], "one kind tells itself"
