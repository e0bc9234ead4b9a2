"""What is sensitive in a plan or state, left out wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SENSITIVE: Final = "(sensitive)"
ACCOUNT: Final = "(account)"
"""What stands for the id of an AWS account, in ARNs, host names and wherever else it is told."""
_ACCOUNT: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])")


def secrets(document: Mapping[str, Any]) -> Iterator[str]:
    """The values of sensitive variables: some copies of them, as in tags_all, bear no mark.

    `document` is what `terraform show -json` prints.
    """
    declared = document.get("configuration", {}).get("root_module", {}).get("variables", {})
    for name, given in document.get("variables", {}).items():
        if declared.get(name, {}).get("sensitive"):
            yield from _strings(given.get("value"))


def redact(values: Any, sensitive: Any, hidden: frozenset[str] = frozenset()) -> Any:
    """`values` with every part replaced that `sensitive`, of the same shape, marks True.

    So is every text that equals a marked one, or one of `hidden`: providers copy values about.
    Ids of AWS accounts become ACCOUNT.
    """
    marked = (_strings(item) for item, mark in _leaves(values, sensitive) if mark)
    return _without(values, sensitive, hidden.union(*marked))


def _leaves(value: Any, sensitive: Any) -> Iterator[tuple[Any, bool]]:
    """The parts of `value` that have a mark of their own, and the mark."""
    if isinstance(sensitive, bool):
        yield value, sensitive
    elif isinstance(value, Mapping) and isinstance(sensitive, Mapping):
        for key, item in value.items():
            yield from _leaves(item, sensitive.get(key, False))
    elif isinstance(value, list) and isinstance(sensitive, list):
        for item, mark in zip(value, sensitive, strict=False):
            yield from _leaves(item, mark)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(item)


def _without(value: Any, sensitive: Any, hidden: frozenset[str]) -> Any:
    if value is None:
        return None  # that nothing is there is no secret
    if sensitive is True or (isinstance(value, str) and value and value in hidden):
        return SENSITIVE
    if isinstance(value, Mapping):
        marks = sensitive if isinstance(sensitive, Mapping) else {}
        return {key: _without(item, marks.get(key), hidden) for key, item in value.items()}
    if isinstance(value, list):
        listed = sensitive if isinstance(sensitive, list) else []
        return [_without(*pair, hidden) for pair in zip_longest(value, listed[: len(value)])]
    return _ACCOUNT.sub(ACCOUNT, value) if isinstance(value, str) else value
