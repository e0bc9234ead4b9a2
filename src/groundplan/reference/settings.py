"""What terraform-docs lets one choose of a Markdown table, with its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

SECTIONS: Final = (
    "header", "requirements", "providers", "modules", "resources", "data-sources",
    "inputs", "outputs",
)  # fmt: skip
"""The sections shown unless others are asked for; `footer` is the ninth."""


@dataclass(frozen=True)
class Settings:
    """Names and defaults are those of terraform-docs 0.24.

    `sections` are those to show. `indent` is the level of the headings, from 1 to 5.
    `output_values` is what `terraform output -json` prints, to show outputs with their values.
    """

    sections: tuple[str, ...] = SECTIONS
    header_from: str = "main.tf"
    footer_from: str = ""
    sort: bool = True
    anchor: bool = True
    atx_closed: bool = False
    default: bool = True
    escape: bool = True
    hide_empty: bool = False
    html: bool = True
    indent: int = 2
    lock_file: bool = True
    read_comments: bool = True
    required: bool = True
    sensitive: bool = True
    type: bool = True
    output_values: Mapping[str, Any] | None = None
