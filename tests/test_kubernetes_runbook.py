"""The runbook: the commands of a deployment by hand, and what a cluster is asked to have."""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from groundplan import kubernetes
from groundplan.cli import app
from groundplan.errors import InputError, RefusedError
from groundplan.kubernetes import operators, overlays, runbook
from groundplan.pages import Pages
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]


def lines(overlay: str) -> list[str]:
    found = runbook.chapters(Workspace(ROOT), overlay)
    return [line for chapter in found for line in chapter.commands]


def titles(overlay: str) -> list[str]:
    return [chapter.title for chapter in runbook.chapters(Workspace(ROOT), overlay)]


def test_it_goes_from_the_environment_to_the_way_back():
    assert titles("dev") == [
        "Say in which account it lives",
        "Make the bucket of the states",
        "Make the environment",
        "Point kubectl at the cluster",
        "Install External Secrets",
        "Build the images, and push them",
        "Look at what will be applied",
        "Apply, and watch every copy become ready",
        "See what runs, and where",
        "Show it",
        "Take it back",
    ]
    assert titles("local")[0] == "Make a cluster"


def test_it_names_what_is_there():
    dev, local = lines("dev"), lines("local")
    assert sum(line.startswith("docker push ") for line in dev) == 5
    assert "docker tag harbour-lane/cart:1.0.0 $registry/harbour-lane-dev/cart:$tag" in dev
    assert "groundplan k8s apply --overlay dev --context dev" in dev
    assert any(line.startswith("aws eks update-kubeconfig") for line in dev)
    assert any("--name harbour-lane-dev --alias dev" in line for line in dev)
    assert "kubectl kustomize k8s/overlays/local" in local
    assert not any("aws" in line for line in local)


def test_production_has_what_its_phase_adds():
    assert titles("prod") == [
        "Say in which account it lives",
        "Make the bucket of the states",
        "Give the cache its token",
        "Make the environment",
        "Point kubectl at the cluster",
        "Install External Secrets",
        "Install AWS Load Balancer Controller",
        "Wait for metrics-server, an add-on of the cluster",
        "Install cluster autoscaler",
        "Get a certificate for shop.harbour-lane.example",
        "Build the images, and push them",
        "Look at what will be applied",
        "Apply, and watch every copy become ready",
        "See what runs, and where",
        "Point shop.harbour-lane.example to the load balancer",
        "Show it",
        "Take it back",
    ]
    text = "\n".join(lines("prod"))
    # What Terraform takes as a variable is what External Secrets reads.
    assert "create-secret --region us-east-1 --name harbour-lane-prod/redis_auth_token" in text
    variables = (ROOT / "terraform" / "envs" / "prod" / "variables.tf").read_text()
    assert "export TF_VAR_redis_auth_token=" in text
    assert 'variable "redis_auth_token"' in variables


def test_no_order_is_placed_among_those_of_customers():
    shown = "groundplan k8s port-forward --overlay"
    assert f"{shown} dev --context dev --journey" in lines("dev")
    assert [line for line in lines("prod") if "port-forward" in line] == [
        f"{shown} prod --context prod"
    ]
    [chapter] = [item for item in runbook.chapters(Workspace(ROOT), "prod") if "Show" in item.title]
    assert "protected against deletion" in chapter.why


def test_the_account_is_asked_for_until_the_design_states_it(tmp_path):
    root = copied(tmp_path)
    design = root / "design.yaml"
    text = design.read_text()
    stated = '  region: us-east-1\n  accounts: { dev: "123456789012" }\n'
    design.write_text(text.replace("  region: us-east-1\n", stated, 1))
    first = runbook.chapters(Workspace(root), "dev")[0].title
    assert first == "Make the bucket of the states"
    assert titles("dev")[0] == "Say in which account it lives"


def test_images_are_built_for_the_machines_of_the_plan():
    facts = Workspace(ROOT).facts("dev", 2)
    assert "DOCKER_DEFAULT_PLATFORM=linux/amd64 docker compose build" in lines("dev")
    [group] = facts.of_type("aws_eks_node_group")

    def platform(*groups: dict) -> str | None:
        resources = (replace(group, values=values) for values in groups)
        return runbook._platform(replace(facts, resources=tuple(resources)))

    arm, intel = {"ami_type": "BOTTLEROCKET_ARM_64"}, {"ami_type": "AL2023_x86_64_STANDARD"}
    assert platform(arm) == "linux/arm64"
    assert platform(arm, intel) is None
    assert platform({"ami_type": "CUSTOM", "instance_types": ["m7gd.large"]}) == "linux/arm64"
    assert platform({"ami_type": "CUSTOM", "instance_types": ["g4dn.xlarge"]}) == "linux/amd64"
    assert platform({"ami_type": "CUSTOM"}) is None


def test_nothing_that_is_typed_leaves_a_file_in_the_workspace():
    for line in lines("prod"):
        words = shlex.split(line)
        for flag, name in itertools.pairwise(words):
            assert words[0] != "curl" or flag != "--output" or name == "$policy"
    assert "policy=$(mktemp)" in lines("prod")


