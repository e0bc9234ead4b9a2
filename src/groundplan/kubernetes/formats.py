"""What a text or number in a manifest has to be: names, ports, quantities."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_PART: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_WORD: Final = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_NAME: Final = rf"(?=.{{1,253}}\Z){_PART}(\.{_PART})*"
# The registry, the way in it, a tag and a digest.
_IMAGE: Final = re.compile(
    r"([\w.-]+(:\d+)?/)?[a-z0-9]+((\.|_{1,2}|-+|/)[a-z0-9]+)*"
    r"(:\w[\w.-]{0,127})?(@\w+:[0-9a-f]{32,})?",
    re.ASCII,
)
_FILLED: Final = re.compile(r"\$\{[^}]*\}")  # an output of Terraform, filled in at a deployment
_SCHEDULE: Final = (
    r"@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)|{0}( +{0}){{4}}"
)
_QUANTITY: Final = re.compile(
    r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([num]|[KMGTPE]i|[kMGTPE]|[eE][+-]?[0-9]+)?"
)
_UNITS: Final = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0,
    "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_MOST: Final = 65535
_NODE_PORTS: Final = range(30000, 32768)


@dataclass(frozen=True)
class Format:
    """What a value has to be: `holds` for those that are, `about` says how they look."""

    holds: Callable[[Any], bool]
    about: str = ""


def quantity(value: object) -> float | None:
    """`512Mi` in bytes, `50m` in cores; None for what is no quantity, and for less than none."""
    found = _QUANTITY.fullmatch(str(value))
    if not found:
        return None
    unit = found[2] or ""
    return float(found[1]) * _UNITS[unit] if unit in _UNITS else float(found[1] + unit)


def share(value: object, whole: int) -> int | None:
    """How many of `whole` a number or a percentage is, rounded up; None for what is neither."""
    if isinstance(value, int):
        return value
    found = re.fullmatch(r"(\d{1,3})%", str(value))
    return -(-int(found[1]) * whole // 100) if found else None


def _like(pattern: str, about: str = "") -> Format:
    compiled = re.compile(pattern, re.ASCII)
    return Format(lambda value: bool(compiled.fullmatch(str(value))), about)


def _port(value: Any) -> bool:
    # What is no number at all, the schema says.
    return not isinstance(value, int | float) or 0 < value <= _MOST


def _port_or_name(value: Any) -> bool:
    return FORMATS["port name" if isinstance(value, str) else "port"].holds(value)


def _count(value: Any) -> bool:
    number = share(value, 1)
    return number is not None and number >= 0


def _image(value: Any) -> bool:
    return bool(_IMAGE.fullmatch(_FILLED.sub("x", str(value))))


def _cidr(value: Any) -> bool:
    try:
        ip_network(value, strict=False)
    except ValueError:
        return False
    return bool(re.fullmatch(r".+/\d+", str(value)))


def _base64(value: Any) -> bool:
    try:
        b64decode(re.sub(r"[\r\n]", "", str(value)), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _host(value: Any) -> bool:
    return bool(re.fullmatch(_NAME, str(value).removeprefix("*.")))


FORMATS: Final[dict[str, Format]] = {
    "DNS label": _like(
        rf"(?=.{{1,63}}\Z){_PART}", "at most 63 small letters, digits and, inside, '-'"
    ),
    "DNS name": _like(_NAME, "small letters, digits, '-' and '.'"),
    "name of a Service": _like(
        r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", "a small letter, then letters, digits and '-'"
    ),
    "name of a CronJob": _like(
        rf"(?=.{{1,52}}\Z){_NAME}", "at most 52 small letters, digits, '-' and '.'"
    ),
    "name of a role": _like(r"(?!\.{1,2}\Z)[^/%]+"),
    "port name": _like(
        r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?",
        "at most 15 small letters, digits and '-', one of them a letter",
    ),
    # Clusters since 1.32 take more, but no shell can read what has a space in its name.
    "name of a variable": _like(r"[!-<>-~]+", "no space, and no '='"),
    "key": _like(r"(?!\.\.)(?!\.\Z)[-._a-zA-Z0-9]{1,253}", "letters, digits, '-', '_' and '.'"),
    "label key": _like(rf"({_PART}(\.{_PART})*/)?{_WORD}", "as in example.com/name"),
    "annotation key": _like(rf"([A-Za-z0-9.-]+/)?{_WORD}", "as in example.com/name"),
    "label value": _like(rf"({_WORD})?", "at most 63 letters, digits, '-', '_' and '.'"),
    "resource": _like(
        r"cpu|memory|storage|ephemeral-storage|hugepages-\S+|[^/\s]+/[^/\s]+",
        "cpu, memory, ephemeral-storage, or with a domain before it",
    ),
    "quantity": Format(lambda value: quantity(value) is not None, "as in 500m, 2 or 64Mi"),
    "count": Format(_count, "a whole number, or a percentage as in 25%"),
    "port": Format(_port, "1 to 65535"),
    "node port": Format(lambda value: value in _NODE_PORTS, "30000 to 32767"),
    "port or port name": Format(
        _port_or_name, "1 to 65535, or as a container calls it"
    ),
    "image": Format(_image, "as in registry.example.com/name:tag, in small letters"),
    "CIDR": Format(_cidr, "as in 10.0.0.0/16"),
    "base64": Format(_base64),
    "host": Format(_host, "a DNS name, which may begin with '*.'"),
    "schedule": _like(_SCHEDULE.format(r"[\dA-Za-z*,/?-]+"), "as in 30 4 * * 1-5"),
    "absolute path": _like(r"/.*"),
    "relative path": _like(r"(?!/)(?!(.*/)?\.\.(/|\Z)).*", "without '..'"),
    "capability": _like(r"(?!CAP_)\S+", "as in NET_ADMIN, without CAP_"),
}  # fmt: skip
"""What values are called that are checked by more than their type."""
