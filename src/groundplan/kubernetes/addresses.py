"""Hosts in settings: a service that is called something else is called so by everybody.

A host is only looked for where one can stand. All other text is left as it is, though it may hold
the same name: `CACHE_DRIVER: redis` names no host.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from groundplan.compose import mentions
from groundplan.compose.services import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.compose.mentions import Mention
    from groundplan.compose.services import Raw

_HOST: Final = r"[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?"
# What stands before a host, and what after it.
_AROUND: Final = (
    (r"(?<![\w+.-])[A-Za-z][\w+.-]*://(?:[^\s/\"'@]*@)?", r"[:/?#;,)\s\"'|]|$"),
    (r"(?<![\w.%$/-])", r":\d{2,5}(?![\w.@:-])"),
    (r"@\w+\(", r"[:)]"),  # u:p@tcp(db:3306)/shop
    (r"(?:^|[\s;,_-])(?:[Hh]ost|[Hh]ostname|[Ss]erver|[Dd]ata [Ss]ource|[Aa]ddr|[Aa]ddress)"
     r"[\"'\]]*\s*=\s*[\"']?(?:tcp:)?", r"[,:;\s\"']|$"),
    (r"(?:^|\s)(?:-h|--replicaof|--slaveof|--?[\w-]*host(?:name)?)[\s=]", r"[\s:;,]|$"),
    (r"\s", r"\s\d{2,5}(?:\s|$)"),  # nc -z db 3306
)  # fmt: skip
_PLACE: Final = re.compile("|".join(rf"({b})({_HOST})(?={a})" for b, a in _AROUND))
_BARE: Final = re.compile(rf"((?:^|,)\s*)({_HOST})(?=\s*(?:,|$))")
_COMMANDS: Final = ("entrypoint", "command")
_BETWEEN: Final = "\x1f"  # words of a command: white space for a pattern, and in none of them
_HERE: Final = "localhost"


def addressed(raw: Raw, hosts: Mapping[str, str], schemes: Mapping[str, str] | None = None) -> Raw:
    """A service's settings, command and health check with the new name of each of `hosts`.

    What it links by an alias goes by it. `schemes` are those of URLs that change with the host.
    """
    links = (str(link).partition(":") for link in raw.get("links") or ())
    every = {**{alias: hosts.get(name, name) for name, _, alias in links if alias}, **hosts}
    environment = {
        name: moved(value, every, schemes, whole=mentions.names_a_host(name))
        for name, value in (raw.get("environment") or {}).items()
    }
    lines: Raw = {key: _line(raw[key], every, schemes) for key in _COMMANDS if raw.get(key)}
    check = raw.get("healthcheck") or {}
    if check.get("test"):
        lines["healthcheck"] = {**check, "test": _line(check["test"], every, schemes)}
    return {**raw, "environment": environment, **lines}


def moved(
    value: Any,
    hosts: Mapping[str, str],
    schemes: Mapping[str, str] | None = None,
    *,
    whole: bool = False,
) -> Any:
    """A setting with the new name of each of `hosts` wherever it names one.

    That is in URLs, with a port, and as a key's or a flag's value; where it is the `whole`
    setting or a part of a list, only with `whole`.
    """

    def new(found: re.Match[str]) -> str:
        before, host = found[(found.lastindex or 0) - 1], found[found.lastindex or 0]
        if host in hosts and (scheme := before.partition("://"))[1]:
            before = "".join([(schemes or {}).get(scheme[0], scheme[0]), *scheme[1:]])
        return before + hosts.get(host, host)

    if not isinstance(value, str):
        return value
    text = _PLACE.sub(new, value)
    return _BARE.sub(new, text) if whole else text


def aliases(document: Raw, names: Mapping[str, str]) -> dict[str, str]:
    """By what else a service can be called in Compose's networks, and its new name in `names`.

    An alias of several services leads to none of them for sure, so it is left out.
    """
    found = [
        (alias, name)
        for name, raw in document["services"].items()
        for alias in also_called(raw)
        if alias not in names and alias != _HERE
    ]
    several = Counter(alias for alias, _ in found)
    return {alias: names[name] for alias, name in sorted(found) if several[alias] == 1}


def also_called(raw: Raw) -> set[str]:
    """The names of a service beside its own: of its container, of its host, and aliases."""
    networks = raw.get("networks") or {}
    listed = {name for item in networks.values() for name in (item or {}).get("aliases") or ()}
    own = {str(raw[key]) for key in ("container_name", "hostname") if raw.get(key)}
    # A host that is named in full is the application's name for the world.
    return listed | {name for name in own if "." not in name}


def named(raw: Raw) -> Iterator[tuple[str, str]]:
    """Each setting of a service that names a host, as people write it, and the host."""
    check = (raw.get("healthcheck") or {}).get("test")
    found: list[tuple[str, list[Mention]]] = [
        (f"environment {name}", mentions.in_variable(name, str(value)))
        for name, value in (raw.get("environment") or {}).items()
    ]
    found += [(key, mentions.in_command(words(raw.get(key)))) for key in _COMMANDS]
    found += [("healthcheck", mentions.in_command(words(check)))]
    for setting, hosts in found:
        yield from ((setting, host) for host in dict.fromkeys(item.host for item in hosts))


def _line(line: Any, hosts: Mapping[str, str], schemes: Mapping[str, str] | None) -> list[str]:
    """A command by its words."""
    text: str = moved(_BETWEEN.join(words(line)), hosts, schemes)
    return text.split(_BETWEEN)
