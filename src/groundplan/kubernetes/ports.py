"""What a service opens, with the transport of each port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.compose.services import exposed

if TYPE_CHECKING:
    from groundplan.compose import Service
    from groundplan.kubernetes.source import Source


def opened(source: Source, service: Service) -> tuple[tuple[int, str], ...]:
    """The ports of a service, as the file tells; else those on which others call it."""
    called = [flow.port for flow in source.application.flows if flow.target == service.name]
    found = dict.fromkeys(service.exposes or [port for port in called if port])
    return tuple((port, name) for port in found for name in transports(source, service, port))


def transports(source: Source, service: Service, port: int) -> tuple[str, ...]:
    """`TCP`, `UDP` or both: a port may be open for each."""
    found = {item.protocol.upper() for item in service.ports if item.container == port}
    found |= {name.upper() for number, name in exposed(source.raw(service)) if number == port}
    return tuple(sorted(found)) or ("TCP",)
