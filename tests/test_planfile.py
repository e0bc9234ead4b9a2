"""Pictures of one file: any plan or state of Terraform, any Compose file."""

from __future__ import annotations

import importlib.util
import json
import re
import zipfile
from functools import cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

import plans
from groundplan import facts
from groundplan.errors import InputError
from groundplan.exports import Part, Wanted
from groundplan.planfile import Drawn, draw_flow, draw_plan
from plans import PICTURED, PLANS, Thing, plan, thing

if TYPE_CHECKING:
    from pathlib import Path

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
def test_any_plan_or_state_becomes_pictures_a_graph_and_a_whole_ledger(name, tmp_path):
    drawn = draw_plan(PLANS / name, tmp_path)
    shown = [view for view in ("infrastructure", "network") if view not in drawn.left_out]
    assert [path.name for path in drawn.files] == [
        *(f"{view}.svg" for view in shown), "graph.json", "ledger.json",
    ]  # fmt: skip
    *pictures, graph, table = drawn.files
    for path in pictures:
        ET.parse(path)  # noqa: S314 - it is ours
    document = json.loads(graph.read_text())
    views = document["views"]
    assert sorted(views) == shown
    assert document.get("left_out", {}) == drawn.left_out
    ledger = json.loads(table.read_text())["resources"]
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
    for path in draw_plan(PLANS / "secrets" / "plan.json", tmp_path).files:
        assert not [secret for secret in secrets if secret in path.read_text()]


def test_drawn_twice_nothing_is_written_again(tmp_path):
    files = draw_plan(PLANS / "shop" / "plan.json", tmp_path).files
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
        files = draw_plan(written(folder, plan(*ordered)), folder / "out").files
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
    files = draw_plan(path, tmp_path / "out").files
    assert json.loads((tmp_path / "out" / "graph.json").read_text())["views"]["infrastructure"]
    ET.parse(files[0])  # noqa: S314 - it is ours


def test_a_view_in_which_nothing_stands_is_left_out_with_a_word_and_so_is_its_old_picture(tmp_path):
    first = plan(thing("aws_vpc.a", cidr_block="10.0.0.0/16"), thing("aws_kms_key.a"))
    draw_plan(written(tmp_path, first), tmp_path, wanted=Wanted(("svg", "drawio")))
    assert {"network.svg", "network.drawio"} <= {path.name for path in tmp_path.iterdir()}
    drawn = draw_plan(written(tmp_path, plan(thing("aws_kms_key.a"))), tmp_path)
    assert drawn.left_out == {"network": "nothing in this plan stands in the network view"}
    assert {path.name for path in tmp_path.iterdir()} == {
        "plan.json", "infrastructure.svg", "graph.json", "ledger.json",
    }  # fmt: skip
    assert json.loads((tmp_path / "graph.json").read_text())["left_out"] == drawn.left_out


def test_a_picture_in_another_format_stays_while_it_is_true(tmp_path):
    path = written(tmp_path, plan(thing("aws_kms_key.a", name="first")))
    draw_plan(path, tmp_path / "out", wanted=Wanted(("mermaid",)))
    draw_plan(path, tmp_path / "out")
    assert (tmp_path / "out" / "infrastructure.mmd").is_file()
    draw_plan(written(tmp_path, plan(thing("aws_kms_key.b", name="other"))), tmp_path / "out")
    assert not (tmp_path / "out" / "infrastructure.mmd").exists()


def test_what_groundplan_did_not_write_is_left_alone(tmp_path):
    (tmp_path / "network.svg").write_text("mine")
    draw_plan(written(tmp_path, plan(thing("aws_kms_key.a"))), tmp_path)
    assert (tmp_path / "network.svg").read_text() == "mine"


def test_terraforms_own_plan_file_is_told_how_to_become_json(tmp_path):
    with zipfile.ZipFile(tmp_path / "plan.tfplan", "w") as archive:
        archive.writestr("tfplan", "x")
    with pytest.raises(InputError, match="Terraform's own format") as caught:
        draw_plan(tmp_path / "plan.tfplan", tmp_path)
    assert caught.value.hint.startswith("terraform show -json ")


