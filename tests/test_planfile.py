"""Pictures of one file: any plan or state of Terraform, any Compose file."""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

import plans
from groundplan import facts
from groundplan.errors import InputError
from groundplan.planfile import draw_flow, draw_plan

if TYPE_CHECKING:
    from pathlib import Path
from plans import PICTURED, PLANS, plan, thing

COMPOSE = "services: {web: {image: 'nginx:1', ports: ['80:80']}, db: {image: 'mysql:8'}}\n"
DOCUMENTS = [
    *(f"{name}/plan.json" for name in PICTURED),
    "changes/destroy.json", "changes/state.json",
]  # fmt: skip


def written(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_any_plan_or_state_becomes_two_pictures_a_graph_and_a_whole_ledger(name, tmp_path):
    files = draw_plan(PLANS / name, tmp_path)
    assert [path.name for path in files] == [
        "infrastructure.svg", "network.svg", "graph.json", "ledger.json",
    ]  # fmt: skip
    for path in files[:2]:
        ET.parse(path)  # noqa: S314 - it is ours
    views = json.loads(files[2].read_text())["views"]
    assert set(views) == {"infrastructure", "network"}
    ledger = json.loads(files[3].read_text())["resources"]
    assert set(ledger) == {item.address for item in facts.read(PLANS / name)}
    ids = {
        item["id"] for view in views.values() for key in ("nodes", "clusters") for item in view[key]
    }
    for address, entry in ledger.items():
        assert entry["reason"] if entry["status"] == "omitted" else entry["node"] in ids, address


def test_no_secret_of_a_plan_is_in_any_file(tmp_path):
    source = (PLANS / "secrets" / "plan.json").read_text()
    secrets = set(re.findall(r"plain-[a-z-]+", source))
    assert len(secrets) == 4
    for path in draw_plan(PLANS / "secrets" / "plan.json", tmp_path):
        assert not [secret for secret in secrets if secret in path.read_text()]


def test_drawn_twice_nothing_is_written_again(tmp_path):
    files = draw_plan(PLANS / "shop" / "plan.json", tmp_path)
    before = [path.stat().st_mtime_ns for path in files]
    draw_plan(PLANS / "shop" / "plan.json", tmp_path)
    assert [path.stat().st_mtime_ns for path in files] == before


@settings(max_examples=15)
@given(plans.plan_things())
def test_the_order_of_a_plan_does_not_change_a_byte(tmp_path_factory, things):
    drawn = []
    things = [*things, thing("aws_ecr_repository.always", name="always")]
    for ordered in (things, things[::-1]):
        folder = tmp_path_factory.mktemp("plan")
        files = draw_plan(written(folder, plan(*ordered)), folder / "out")
        drawn.append([path.read_bytes() for path in files])
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"format_version": "1.2", "resource_changes": []}, "the plan has no managed resource"),
        (plan(thing("aws_route_table.a")), "none of the 1 resources in it can be drawn"),
        ({"format_version": "2.0", "resource_changes": []}, "plan format 2.0 is not known"),
        ('{"format_version": "1.2",', "this is not JSON"),
        ({"format_version": "1.2", "resource_changes": [{"mode": "managed"}]}, "damaged"),
    ],
)
def test_what_can_not_be_drawn_is_an_error_and_no_empty_picture(tmp_path, document, message):
    path = written(tmp_path, document)
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        draw_plan(path, tmp_path / "out")
    assert caught.value.file == path
    assert not (tmp_path / "out").exists()


def test_a_name_with_half_a_surrogate_pair_is_drawn(tmp_path):
    document = json.dumps(plan(thing("aws_ecr_repository.a", name="shop")))
    path = written(tmp_path, document.replace('"shop"', '"shop \\ud83d"'))
    files = draw_plan(path, tmp_path / "out")
    assert json.loads(files[2].read_text())["views"]["infrastructure"]["nodes"]
    ET.parse(files[0])  # noqa: S314 - it is ours


def test_a_compose_file_becomes_a_picture_and_a_graph(tmp_path):
    (tmp_path / "compose.yml").write_text(COMPOSE)
    files, remarks = draw_flow(tmp_path / "compose.yml", tmp_path / "out")
    assert [path.name for path in files] == ["flow.svg", "graph.json"]
    graph = json.loads(files[1].read_text())["views"]["flow"]
    assert {node["id"] for node in graph["nodes"]} == {"users", "web", "db"}
    assert all(str(remark) for remark in remarks)


@cache
def recorder():
    spec = importlib.util.spec_from_file_location("record", PLANS / "record.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.terraform
@pytest.mark.parametrize("name", ["changes", "shop"])
def test_the_fixtures_are_what_terraform_says_today(name):
    for file, document in recorder().record(name).items():
        there = json.loads((PLANS / name / file).read_text())
        assert document == there, f"python tests/fixtures/plans/record.py {name}"
