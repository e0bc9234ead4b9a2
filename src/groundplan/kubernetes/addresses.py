"""Hosts in settings: a service that is called something else is called so by everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def moved(value: Any, hosts: Mapping[str, str], schemes: Mapping[str, str] | None = None) -> Any:
    """A setting that is one of `hosts`, with or without a port, or a URL at it, with its new name.

    `schemes` are those that change with it. All else is left as it is, as text that only holds
    the name is.
    """
    if not isinstance(value, str):
        return value
    for name, host in hosts.items():
        if re.fullmatch(rf"{re.escape(name)}(:\d+)?", value):
            return value.replace(name, host, 1)
        url = re.compile(rf"^([\w+]+)(://(?:[^@/\s]*@)?){re.escape(name)}(?=[:/?]|$)")
        if found := url.match(value):
            scheme = (schemes or {}).get(found[1], found[1])
            return f"{scheme}{found[2]}{host}{value[found.end() :]}"
    return value
