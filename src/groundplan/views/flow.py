"""The application flow: who calls whom, as the client's Compose file tells it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from groundplan.catalog import KINDS
from groundplan.compose import kinds
from groundplan.graph import Edge, Graph, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.compose.model import Application, Flow, Port, Service
    from groundplan.graph import Change
    from groundplan.observing.verdict import Line, Status, Verdict

_SHOWN_PROTOCOLS = 4
# What stands beside a line that is not as it should be, and how the line is marked.
_OBSERVED: dict[Status, tuple[str, Change]] = {
    "seen": ("", "none"),
    "unseen": ("not seen", "delete"),
    "untold": ("not told", "create"),
    "unwatched": ("not watched", "none"),
}


def flow(
    application: Application,
    *,
    title: str = "Application flow",
    phase: int | None = None,
    since: Mapping[str, int] | None = None,
) -> Graph:
    """One node for each service, and one for the users of what is published.

    A published port is the way in and is drawn as such; `exposed` are the stores that have one.
    `since` tells the first phase of a service by its name; `phase` is taken for the others.
    """
    first = since or {}
    nodes = [_node(service, first.get(service.name, phase)) for service in application.services]
    users = _users_id(application)
    entries = [application.service(name) for name in application.entry]
    edges = [Edge(users, entry.name, "flow", _ports_label(entry)) for entry in entries]
    if entries:
        nodes.insert(0, Node(users, "users", "Users", phase=min(first.values(), default=phase)))
    return Graph("flow", title, nodes=tuple(nodes), edges=(*edges, *_flows(application.flows)))


def observed(graph: Graph, verdict: Verdict, *, title: str = "Observed flow") -> Graph:
    """The flow with what was seen of it: a line that was seen as told is drawn as ever.

    One that was told and not seen, or seen and not told, says so and is marked as removed or new.
    """
    drawn = {node.id: node for node in graph.nodes}
    by_pair: dict[tuple[str, str], list[Line]] = {}
    for line in verdict.lines:
        by_pair.setdefault((line.source, line.target), []).append(line)
    edges = [_observed(edge, by_pair) for edge in graph.edges]
    known = {pair for edge in graph.edges for pair in _pairs(edge)}
    edges += [
        Edge(*pair, "flow", f"{lines[0].label} · not told", "create")
        for pair, lines in by_pair.items()
        if pair not in known and drawn.keys() >= {*pair}
    ]
    return replace(graph, title=title, edges=tuple(edges), compared="what was observed")


def _observed(edge: Edge, by_pair: Mapping[tuple[str, str], list[Line]]) -> Edge:
    lines = [line for pair in _pairs(edge) for line in by_pair.get(pair, ())]
    statuses = dict.fromkeys(line.status for line in lines if line.status != "seen")
    if not statuses:
        return edge
    words = [_OBSERVED[status][0] for status in statuses]
    change = _OBSERVED[next(iter(statuses))][1]
    return replace(edge, label=" · ".join(filter(None, [edge.label, *words])), change=change)


def _pairs(edge: Edge) -> tuple[tuple[str, str], ...]:
    """Who may have called whom along an edge: a replica calls its primary, against the arrow."""
    if edge.kind == "replicates":
        return ((edge.target, edge.source),)
    users = "users" if edge.source.startswith("users-of-") else edge.source
    return ((users, edge.target),)


def _users_id(application: Application) -> str:
    """`users`, unless a service has that name already."""
    taken = {service.name for service in application.services}
    return "users" if "users" not in taken else "users-of-the-application"


def _node(service: Service, phase: int | None) -> Node:
    return Node(
        id=service.name,
        kind=service.product if service.product in KINDS else service.kind,
        label=service.name,
        detail=_detail(service),
        exposed=service.is_store and any(not port.loopback for port in service.ports),
        phase=phase,
    )


def _detail(service: Service) -> str:
    """`mysql:8.4`, or `built from apps/cart`; with `· 3 replicas` where there is not just one."""
    if service.image:
        what = _short_image(service.image)
    else:
        what = f"built from {service.build}" if service.build not in (None, ".") else "built here"
    how = [what if service.image or service.build else ""]
    if service.everywhere:
        how.append("on every node")
    elif service.replicas != 1:
        how.append(f"{service.replicas} replicas")
    if service.network_mode == "host":
        how.append("on the host's network")
    return " · ".join(part for part in how if part)


def _short_image(image: str) -> str:
    """The image without its registry; of a digest only as much as tells it from others."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    path = "/".join(kinds.repository(image))
    if tag:
        return f"{path}:{tag}"
    return f"{path}@{digest.rpartition(':')[2][:12]}" if digest else path


def _ports_label(service: Service) -> str:
    """`HTTP 80, 8080 · TCP 9229–9230`: the published ports, by what is spoken there."""
    product = kinds.named(service.product)
    spoken: dict[str, set[int]] = {}
    for port in service.entry_ports:
        protocol = kinds.protocol_of(product, port.container, port.protocol)
        spoken.setdefault(kinds.label(protocol), set()).update(_numbers(port))
    parts = [f"{name} {', '.join(_spans(numbers))}" for name, numbers in spoken.items()]
    hidden = len(parts) - _SHOWN_PROTOCOLS
    return " · ".join(parts[:_SHOWN_PROTOCOLS]) + (f" and {hidden} more" if hidden > 0 else "")


def _numbers(port: Port) -> range:
    first = port.container if port.published is None else port.published
    return range(first, (port.published_end or first) + 1)


def _spans(numbers: Iterable[int]) -> Iterator[str]:
    """Neighbouring numbers as one span: `9000–9002`."""
    for _, group in groupby(enumerate(sorted(numbers)), key=lambda item: item[1] - item[0]):
        run = [number for _, number in group]
        yield f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}"


def _flows(flows: Iterable[Flow]) -> Iterator[Edge]:
    """One edge for each pair of services; a replication points from the primary to its replica."""
    for (source, target, kind), group in groupby(flows, key=lambda f: (f.source, f.target, f.kind)):
        if kind == "replicates":
            yield Edge(target, source, kind, "replicates")
        else:
            labels = dict.fromkeys(_flow_label(flow) for flow in group)
            yield Edge(source, target, kind, " · ".join(filter(None, labels)))


def _flow_label(flow: Flow) -> str:
    """`HTTP 8000`; nothing where the file tells neither port nor protocol."""
    if flow.port is None:
        return "" if flow.protocol in ("tcp", "udp") else kinds.label(flow.protocol)
    return f"{kinds.label(flow.protocol)} {flow.port}"
