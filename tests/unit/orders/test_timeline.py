"""The words of the timeline, for events of today, of old, and of apps that have no words yet."""

from __future__ import annotations

import pytest

from orders.timeline import INTERNAL, SENTENCES, SHOWN_TO_BUYERS, Wording, sentence_of, typed_in
from payments.domain import PaymentStatus

WORDS = Wording("GBP", {"MUG": "Blue mug"})


@pytest.mark.parametrize(
    ("event", "data", "sentence"),
    [
        ("order.placed", {"total": 1645}, "Order placed for £16.45"),
        ("order.refund_requested", {"amount": 500}, "Refund of £5.00 requested"),
        ("order.payment_paid", {"captured": 1645, "refunded": 0}, "Paid £16.45"),
        ("order.payment_paid", {}, "Paid"),
        ("order.payment_paid", {"captured": 0, "amount": 0}, "Nothing is due any more"),
        (
            "order.edited",
            {
                "added": [{"sku": "MUG", "title": "Mug", "quantity": 2}],
                "removed": [{"sku": "GONE", "title": "Red mug", "quantity": 1}],
                "total_before": 1000,
                "total": 1645,
            },
            (
                "Order edited: 2 × Blue mug added, 1 × Red mug removed. "
                "Its total is £16.45, and was £10.00"
            ),
        ),
        (
            "order.payment_partially_refunded",
            {"captured": 1645, "refunded": 500},
            "Partially refunded: £5.00 in all",
        ),
        (
            "fulfillment.created",
            {"items": [{"sku": "MUG", "quantity": 2}, {"sku": "GONE", "quantity": 1}]},
            "Sent 2 × Blue mug, 1 × GONE",
        ),
        ("fulfillment.created", {"tracking_number": "JD1"}, "Sent units with JD1"),
        ("fulfillment.delivered", {"tracking_number": "JD1"}, "Fulfillment JD1 delivered"),
        ("fulfillment.canceled", {"tracking_number": ""}, "Fulfillment canceled"),
        ("return.requested", {"items": []}, "Return requested"),
    ],
)
def test_an_event_is_told_in_words_and_money(event, data, sentence):
    assert sentence_of(event, data, WORDS) == sentence


def test_money_has_the_digits_of_its_currency():
    assert sentence_of("order.placed", {"total": 1645}, Wording("JPY", {})).endswith("¥1,645")


def test_every_payment_status_has_its_words():
    assert {f"order.payment_{status}" for status in PaymentStatus} <= set(SENTENCES)


def test_no_event_has_a_sentence_that_breaks_when_its_data_are_of_old():
    for event in SENTENCES:
        assert sentence_of(event, {}, WORDS)


def test_buyers_see_nothing_internal():
    assert not SHOWN_TO_BUYERS & INTERNAL
    assert set(SENTENCES) >= INTERNAL


def test_what_people_typed_is_a_note_or_a_reason():
    assert typed_in({"note": "Called.", "reason": "x"}) == "Called."
    assert typed_in({"reason": "Broken."}) == "Broken."
    assert typed_in({"reason": ""}) == typed_in({}) == ""
