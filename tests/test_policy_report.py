"""What policy found, told as text, JSON, SARIF, JUnit and Markdown."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from disks import MODULE, VOLUME, disks, plan
from groundplan import policy
from groundplan.policy.report import merged


@pytest.fixture
def workspace(tmp_path):
    return disks(tmp_path)


@pytest.fixture
def report() -> policy.Report:
    failed = policy.Finding("CKV_1", "failed", 'a.b["<&>"]', "open to all", "main.tf", 3)
    waived = policy.Finding("CKV_2", "waived", "c.d", "not logged", "main.tf", 9, reason="dev")
    return policy.Report(("phase-1.tfvars", "plan.json"), 7, (waived, failed))


def test_as_text_what_failed_comes_first(report):
    assert policy.as_text(report) == (
        'failed  CKV_1         a.b["<&>"]\n'
        "        open to all\n"
        "        main.tf:3\n"
        "waived  CKV_2         c.d\n"
        "        not logged\n"
        "        main.tf:9\n"
        "        dev\n"
        "phase-1.tfvars and plan.json: 7 passed, 1 failed, 1 waived\n"
    )


def test_as_json(report):
    document = json.loads(policy.as_json(report))
    assert document["counts"] == {
        "passed": 7, "failed": 1, "unknown": 0, "expired": 0, "unused": 0,
        "waived": 1,
    }  # fmt: skip
    assert document["findings"][1]["severity"] == "error"


def test_as_sarif_what_is_waived_is_suppressed(report):
    [run] = json.loads(policy.as_sarif(report))["runs"]
    waived, failed = run["results"]
    assert waived["suppressions"] == [{"kind": "external", "justification": "dev"}]
    assert failed["level"] == "error"
    assert failed["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "main.tf"}, "region": {"startLine": 3}}}
    ]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {"CKV_1", "CKV_2"}


def test_as_markdown_what_fails_is_told_and_what_is_waived_folded(report):
    text = policy.as_markdown(report)
    assert text.startswith("### Policy failed\n\n`phase-1.tfvars` and `plan.json`: 7 passed,")
    assert '| failed | CKV_1 | `a.b["<&>"]` | open to all | `main.tf:3` |' in text
    folded = text.partition("<details>")[2]
    assert "| waived | CKV_2 |" in folded
    assert "| waived |" not in text.partition("<details>")[0]


def test_as_markdown_a_comment_has_room_for_it():
    many = [policy.Finding("CKV_1", "failed", f"a.b[{n}]", "open to all") for n in range(2000)]
    many += [policy.Finding("CKV_1", "waived", f"a.b[{n}]", "x" * 9000) for n in range(3)]
    text = policy.as_markdown(policy.Report(("p",), 0, tuple(many)))
    assert len(text) < 14_000
    assert text.count("| failed |") > 50
    left = 2000 - text.count("| failed |")
    assert f"and {left} more" in text
    assert "and 3 more" in text


def test_as_sarif_a_place_is_an_address_in_the_repository(tmp_path, monkeypatch):
    folder = tmp_path / "a b#"
    folder.mkdir()
    path = plan(folder, encrypted=False)
    for here, uri in ((tmp_path, "a%20b%23/plan.json"), (folder, "plan.json")):
        monkeypatch.chdir(here)
        [run] = json.loads(policy.as_sarif(policy.run_plan(path)))["runs"]
        places = [place for result in run["results"] for place in result["locations"]]
        assert {p["physicalLocation"]["artifactLocation"]["uri"] for p in places} == {uri}
    elsewhere = policy.Finding("CKV_1", "failed", "a.b", "open", "/a b/main.tf")
    [run] = json.loads(policy.as_sarif(policy.Report(("p",), 0, (elsewhere,))))["runs"]
    [place] = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "file:///a%20b/main.tf"


def test_what_several_phases_find_alike_is_told_once(workspace, tmp_path):
    made = plan(tmp_path, own_key=True)
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text(f'{MODULE}\nresource "aws_sqs_queue" "this" {{\n  name = "a"\n}}\n')
    report = policy.run_all(workspace, "dev", {1: made, 2: made})
    assert report.checked == ("dev, phase 1, 2",)
    found = {(item.check, item.resource): item for item in report.findings}
    assert found["CKV_AWS_27", "module.disk.aws_sqs_queue.this"].phases == ()
    assert len(found) == len(report.findings)
    alone = policy.run(workspace, "dev", 1, plan=made)
    assert report.passed == 2 * alone.passed


def test_a_finding_of_one_phase_says_which(report):
    both = merged("dev", {2: report, 3: replace(report, findings=report.findings[:1])})
    assert both.checked == ("dev, phase 2, 3",)
    assert [item.phases for item in both.findings] == [(), (2,)]
    for form in (policy.as_text, policy.as_sarif, policy.as_junit, policy.as_markdown):
        told = form(both).replace("phase 2, 3", "")
        assert told.count("phase 2") == 1


def test_as_markdown_nothing_in_a_name_is_markup():
    hostile = policy.Finding("CKV_1", "failed", "a.b[`|\n<b>`]", "<script>|\n[x](y) @all")
    text = policy.as_markdown(policy.Report(("p",), 0, (hostile,)))
    [row] = [line for line in text.splitlines() if line.startswith("| failed")]
    assert "<script>" not in row
    assert row.replace("\\|", "").count("|") == 6
    assert "@all" not in row


HOSTILE = (
    "<script>alert(1)</script>", "'\"`|]]>", "two\nlines\r", "x" * 10_000, "../../etc/passwd",
    "\u202egnp.exe", "\x1b[2J\x07\x00", "\u2028",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_in_a_plan_are_harmless_in_every_form(tmp_path, name):
    disk = {**VOLUME, "address": f"aws_ebs_volume.this[{json.dumps(name)}]", "index": name}
    values = {"size": 8, "encrypted": False, "tags_all": {"Name": name}}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [{**disk, "values": values}]}},
        "resource_changes": [{**disk, "change": change}],
        "configuration": {"root_module": {"resources": [{**disk, "expressions": {}}]}},
    }))  # fmt: skip
    report = policy.run_plan(path)
    assert report.failed
    forms = [policy.as_text, policy.as_json, policy.as_sarif, policy.as_junit, policy.as_markdown]
    text, plain, sarif, junit, markdown = (form(report) for form in forms)
    for said in (text, plain, sarif, junit, markdown):
        assert all(letter.isprintable() or letter == "\n" for letter in said), ascii(said)
        said.encode()
    results = json.loads(sarif)["runs"][0]["results"]
    cases = ET.fromstring(junit).findall("testcase")  # noqa: S314
    rows = [line for line in markdown.splitlines() if line.startswith("| failed")]
    assert len(json.loads(plain)["findings"]) == len(results) == len(cases) - 1 == len(rows)
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}
    assert {row.count("`") % 2 for row in rows} == {0}


def test_as_junit_the_numbers_add_up(report):
    suite = ET.fromstring(policy.as_junit(report))  # noqa: S314
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert [len(suite.findall(f".//{kind}")) for kind in ("failure", "skipped")] == [1, 1]
