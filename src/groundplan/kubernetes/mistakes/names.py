"""Names that two have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.kubernetes.mistakes.together import name, namespace, twice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.kubernetes.mistakes.together import Found, Pods, Together


def manifests(every: Together) -> Iterator[Found]:
    """Two manifests of one kind and name."""
    called = [(item["kind"], namespace(item), name(item)) for item in every.manifests]
    again = {key for key in twice(called) if key[2]}
    yield from (
        (item, "is there twice")
        for item, key in zip(every.manifests, called, strict=True)
        if key in again
    )


def in_pods(every: Together) -> Iterator[Found]:
    """Two containers, volumes, ports or variables of one name."""
    for pods in every.pods:
        yield from ((pods.of, text) for text in _in_pod(pods))


def _in_pod(pods: Pods) -> Iterator[str]:
    for found in twice(item["name"] for item in pods.containers):
        yield f"has two containers '{found}'"
    for found in twice(item["name"] for item in pods.spec.get("volumes", ())):
        yield f"has two volumes '{found}'"
    for container in pods.containers:
        for found in twice(item.get("name") for item in container.get("ports", ())):
            yield f"container '{container['name']}' has two ports '{found}'"
        for found in twice(item["name"] for item in container.get("env", ())):
            yield f"container '{container['name']}' is given {found} twice"
