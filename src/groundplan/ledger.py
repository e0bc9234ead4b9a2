"""The ledger: where each resource of a plan is drawn, or why it is not, as `ledger.json` has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.graph import Entry


def as_dict(entries: dict[str, Entry]) -> dict[str, dict[str, str | None]]:
    """A ledger as `ledger.json` has it, by address."""
    return {
        address: {"status": entry.status, "node": entry.node, "reason": entry.reason}
        for address, entry in sorted(entries.items())
    }


def combined(ledgers: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One ledger for several views: where any of them draws an address, it is drawn.

    Among equals the last one's word counts: the network view knows why a line is missing. What any
    of them says about a drawn one (its subnets are known after apply) is kept.
    """
    rank = {"drawn": 0, "aggregated": 1, "omitted": 2}
    found: dict[str, Any] = {}
    for entries in ledgers:
        for address, entry in entries.items():
            before = found.get(address)
            if before is None or rank[entry["status"]] <= rank[before["status"]]:
                same = before is not None and before["status"] == entry["status"]
                reason = entry["reason"] or (before["reason"] if before and same else None)
                found[address] = {**entry, "reason": reason}
    return {"resources": dict(sorted(found.items()))}
