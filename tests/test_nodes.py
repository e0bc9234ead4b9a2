"""Links from prose to the nodes of pictures and back, and what a site has of each picture once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from groundplan.errors import InputError
from groundplan.pages import Pages, pictures
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
GRAPH: dict[str, Any] = {
    "clusters": [
        {"id": "region", "label": "Region", "kind": "region", "address": None},
        {"id": "aws_vpc.v", "label": "VPC v", "kind": "vpc", "address": "aws_vpc.v"},
    ],
    "nodes": [
        {"id": "aws_db_instance.a", "label": "MySQL <primary>", "addresses": ["aws_db_instance.a"]},
        {
            "id": "all:aws_ecr_repository",
            "label": "ECR × 2",
            "addresses": ['aws_ecr_repository.r["x"]', 'aws_ecr_repository.r["y"]'],
        },
        {"id": "one", "label": "Twin", "addresses": []},
        {"id": "two", "label": "Twin", "addresses": []},
    ],
    "edges": [],
}


@dataclass(frozen=True)
class Drawn:
    """A picture as `groundplan.drawing` gives it."""

    svg: Path
    phase: int
    view: str = "network"
    title: str = "Network"
    env: str | None = "dev"
    graph: dict[str, Any] = field(default_factory=lambda: GRAPH)
    source: str = "terraform"

    @property
    def png(self) -> Path:
        return self.svg.with_suffix(".png")


def drawn_in(tmp_path: Path, phase: int = 2) -> Drawn:
    """A picture whose file says of each node that it has a card."""
    path = tmp_path / "dev" / f"phase-{phase}" / "network.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {
        node["id"]: {"title": node["label"], "addresses": node["addresses"]}
        for node in GRAPH["nodes"]
    }
    told = json.dumps(known)
    path.write_text(
        f'<svg><metadata class="gp-cards">{told}</metadata><symbol id="i" '
        'viewBox="0 0 1 1"><image href="data:x"/></symbol><use href="#i"/></svg>'
    )
    return Drawn(path, phase=phase)


def linked(text: str, *drawn: Drawn, around: str = "") -> str:
    pages = Pages(Workspace(ROOT), drawn)
    html = pages.prose(text, page="docs/page.md", path="page.md")
    return pages.finish(html + around, lambda path: f"../{path.removesuffix('.md')}/")


@pytest.mark.parametrize("called", ["aws_db_instance.a", "MySQL <primary>"])
def test_prose_links_to_a_node_by_its_address_or_its_label(tmp_path: Path, called: str):
    html = linked(f"{{{{ node('{called}') }}}}", drawn_in(tmp_path))
    assert 'href="../phases/phase-2/#network-dev-2-aws_db_instance-a"' in html
    assert "MySQL &#60;primary&#62;</a>" in html


def test_an_address_of_many_leads_to_the_node_that_stands_for_all(tmp_path: Path):
    html = linked("""{{ node('aws_ecr_repository.r["y"]', 'ECR') }}""", drawn_in(tmp_path))
    assert "#network-dev-2-all-aws_ecr_repository" in html
    assert ">ECR</a>" in html


def test_a_link_stays_on_a_page_that_has_the_picture(tmp_path: Path):
    first, second = drawn_in(tmp_path, 1), drawn_in(tmp_path, 2)
    place = '<div data-gs-picture="network-dev-phase-2"></div>'
    html = linked("{{ node('aws_vpc.v') }}", first, second, around=place)
    assert 'href="#network-dev-2-aws_vpc-v"' in html


@pytest.mark.parametrize(
    ("called", "message", "hint"),
    [
        ("aws_db_instance.b", "no picture has a node", "aws_db_instance.a"),
        ("region", "no picture has a node", ""),
        ("Twin", "2 nodes are called 'Twin'", "one, two"),
    ],
)
def test_a_wrong_node_is_an_error_with_file_line_and_hint(
    tmp_path: Path, called: str, message: str, hint: str
):
    with pytest.raises(InputError, match=message) as error:
        linked(f"\n{{{{ node('{called}') }}}}", drawn_in(tmp_path))
    assert error.value.place == "docs/page.md:2"
    assert hint in (error.value.hint or "")


def cards_of(pages: Pages) -> dict[str, Any]:
    script = pages.cards(lambda path: f"{path.removesuffix('.md')}/")
    name, _, document = script.partition(" = ")
    assert name == "globalThis.groundplanCards"
    found: dict[str, Any] = json.loads(document.rstrip(";\n"))
    return found


def test_a_node_knows_the_places_in_prose_that_name_it(tmp_path: Path):
    pages = Pages(Workspace(ROOT), (drawn_in(tmp_path),))
    text = "# Top\n{{ node('aws_vpc.v') }}\n## The *data*\n{{ node('aws_vpc.v') }}\n"
    html = pages.prose(text, page="docs/page.md", path="page.md", head={"title": "A page"})
    assert [f'id="said-{number}"' in html for number in (1, 2, 3)] == [True, True, False]
    assert cards_of(pages)["mentions"] == {
        "aws_vpc.v": [["page/#said-1", "A page"], ["page/#said-2", "A page: The data"]]
    }


def test_each_card_is_in_the_site_once(tmp_path: Path):
    drawn = tuple(drawn_in(tmp_path, phase) for phase in (1, 2))
    found = cards_of(Pages(Workspace(ROOT), drawn))
    assert len(found["cards"]) == len(GRAPH["nodes"]) - 1, "the twins are alike"
    first, second = (found["pictures"][f"network-dev-phase-{number}"] for number in (1, 2))
    assert first == second
    assert found["cards"][first["one"]]["title"] == "Twin"


def test_what_pictures_share_is_in_a_page_once(tmp_path: Path):
    drawn = [drawn_in(tmp_path, phase) for phase in (1, 2)]
    places = "".join(f'<div data-gs-picture="network-dev-phase-{n}"></div>' for n in (1, 2))
    html = pictures.finish(places, drawn, str)
    (symbol,) = re.findall(r'<symbol id="([^"]*)"', html)
    assert re.findall(r'<use href="#([^"]*)"', html) == [symbol, symbol]
    assert "metadata" not in html
