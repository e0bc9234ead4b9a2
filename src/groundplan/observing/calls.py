"""From the tables of all containers to who called whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from groundplan.observing.containers import HOST
from groundplan.observing.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from groundplan.observing.containers import Container
    from groundplan.observing.tables import Connection, End

USERS: Final = "users"


@dataclass(frozen=True, order=True)
class Call:
    """`source` connected to `target` on `port`.

    Each is a service; `users` is who came in by a published port; `host` as a target is the
    engine's host itself; anything else is an address.
    """

    source: str
    target: str
    port: int


@dataclass(frozen=True)
class Seen:
    """What was seen: the number of connections of each call between services or from users.

    `outside`: the same for calls of which one end is no container. `lost`: for a service, how many
    connections its kernel counted that no table shows, because they were reset.
    """

    calls: Mapping[Call, int] = field(default_factory=dict)
    outside: Mapping[Call, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)


def seen(containers: Iterable[Container], readings: Sequence[Mapping[str, Table]]) -> Seen:
    """The calls of a time that began with the first of `readings` and ended with the last.

    A connection that was open when it began counts; one that was over by then does not, nor one
    with a container that was gone by then, which could not end it any more.
    """
    place = _Place({item.id: item for item in containers})
    first = [item for _, item in _each(readings[:1])]
    old = {_ends(item) for item in first if item.over or place.left(item.remote)}
    made: dict[frozenset[End], Call] = {}
    for table, connection in _each(readings):
        ends = _ends(connection)
        if ends not in old and ends not in made:
            made[ends] = place.call(table, connection, readings)
    calls = Counter(call for call in made.values() if call.source != call.target)
    known = place.services | {USERS}
    inside = {call: n for call, n in calls.items() if {call.source, call.target} <= known}
    outside = {call: n for call, n in calls.items() if call not in inside}
    before = set(map(_ends, first))
    new = [call for ends, call in made.items() if ends not in before]
    return Seen(inside, outside, dict(place.lost(readings, new)))


def _each(readings: Iterable[Mapping[str, Table]]) -> Iterator[tuple[str, Connection]]:
    for reading in readings:
        for id_, table in reading.items():
            yield from ((id_, connection) for connection in sorted(table.connections))


def _ends(connection: Connection) -> frozenset[End]:
    """Both ends see one connection. On a loopback both have one address, and differ by port."""
    return frozenset((connection.local, connection.remote))


@dataclass(frozen=True)
class _Place:
    """Who has which address."""

    containers: Mapping[str, Container]

    @property
    def services(self) -> frozenset[str]:
        return frozenset(item.service for item in self.containers.values()) - {HOST}

    def call(
        self, id_: str, connection: Connection, readings: Sequence[Mapping[str, Table]]
    ) -> Call:
        """The call that a connection is: to the end that listens on its port."""
        ours, theirs = connection.local, connection.remote
        here = self.containers[id_]
        there = self._at(theirs, here)
        answers = self._listens(readings, {id_}, ours.port)
        asks = self._listens(readings, there, theirs.port)
        # Where the listener is gone, or both listen: a port that is given away by chance is high.
        to_us = ours.port < theirs.port if answers == asks else answers
        other = self.containers[min(there)].service if there else theirs.address
        if to_us:
            return Call(USERS if other == HOST else other, here.service, ours.port)
        return Call(USERS if here.service == HOST else here.service, other, theirs.port)

    def left(self, end: End) -> bool:
        """Whether an address was of a container that is gone."""
        found = self.containers.values()
        known = any(end.address in item.addresses for item in found)
        return not known and any(net.lacks(end.address) for item in found for net in item.networks)

    def lost(
        self, readings: Sequence[Mapping[str, Table]], new: Sequence[Call]
    ) -> Iterator[tuple[str, int]]:
        """How many connections were counted, and are in no table, by service.

        What a service lost as a caller and as the called one, as its own health check may, is its
        own affair.
        """
        made, answered = Counter(c.source for c in new), Counter(c.target for c in new)
        out: dict[str, int] = defaultdict(int)
        into: dict[str, int] = defaultdict(int)
        for id_, table in readings[-1].items():
            first, name = readings[0].get(id_, Table()), self.containers[id_].service
            if id_ != HOST:
                out[name] += table.least - first.most
                into[name] += table.accepted - first.accepted
        for name in sorted(out):
            lost = out[name] - made[name] - max(0, into[name] - answered[name])
            if lost > 0:
                yield name, lost

    def _at(self, end: End, here: Container) -> set[str]:
        """The ids of the containers that have this address, seen from `here`."""
        if end.is_loopback:
            return {here.id}
        return {id_ for id_, item in self.containers.items() if end.address in item.addresses}

    @staticmethod
    def _listens(readings: Sequence[Mapping[str, Table]], ids: set[str], port: int) -> bool:
        return any(port in reading[id_].listens for reading in readings for id_ in ids & {*reading})
