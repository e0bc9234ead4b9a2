"""Pictures of the workspace that are asked for once: a part, another format, two phases."""

from __future__ import annotations

import json

import pytest

from groundplan.errors import InputError
from groundplan.exports import Part, Wanted
from groundplan.extracts import compare, extract
from pictured import WORKSPACE, without_pictures

MERMAID = Wanted(("mermaid",))
REPLICA = 'module.mysql.aws_db_instance.replica["read-1"]'


def test_a_view_is_written_in_each_phase_in_the_formats_asked_for(tmp_path):
    found = extract(
        WORKSPACE, Wanted(("drawio", "mermaid")), Part(), only=["network"], out=tmp_path
    )
    assert [(item.env, item.phase) for item in found] == [
        *(("dev", phase) for phase in (1, 2, 3, 4, 5, 6)), ("prod", 10),
    ]  # fmt: skip
    assert found[0].files == tuple(
        tmp_path / "dev" / "phase-1" / f"network.{ending}" for ending in ("drawio", "mmd")
    )
    assert all(path.is_file() for item in found for path in item.files)


def test_a_part_is_drawn_for_the_phases_that_have_it(tmp_path):
    part = Part(focus=REPLICA, depth=0)
    found = extract(WORKSPACE, MERMAID, part, only=["network"], out=tmp_path)
    assert {item.phase for item in found if item.env == "dev"} == {3, 4, 5, 6}
    assert "MySQL read replica" in found[0].files[0].read_text()
    assert "Redis" not in found[0].files[0].read_text()


@pytest.mark.parametrize(
    ("part", "options", "message"),
    [
        (Part(focus="aws_vpc.none"), {"only": ["network"]}, "aws_vpc.none"),
        (Part(focus=REPLICA), {"only": ["network"], "phase": 1}, "replica"),
        (Part(focus=REPLICA), {"only": ["delivery"]}, "'delivery' is not drawn from Terraform"),
        (Part(), {"only": ["netwrok"]}, "there is no view 'netwrok'"),
    ],
)
def test_what_is_not_there_is_an_error(tmp_path, part, options, message):
    with pytest.raises(InputError, match=message):
        extract(WORKSPACE, MERMAID, part, out=tmp_path, **options)


def test_two_phases_are_one_picture_with_a_table_beside_it(tmp_path):
    found = compare(
        WORKSPACE, Wanted(("svg",)), Part(), phase=4, against=2, only=["network"], out=tmp_path
    )
    folder = tmp_path / "dev" / "phase-2-to-4"
    assert [path.name for path in found.extracts[0].files] == ["network.svg"]
    assert found.tables == (folder / "changes.md", folder / "changes.json")
    told = {
        item["address"]: item["what"]
        for item in json.loads(found.tables[1].read_text())["resources"]
    }
    assert told[REPLICA] == "added"
    assert told['module.eks.aws_eks_node_group.this["general"]'] == "changed"
    assert "since dev, phase 2" in (folder / "network.svg").read_text()


def test_what_a_later_phase_added_is_gone_the_other_way_round(tmp_path):
    options = {"phase": 2, "against": 4, "only": ["network"], "out": tmp_path}
    found = compare(WORKSPACE, MERMAID, Part(), **options)
    assert found.differences[0].by_address[REPLICA] == "removed"
    assert "– MySQL read replica" in found.extracts[0].files[0].read_text()


def test_the_application_is_compared_too(tmp_path):
    options = {"phase": 4, "against": 1, "only": ["application_flow"], "out": tmp_path}
    found = compare(WORKSPACE, MERMAID, Part(), **options)
    assert [(item.view, item.env) for item in found.extracts] == [("application_flow", None)]
    assert '"#43; redis<br/>' in found.extracts[0].files[0].read_text()


def test_phases_of_two_environments_are_compared_with_each_other(tmp_path):
    options = {"phase": 10, "against": 4, "only": ["network"], "out": tmp_path}
    [told] = compare(WORKSPACE, MERMAID, Part(), **options).differences
    assert (told.before, told.after) == ("dev, phase 4", "prod, phase 10")


@pytest.mark.parametrize(
    ("phase", "message"), [(6, "phase 6 has no environments"), (99, "phase 99")]
)
def test_a_phase_that_has_nothing_to_compare_is_an_error(tmp_path, phase, message):
    workspace = without_pictures(tmp_path, 6)
    with pytest.raises(InputError, match=message):
        compare(workspace, MERMAID, Part(), phase=phase, against=2, out=tmp_path)


def test_a_phase_without_an_environment_has_nothing_to_write(tmp_path):
    workspace = without_pictures(tmp_path, 6)
    with pytest.raises(InputError, match="nothing is drawn for phase 6"):
        extract(workspace, MERMAID, Part(), only=["network"], phase=6, out=tmp_path)
