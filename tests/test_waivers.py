"""What is let pass with a reason, for a time, and what is no waiver."""

from __future__ import annotations

import datetime

import pytest

from disks import DISK, MODULE, disks, plan, states
from groundplan import policy
from groundplan.errors import InputError

TODAY = datetime.date(2026, 12, 1)
WAIVER = """
waivers:
  - check: CKV_AWS_3
    resource: module.disk.*
    reason: It holds nothing.
    owner: platform
    expires: 2026-12-31
"""


@pytest.fixture
def workspace(tmp_path):
    return disks(tmp_path)


@pytest.fixture
def waive(workspace):
    def write(text: str) -> None:
        path = workspace.root / policy.WAIVERS
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


def test_a_waiver_lets_a_finding_pass_and_says_why(workspace, waive):
    waive(WAIVER)
    report = policy.run(workspace, "dev", 1, today=TODAY)
    [finding] = [item for item in report.findings if item.check == "CKV_AWS_3"]
    assert (finding.state, finding.severity) == ("waived", "warning")
    assert finding.reason == "It holds nothing. (platform, until 2026-12-31)"


def test_a_waiver_ends_with_its_last_day(workspace, waive):
    waive(WAIVER)
    report = policy.run(workspace, "dev", 1, today=datetime.date(2027, 1, 1))
    found = states(report)
    assert found["CKV_AWS_3", DISK] == "failed"
    assert found["CKV_AWS_3", "module.disk.*"] == "expired"
    [ended] = [item for item in report.findings if item.state == "expired"]
    assert (ended.file, ended.line) == ("terraform/waivers.yaml", 3)


def test_a_waiver_of_what_is_gone_or_passes_fails(workspace, waive, tmp_path):
    waive(WAIVER.replace("module.disk.*", "module.tape.*"))
    report = policy.run(workspace, "dev", 1, today=TODAY)
    assert states(report)["CKV_AWS_3", "module.tape.*"] == "unused"
    waive(WAIVER)
    passing = plan(tmp_path, encrypted=True)
    for phase in (1, 2):  # in the first, the files alone would fail: the plan knows better
        report = policy.run(workspace, "dev", phase, plan=passing, today=TODAY)
        assert states(report)["CKV_AWS_3", "module.disk.*"] == "unused"


def test_a_waiver_of_a_check_that_there_is_not_fails(workspace, waive, tmp_path):
    waive(WAIVER.replace("CKV_AWS_3", "CKV_AWS_99999"))
    report = policy.run(workspace, "dev", 2, plan=plan(tmp_path), today=TODAY)
    assert states(report)["CKV_AWS_99999", "module.disk.*"] == "unused"


def test_a_waiver_of_what_another_one_waives_fails(workspace, waive, tmp_path):
    again = WAIVER.partition("waivers:\n")[2].replace("module.disk.*", "'*.aws_ebs_volume.*'")
    waive(WAIVER + again)
    report = policy.run(workspace, "dev", 1, plan=plan(tmp_path, encrypted=False), today=TODAY)
    found = states(report)
    assert found["CKV_AWS_3", DISK] == "waived"
    assert found["CKV_AWS_3", "*.aws_ebs_volume.*"] == "unused"
    assert ("CKV_AWS_3", "module.disk.*") not in found


def test_a_comment_is_no_waiver(workspace, waive, tmp_path):
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text(MODULE.replace("  size ", "  #checkov:skip=CKV_AWS_3:no\n  size "))
    for made in (None, plan(tmp_path, encrypted=False), plan(tmp_path, encrypted=True)):
        report = policy.run(workspace, "dev", 1, plan=made, today=TODAY)
        [finding] = [item for item in report.findings if item.check == "CKV_AWS_3"]
        assert finding.state == "failed"
        assert "skipped by a comment" in finding.message
    waive(WAIVER)
    assert states(policy.run(workspace, "dev", 1, today=TODAY))["CKV_AWS_3", DISK] == "waived"


@pytest.mark.parametrize("where", ["environments: [prod]", "phases: [2]"])
def test_a_waiver_counts_only_where_and_when_it_is_given(workspace, waive, where):
    waive(f"{WAIVER}    {where}\n")
    found = states(policy.run(workspace, "dev", 1, today=TODAY))
    assert found["CKV_AWS_3", DISK] == "failed"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("owner: platform", "", 3, "owner"),
        ("    owner:", "    size: 3\n    owner:", 6, "size"),
        ("2026-12-31", "soon", 7, "expires"),
        ("It holds nothing.", "''", 5, "reason"),
        ("CKV_AWS_3", "encrypted", 3, "check"),
    ],
)
def test_a_waiver_that_is_none_is_refused_with_its_line(waive, workspace, old, new, line, said):  # noqa: PLR0917
    waive(WAIVER.replace(old, new))
    with pytest.raises(InputError, match=said) as caught:
        policy.run(workspace, "dev", 1)
    assert caught.value.line == line
