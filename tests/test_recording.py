"""Facts are recorded from plans of nothing, and known to be stale when their Terraform changes."""

from __future__ import annotations

import shutil

import pytest

from groundplan import facts, recording
from groundplan.errors import InputError
from groundplan.terraform import sources
from groundplan.workspace import Workspace
from roots import REPOSITORY, engagement

PLAIN = """\
terraform {
  backend "s3" {
    key          = "dev/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}

variable "applications" {
  type = set(string)
}

resource "terraform_data" "this" {
  for_each = var.applications
  input    = sensitive("password of ${each.key}")
}
"""


@pytest.fixture
def copy(tmp_path):
    return engagement(tmp_path)


@pytest.fixture
def plain(tmp_path):
    """One small environment of two phases, without a provider."""
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    folder = tmp_path / "terraform" / "envs" / "dev"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(PLAIN)
    (folder / "phase-1.tfvars").write_text('applications = ["cart"]\n')
    (folder / "phase-2.tfvars").write_text('applications = ["cart", "orders"]\n')
    return Workspace(tmp_path)


def test_every_phase_with_variables_is_to_be_recorded(copy):
    expected = [*(("dev", phase) for phase in range(1, 7)), ("prod", 10)]
    assert recording.phases(copy) == expected
    assert recording.stale(copy) == expected


def test_facts_are_stale_when_their_terraform_has_changed(copy):
    for env, phase in recording.phases(copy):
        path = copy.facts_file(env, phase)
        path.parent.mkdir(parents=True, exist_ok=True)
        source = sources.digest(copy, env, phase)
        path.write_text(facts.to_json(facts.Facts((), env=env, phase=phase, source=source)))
    assert recording.stale(copy) == []

    append(copy.variables_file("dev", 3))
    assert recording.stale(copy) == [("dev", 3)]

    copy.facts_file("dev", 1).write_text("{")
    assert recording.stale(copy) == [("dev", 1), ("dev", 3)]

    append(copy.root / "terraform" / "modules" / "network" / "main.tf")
    assert recording.stale(copy) == recording.phases(copy)


def append(path):
    path.write_text(path.read_text() + "\nlocals { changed = 1 }\n")


def test_a_file_that_is_not_named_after_a_phase_is_told(plain):
    (plain.environment("dev") / "phase-two.tfvars").touch()
    with pytest.raises(InputError, match="not named after a phase") as error:
        recording.phases(plain)
    assert str(error.value.file) == "terraform/envs/dev/phase-two.tfvars"


@pytest.mark.terraform
def test_recording_writes_what_is_stale_and_nothing_else(plain):
    said = []

    written = recording.record(plain, report=said.append)

    assert written == [plain.facts_file("dev", 1), plain.facts_file("dev", 2)]
    assert sorted(said) == [f"planning dev, phase {n}, from nothing" for n in (1, 2)]
    found = plain.facts("dev", 2)
    assert [resource.index for resource in found] == ["cart", "orders"]
    assert "password" not in plain.facts_file("dev", 2).read_text()
    assert recording.record(plain) == [], "all is current"
    assert recording.record(plain, [("dev", 1)]) == [], "and again gives the same bytes"


@pytest.mark.terraform
def test_one_phase_that_fails_does_not_keep_the_others_from_being_recorded(plain):
    plain.variables_file("dev", 1).write_text("applications = [\n")
    with pytest.raises(InputError) as error:
        recording.record(plain)
    assert str(error.value.file).endswith("phase-1.tfvars")
    assert recording.stale(plain) == [("dev", 1)]


@pytest.mark.slow
@pytest.mark.terraform
def test_what_is_committed_is_what_terraform_plans_today(copy):
    wanted = [("dev", 4), ("prod", 10)]
    recording.record(copy, wanted)
    for env, phase in wanted:
        recorded = copy.facts_file(env, phase).read_text()
        committed = Workspace(REPOSITORY).facts_file(env, phase)
        assert recorded == committed.read_text(), f"groundplan plan {env} --phase {phase} --record"
        assert "000000000000" not in recorded


@pytest.mark.terraform
def test_a_plan_is_kept_for_its_owner_until_the_terraform_changes(plain):
    said = []
    [path] = recording.planned(plain, [("dev", 1)], report=said.append)
    assert path.stat().st_mode & 0o077 == 0
    assert facts.read(path).resources[0].get("input") == facts.SENSITIVE
    assert "password of cart" not in path.read_text()

    assert recording.planned(plain, [("dev", 1)], report=said.append) == [path]
    assert said == ["planning dev, phase 1, from nothing"]

    append(plain.environment("dev") / "main.tf")
    [newer] = recording.planned(plain, [("dev", 1)])
    assert newer != path
    assert not path.exists()
