"""The Terraform itself: formatted, valid, tested, locked, and the same in every environment."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from groundplan import process
from groundplan.terraform import installer, providers

ROOT = Path(__file__).parent.parent
TERRAFORM = ROOT / "terraform"
BUILD = ROOT / "build" / "terraform"
MODULES = sorted(path for path in (TERRAFORM / "modules").iterdir() if path.is_dir())
ENVIRONMENTS = sorted(path for path in (TERRAFORM / "envs").iterdir() if path.is_dir())
STATE = TERRAFORM / "state"
DOCUMENTED = [*MODULES, STATE]
# What they are of is the same in every environment, so that one has tests.
TESTED = [*DOCUMENTED, ENVIRONMENTS[0]]
ROOTS = [*DOCUMENTED, *ENVIRONMENTS]
# What a platform needs a module for.
NEEDED = {
    "budget", "delivery", "ecr", "eks", "encryption", "monitoring", "mysql", "network", "redis",
}  # fmt: skip

# What may differ between environments: values, and where the state is kept.
SAME_EVERYWHERE = [
    "main.tf", "outputs.tf", "providers.tf", "variables.tf", "versions.tf",
]  # fmt: skip
# The archives of the provider's release: one for each of 14 platforms, and the manifest.
ARCHIVES = 15


def name(path: Path) -> str:
    return path.relative_to(TERRAFORM).as_posix()


def blocks(root: Path, kind: str) -> dict[str, str]:
    """The bodies of the top-level blocks of `kind` in the formatted files of `root`, by name."""
    text = "\n".join(path.read_text() for path in sorted(root.glob("*.tf")))
    return dict(re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', text, re.MULTILINE | re.DOTALL))


def terraform(folder: Path, *arguments: str) -> process.Outcome:
    extra = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    if configuration := providers.configuration(BUILD):
        extra["TF_CLI_CONFIG_FILE"] = str(configuration)
    environment = process.clean_environment(extra)
    return process.run(
        [str(installer.find(ROOT)), *arguments], cwd=folder, env=environment, timeout=600
    )


def init(folder: Path) -> None:
    """Without a state. One at a time: Terraform's cache of providers bears no two writers."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "init.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        terraform(
            folder, "init", "-backend=false", "-input=false", "-lockfile=readonly", "-no-color"
        )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A copy of the Terraform tree, so that init leaves nothing in the real one."""
    ignore = shutil.ignore_patterns(".terraform", "*.tfstate*")
    return shutil.copytree(TERRAFORM, tmp_path / "terraform", ignore=ignore)


@pytest.mark.terraform
def test_formatted():
    found = terraform(TERRAFORM, "fmt", "-check", "-recursive", "-no-color")
    assert found.stdout == ""


@pytest.mark.terraform
@pytest.mark.parametrize("root", [*ENVIRONMENTS, STATE], ids=name)
def test_root_is_valid_with_the_committed_lock_file(root, elsewhere):
    copy = elsewhere / name(root)
    init(copy)
    found = json.loads(terraform(copy, "validate", "-json").stdout)
    assert found["diagnostics"] == []


@pytest.mark.slow
@pytest.mark.terraform
@pytest.mark.parametrize("root", TESTED, ids=name)
def test_module_passes_its_own_tests(root, elsewhere):
    copy = elsewhere / name(root)
    shutil.copy(ENVIRONMENTS[0] / ".terraform.lock.hcl", copy)
    init(copy)
    said = terraform(copy, "test", "-no-color").stdout
    assert re.search(r"Success! [1-9]\d* passed, 0 failed\.", said)


def test_no_module_is_missing():
    assert {path.name for path in MODULES} == NEEDED


@pytest.mark.parametrize("root", DOCUMENTED, ids=name)
def test_module_has_the_files_of_a_module(root):
    there = {path.name for path in root.iterdir()}
    assert {"README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf"} <= there
    assert list(root.glob("tests/*.tftest.hcl"))


@pytest.mark.parametrize("root", MODULES, ids=name)
def test_module_leaves_providers_to_its_caller(root):
    assert blocks(root, "provider") == {}


@pytest.mark.parametrize("root", TESTED, ids=name)
def test_every_validation_has_a_run_that_it_refuses(root):
    tests = "\n".join(path.read_text() for path in root.glob("tests/*.tftest.hcl"))
    refused = Counter(re.findall(r"expect_failures += \[var\.(\w+)\]", tests))
    validations = {
        variable: len(re.findall(r"^  validation {", body, re.MULTILINE))
        for variable, body in blocks(root, "variable").items()
    }
    untested = {
        variable: f"{count} validations, {refused[variable]} runs"
        for variable, count in validations.items()
        if refused[variable] < count
    }
    assert untested == {}


def test_roles_are_bound_as_the_delivery_demands_of_those_it_makes():
    wanted = '"arn:${local.account.partition}:iam::aws:policy/PowerUserAccess"'
    assert f"boundary = {wanted}" in (TERRAFORM / "modules/delivery/terraform.tf").read_text()
    bound = '  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"\n'
    for path in (TERRAFORM / "modules").glob("*/*.tf"):
        made = path.read_text().split('resource "aws_iam_role" "')[1:]
        if path.parent.name != "delivery":  # whose own roles it may not touch
            assert [bound in role.partition("\n}\n")[0] for role in made] == [True] * len(made)


@pytest.mark.parametrize("root", ROOTS, ids=name)
def test_every_variable_is_described_typed_and_validated(root):
    for variable, body in blocks(root, "variable").items():
        assert re.search(r'^  description = "', body, re.MULTILINE), variable
        assert re.search(r"^  type +=", body, re.MULTILINE), variable
        # Of true and false there is nothing to refuse.
        decided = re.search(r"^  type +=  *bool$", body, re.MULTILINE)
        assert decided or "\n  validation {\n" in body, variable


@pytest.mark.parametrize("root", ROOTS, ids=name)
def test_every_output_is_described(root):
    for output, body in blocks(root, "output").items():
        assert re.search(r'^  description = "', body, re.MULTILINE), output


PHASES = {
    "dev": {
        1: set(), 2: set(), 3: set(), 4: set(), 5: {"delivery"},
        6: {"budget", "delivery", "monitoring", "scaling"},
    },
    "prod": {10: {"budget", "delivery", "monitoring", "scaling"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("env", "phase"), [(env, phase) for env, phases in PHASES.items() for phase in phases]
)
def test_each_phase_switches_on_what_it_is_for(env, phase):
    text = (TERRAFORM / "envs" / env / f"phase-{phase}.tfvars").read_text()
    named = set(re.findall(r"^(\w+) +=", text, re.MULTILINE))
    assert named & {"budget", "delivery", "monitoring", "scaling"} == PHASES[env][phase]


@pytest.mark.parametrize("file", SAME_EVERYWHERE)
def test_environments_differ_in_values_only(file):
    first, *others = [(root / file).read_text() for root in ENVIRONMENTS]
    assert all(text == first for text in others)


def test_environments_keep_their_states_apart():
    keys = [
        re.search(r'key += "(.*)"', (root / "backend.tf").read_text())[1] for root in ENVIRONMENTS
    ]
    assert keys == [f"{root.name}/terraform.tfstate" for root in ENVIRONMENTS]


@pytest.mark.parametrize("root", ENVIRONMENTS, ids=name)
def test_state_is_encrypted_and_locked(root):
    backend = (root / "backend.tf").read_text()
    assert re.search(r"^ +encrypt +=  *true$", backend, re.MULTILINE)
    assert re.search(r"^ +use_lockfile +=  *true$", backend, re.MULTILINE)


def test_lock_files_hold_every_platform_and_agree():
    roots = [*ENVIRONMENTS, STATE]
    first, *others = [(root / ".terraform.lock.hcl").read_text() for root in roots]
    assert all(text == first for text in others)
    assert len(set(re.findall(r'"zh:[0-9a-f]{64}"', first))) == ARCHIVES
    assert re.search(r'"h1:[A-Za-z0-9+/]{43}="', first), "a mirror holds no archives"


@pytest.mark.parametrize("root", ROOTS, ids=name)
def test_knows_nothing_of_the_embedded_cloud(root):
    text = "\n".join(path.read_text() for path in sorted(root.rglob("*.tf*")) if path.is_file())
    for word in ("localhost", "127.0.0.1", "endpoints {", "skip_", "ministack", "localstack"):
        assert word not in text.replace("skip_final_snapshot", "")
