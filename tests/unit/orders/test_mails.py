"""Which mail tells a buyer of an event of a payment, if any does."""

from __future__ import annotations

import pytest

from orders.mails import OrderMail, mail_for


@pytest.mark.parametrize(
    ("event", "captured", "refunded", "mail"),
    [
        ("paid", 1645, 0, OrderMail.PAID),
        # An edit has taken off all that was due, or what was paid beyond the total goes back.
        ("paid", 0, 0, None),
        ("paid", 1645, 500, OrderMail.REFUNDED),
        # A refund that failed.
        ("paid", 1645, -500, None),
        ("partially_refunded", 1645, 500, OrderMail.REFUNDED),
        ("partially_refunded", 1645, 0, None),
        ("pending", 0, 0, None),
    ],
)
def test_money_is_told_of_as_it_moves(
    event: str, captured: int, refunded: int, mail: OrderMail | None
) -> None:
    data = {"captured": captured, "amount": refunded}
    assert mail_for(f"order.payment_{event}", data) is mail
