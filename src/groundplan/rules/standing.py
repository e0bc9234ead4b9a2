"""Rules about where prose says that things stand: that they do, by the routes of their subnets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.once import once
from groundplan.rules.passages import passages
from groundplan.rules.prose import without_macros
from groundplan.topology import Topology
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace

# What prose calls things, by their types.
_CALLED: Final = {
    r"databases?|MySQL": ("aws_db_instance",),
    r"caches?|Redis": ("aws_elasticache_replication_group",),
    r"nodes": ("aws_eks_node_group",),
    r"NAT gateways?": ("aws_nat_gateway",),
}
_TIER: Final = re.compile(r"\W*(public|private|isolated)\b", re.IGNORECASE)
_STANDS: Final = re.compile(
    r"([^.,;:!?]*?)\b(?:stands?|lives?|runs?) "
    r"(?:here|in (?:the )?(public|private|isolated) subnets)\b",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(r"\b(?:no|none|never|not|neither|would|could)\b|n't\b", re.IGNORECASE)


@rule("stands-told", "things stand in the tier that prose says")
def standing(workspace: Workspace) -> Iterator[Finding]:
    """Stores, nodes and gateways that stand in no subnet of the tier they are said to stand in."""
    sources = [workspace.design_file, workspace.docs_dir, workspace.root / "facts"]
    yield from once(workspace, "standing", sources, lambda: _look(workspace))


def _look(workspace: Workspace) -> Iterator[Finding]:
    tiers: dict[str, set[str]] = {}
    toolkit = workspace.docs_dir / "decisions" / "toolkit"
    for path in sorted(workspace.docs_dir.rglob("*.md")):
        for passage in passages(read_text(path)) if toolkit not in path.parents else ():
            here = _TIER.match(passage.under[0]) if passage.under else None
            for things, tier in _told(without_macros(passage.text), here[1] if here else ""):
                tiers = tiers or _tiers(workspace)
                for called, in_ in tiers.items():
                    said = re.search(rf"\b(?:{called})\b", things, re.IGNORECASE)
                    if said and in_ and not in_ & {tier, UNKNOWN}:
                        message = f"'{said[0]}' stands in no {tier} subnet"
                        hint = f"it stands in {' and '.join(sorted(in_))} ones"
                        yield error(message, path, passage.line, hint)


def _told(text: str, here: str) -> Iterator[tuple[str, str]]:
    """What is said to stand in which tier; `here` is that of the place in the page."""
    for found in _STANDS.finditer(text):
        tier = (found[2] or here).lower()
        if tier and not _DENIED.search(found[1]):
            yield found[1], tier


def _tiers(workspace: Workspace) -> dict[str, set[str]]:
    """The tiers in which things stand in any phase, by what they are called."""
    found: dict[str, set[str]] = {called: set() for called in _CALLED}
    for _, phase, env in drawn(workspace):
        topology = Topology.of(workspace.facts(env, phase.number))
        for called, types in _CALLED.items():
            for item in topology.facts.of_type(*types):
                places = topology.placement(item)
                subnets = () if places == UNKNOWN else places
                found[called] |= {topology.subnets[subnet].tier for subnet in subnets}
                found[called] |= {UNKNOWN} if places == UNKNOWN else set()
    return found
