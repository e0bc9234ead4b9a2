"""What is sensitive in a plan or state, left out wherever it stands."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SENSITIVE: Final = "(sensitive)"
ACCOUNT: Final = "(account)"
"""What stands for the id of an AWS account, in ARNs, host names and wherever else it is told."""
_ACCOUNT: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])")
# What is a secret wherever it stands, by its shape, as those who give it out tell it. AWS' own
# examples end in EXAMPLE.
_SHAPES: Final = {
    "a token of GitHub": r"\bgh[oprsu]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}",
    "an access key of AWS": r"\bA[KS]IA(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b",
    "a secret key of AWS": r"(?i:aws_secret_access_key)\W{1,4}(?!\S*EXAMPLE)[A-Za-z0-9/+=]{40}",
    "a token of Slack": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "a signed token": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----)?",
    "a password in an address": r"(?<=://)[^/\s:@\"'<>{}$]*:[^/\s:@\"'<>{}$]+(?=@)",
}
_SHAPE: Final = re.compile("|".join(f"({shape})" for shape in _SHAPES.values()), re.DOTALL)
# One of which each of them has in it. Most texts have none, and need no closer look.
_SIGNS: Final = (
    "://", "akia", "asia", "eyj", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_",
    "private key", "secret_access_key", "xox",
)  # fmt: skip
# Scripts for a machine's start, which may hold anything; many are base64.
_SCRIPTS: Final = frozenset({"user_data", "user_data_base64", "custom_data"})
# Where the marks of what stands in a part of a plan or state stand, beside it.
_MARKS: Final = {
    "after": "after_sensitive", "before": "before_sensitive",
    "value": "sensitive", "values": "sensitive_values",
}  # fmt: skip
# From how many letters on a secret is looked for within other texts: a short one is in many.
_LONG: Final = 8
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def shown(text: str) -> Iterator[tuple[str, int]]:
    """What in `text` is a secret by its shape: in words, and where it begins."""
    small = text.lower()
    for found in _SHAPE.finditer(text) if any(map(small.__contains__, _SIGNS)) else ():
        yield [*_SHAPES][(found.lastindex or 1) - 1], found.start()


def accounts(text: str) -> Iterator[tuple[str, int]]:
    """What in `text` looks like the id of an AWS account, and where it begins."""
    for found in _ACCOUNT.finditer(text):
        yield found[0], found.start()


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

    So is every text that equals a marked one, or has one of `hidden` in it: providers copy values
    about, and modules put them into others.
    Ids of AWS accounts become ACCOUNT. What is a secret by its shape is left out wherever it is,
    and so are scripts for a machine's start.
    """
    return _without(values, sensitive, _Hidden.of(hidden).and_(_marked(values, sensitive)))


def to_keep(document: Mapping[str, Any]) -> dict[str, Any]:
    """A plan or state (`terraform show -json`) as it may lie on a disk, and be scanned there.

    What it marks as sensitive is left out, copies included. All else stands: policy looks at it.
    """
    hidden = _Hidden.of(secrets(document))
    # The configuration has nothing that the Terraform files don't say.
    return {
        name: part if name == "configuration" else _kept(part, hidden)
        for name, part in document.items()
    }


@dataclass(frozen=True)
class _Hidden:
    """Texts that are left out where they stand alone; those of `parts`, wherever they stand."""

    whole: frozenset[str]
    parts: tuple[str, ...]

    @staticmethod
    def of(values: Iterable[str]) -> _Hidden:
        whole = frozenset(values)
        return _Hidden(whole, tuple(each for each in whole if len(each) >= _LONG))

    def and_(self, values: Iterable[str]) -> _Hidden:
        return _Hidden(self.whole.union(values), self.parts)

    def has(self, value: Any) -> bool:
        found = isinstance(value, str) and value
        return bool(found and (value in self.whole or any(each in value for each in self.parts)))


def _kept(part: Any, hidden: _Hidden) -> Any:
    if isinstance(part, list):
        return [_kept(item, hidden) for item in part]
    if not isinstance(part, Mapping):
        return part
    found = {}
    for name, item in part.items():
        marks = part.get(_MARKS.get(name, ""))
        # A variable's value bears no mark; the values of a state hold parts that bear theirs.
        ours = marks is not None or name == "value"
        copied = hidden.and_(_marked(item, marks)) if ours else hidden
        found[name] = _masked(item, marks, copied) if ours else _kept(item, hidden)
    return found


def _masked(value: Any, sensitive: Any, hidden: _Hidden) -> Any:
    """`value` in its own shape, for policy looks into blocks."""
    if isinstance(value, Mapping):
        marks = sensitive if isinstance(sensitive, Mapping) else dict.fromkeys(value, sensitive)
        return {key: _masked(item, marks.get(key), hidden) for key, item in value.items()}
    if isinstance(value, list):
        listed = sensitive if isinstance(sensitive, list) else [sensitive] * len(value)
        return [_masked(*pair, hidden) for pair in zip_longest(value, listed[: len(value)])]
    secret = sensitive is True or hidden.has(value)
    return SENSITIVE if secret and value is not None else value


def _marked(values: Any, sensitive: Any) -> Iterator[str]:
    for item, mark in _leaves(values, sensitive):
        if mark:
            yield from _strings(item)


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


def _without(value: Any, sensitive: Any, hidden: _Hidden) -> Any:
    if value is None:
        return None  # that nothing is there is no secret
    if sensitive is True or hidden.has(value):
        return SENSITIVE
    if isinstance(value, Mapping):
        marks = sensitive if isinstance(sensitive, Mapping) else {}
        return {
            key: _without(item, key in _SCRIPTS or marks.get(key), hidden)
            for key, item in value.items()
        }
    if isinstance(value, list):
        listed = sensitive if isinstance(sensitive, list) else []
        return [_without(*pair, hidden) for pair in zip_longest(value, listed[: len(value)])]
    return _told(value) if isinstance(value, str) else value


def _told(text: str) -> str:
    if _BASE64.fullmatch(text) and _SHAPE.search(_decoded(text)):
        return SENSITIVE
    return _ACCOUNT.sub(ACCOUNT, _SHAPE.sub(SENSITIVE, text))


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except ValueError:
        return ""
