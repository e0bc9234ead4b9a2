"""What a plan's configuration has of the expressions of a block: which references are in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def expressions(value: Any, prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The leaves `{"references": [...]}` or `{"constant_value": ...}` of nested blocks, by path."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from expressions(item, f"{prefix}.{number}")
    elif isinstance(value, Mapping):
        if "references" in value and isinstance(value["references"], list):
            yield prefix, value
            return
        if "constant_value" in value:
            return
        for name, item in value.items():
            yield from expressions(item, f"{prefix}.{name}" if prefix else name)


def primary(references: Iterable[str]) -> Iterator[str]:
    """Each reference once, without the prefixes of itself that the plan lists after it."""
    last = ""
    for reference in references:
        if not last.startswith((f"{reference}.", f"{reference}[")):
            yield reference
        last = reference


def dynamic(unknown: Iterable[str], resource: Mapping[str, Any]) -> Iterator[str]:
    """The unknown paths in dynamic blocks, of which a plan has no expressions."""
    there = resource.get("expressions", {})
    for path in unknown:
        block, _, rest = path.partition(".")
        if rest and block not in there:
            yield path


def is_table(block: Mapping[str, Any]) -> bool:
    """True where a block loops over a value, and not over the instances of a resource."""
    loop = block.get("for_each_expression", {}).get("references", ())
    return any(reference.startswith(("var.", "local.")) for reference in loop)
