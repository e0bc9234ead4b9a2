from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.payments import provider
from apps.payments.app import create_app
from apps.tests.in_process import body

if TYPE_CHECKING:
    from apps.common.database import Database

GOOD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"


@pytest.mark.parametrize("number", ["4242424242424242", "378282246310005", "4000000000009995"])
def test_numbers_that_pass_the_luhn_check(number: str) -> None:
    assert provider.well_formed(number)
    assert not provider.well_formed(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_a_payment_is_taken_once_whatever_is_sent_after_it(database: Database) -> None:
    client = create_app(database).test_client()
    first = body(client.put("/payments/HL-1", json={"amount_cents": 1900, "card": GOOD}))
    again = body(client.put("/payments/HL-1", json={"amount_cents": 99, "card": DECLINED}))
    assert first == again == {"state": "approved", "reason": "", "last4": "4242"}
    assert body(client.get("/payments/HL-1")) == first
    rows = database.rows("SELECT amount_cents FROM payments")
    assert rows == [{"amount_cents": 1900}]


def test_a_declined_card_says_why(database: Database) -> None:
    client = create_app(database).test_client()
    answer = body(client.put("/payments/HL-1", json={"amount_cents": 1900, "card": DECLINED}))
    assert (answer["state"], answer["reason"]) == ("declined", "The bank declined this card.")


def test_the_card_number_is_kept_nowhere(database: Database) -> None:
    client = create_app(database).test_client()
    client.put("/payments/HL-1", json={"amount_cents": 1900, "card": GOOD})
    assert "424242" not in str(database.rows("SELECT * FROM payments"))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"amount_cents": 1900, "card": "4242 4242 4242 4241"}, 422),
        ({"amount_cents": 1900, "card": "four"}, 422),
        ({"amount_cents": 0, "card": GOOD}, 400),
        ({"card": GOOD}, 400),
    ],
)
def test_what_is_no_payment_is_refused(database: Database, body: object, status: int) -> None:
    client = create_app(database).test_client()
    assert client.put("/payments/HL-1", json=body).status_code == status
    assert client.get("/payments/HL-1").status_code == 404