SMALL = thing("aws_elasticache_replication_group.a", node_type="cache.t4g.micro")
LARGE = thing("aws_elasticache_replication_group.a", node_type="cache.t4g.large")
KEY = thing("aws_kms_key.a", name="key")
TOPIC = thing("aws_sns_topic.a", name="topic")


def compared(tmp_path: Path, before: tuple[Thing, ...], after: tuple[Thing, ...]) -> Drawn:
    paths = []
    for name, things in (("before.json", before), ("after.json", after)):
        paths.append(tmp_path / name)
        paths[-1].write_text(json.dumps(plan(*things)))
    return draw_plan(paths[1], tmp_path / "out", against=paths[0])


def changes(tmp_path: Path, view: str = "infrastructure") -> dict[str, str]:
    views = json.loads((tmp_path / "out" / "graph.json").read_text())["views"]
    return {node["id"]: node["change"] for node in views[view]["nodes"]}


def test_two_plans_are_one_picture_of_what_came_went_and_changed(tmp_path):
    drawn = compared(tmp_path, (SMALL, KEY), (LARGE, TOPIC))
    assert drawn.difference.by_address == {
        "aws_elasticache_replication_group.a": "changed",
        "aws_kms_key.a": "removed",
        "aws_sns_topic.a": "added",
    }
    assert changes(tmp_path) == {
        "aws_elasticache_replication_group.a": "update",
        "all:aws_kms_key": "delete",
        "all:aws_sns_topic": "create",
    }
    assert {"changes.md", "changes.json"} <= {path.name for path in drawn.files}
    picture = (tmp_path / "out" / "infrastructure.svg").read_text()
    for word in ("added", "changed", "removed", "since before.json"):
        assert f">{word}<" in picture
    ledger = json.loads((tmp_path / "out" / "ledger.json").read_text())["resources"]
    assert set(ledger) == set(drawn.difference.by_address)


def test_two_plans_that_do_not_differ_are_drawn_all_the_same(tmp_path):
    drawn = compared(tmp_path, (SMALL, KEY), (KEY, SMALL))
    assert not drawn.difference
    assert "No difference." in (tmp_path / "out" / "changes.md").read_text()
    assert set(changes(tmp_path).values()) == {"none"}


def test_what_a_plan_deletes_is_gone_in_its_outcome(tmp_path):
    gone = Thing(KEY.address, after=KEY.after, actions=("delete",))
    drawn = compared(tmp_path, (SMALL, KEY), (SMALL, gone))
    assert drawn.difference.by_address == {"aws_kms_key.a": "removed"}
    assert changes(tmp_path)["all:aws_kms_key"] == "delete"


def test_of_a_plan_that_deletes_all_everything_was_removed(tmp_path):
    gone = Thing(KEY.address, after=KEY.after, actions=("delete",))
    compared(tmp_path, (KEY,), (gone,))
    assert changes(tmp_path) == {"all:aws_kms_key": "delete"}


def test_the_changes_of_an_earlier_run_do_not_stay(tmp_path):
    compared(tmp_path, (KEY,), (KEY, SMALL))
    draw_plan(tmp_path / "after.json", tmp_path / "out")
    assert not list((tmp_path / "out").glob("changes.*"))


def test_a_part_of_a_plan_is_what_is_near_a_resource(tmp_path):
    path = written(tmp_path, plan(SMALL, KEY, TOPIC))
    draw_plan(path, tmp_path / "out", part=Part(focus="aws_kms_key.a"))
    assert set(changes(tmp_path)) == {"all:aws_kms_key"}


@pytest.mark.parametrize(
    ("part", "message", "hint"),
    [
        (Part(focus="aws_kms_key.b"), "aws_kms_key.b", "did you mean 'aws_kms_key.a'?"),
        (Part(depth=2), "a depth is counted from a resource", "name it: --focus ADDRESS"),
        (Part(collapse=("module.none",)), "module.none", None),
    ],
)
def test_a_part_that_is_not_there_is_an_error(tmp_path, part, message, hint):
    path = written(tmp_path, plan(SMALL, KEY))
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        draw_plan(path, tmp_path / "out", part=part)
    assert caught.value.file == path
    if hint:
        assert caught.value.hint == hint
    assert not (tmp_path / "out").exists()


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
