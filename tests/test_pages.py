from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from groundplan import entrance
from groundplan.errors import InputError
from groundplan.facts import Resource
from groundplan.pages import Pages, pictures
from groundplan.pages.labels import between, count, listed, price, resource_name, type_label, usd
from groundplan.pages.network import Network, usable
from groundplan.pages.templating import Templates, escape, rich
from groundplan.scripts import Scene
from groundplan.views.network import network
from groundplan.workspace import Workspace
from pictured import without_pictures

ROOT = Path(__file__).parents[1]
SVG = '<svg viewBox="0 0 400 300" width="400" height="300"></svg>'
NOTHING: dict[str, Any] = {"clusters": [], "nodes": [], "edges": []}


@dataclass(frozen=True)
class Drawn:
    """A picture as `groundplan.drawing` gives it."""

    svg: Path
    view: str = "network"
    title: str = "Network"
    env: str | None = "dev"
    phase: int = 2
    graph: dict[str, Any] = field(default_factory=lambda: NOTHING)
    source: str = "terraform"

    @property
    def png(self) -> Path:
        return self.svg.with_suffix(".png")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The reference engagement, as far as its pages need it, free to be changed."""
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "facts", tmp_path / "facts")
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


# Text from users' files


def test_escaped_text_is_neither_html_nor_markdown():
    assert escape("<b>&") == "&#60;b&#62;&#38;"
    assert "*" not in escape("*bold* and `code`")
    assert "[" not in escape("[link](javascript:alert)")
    assert "{" not in escape("{{ phase(1) }}")


@pytest.mark.parametrize("text", ["- no list", "+ no list", "1. no list"])
def test_escaped_text_does_not_begin_a_list(text: str):
    assert not escape(text).startswith(text[:2])


def test_escaped_text_stays_on_one_line():
    assert escape("one\n\n# two") == "one  &#35; two"


def test_rich_text_has_code_and_nothing_else():
    assert rich("run `kubectl get <pod>` *now*") == (
        "run <code>kubectl get &#60;pod&#62;</code> &#42;now&#42;"
    )


# Values in prose


@dataclass(frozen=True)
class Thing:
    name: str = "<thing>"


Thing.__module__ = "groundplan.test"


def prose(text: str, **names: object) -> str:
    return Templates(names).prose(text, page="docs/page.md", line=5)


def test_prose_shows_escaped_values():
    assert prose("It is {{ thing.name }}.", thing=Thing()) == "It is &#60;thing&#62;."


def test_a_misspelt_name_is_an_error_with_its_line_and_the_nearest_name():
    with pytest.raises(InputError) as error:
        prose("one\ntwo\n{{ fase(2) }}", phase=len, facts=len)
    assert error.value.place == "docs/page.md:7"
    assert error.value.hint == "did you mean 'phase'?"


def test_a_misspelt_attribute_is_an_error_with_the_nearest_one():
    with pytest.raises(InputError, match="a Thing has no 'nam'") as error:
        prose("{{ thing.nam }}", thing=Thing())
    assert error.value.hint == "did you mean 'name'?"


@pytest.mark.parametrize(
    "text", ["{% if %}", "{{ 1/0 }}", "{{ thing('x') }}", "{{ thing.name + 1 }}", "{{ thing"]
)
def test_what_can_not_be_worked_out_is_an_error_with_its_line(text: str):
    with pytest.raises(InputError) as error:
        prose(f"\n{text}", thing=Thing())
    assert error.value.place == "docs/page.md:6"


@pytest.mark.parametrize(
    "text",
    [
        "{{ path.write_text('x') }}",
        "{{ thing.__class__.__mro__ }}",
        "{{ path.parent }}",
        "{{ ''.__class__ }}",
    ],
)
def test_prose_reaches_neither_files_nor_the_inside_of_python(text: str, tmp_path: Path):
    with pytest.raises(InputError):
        prose(text, thing=Thing(), path=tmp_path / "file")
    assert not list(tmp_path.iterdir())


# The network


def test_usable_addresses_are_those_aws_leaves():
    assert usable("10.20.0.0/24") == 251
    assert usable("10.20.16.0/20") == 4091
    assert usable("2600:1f18::/64") is None
    assert usable("unknown") is None


def test_the_schema_goes_from_public_to_isolated_and_names_the_way_out():
    network = Network(Workspace(ROOT).facts("dev", 2))
    assert network.cidr == "10.20.0.0/16"
    assert [(row.tier, row.zone, row.cidr, row.usable) for row in network.subnets] == [
        ("public", "us-east-1a", "10.20.0.0/24", 251),
        ("public", "us-east-1b", "10.20.1.0/24", 251),
        ("private", "us-east-1a", "10.20.16.0/20", 4091),
        ("private", "us-east-1b", "10.20.32.0/20", 4091),
        ("isolated", "us-east-1a", "10.20.8.0/24", 251),
        ("isolated", "us-east-1b", "10.20.9.0/24", 251),
    ]
    ways = {row.tier: row.routes for row in network.subnets}
    assert ways["public"] == ("anything else → internet gateway",)
    assert ways["private"] == (
        "anything else → NAT gateway harbour-lane-dev-us-east-1a",
        "S3 → VPC endpoint harbour-lane-dev-s3",
    )
    assert ways["isolated"] == ("only inside the VPC",)


def test_dev_says_what_stands_in_one_zone_and_production_only_its_replica():
    dev, prod = (Network(Workspace(ROOT).facts(*at)) for at in (("dev", 4), ("prod", 10)))
    assert "Two availability zones: us-east-1a and us-east-1b." in dev.statement
    assert sorted(part.split()[0] for part in dev.single_az) == ["Cache", "Database", "Read"]
    assert [part.split()[0] for part in prod.single_az] == ["Read"]
    assert "Three availability zones" in prod.statement


def test_openings_name_groups_and_ports():
    openings = Network(Workspace(ROOT).facts("dev", 4)).openings
    assert ("harbour-lane-dev-nodes", "tcp 3306") in {(o.source, o.ports) for o in openings}
    assert ("harbour-lane-dev-nodes", "tcp 6379") in {(o.source, o.ports) for o in openings}
    assert not any(opening.open_to_all for opening in openings)
    assert ("203.0.113.0/28", "Kubernetes API of harbour-lane-dev", "tcp 443") in {
        (o.source, o.target, o.ports) for o in openings
    }


def test_the_table_of_openings_has_what_the_ingress_opens():
    """All of dev in phase 6, by hand: 'what is not listed is closed' stands above it."""
    page = unescape(said('{{ openings("dev", 6) }}'))
    rows = re.findall(r"<tr[^>]*><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td><td>(.*?)</td>", page)
    nodes, api = "harbour-lane-dev-nodes", "harbour-lane-dev-control-plane"
    balancer = "load balancer of dev.harbour-lane.example"
    assert sorted(rows) == sorted([
        ("anywhere (0.0.0.0/0)", balancer, "tcp 80, 443"),
        (balancer, nodes, "tcp 8080"),
        ("203.0.113.0/28", "Kubernetes API of harbour-lane-dev", "tcp 443"),
        (nodes, api, "tcp 443"),
        *((api, nodes, f"tcp {port}") for port in (9443, 10250, 10251)),
        (nodes, nodes, "any port"),
        (nodes, "harbour-lane-dev-mysql", "tcp 3306"),
        (nodes, "harbour-lane-dev-redis", "tcp 6379"),
    ])  # fmt: skip


@pytest.mark.parametrize("phase", [2, 4, 5, 6])
def test_the_load_balancer_alone_is_open_to_all_and_from_phase_5_on(phase):
    """As docs/network.md says below the table."""
    workspace = Workspace(ROOT)
    rows = Network(workspace.facts("dev", phase), entrance.of(workspace, phase)).openings
    doors = [row.target for row in rows if row.open_to_all]
    assert doors == (["load balancer of dev.harbour-lane.example"] if phase >= 5 else [])


def test_pictures_and_table_have_the_same_openings():
    """But for what a group lets in of its own, which is no line."""
    workspace = Workspace(ROOT)
    rows = Network(workspace.facts("dev", 6), entrance.of(workspace, 6)).openings
    graph = Scene(workspace, 6, "dev").network()
    lines = [edge for edge in graph.edges if edge.kind == "rule"]
    assert len(lines) == len([row for row in rows if row.source != row.target])


# Pictures


def test_a_picture_in_a_page_is_as_wide_as_the_page_allows(tmp_path: Path):
    assert pictures.fit(f'<?xml version="1.0"?>\n{SVG}').svg == (
        '<svg viewBox="0 0 400 300" style="max-width:22.0rem;--gs-high:15.0rem"></svg>'
    )


def test_finish_puts_pictures_in_and_turns_our_links_into_addresses(tmp_path: Path):
    drawn = Drawn(tmp_path / "network.svg")
    drawn.svg.write_text(SVG)
    link = '<a href="gp:phases/phase&#45;2.md#to-do">x</a>'
    place = '<div data-gs-picture="network-dev-phase-2"></div>'
    done = pictures.finish(link + place, [drawn], lambda path: f"../{path}/")
    assert done.startswith('<a href="../phases/phase-2.md/#to-do">x</a><svg ')


def test_a_file_that_is_no_picture_is_an_error_that_names_it(tmp_path: Path):
    drawn = Drawn(tmp_path / "network.svg")
    drawn.svg.write_text("nothing")
    with pytest.raises(InputError, match="not an SVG picture"):
        pictures.finish('<div data-gs-picture="network-dev-phase-2"></div>', [drawn], str)


def test_a_picture_in_words_says_what_stands_where_and_who_reaches_whom():
    graph = {
        "clusters": [
            {"id": "region", "kind": "region", "label": "Region"},
            {
                "kind": "subnet",
                "id": "s",
                "label": "Private",
                "tier": "private",
                "zone": "us-east-1a",
                "cidr": "10.0.0.0/24",
            },
        ],
        "nodes": [
            {"id": "n", "label": "Nodes", "detail": "2 × t3\ncart", "cluster": "s"},
            {"id": "u", "label": "Users", "exposed": True},
        ],
        "edges": [{"source": "u", "target": "n", "kind": "flow", "label": "443"}],
    }
    assert dict(pictures.in_words(graph)) == {
        "Outside every frame": ("Users, open to the internet",),
        "Private (us-east-1a, 10.0.0.0/24)": ("Nodes (2 × t3; cart)",),
        "Lines": ("Users to Nodes (443)",),
    }


def test_what_is_open_in_a_flow_has_a_published_port():
    graph = {"clusters": [], "edges": [], "nodes": [{"id": "d", "label": "DB", "exposed": True}]}
    assert dict(pictures.in_words(graph)) == {"Outside every frame": ("DB, with a published port",)}


def test_a_new_line_is_news_unless_it_leads_to_what_is_new():
    graph = {
        "clusters": [{"id": "g", "label": "Group"}],
        "nodes": [{"id": "a", "label": "A"}, {"id": "b", "label": "B", "change": "create"}],
        "edges": [
            {"source": "g", "target": "a", "kind": "rule", "label": "tcp 1", "change": "create"},
            {"source": "a", "target": "b", "kind": "rule", "label": "tcp 1", "change": "create"},
            {"source": "a", "target": "g", "kind": "rule", "label": "tcp 1", "change": "none"},
        ],
    }
    assert [*pictures.new_lines(graph)] == ["Group may reach A (tcp 1)"]


def test_the_network_in_words_has_every_subnet_and_every_line():
    graph = network(Workspace(ROOT).facts("prod", 10)).as_dict()
    words = dict(pictures.in_words(graph))
    assert len([heading for heading in words if "us-east-1" in heading and "/" in heading]) == 9
    assert len(words["Lines"]) == len(graph["edges"])
    assert words["Isolated 10.30.8.0/24 (us-east-1a)"] == ("no route out of the VPC",)
    assert (
        "Security group harbour-lane-prod-nodes may reach "
        "Security group harbour-lane-prod-mysql (tcp 3306)"
    ) in words["Lines"]
    assert (
        "Private 10.30.16.0/20 routes to NAT gateway in Public 10.30.0.0/24 (0.0.0.0/0)"
    ) in words["Lines"], "which of several"
    (redis,) = words["Security group harbour-lane-prod-redis"]
    assert redis.endswith(
        "in Isolated 10.30.8.0/24, Isolated 10.30.9.0/24 and Isolated 10.30.10.0/24"
    )


# Whole pages


def test_every_phase_has_its_page_whatever_its_number():
    pages = Pages(Workspace(ROOT))
    assert pages.phases == (
        "phases/index.md",
        *(f"phases/phase-{number}.md" for number in (1, 2, 3, 4, 5, 6, 10)),
    )
    assert set(pages.generated()) == {*pages.phases, *pages.modules}


def test_phases_whose_numbers_jump_say_so():
    pages = Pages(Workspace(ROOT))
    assert "The numbers 7 to 9 are kept free" in pages.generated()["phases/index.md"]
    assert "The numbers 7 to 9 are kept free" in said("{{ phases() }}")


def phase_page(root: Path, number: int) -> str:
    pages = Pages(Workspace(root))
    return pages.fill(pages.generated()[f"phases/phase-{number}.md"])


def test_a_phase_shows_its_work_with_states_in_words():
    page = phase_page(ROOT, 2)
    assert "Show the shop through kubectl port-forward" in page
    for state in ("done", "in progress", "open"):
        assert f'<span class="gs-mark__text">{state}</span>' in page


def test_a_phase_without_pictures_is_planned_and_not_broken(tmp_path: Path):
    page = phase_page(without_pictures(tmp_path, 6).root, 6)
    assert "Nothing is drawn for this phase yet" in page
    assert "What it costs" not in page


def test_a_phase_tells_what_changed_since_the_one_before():
    page = unescape(phase_page(ROOT, 3))
    assert "one new service" in page
    assert "mysql-replica" in page
    assert "module.mysql.aws_db_instance.replica" in page
    assert "Nodes wanted: 2 → 3" in page


def test_production_stands_beside_dev():
    page = phase_page(ROOT, 10)
    assert "prod in phase 10 beside dev in phase 6" in page


def test_text_of_the_design_is_shown_and_never_run(workspace: Path):
    evil = "<script>alert(1)</script> {{ 7*7 }} [x](javascript:1)"
    change(workspace / "design.yaml", "title: Dev environment", f'title: "{evil}"')
    change(workspace / "design.yaml", "Deploy the applications in EKS by hand", f"'{evil}'")
    for page in Pages(Workspace(workspace)).generated().values():
        assert "<script>alert" not in page
        assert "49" not in page.split("---")[1]
    assert "&#60;script&#62;alert" in phase_page(workspace, 2)


def test_a_phase_without_recorded_facts_says_how_to_record_them(workspace: Path):
    (workspace / "facts/dev/phase-3.json").unlink()
    variables = workspace / "terraform/envs/dev/phase-3.tfvars"
    variables.parent.mkdir(parents=True)
    variables.touch()
    (variables.parent / "main.tf").touch()
    with pytest.raises(InputError, match="no plan is recorded for dev, phase 3"):
        Pages(Workspace(workspace)).generated()


def said(text: str, *drawn: Drawn) -> str:
    pages = Pages(Workspace(ROOT), drawn)
    return pages.fill(pages.prose(text, page="docs/page.md"))


def test_values_of_a_plan_in_prose():
    assert said("{{ facts('dev', 2).network.cidr }}") == "10.20.0.0/16"
    assert said("{{ facts('dev', 2).one('aws_eks_cluster').version }}").startswith("1.")
    assert said("{{ facts('prod', 10).count('aws_nat_gateway') }}") == "3"
    assert (
        said("{{ phase(2).link }}") == '<a href="gp:phases/phase-2.md">Phase 2: Dev environment</a>'
    )
    assert said("{{ phase(4).cost }}").startswith("&#36;")
    assert said("{{ client.name }}") == "Harbour Lane"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ phase(7) }}", "there is no phase 7"),
        ("{{ facts('prod', 2) }}", "no environment 'prod' in phase 2"),
        ("{{ facts('dev', 2).one('aws_eks_clustr') }}", "there is no aws_eks_clustr"),
        ("{{ facts('dev', 2).one('aws_subnet') }}", "there are 6 aws_subnet"),
        ("{{ facts('dev', 2).resource('x') }}", "there is no x in dev, phase 2"),
        ("{{ decision('clod') }}", "there is no decision 'clod'"),
        ("{{ picture('netwrk') }}", "there is no picture 'netwrk'"),
    ],
)
def test_what_is_not_there_is_an_error_with_the_page(text: str, message: str):
    with pytest.raises(InputError, match=message) as error:
        said(text)
    assert error.value.place == "docs/page.md:1"


def test_the_matrix_has_scores_weights_totals_and_the_choice():
    html = said("{{ matrix('orchestrator') }}")
    assert html.count("chosen</span>") == 1
    design = Workspace(ROOT).design.decision("orchestrator")
    for total in design.totals().values():
        assert f"<b>{total:.1f}</b>" in html


def test_a_picture_steps_through_its_phases(tmp_path: Path):
    drawn = [Drawn(tmp_path / "a.svg", phase=number) for number in (1, 2)]
    html = said("{{ picture('network') }}", *drawn)
    assert html.count("gs-stepper__tab") == 3
    assert 'id="step-network-dev-phase-2"' in html


def test_an_assumption_says_where_it_holds_and_else_only_after_another():
    rows = unescape(said("{{ assumptions() }}"))
    assert "How long things run</td><td>everywhere</td>" in rows
    assert rows.index("<td>prod</td>") < rows.index("<td>everywhere else</td>")
    assert rows.count("<td>prod</td>") == rows.count("<td>everywhere else</td>")


def test_a_picture_says_what_it_is_drawn_from(tmp_path: Path):
    drawn = Drawn(tmp_path / "delivery.svg", "delivery", "Delivery", None, 5, source="hand")
    drawn.svg.write_text(SVG)
    pages = Pages(Workspace(ROOT), (drawn,))
    page = unescape(pages.finish(pages.fill(pages.generated()["phases/phase-5.md"]), str))
    assert '<span class="gs-picture__source">Phase 5, drawn by hand</span>' in page
    assert (
        "drawn from the Compose file, Delivery by hand, and the rest from Terraform's own plan of "
    ) in page
    assert "The load balancer and who comes in by it are in no plan: the Ingress tells" in page


def test_costs_are_listed_with_what_they_assume():
    assert "730 hours" in said("{{ assumptions() }}")
    bill = said("{{ cost('dev', 2) }}")
    assert "NAT gateway" in bill
    assert said("{{ phase(2).cost }}").removeprefix("&#36;") in bill


# Labels


def test_labels():
    assert type_label("aws_eks_node_group") == "EKS node group"
    assert type_label("aws_db_instance") == "Database instance"
    assert resource_name(Resource("a.b", "a", "b", values={"tags_all": {"Name": "x"}})) == "x"
    assert resource_name(Resource("a.b", "a", "b")) == "b"
    assert resource_name(Resource('a.b["x.y"]', "a", "b")) == "x.y"
    assert resource_name(Resource("a.b[0]", "a", "b")) == "b"
    assert (count(1, "zone"), count(2, "zone"), count(12, "zone")) == (
        "one zone",
        "two zones",
        "12 zones",
    )
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
    assert [between(row) for row in ((1, 2, 3), (1, 2, 4), (1, 3, 6, 10))] == [
        "",
        "3",
        "2, 4 to 5 and 7 to 9",
    ]


def test_amounts_have_a_currency():
    assert usd(Decimal("1234.5")) == "$1,234.50"
    assert [price(Decimal(text)) for text in ("0.1", "0.03328", "3")] == [
        "$0.10",
        "$0.03328",
        "$3.00",
    ]


# Terraform modules


def test_each_module_has_a_page_that_is_read_from_its_files(workspace: Path):
    module = workspace / "terraform" / "modules" / "queue"
    module.mkdir(parents=True)
    (module / "README.md").write_text(
        "# queue\n\nA queue; see [main](main.tf).\n\n"
        "<!-- BEGIN_TF_DOCS -->\noutdated\n<!-- END_TF_DOCS -->\n"
    )
    (module / "main.tf").write_text(
        'variable "name" {\n  description = "<script>alert(1)</script>"\n  type = string\n}\n'
        'resource "aws_sqs_queue" "this" {}\n'
    )
    pages = Pages(Workspace(workspace))
    assert pages.modules == ("modules/index.md", "modules/queue.md")
    found = pages.generated()
    assert 'href="gp:modules/queue.md"' in found["modules/index.md"]
    html = pages.fill(found["modules/queue.md"])
    assert "A queue; see main." in html
    assert "outdated" not in html
    assert "aws_sqs_queue.this" in unescape(html)
    assert "<script>" not in html

    (module / "main.tf").write_text('variable "name {')
    broken = Pages(Workspace(workspace)).generated()["modules/queue.md"]
    assert "The module's files can't be read" in broken
