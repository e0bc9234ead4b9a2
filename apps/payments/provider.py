"""A simulated card provider with the usual test cards. No card is ever charged."""

from __future__ import annotations

import re
from dataclasses import dataclass

# By the last four digits; any other well-formed number is approved.
_REFUSALS = {
    "0002": "The bank declined this card.",
    "9995": "There is not enough money on this card.",
}


@dataclass(frozen=True)
class Decision:
    """What the provider said; ``reason`` is empty where it approved."""

    approved: bool
    reason: str


def charge(number: str) -> Decision:
    """Ask for the money. ``number`` has passed ``well_formed``."""
    reason = _REFUSALS.get(number[-4:], "")
    return Decision(not reason, reason)


def well_formed(number: str) -> bool:
    """13 to 19 digits that pass the Luhn check."""
    if not re.fullmatch(r"\d{13,19}", number):
        return False
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0
