"""Many payments at once through a provider that misbehaves, and callers that die between steps."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from carts.models import Cart
from checkout.models import Checkout
from core.db.transactions import use_case
from core.errors import Conflict, CongoCartError
from payments.domain import Capture, PaymentStatus, ProviderEvent
from payments.models import LedgerEntry, Operation, Payment
from payments.selectors import operations_to_recover, payment_with, payments_to_recover
from payments.services import (
    authorize,
    execute_operation,
    look_up,
    receive_webhook,
    record_capture,
    record_intent,
    record_operation,
    record_outcome,
    record_provider_event,
    record_refund,
    record_reversal,
)
from tests.faults.provider.launch import RunningSimulator, running_simulator

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

SEED = int(os.environ.get("STORM_SEED", "5"))
PAYMENTS = 150
SECRET = "whsec_storm"
GRACE = timedelta(seconds=2)
FAULTS = {
    "seed": SEED,
    "lost": 0.05,
    "silent": 0.15,
    "broken": 0.15,
    "late": 0.1,
    "declined": 0.1,
    "delay": 0.6,
    "hang": 0.8,
    "webhook_twice": 0.3,
    "webhook_late": 0.4,
    "webhook_never": 0.5,
}
CARDS = ["pm_card_visa"] * 5 + ["pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"]

keep_intent = use_case(record_intent)
keep_outcome = use_case(record_outcome)
keep_answer = record_operation


class Died(Exception):
    """The caller is gone between two steps."""


class Receiver(BaseHTTPRequestHandler):
    """The shop's webhook endpoint, without the rest of the shop."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            now, headers = timezone.now(), dict(self.headers)
            apply_event(receive_webhook(provider="stripe", headers=headers, body=body, now=now))
            status = 200
        except CongoCartError:
            status = 409
        finally:
            connection.close()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quietly."""


@use_case
def apply_event(provider_event: ProviderEvent) -> None:
    if (
        record_provider_event(provider_event=provider_event, now=timezone.now())
        and provider_event.payment_id
        and provider_event.outcome
    ):
        record_outcome(
            payment_id=provider_event.payment_id, outcome=provider_event.outcome, now=timezone.now()
        )


@contextmanager
def listening() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def stormy(settings, tmp_path) -> Iterator[RunningSimulator]:
    settings.PAYMENT_PROVIDERS = ["stripe"]
    settings.STRIPE_SECRET_KEY = "sk_test_storm"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_TIMEOUT_SECONDS = 0.4
    settings.PAYMENT_GRACE = GRACE
    with (
        listening() as url,
        running_simulator(tmp_path / "provider.sqlite3", url=url, secret=SECRET) as provider,
    ):
        settings.STRIPE_API_BASE = provider.base
        provider.misbehave(**FAULTS)
        yield provider


def test_after_a_storm_our_ledger_agrees_with_the_provider_s(stormy):
    checkouts = [new_checkout() for _ in range(PAYMENTS)]
    with ThreadPoolExecutor(8) as pool:
        ends = Counter(pool.map(lambda one: journey(stormy, *one), enumerate(checkouts)))
    assert ends["died"] > PAYMENTS / 20, ends
    stormy.misbehave()
    stormy.wait_for_deliveries()
    recover()
    agree(stormy)


def journey(provider: RunningSimulator, number: int, checkout_id: UUID) -> str:
    """One buyer, who may vanish at any step."""
    rng = random.Random(f"{SEED}/{number}")
    try:
        return PaymentStatus(bought(provider, rng, checkout_id).status).value
    except Died:
        return "died"
    except Conflict as refusal:
        return refusal.code
    finally:
        connection.close()


def bought(provider: RunningSimulator, rng: random.Random, checkout_id: UUID) -> Payment:
    payment = paid(provider, rng, checkout_id)
    if payment.status == PaymentStatus.AUTHORIZED and rng.random() < 0.6:
        payment = asked(rng, use_case(record_capture)(payment_id=payment.id, now=now()))
    if payment.status == PaymentStatus.PAID and rng.random() < 0.7:
        amount = rng.randint(1, payment.captured // 4)
        refund = use_case(record_refund)(payment_id=payment.id, amount=amount, now=now())
        payment = asked(rng, refund)
    if rng.random() < 0.2:
        reversal = use_case(record_reversal)(payment_id=payment.id, reason="x", now=now())
        payment = asked(rng, reversal) if reversal else payment
    return payment


def paid(provider: RunningSimulator, rng: random.Random, checkout_id: UUID) -> Payment:
    payment = keep_intent(
        checkout_id=checkout_id,
        provider="stripe",
        token=rng.choice(CARDS),
        amount=1000,
        currency="GBP",
        capture=rng.choice([Capture.AUTOMATIC, Capture.MANUAL]),
        now=now(),
    )
    live_or_die(rng)
    outcome = authorize(payment=payment)
    live_or_die(rng)
    payment = keep_outcome(payment_id=payment.id, outcome=outcome, now=now()).payment
    if payment.action and rng.random() < 0.7:
        provider.authenticate(str(payment.reference), succeeds=rng.random() < 0.8)
    return payment


def asked(rng: random.Random, operation: Operation) -> Payment:
    live_or_die(rng)
    payment = payment_with(operation.payment_id)
    outcome = execute_operation(operation=operation, payment=payment, now=now())
    live_or_die(rng)
    return keep_answer(operation_id=operation.id, outcome=outcome, now=now())[1]


def live_or_die(rng: random.Random) -> None:
    if rng.random() < 0.08:
        raise Died


def recover() -> None:
    """As the job does, until the grace is over and a while longer."""
    end = time.monotonic() + 3 * GRACE.total_seconds()
    latest = end + 60
    while time.monotonic() < end or (pending() and time.monotonic() < latest):
        later = now() + timedelta(hours=2)
        for operation in operations_to_recover(now=later, limit=500):
            payment = payment_with(operation.payment_id)
            outcome = execute_operation(operation=operation, payment=payment, now=now())
            keep_answer(operation_id=operation.id, outcome=outcome, now=now())
        for payment in payments_to_recover(now=later, limit=500):
            outcome = look_up(payment=payment, now=now())
            keep_outcome(payment_id=payment.id, outcome=outcome, now=now())


def pending() -> bool:
    return Operation.objects.filter(status="pending").exists()


MEANINGS = {
    "requires_payment_method": {"failed"},
    "requires_action": {"pending"},
    "requires_capture": {"authorized"},
    "succeeded": {"paid", "partially_refunded", "refunded"},
    "canceled": {"voided"},
}


def agree(provider: RunningSimulator) -> None:
    """Payment by payment: one intent or none, the same state, the same money."""
    theirs = provider.ledger()
    by_payment: dict[str, list[dict[str, Any]]] = {}
    for intent in theirs["payment_intent"]:
        by_payment.setdefault(intent["metadata"]["payment_id"], []).append(intent)
    refunded: Counter[str] = Counter()
    for refund in theirs["refund"]:
        refunded[refund["payment_intent"]] += refund["amount"]
    refunds = Counter(refund["metadata"]["operation_id"] for refund in theirs["refund"])
    assert set(refunds.values()) == {1}, "a refund was made twice"
    assert not Operation.objects.filter(status="pending").exists()
    for payment in Payment.objects.all():
        intents = by_payment.pop(str(payment.id), [])
        if not intents:
            assert payment.status == "failed", payment
            continue
        (intent,) = intents
        assert payment.status in MEANINGS[intent["status"]], (payment.status, intent)
        assert payment.captured == intent["amount_received"]
        assert payment.refunded == refunded[intent["id"]]
        assert payment.refunding == 0
        for kind in ("authorized", "captured", "voided", "refunded"):
            assert getattr(payment, kind) == booked(payment, kind)
    assert by_payment == {}


def booked(payment: Payment, kind: str) -> int:
    entries = LedgerEntry.objects.filter(payment=payment, kind=kind)
    return entries.aggregate(sum=Sum("amount"))["sum"] or 0


def new_checkout() -> UUID:
    cart = Cart.objects.create(currency="GBP", expires_at=now() + timedelta(days=1))
    return Checkout.objects.create(
        cart=cart, cart_version=1, currency="GBP", reservation_expires_at=now()
    ).id


def now() -> Any:
    return timezone.now()
