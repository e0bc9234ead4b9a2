"""What of an application is in an overlay not as its Compose file tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.compose import Remark
from groundplan.kubernetes import addresses, cloud, network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service
    from groundplan.facts import Facts
    from groundplan.kubernetes.target import Target


def of(target: Target, facts: Facts | None = None) -> Iterator[Remark]:
    """What somebody who applies `target` should know; `facts` are the plan of its environment."""
    yield from _stores(target, facts)
    yield from _unreachable(target)
    yield from _tokens(target)
    yield from _shared(target)
    if target.scale.host is not None:
        yield from _health(target)


def _stores(target: Target, facts: Facts | None) -> Iterator[Remark]:
    """Stores that run nowhere."""
    for service in target.application.services:
        if service not in target.running:
            what, types = service.product or "a store", cloud.types(service)
            if not types:
                message = f"{what} runs nowhere in {target.name}: no pod, and nothing of AWS"
                yield Remark(message, service.name)
            elif facts and not any(facts.of_type(name) for name in types):
                message = f"the plan of {target.name} makes none of {', '.join(types)} for it"
                yield Remark(message, service.name)


def _unreachable(target: Target) -> Iterator[Remark]:
    """Hosts in settings that are a service for Compose, and nothing here."""
    running = {service.name for service in target.running}
    raws = target.source.document["services"]
    called = {name: {name, *addresses.also_called(raw)} for name, raw in raws.items()}
    gone = {host for hosts in called.values() for host in hosts} - running
    for name in sorted(running):
        for setting, host in addresses.named(raws[name]):
            if host in gone and host not in called[name]:
                message = f"{setting} names '{host}', and nothing is called so in {target.name}"
                yield Remark(message, name)


def _tokens(target: Target) -> Iterator[Remark]:
    """Who speaks to the cache without its token."""
    for service in target.running if target.in_cloud else ():
        for setting in cloud.without_token(target.source.raw(service)):
            message = f"{setting} leads to the cache without its token: name it in a URL"
            yield Remark(message, service.name)


def _shared(target: Target) -> Iterator[Remark]:
    """Volumes that several pods have, and one node at a time."""
    holders: dict[str, list[Service]] = {}
    for service in target.running:
        for volume in service.volumes:
            if volume.type == "volume" and volume.source and not service.is_store:
                holders.setdefault(volume.source, []).append(service)
    for name, services in sorted(holders.items()):
        if sum(map(target.copies, services)) > 1:
            every = ", ".join(dict.fromkeys(item.name for item in services))
            message = f"all pods of {every} need one node, which alone mounts the volume {name}"
            yield Remark(message, services[0].name)


def _health(target: Target) -> Iterator[Remark]:
    service, port = target.way_in
    if network.health_path(target.source.raw(service), port) is None:
        message = f"no health check tells a path on port {port}: the load balancer asks for /"
        yield Remark(message, service.name)
