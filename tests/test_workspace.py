"""The folder that holds one engagement."""

from __future__ import annotations

import re
import shutil

import pytest

from groundplan.errors import InputError
from groundplan.workspace import Workspace
from pictured import WORKSPACE


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    shutil.copy(WORKSPACE.design_file, tmp_path / "design.yaml")
    (tmp_path / "docker-compose.yml").write_text("services: {web: {image: 'nginx:1'}}\n")
    for env in ("dev", "prod"):
        folder = tmp_path / "terraform" / "envs" / env
        folder.mkdir(parents=True)
        (folder / "main.tf").touch()
    (tmp_path / "terraform" / "envs" / "notes").mkdir()
    (tmp_path / "terraform" / "envs" / "dev" / "phase-2.tfvars").touch()
    (tmp_path / "terraform" / "envs" / "dev" / "phase-3.tfvars").touch()
    return Workspace(tmp_path)


def test_it_is_found_from_any_folder_inside(workspace, monkeypatch):
    inside = workspace.root / "terraform" / "envs" / "dev"
    assert Workspace.find(inside) == workspace
    monkeypatch.chdir(inside)
    assert Workspace.find() == workspace


def test_outside_of_one_it_is_said_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match=r"no design\.yaml in") as caught:
        Workspace.find(tmp_path)
    assert "go to the folder" in caught.value.hint


def test_its_parts_have_their_places(workspace):
    root = workspace.root
    assert workspace.design_file == root / "design.yaml"
    assert workspace.compose_file == root / "docker-compose.yml"
    assert workspace.diagrams_dir == root / "diagrams"
    assert workspace.docs_dir == root / "docs"
    assert workspace.build_dir == root / "build"
    assert workspace.facts_file("dev", 3) == root / "facts" / "dev" / "phase-3.json"
    assert workspace.variables_file("dev", 3).name == "phase-3.tfvars"


def test_environments_are_the_folders_with_terraform_in_them(workspace):
    assert workspace.environments == ("dev", "prod")
    assert workspace.environment("prod") == workspace.root / "terraform" / "envs" / "prod"
    with pytest.raises(InputError, match="there is no environment 'prd'") as caught:
        workspace.environment("prd")
    assert caught.value.hint == "did you mean 'prod'?"


def test_a_phase_without_variables_is_told_where_they_go(workspace):
    with pytest.raises(
        InputError, match="phase 9 has no variables for environment 'dev'"
    ) as caught:
        workspace.variables_file("dev", 9)
    assert str(caught.value.file) == "terraform/envs/dev/phase-9.tfvars"
    assert caught.value.hint.endswith("choose one of: phase-2.tfvars, phase-3.tfvars")
    with pytest.raises(InputError) as caught:
        workspace.variables_file("prod", 1)
    assert caught.value.hint.endswith("none yet")


@pytest.mark.parametrize(
    ("env", "phase", "message"),
    [
        ("dev", 2, "no plan is recorded for dev, phase 2"),
        ("dev", 9, "phase 9 has no variables"),
        ("../../etc", 1, "there is no environment '../../etc'"),
    ],
)
def test_without_a_recorded_plan_there_is_nothing_to_show(workspace, env, phase, message):
    with pytest.raises(InputError, match=re.escape(message)):
        workspace.facts(env, phase)


def test_recorded_plans_are_read_once_and_again_after_a_change(workspace):
    path = workspace.facts_file("dev", 2)
    path.parent.mkdir(parents=True)
    shutil.copy(WORKSPACE.facts_file("dev", 1), path)
    first = workspace.facts("dev", 2)
    assert (first.env, first.phase) == ("dev", 1), "as it was recorded"
    assert workspace.facts("dev", 2) is first
    shutil.copy(WORKSPACE.facts_file("dev", 4), path)
    assert workspace.facts("dev", 2).phase == 4


@pytest.mark.parametrize(("env", "phase"), [("dev", 1), ("dev", 4), ("prod", 10)])
def test_the_engagements_own_plans_are_recorded_under_their_names(env, phase):
    found = WORKSPACE.facts(env, phase)
    assert (found.env, found.phase) == (env, phase)
    assert found.source


def test_the_application_grows_with_the_phases():
    applications = WORKSPACE.applications([2, 3, 4])
    names = {n: {service.name for service in app.services} for n, app in applications.items()}
    assert names[3] - names[2] == {"mysql-replica"}
    assert names[4] - names[3] == {"redis"}
    flows = {(flow.source, flow.target) for flow in applications[4].flows}
    assert {("catalog", "mysql-replica"), ("cart", "redis")} <= flows


def test_the_application_is_read_anew_after_a_change(workspace):
    assert [service.name for service in workspace.application().services] == ["web"]
    workspace.compose_file.write_text("services: {other: {image: 'nginx:1'}}\n")
    assert [service.name for service in workspace.application().services] == ["other"]


@pytest.mark.parametrize(
    ("text", "takes_in"),
    [
        ("services: {}\n", False),
        ("include: [a.yml]\n", True),
        ("services:\n  a:\n    extends:\n      file: b.yml\n", True),
        ("services:\n  a:\n    env_file: x.env\n", True),
        ("services: {a: {volumes: ['./proxy.conf:/proxy.conf']}}\n", True),
        ("services: {a: {volumes: ['./proxy:/etc/nginx/conf.d:ro']}}\n", True),
        ("services: {a: {volumes: ['./a.cnf:/etc/mysql/conf.d/a.cnf', './b:/b']}}\n", False),
        ("# include: nothing\nservices: {include: {image: a}}\n", False),
    ],
)
def test_whether_compose_takes_in_other_files(workspace, text, takes_in):
    workspace.compose_file.write_text(text)
    assert workspace.compose_takes_in is takes_in
