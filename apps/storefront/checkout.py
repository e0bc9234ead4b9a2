"""The checkout form: what it holds, and what is wrong with it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_WANTED = {
    "name": (r".{2,80}", "Please tell us your name."),
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "This does not look like an e-mail address."),
    "address": (r".{8,200}", "Please give street, town and postcode."),
    "card": (r"[\d -]{13,23}", "A card number has 13 to 19 digits."),
    "expiry": (r"(0[1-9]|1[0-2]) ?/ ?\d{2}", "Month and year, as in 09/28."),
    "cvc": (r"\d{3,4}", "Three or four digits."),
}


@dataclass(frozen=True)
class Form:
    """``key`` makes an order out of the form once, however often it is sent."""

    key: str
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""

    def again(self, message: str, *, new_key: bool) -> Form:
        """The form with a message, for the customer to send again."""
        key = _new_key() if new_key else self.key
        return Form(key, self.values, self.errors, message)

    def order(self, cart: str) -> dict[str, object]:
        """What the orders service is asked for."""
        wanted = ("name", "email", "address", "card")
        return {"cart": cart, **{name: self.values[name] for name in wanted}}


def blank() -> Form:
    """A new form. The card is a test card, so that a demonstration need not type one."""
    return Form(_new_key(), {"card": "4242 4242 4242 4242", "expiry": "12/30", "cvc": "123"})


def filled(sent: Mapping[str, str]) -> Form:
    """The form as the customer sent it, checked."""
    values = {name: sent.get(name, "").strip() for name in _WANTED}
    errors = {
        name: complaint
        for name, (pattern, complaint) in _WANTED.items()
        if not re.fullmatch(pattern, values[name])
    }
    key = sent.get("key", "")
    return Form(key if re.fullmatch(r"[0-9a-f]{32}", key) else _new_key(), values, errors)


def _new_key() -> str:
    return uuid.uuid4().hex
