"""A small workspace with a disk, and plans of it, to be held against policy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from groundplan import policy

MAIN = """
variable "encrypted" { type = bool }

module "disk" {
  source    = "../../modules/disk"
  encrypted = var.encrypted
}
"""
MODULE = """
variable "encrypted" { type = bool }

resource "aws_ebs_volume" "this" {
  availability_zone = "us-east-1a"
  size              = 8
  encrypted         = var.encrypted
}
"""
DISK = "module.disk.aws_ebs_volume.this"
AWS = {"mode": "managed", "provider_name": "registry.terraform.io/hashicorp/aws"}
KEY = {**AWS, "address": "aws_kms_key.this", "type": "aws_kms_key", "name": "this"}
VOLUME = {**AWS, "address": DISK, "type": "aws_ebs_volume", "name": "this"}
KEYS_ARN = {"references": ["aws_kms_key.this.arn", "aws_kms_key.this"]}


def disks(root: Path) -> Workspace:
    """An environment `dev` of which phase 1 has an open disk, and phase 2 an encrypted one."""
    files = {
        "envs/dev/main.tf": MAIN,
        "envs/dev/phase-1.tfvars": "encrypted = false\n",
        "envs/dev/phase-2.tfvars": "encrypted = true\n",
        "modules/disk/main.tf": MODULE,
    }
    for name, text in files.items():
        path = root / "terraform" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Workspace(root)


def states(report: policy.Report) -> dict[tuple[str, str], str]:
    return {(item.check, item.resource): item.state for item in report.findings}


def plan(folder: Path, *, encrypted: bool = True, own_key: bool = False) -> Path:
    """`terraform show -json` of a disk, encrypted with a key of its own or with AWS's."""
    disk = {**VOLUME, "values": {"size": 8, "encrypted": encrypted}}
    settings = {"kms_key_id": {"references": ["var.key"]}} if own_key else {}
    module = {"resources": [{**VOLUME, "address": "aws_ebs_volume.this", "expressions": settings}]}
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {
            "root_module": {
                "resources": [{**KEY, "values": {}}],
                "child_modules": [{"address": "module.disk", "resources": [disk]}],
            }
        },
        "resource_changes": [
            changed(KEY, {}),
            changed({**VOLUME, "module_address": "module.disk"}, disk["values"]),
        ],
        "configuration": {
            "root_module": {
                "resources": [{**KEY, "expressions": {}}],
                "module_calls": {"disk": {"module": module, "expressions": {"key": KEYS_ARN}}},
            }
        },
    }
    path = folder / "plan.json"
    path.write_text(json.dumps(document))
    return path


def standing(folder: Path, before: dict[str, object], after: dict[str, object]) -> Path:
    """The plan of a disk that is there already."""
    path = plan(folder)
    document = json.loads(path.read_text())
    document["planned_values"]["root_module"]["child_modules"][0]["resources"][0]["values"] = after
    actions = ["no-op"] if before == after else ["update"]
    document["resource_changes"][1]["change"] = {
        "actions": actions, "before": before, "after": after, "after_unknown": {},
    }  # fmt: skip
    path.write_text(json.dumps(document))
    return path


def changed(item: dict[str, str], after: object) -> dict[str, object]:
    unknown = {"id": True, "arn": True, "kms_key_id": True}
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
    return {**item, "change": change}
