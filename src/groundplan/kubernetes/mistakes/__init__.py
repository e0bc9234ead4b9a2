"""Mistakes that schemas let pass: in what manifests have to do with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan.kubernetes.mistakes import (
    contradictions,
    disruption,
    names,
    ports,
    quantities,
    references,
    selectors,
    targets,
)
from groundplan.kubernetes.mistakes.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from groundplan.kubernetes.mistakes.together import Found
    from groundplan.kubernetes.workload import Manifest

CHECKS: Final[tuple[Callable[[Together], Iterator[Found]], ...]] = (
    names.manifests, names.in_pods,
    ports.probes, ports.services, ports.policies,
    quantities.requests,
    selectors.own, selectors.idle,
    references.of_pods, references.services, references.certificates, references.rights,
    references.stores,
    targets.autoscalers, targets.backends,
    disruption.budgets,
    contradictions.in_pods, contradictions.strategies,
)  # fmt: skip
"""All of them. Each yields a manifest and what is wrong with it."""


def mistakes(manifests: Sequence[Manifest], given: frozenset[str]) -> Iterator[Found]:
    """Each mistake with the manifest that has it; `given` are Secrets that are there already.

    Every manifest has the shape of its kind, and nothing in it is null.
    """
    every = Together(manifests, given)
    for check in CHECKS:
        yield from check(every)
