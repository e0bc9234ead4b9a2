"""Small Terraform roots and the workspaces around them, for tests that run the real Terraform."""

from __future__ import annotations

import shutil
from pathlib import Path

from groundplan.workspace import Workspace

REPOSITORY = Path(__file__).parents[1]

BACKEND = """\
terraform {
  required_version = ">= 1.11"
  backend "s3" {
    key          = "dev/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}

variable "applications" {
  type = set(string)
}
"""

# Without a provider, so that a plan takes half a second and not five.
PLAIN = f"""\
{BACKEND}
resource "terraform_data" "this" {{
  for_each = var.applications
  input    = each.key
}}

output "applications" {{
  value = sort([for item in terraform_data.this : item.output])
}}

output "token" {{
  value     = "not to be shown"
  sensitive = true
}}
"""

# The VPC takes ten seconds to make: that is how long the provider waits for its DNS.
AWS = f"""\
{BACKEND}
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }}
  }}
}}

provider "aws" {{
  region              = "us-east-1"
  allowed_account_ids = var.account_id == null ? null : [var.account_id]
}}

variable "account_id" {{
  type    = string
  default = null
}}

resource "aws_ecr_repository" "this" {{
  for_each = var.applications
  name     = each.key
}}

resource "aws_vpc" "this" {{
  count                = length(var.applications) - 1
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
  tags                 = {{ Name = "lab" }}
}}
"""


def engagement(root: Path) -> Workspace:
    """The reference engagement in `root`, as far as Terraform needs it, with nothing recorded."""
    root.mkdir(exist_ok=True)
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(REPOSITORY / name, root)
    shutil.copytree(
        REPOSITORY / "terraform", root / "terraform",
        ignore=shutil.ignore_patterns(".terraform"),
    )  # fmt: skip
    return Workspace(root)


def write(root: Path, main: str) -> Path:
    """One small environment `dev` of two phases in `root`; its folder."""
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(REPOSITORY / name, root)
    folder = root / "terraform" / "envs" / "dev"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(main)
    (folder / "phase-1.tfvars").write_text('applications = ["cart"]\n')
    (folder / "phase-2.tfvars").write_text('applications = ["cart", "orders"]\n')
    if 'source  = "hashicorp/aws"' in main:
        shutil.copy(REPOSITORY / "terraform/envs/dev/.terraform.lock.hcl", folder)
    return folder
