"""JSON as Go writes it, which is how terraform-docs shows values."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundplan.reference.hcl import Value

# Go writes a number in full within these bounds, else with an exponent.
_SMALL, _LARGE = 1e-6, 1e21
_SEPARATORS = {"\u2028": "\\u2028", "\u2029": "\\u2029"}
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def dumps(value: Value, *, html: bool = False) -> str:
    """`value`, indented by two spaces, keys sorted; with `html`, `<`, `>` and `&` escaped."""
    text = _written(value, "\n")
    for letter, escape in _HTML.items() if html else ():
        text = text.replace(letter, escape)
    return text


def _written(value: Value, line: str) -> str:
    if isinstance(value, dict):
        inner = f"{line}  "
        items = [f"{_string(key)}: {_written(value[key], inner)}" for key in sorted(value)]
        return f"{{{inner}{f',{inner}'.join(items)}{line}}}" if items else "{}"
    if isinstance(value, list):
        inner = f"{line}  "
        items = [_written(item, inner) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{line}]" if items else "[]"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value)


def _string(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    for letter, escape in _SEPARATORS.items():
        written = written.replace(letter, escape)
    return written


def _number(number: float) -> str:
    if number and not _SMALL <= abs(number) < _LARGE:
        return re.sub(r"e-0(\d)$", r"e-\1", repr(number))
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
