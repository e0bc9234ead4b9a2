"""What was seen, held against what the Compose file tells."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from groundplan.compose import kinds
from groundplan.observing.calls import USERS, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.compose import Application
    from groundplan.observing.calls import Seen

Status = Literal["seen", "unseen", "untold", "unwatched"]
WORDS: Final[dict[Status, str]] = {
    "seen": "told and seen",
    "unseen": "told, not seen",
    "untold": "seen, not told",
    "unwatched": "told, can't be watched",
}
_SIGNS: Final[dict[Status, str]] = {"seen": "✓", "unseen": "✗", "untold": "✗", "unwatched": "–"}


@dataclass(frozen=True)
class Line:
    """A flow, and whether it was told and seen. `port` is None where the file tells none.

    `connections`: how many were seen; `told_by`: the settings that tell of it.
    """

    source: str
    target: str
    port: int | None
    protocol: str
    status: Status
    connections: int = 0
    told_by: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """`HTTP 8000`."""
        return " ".join(filter(None, (kinds.label(self.protocol), str(self.port or ""))))


@dataclass(frozen=True)
class Verdict:
    """Every flow that was told or seen, by name; and what else there is to say."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether nothing was seen that is not told, and all seen that is told and watched."""
        return all(line.status in ("seen", "unwatched") for line in self.lines)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`, and for the record."""
        return {
            "agrees": self.agrees,
            "flows": [asdict(line) for line in self.lines],
            "notes": list(self.notes),
        }

    def as_text(self) -> str:
        """For a terminal: one line a flow, then the notes."""
        rows = [(line.source, line.target, line.label, *_said(line)) for line in self.lines]
        wide = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
        lines = [
            f"{sign}  {source:<{wide[0]}} → {target:<{wide[1]}}  {label:<{wide[2]}}  {words}"
            for source, target, label, sign, words in rows
        ]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def judge(
    application: Application, seen: Seen, *, unwatched: Iterable[str] = (), stopped: str = ""
) -> Verdict:
    """Hold the calls that were `seen` against the flows that `application` tells.

    `unwatched` are services whose connections can't be read; `stopped` names those that don't run.
    A call to elsewhere is told by a setting of the caller that names a host there and its port: the
    host's addresses change, and are not looked up.
    """
    told = list(_told(application))
    blind = frozenset(unwatched)
    lines = [_told_line(line, seen.calls, blind) for line in told]
    matched = {call for line in told for call in _matching(line, seen.calls)}
    lines += [
        Line(call.source, call.target, call.port, _protocol(application, call), "untold", number)
        for call, number in seen.calls.items()
        if call not in matched
    ]
    lines += _left(application, seen.outside)
    lines.sort(key=lambda line: (line.source != USERS, line.source, line.target, line.port or 0))
    return Verdict(tuple(lines), tuple(_notes(application, seen, blind, stopped)))


def _left(application: Application, calls: Mapping[Call, int]) -> Iterator[Line]:
    """The calls of services to elsewhere: a host may have many addresses."""
    found: Counter[Line] = Counter()
    for call, number in calls.items():
        told = (item for item in application.outside if item.source == call.source)
        flow = next((item for item in told if item.port in (None, call.port)), None)
        if flow is not None:
            told_as = (flow.target, flow.port, flow.protocol)
            found[Line(flow.source, *told_as, "seen", told_by=flow.told_by)] += number
        elif _is_ours(call.source, application):
            protocol = _protocol(application, call)
            found[Line(call.source, call.target, call.port, protocol, "untold")] += number
    yield from (replace(line, connections=number) for line, number in found.items())


def _is_ours(name: str, application: Application) -> bool:
    return any(service.name == name for service in application.services)


def _told(application: Application) -> Iterator[Line]:
    """Every flow of the file, and for each way in the users' own."""
    for name in application.entry:
        service = application.service(name)
        for port in dict.fromkeys((p.container, p.protocol) for p in service.entry_ports):
            product = kinds.named(service.product)
            protocol = kinds.protocol_of(product, *port)
            yield Line(USERS, name, port[0], protocol, _watch(port[1]), told_by=("ports",))
    for flow in application.flows:
        told = (flow.source, flow.target, flow.port, flow.protocol)
        yield Line(*told, _watch(flow.protocol), told_by=flow.told_by)


def _watch(protocol: str) -> Status:
    return "unwatched" if protocol in ("udp", "dns", "wireguard") else "unseen"


def _told_line(line: Line, calls: Mapping[Call, int], blind: frozenset[str]) -> Line:
    number = sum(calls[call] for call in _matching(line, calls))
    status = line.status
    if number:
        status = "seen"
    elif blind & {line.source, line.target}:
        status = "unwatched"
    return Line(
        line.source, line.target, line.port, line.protocol, status, number, line.told_by
    )  # fmt: skip


def _matching(line: Line, calls: Iterable[Call]) -> list[Call]:
    return [
        call
        for call in calls
        if (call.source, call.target) == (line.source, line.target)
        and line.port in (None, call.port)
    ]


def _protocol(application: Application, call: Call) -> str:
    names = {service.name: service for service in application.services}
    target = names.get(call.target)
    return kinds.protocol_of(kinds.named(target.product) if target else None, call.port)


def _notes(
    application: Application, seen: Seen, blind: frozenset[str], stopped: str
) -> Iterator[str]:
    for call in sorted(call for call in seen.outside if not _is_ours(call.source, application)):
        yield f"{call.source} → {call.target}:{call.port} is with no container of the application"
    for name, number in seen.lost.items():
        those = "connection that was" if number == 1 else "connections that were"
        yield f"{name} made {number} {those} reset at once: with whom, nobody remembers"
    if blind:
        yield f"not watched, having no network of their own: {', '.join(sorted(blind))}"
    if stopped:
        yield stopped


def _said(line: Line) -> tuple[str, str]:
    many = "" if line.connections == 1 else "s"
    seen = f" ({line.connections} connection{many})" if line.connections else ""
    told = f" (told by {', '.join(line.told_by)})" if line.status == "unseen" else ""
    return _SIGNS[line.status], WORDS[line.status] + seen + told
