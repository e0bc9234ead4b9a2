"""The reference of a Terraform module, as terraform-docs writes it."""

from __future__ import annotations

from groundplan.reference.module import Module, files, read
from groundplan.reference.readme import BEGIN, README, documented, expected, injected, stale, write
from groundplan.reference.settings import Settings
from groundplan.reference.table import render

__all__ = [
    "BEGIN", "README", "Module", "Settings", "documented", "expected", "files", "injected", "read",
    "render", "stale", "write",
]  # fmt: skip