def copied(folder: Path) -> Path:
    """A copy of the engagement."""
    ignored = shutil.ignore_patterns(".git", ".venv", "build", "site", "node_modules", ".terraform")
    shutil.copytree(ROOT, folder / "copy", ignore=ignored)
    return folder / "copy"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kustomize comes with kubectl")
def test_what_needs_no_cluster_works_in_the_order_of_the_page(tmp_path, monkeypatch):
    root = copied(tmp_path)
    file = root / "docker-compose.yml"
    file.write_text(file.read_text().replace("MYSQL_DATABASE: shop", "MYSQL_DATABASE: till"))
    monkeypatch.chdir(root)
    typed = [shlex.split(line) for line in lines("local")]
    ours = [words[1:] for words in typed if words[0] == "groundplan" and "--context" not in words]
    assert [words[1] for words in ours] == ["render", "validate"]
    for words in ours:
        result = CliRunner().invoke(app, words)
        assert (result.exit_code, result.exception) == (0, None), result.output
    assert kubernetes.stale(Workspace(root)) == ()


def test_every_command_of_ours_on_the_page_is_one_with_these_options():
    page = (ROOT / "docs" / "runbook.md").read_text()
    typed = [line for name in ("local", "dev", "prod") for line in lines(name)]
    typed += re.findall(r"`(groundplan [^`]+)`", page)
    ours = [shlex.split(line)[1:] for line in typed if line.startswith("groundplan ")]
    assert len(ours) > 10
    for words in ours:
        command, rest = typer.main.get_command(app), list(words)
        while hasattr(command, "commands"):
            command = command.commands[rest.pop(0)]
        command.make_context(" ".join(words), rest)  # another option is a usage error


@pytest.mark.parametrize("overlay", ["local", "dev", "prod"])
def test_every_command_is_one_that_a_shell_takes_and_no_cluster_is_left_unnamed(overlay):
    for line in lines(overlay):
        words = shlex.split(line)
        if words[0] == "helm":
            assert {"--kube-context", "--version", "--repo"} <= set(words)
        if words[0] == "kubectl" and words[1] != "kustomize":
            assert words[1] == "--context"


def test_rights_are_given_by_hand_until_the_plan_gives_them():
    workspace = Workspace(ROOT)
    facts = workspace.facts("dev", 2)
    place = operators.Place("dev", "shop-dev", "us-east-1", "shop-dev/")
    [secrets, *_] = operators.OPERATORS
    by_hand = list(operators.installation(secrets, place, facts))
    assert [line.split()[0] for line in by_hand] == ["aws", "aws", "aws", "helm"]
    assert "secret:shop-dev/*" in by_hand[1]
    [association] = workspace.facts("prod", 10).of_type("aws_eks_pod_identity_association")[:1]
    given = association.values | {"service_account": "external-secrets"}
    planned = type(facts)((type(association)(**{**vars(association), "values": given}),))
    [only] = operators.installation(secrets, place, planned)
    assert only.startswith("helm upgrade --install external-secrets ")


def test_what_adds_nodes_is_installed_where_copies_follow_the_load():
    def installed(overlay: str) -> list[str]:
        return [line for line in lines(overlay) if " cluster-autoscaler " in line]

    [line] = installed("prod")
    assert "autoDiscovery.clusterName=harbour-lane-prod" in line
    # The name that the plan gives rights to.
    [of_plan] = [
        item for item in Workspace(ROOT).facts("prod", 10)
        if item.type == "aws_eks_pod_identity_association" and "autoscaler" in item.address
    ]  # fmt: skip
    assert f"rbac.serviceAccount.name={of_plan.get('service_account')}" in line
    assert not installed("dev")


def test_a_cluster_without_what_the_overlay_counts_on_is_told_before_anything_is_applied():
    made = overlays.whole(kubernetes.find(Workspace(ROOT), "prod"))
    with pytest.raises(RefusedError, match="no External Secrets, AWS Load") as caught:
        operators.assert_there(made, {"apps/v1", "metrics.k8s.io/v1beta1"}, "prod")
    assert "metrics-server" not in str(caught.value)
    assert "docs/runbook.md" in str(caught.value.hint)
    operators.assert_there(made, {operator.api for operator in operators.OPERATORS}, "prod")
    local = overlays.whole(kubernetes.find(Workspace(ROOT), "local"))
    operators.assert_there(local, set(), "kind-kind")


def test_the_page_shows_the_commands_as_they_are_typed():
    pages = Pages(Workspace(ROOT))
    html = pages.fill(pages.prose('{{ runbook("dev") }}', page="docs/runbook.md"))
    assert html.count("<li>") == len(titles("dev"))
    assert "groundplan k8s apply &#45;&#45;overlay dev" in html.replace("--", "&#45;&#45;")
    with pytest.raises(InputError, match="no overlay 'staging'") as caught:
        pages.prose('{{ runbook("staging") }}', page="docs/runbook.md")
    assert caught.value.file == "docs/runbook.md"
