"""The way in: the service by which customers come, where a Compose file publishes several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.errors import InputError, suggest

if TYPE_CHECKING:
    from groundplan.compose.model import Application, Service


def way_in(application: Application, wanted: str | None) -> tuple[Service, int]:
    """The service by which customers come in, and the port on which it listens.

    `wanted` names it; it may be left out where only one publishes a port. A store is none, and a
    port is one of TCP. Raises InputError where there is none, or more than one.
    """
    found = {service.name: (service, port) for service, port in _published(application)}
    if not found:
        raise InputError("the Compose file publishes no port, so there is no way in")
    if wanted is not None and wanted not in found:
        raise InputError(
            f"customers can't come in by '{wanted}'",
            hint=suggest(wanted, found) or f"these publish a port: {', '.join(found)}",
        )
    if wanted is None and len(found) > 1:
        raise InputError(
            f"which one do customers come in by: {', '.join(found)}? Each publishes a port",
            hint="name one in design.yaml, in the phase: kubernetes: { entry: NAME }",
        )
    return found[wanted or next(iter(found))]


def _published(application: Application) -> list[tuple[Service, int]]:
    services = (application.service(name) for name in application.entry)
    return [
        (service, next(port.container for port in service.entry_ports if port.protocol == "tcp"))
        for service in services
        if not service.is_store and any(p.protocol == "tcp" for p in service.entry_ports)
    ]
