"""Several threads, each with its own connection, at the same money at once."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from carts.models import Cart
from checkout.models import Checkout
from core.db.transactions import use_case
from core.errors import CongoCartError
from core.ids import uuid7
from payments.domain import Capture, Outcome, OutcomeKind, ProviderEvent, RefundFact
from payments.models import LedgerEntry, Operation, Payment
from payments.selectors import payment_with
from payments.services import (
    authorize,
    execute_operation,
    record_capture,
    record_intent,
    record_operation,
    record_outcome,
    record_provider_event,
    record_refund,
    record_void,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
THREADS = 12
ROUNDS = 5


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """What `work(number)` returned, or the name of what it was refused with, in every thread."""
    barrier = Barrier(threads)

    def run(number: int) -> Any:
        try:
            barrier.wait(timeout=20)
            return work(number)
        except CongoCartError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def repeated(race: Callable[[], None]) -> Callable[[], None]:
    """Runs a race often enough to be lost now and then."""

    @functools.wraps(race)
    def run() -> None:
        for _ in range(ROUNDS):
            race()

    return run


def intend(checkout_id: UUID, capture: Capture = Capture.AUTOMATIC) -> Payment:
    return use_case(record_intent)(
        checkout_id=checkout_id,
        provider="test",
        token="tok_success",
        amount=1000,
        currency="GBP",
        capture=capture,
        now=NOW,
    )


def new_payment(capture: Capture = Capture.AUTOMATIC) -> Payment:
    cart = Cart.objects.create(currency="GBP", expires_at=NOW + timedelta(days=1))
    checkout = Checkout.objects.create(
        cart=cart, cart_version=1, currency="GBP", reservation_expires_at=NOW
    )
    return intend(checkout.id, capture)


def new_paid(capture: Capture = Capture.AUTOMATIC) -> Payment:
    payment = new_payment(capture)
    outcome = authorize(payment=payment)
    return use_case(record_outcome)(payment_id=payment.id, outcome=outcome, now=NOW).payment


def ledger(payment: Payment) -> list[tuple[str, int]]:
    entries = LedgerEntry.objects.filter(payment_id=payment.id)
    return sorted(entries.values_list("kind", "amount"))


@repeated
def test_refunds_at_once_never_give_back_more_than_was_paid():
    payment = new_paid()

    def refund(_: int) -> str:
        operation = use_case(record_refund)(payment_id=payment.id, amount=300, now=NOW)
        outcome = execute_operation(operation=operation, payment=payment, now=NOW)
        record_operation(operation_id=operation.id, outcome=outcome, now=NOW)
        return "refunded"

    responses = Counter(at_once(refund))
    assert responses == {"refunded": 3, "refund_exceeds_paid": THREADS - 3}
    after = payment_with(payment.id)
    assert (after.refunded, after.refunding) == (900, 0)
    assert ledger(payment)[2:] == [("refunded", 300)] * 3


@repeated
def test_the_response_the_event_and_the_lookup_at_once_record_the_money_once():
    payment = new_payment()
    outcome = authorize(payment=payment)
    record = use_case(lambda **news: record_outcome(**news).payment)
    responses = at_once(lambda _: record(payment_id=payment.id, outcome=outcome, now=NOW).status)
    assert set(responses) == {"paid"}
    assert ledger(payment) == [("authorized", 1000), ("captured", 1000)]


@repeated
def test_a_refund_made_elsewhere_is_booked_once_however_often_it_is_told_at_once():
    payment = new_paid()
    told = Outcome(OutcomeKind.REFUNDED, refunds=(RefundFact("re_1", 400),))
    record = use_case(lambda **news: record_outcome(**news).payment)
    responses = at_once(lambda _: record(payment_id=payment.id, outcome=told, now=NOW).refunded)
    assert set(responses) == {400}
    assert ledger(payment)[2:] == [("refunded", 400)]


@repeated
def test_one_event_received_at_once_is_new_to_one():
    provider_event = ProviderEvent("test", f"evt_{uuid7()}", "payment.captured")
    record = use_case(record_provider_event)
    responses = at_once(lambda _: record(provider_event=provider_event, now=NOW))
    assert sorted(responses) == [False] * (THREADS - 1) + [True]


@repeated
def test_a_capture_and_a_void_at_once_are_one_of_them():
    payment = new_paid(Capture.MANUAL)

    def ask(number: int) -> str:
        record = use_case(record_capture if number % 2 else record_void)
        return str(record(payment_id=payment.id, now=NOW).kind)

    (winner,) = set(at_once(ask)) - {"payment_operation_in_progress"}
    assert winner in {"capture", "void"}
    assert Operation.objects.filter(payment_id=payment.id).count() == 1


@repeated
def test_two_payments_of_one_checkout_at_once_are_one():
    checkout_id = new_paid().checkout_id
    responses = at_once(lambda _: intend(checkout_id).provider)
    assert Counter(responses) == {"test": 1, "payment_in_progress": THREADS - 1}
