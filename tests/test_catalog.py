"""The one table of what can be drawn."""

from __future__ import annotations

import fcntl
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from groundplan import process
from groundplan.canvas.palette import EDGES, FRAMES
from groundplan.canvas.svg import icon_file
from groundplan.catalog import KINDS, OTHER, RESOURCES, kind, treatment
from groundplan.catalog.families import ENDINGS, FAMILIES
from groundplan.terraform import installer, providers

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "terraform"


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_an_icon_a_name_and_a_frame(name):
    icon = icon_file(KINDS[name].icon).read_bytes()
    assert icon.startswith(b"\x89PNG")
    assert KINDS[name].label
    assert KINDS[name].band in FRAMES


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frames_icon_is_there(frame):
    assert not FRAMES[frame].icon or icon_file(FRAMES[frame].icon).is_file()


@pytest.mark.parametrize("type_", RESOURCES)
def test_every_type_is_drawn_or_has_a_reason(type_):
    row = RESOURCES[type_]
    assert type_.startswith("aws_")
    if row.place in {"subnet", "vpc", "region", "global", "list"}:
        assert row.kind in KINDS
    elif row.place != "frame":
        assert row.reason


def test_what_the_table_does_not_know_is_a_plain_resource():
    assert treatment("aws_made_up") is OTHER
    assert kind(OTHER.kind).icon


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("random_password", "made by Terraform itself: nothing of it stands in the cloud"),
        ("helm_release", "runs inside the Kubernetes cluster, into which this does not look"),
        ("aws_s3_bucket_versioning", "a setting of its bucket"),
        ("aws_iam_role_policy_attachment", "a permission of its role"),
        ("aws_iam_policy", "a permission of the identities that use it"),
        ("aws_lambda_permission", "a setting of its function"),
        ("aws_made_up_attachment", "joins two things that stand in the plan"),
        ("aws_made_up_parameter_group", "settings of what uses it"),
    ],
)
def test_a_small_part_without_a_row_is_known_by_its_name(type_, reason):
    assert treatment(type_).place == "part"
    assert treatment(type_).reason == reason


@pytest.mark.parametrize("name", [*FAMILIES, *ENDINGS])
def test_every_family_has_a_reason(name):
    row = {**FAMILIES, **ENDINGS}[name]
    assert row.place == "part"
    assert row.reason


def test_the_path_of_an_icon_is_a_kind_of_its_own():
    assert kind("aws/general/users.png").icon == "aws/general/users.png"
    with pytest.raises(KeyError):
        kind("no-such-kind")


def test_every_kind_of_line_has_a_colour():
    assert set(EDGES) == {"flow", "route", "rule", "replicates", "uses"}


def provider(folder: Path) -> dict[str, Any]:
    """What the AWS provider of the engagement says of itself."""
    shutil.copy(ROOT / "terraform" / "envs" / "dev" / "versions.tf", folder)
    shutil.copy(ROOT / "terraform" / "envs" / "dev" / ".terraform.lock.hcl", folder)
    extra = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    BUILD.mkdir(parents=True, exist_ok=True)
    if configuration := providers.configuration(BUILD):
        extra["TF_CLI_CONFIG_FILE"] = str(configuration)
    environment = process.clean_environment(extra)
    terraform = str(installer.find(ROOT))
    with (BUILD / "init.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        init = [terraform, "init", "-backend=false", "-lockfile=readonly"]
        process.run(init, cwd=folder, env=environment, timeout=300)
    show = [terraform, "providers", "schema", "-json"]
    schema = json.loads(process.run(show, cwd=folder, env=environment, timeout=300).stdout)
    found: dict[str, Any] = schema["provider_schemas"]["registry.terraform.io/hashicorp/aws"]
    return found


def paths(block: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The attribute paths that a provider's schema has, `*` for every block of a list."""
    for name, attribute in block.get("attributes", {}).items():
        yield prefix + name
        if "nested_type" in attribute:
            yield from paths(attribute["nested_type"], f"{prefix}{name}.*.")
    for name, inner in block.get("block_types", {}).items():
        yield prefix + name
        yield from paths(inner["block"], f"{prefix}{name}.*.")


@pytest.mark.terraform
@pytest.mark.slow
def test_every_row_is_of_a_type_that_aws_has_and_names_attributes_that_it_has(tmp_path):
    known = {
        type_: set(paths(schema["block"]))
        for type_, schema in provider(tmp_path)["resource_schemas"].items()
    }
    for type_, row in RESOURCES.items():
        ends = [*row.through, *(end for link in row.links for end in (link.source, link.target))]
        settings = [row.size, row.public.removeprefix("!").replace("address", "")]
        named = [*row.subnets, *row.groups, *settings, *(end.path for end in ends)]
        wanted = {path.replace(".0.", ".*.") for path in named if path}
        assert wanted <= known[type_], type_
        assert {other for end in ends for other in end.types} <= set(known), type_
