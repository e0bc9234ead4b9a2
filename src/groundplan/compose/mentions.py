"""Hosts that a setting names: in URLs, `host:port` pairs, connection strings and flags.

Only reads text; which service a host is, is decided in `flows`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from groundplan.compose.kinds import default_port, protocol_of_scheme

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class Mention:
    """A host that is named, with the port and protocol that are named beside it.

    `certain` is True where the text can only mean a host (a URL of a network protocol): there a
    name that is no service is a mistake.
    """

    host: str
    port: int | None = None
    protocol: str | None = None
    certain: bool = False


_HOST = r"[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?"
_URL = re.compile(
    r"(?<![\w+.-])(?P<scheme>[A-Za-z][\w+.-]*)://(?:[^\s/\"']*@)?(?P<where>[^\s/?#;\"'|<>]*)"
)
_NEXT_URL = re.compile(r"[,;\s](?=[A-Za-z][\w+.-]*://)")
_WHERE = re.compile(rf"^(?:\w+\()?(?P<host>{_HOST})(?::(?P<port>\d+))?\)?$")
_PAIR = re.compile(rf"(?<![\w.%$-])(?P<host>{_HOST}):(?P<port>\d{{2,5}})(?![\w.@:-])")
_KEYED = re.compile(
    r"(?:^|[\s;,_-])(?P<key>host|hostname|server|data source|addr|address)[\"'\]]*\s*=\s*[\"']?"
    rf"(?:tcp:)?(?P<host>{_HOST})(?:[,:](?P<port>\d+))?",
    re.IGNORECASE,
)
_LONGEST = 40  # characters of a key before what makes a host of it
_BEGUN = re.compile(r"[\w.-]*$")
_FLAG = re.compile(
    r"(?:^|\s)(?:-h|--replicaof|--slaveof|--?[\w-]*host(?:name)?)[\s=]"
    rf"(?P<host>{_HOST})(?=$|[\s:;,])"
)

# nc -z db 3306
_ASKED = re.compile(
    rf"(?:^|[\s;&|(!])(?:nc|ncat|netcat|telnet)(?:\s+-\S+|\s+\d+)*"
    rf"\s+(?P<host>{_HOST})\s+(?P<port>\d{{2,5}})\b"
)

_NAMES_A_HOST = re.compile(
    r"(HOST|HOSTNAME|SERVER|ADDR|ADDRESS|ENDPOINT|URL|URI|BROKER|NODE|UPSTREAM|PRIMARY|MASTER"
    r"|CONNECTIONSTRINGS__\w+)(S|ES)?(_?\d+|_NAME|_READ|_WRITE|_INTERNAL)?$"
)
# These name who may call, what is listened on, or an image: nobody is called.
_NAMES_NO_CALL = re.compile(
    r"(^|_)(ALLOWED|CORS|ORIGINS?|TRUSTED|NO_PROXY|LISTEN|LISTENERS|BIND|VIRTUAL_HOST"
    r"|LETSENCRYPT|IMAGE|VERSION|TAG)(_|$)"
)


def in_text(text: str) -> list[Mention]:
    """The hosts of every URL, `host:port` pair and `host=` setting in `text`."""
    found: list[Mention] = []
    for part in _NEXT_URL.split(text):
        found += _in_urls(part)
        rest = _URL.sub(" ", part)
        found += [Mention(pair["host"], int(pair["port"])) for pair in _PAIR.finditer(rest)]
        found += _keyed(rest)
    return found


def in_variable(name: str, value: str) -> list[Mention]:
    """The hosts that an environment variable names: as `in_text`, and a bare name too where the
    variable's own name says that it holds a host (`MYSQL_HOST`, `dbHost`, `PGHOST`).
    """
    if _NAMES_NO_CALL.search(_key(name)):
        return []
    found = in_text(value)
    if _key(name).endswith("_PROXY"):
        found = [replace(mention, certain=False) for mention in found]
    if names_a_host(name):
        bare = (part.strip() for part in value.split(","))
        found += [Mention(part) for part in bare if re.fullmatch(_HOST, part)]
    return found


def names_a_host(name: str) -> bool:
    """Whether a variable's own name says that it holds a host."""
    return bool(_NAMES_A_HOST.search(_key(name)))


def in_command(words: Iterable[str]) -> list[Mention]:
    """The hosts that a command line names: as `in_text`, after `-h` or `--…host`, and by `nc`."""
    line = " ".join(words)
    flags = [Mention(flag["host"]) for flag in _FLAG.finditer(line)]
    asked = [Mention(found["host"], int(found["port"])) for found in _ASKED.finditer(line)]
    return in_text(line) + flags + asked


def listened_on(text: str) -> list[int]:
    """The ports that `text` says are listened on: `0.0.0.0:8000`, `http://+:80`, `--port 80`."""
    found = re.findall(r"(?:(?:0\.0\.0\.0|\[::\])\s*:?|[+*]:|--port[= ]|--bind :)(\d{2,5})\b", text)
    return [int(port) for port in found if int(port)]


def _key(name: str) -> str:
    return re.sub(r"[.\-]", "_", name).upper()


def _in_urls(text: str) -> Iterator[Mention]:
    for url in _URL.finditer(text):
        protocol = protocol_of_scheme(url["scheme"])
        for part in url["where"].split(","):
            if match := _WHERE.match(part):
                port = int(match["port"]) if match["port"] else default_port(protocol or "")
                known = protocol if protocol not in ("tcp", "udp") else None
                yield Mention(match["host"], port, known, certain=protocol is not None)


def _keyed(text: str) -> Iterator[Mention]:
    for match in _KEYED.finditer(text):
        at = match.start("key")
        begun = _BEGUN.search(text, max(0, at - _LONGEST), at)  # db_host goes with db_port
        key = rf"(?<![\w.-]){re.escape(begun[0] if begun else '')}port"
        port = re.search(rf"{key}[\"'\]]*\s*=\s*[\"']?(\d+)", text, re.IGNORECASE)
        named = match["port"] or (port[1] if port else None)
        yield Mention(match["host"], int(named) if named else None)
