"""Names that two have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from groundplan.kubernetes.loader import line_of
from groundplan.kubernetes.mistakes.together import name, namespace, twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from groundplan.kubernetes.mistakes.together import Found, Pods, Said, Together


def manifests(every: Together) -> Iterator[Found]:
    """Two manifests of one kind and name."""
    called = [(item["kind"], namespace(item), name(item)) for item in every.manifests]
    again = {key for key in twice(called) if key[2]}
    yield from (
        (item, "is there twice", line_of(item, ["metadata", "name"]))
        for item, key in zip(every.manifests, called, strict=True)
        if key in again
    )


def in_pods(every: Together) -> Iterator[Found]:
    """Two containers, volumes, ports or variables of one name."""
    for pods in every.pods:
        yield from ((pods.of, *said) for said in _in_pod(pods))


def _in_pod(pods: Pods) -> Iterator[Said]:
    for found, line in _again(pods.containers):
        yield f"has two containers '{found}'", line
    for found, line in _again(pods.spec.get("volumes", ())):
        yield f"has two volumes '{found}'", line
    for container in pods.containers:
        for found, line in _again(container.get("ports", ())):
            yield f"container '{container['name']}' has two ports '{found}'", line
        for found, line in _again(container.get("env", ())):
            yield f"container '{container['name']}' is given {found} twice", line


def _again(items: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int | None]]:
    """Each name that several have, with the line of the last of them."""
    for found in twice(item.get("name") for item in items):
        yield found, [line_of(item) for item in items if item.get("name") == found][-1]
