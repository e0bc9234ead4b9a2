"""What a block's loop gives one instance, where a plan tells what it loops over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from groundplan.facts.addresses import key_of, split, without_key


def key_by_value(table: Any, key: str, reference: str) -> str | None:
    """The instance key, brackets included, that a loop's value is; None where the plan can't tell.

    `table` is what is looped over, None for a set of constants, whose values are their own keys;
    `key` that of the looping instance; `reference` is `each.value` or a part of it.

    >>> key_by_value({"web": {"in": "a"}}, '["web"]', "each.value.in")
    '["a"]'
    """
    name, steps = json.loads(key[1:-1]), _steps(reference)
    if isinstance(table, Mapping):
        value = table.get(name)
        for step in steps:
            value = _part(value, step)
    else:
        same = not steps and (table is None or (isinstance(table, list) and name in table))
        value = name if same else None
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return f"[{json.dumps(value)}]" if known else None


def _steps(reference: str) -> list[Any]:
    """`each.value.ids[0]` → `["ids", 0]`."""
    found: list[Any] = []
    for part in split(reference)[1:]:
        index = key_of(part)
        found += [without_key(part), *([json.loads(index[1:-1])] if index else [])]
    return found[1:]


def _part(value: Any, step: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
    return value[step] if inside else None
