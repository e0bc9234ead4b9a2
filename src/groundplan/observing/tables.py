"""The kernel's table of TCP connections, as /proc/net has it, one network namespace at a time."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

FILES: Final = ("/proc/net/snmp", "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/snmp")
"""What a reading is made of, in this order: it is counted before and after the tables are read."""
LASTS: Final = 60  # seconds that Linux keeps a connection that has ended (TCP_TIMEWAIT_LEN)

_ROW: Final = re.compile(
    r"^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})"
    r" ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) ",
    re.MULTILINE,
)
_COUNTS: Final = re.compile(r"^Tcp: (.*)$", re.MULTILINE)
_LISTENS: Final = "0A"
# Asked for, or half open: nothing has been said yet. 06 is over and still remembered.
_NO_TALK: Final = ("02", "03", "07", "0C")
_OVER: Final = "06"


@dataclass(frozen=True, order=True)
class End:
    """One end of a connection."""

    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether it is the machine's own, which no other reaches."""
        return ipaddress.ip_address(self.address).is_loopback


@dataclass(frozen=True, order=True)
class Connection:
    """A connection as one end sees it; `over` where it has ended and is still remembered."""

    local: End
    remote: End
    over: bool


@dataclass(frozen=True)
class Table:
    """The connections of one namespace, and what it listens on.

    How many connections were made from here since the namespace began, as the kernel counts them,
    without those that were refused: `least` when the reading began, `most` when it was done.
    `accepted` is how many were made to here, when it began.
    """

    listens: frozenset[int] = frozenset()
    connections: frozenset[Connection] = frozenset()
    least: int = 0
    most: int = 0
    accepted: int = 0


def parse(text: str) -> Table:
    """The table in the text of `FILES`, one after the other."""
    listens, connections = set(), set()
    for address, port, remote, remote_port, state in _ROW.findall(text):
        local = End(_address(address), int(port, 16))
        if state == _LISTENS:
            listens.add(local.port)
        elif state not in _NO_TALK:
            other = End(_address(remote), int(remote_port, 16))
            connections.add(Connection(local, other, state == _OVER))
    counts = _counts(text)
    made = [int(count["ActiveOpens"]) - int(count["AttemptFails"]) for count in counts]
    accepted = int(counts[0]["PassiveOpens"])
    return Table(frozenset(listens), frozenset(connections), made[0], made[-1], accepted)


def _counts(text: str) -> list[dict[str, str]]:
    """What is counted, by name: each time a line of names and a line of numbers."""
    lines = iter(_COUNTS.findall(text))
    return [
        dict(zip(names.split(), numbers.split(), strict=True))
        for names, numbers in zip(lines, lines, strict=True)
    ]


def _address(digits: str) -> str:
    """Words of 32 bits in the machine's own order: `0100007F` is 127.0.0.1."""
    words = [digits[at : at + 8] for at in range(0, len(digits), 8)]
    found = ipaddress.ip_address(b"".join(bytes.fromhex(word)[::-1] for word in words))
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
