"""Events of payment providers over HTTP: what is not to be trusted leaves the ledger as it is.

Stripe is the real SDK against a process that speaks its API.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from checkout.models import Checkout
from orders.models import Order
from payments.models import Payment, WebhookEvent
from payments.providers.signatures import sign
from tests.faults.provider.launch import RunningSimulator, running_simulator
from tests.shop import complete, new_checkout, offer_shipping, stock_of, stock_variants

pytestmark = pytest.mark.django_db

SECRETS = {"stripe": "whsec_of_stripe", "test": "whsec_test"}
HEADERS = {"stripe": "Stripe-Signature", "test": "Test-Signature"}
SECURE = {
    "stripe": {"provider": "stripe", "token": "pm_card_threeDSecure2Required"},
    "test": {"provider": "test", "token": "tok_requires_action"},
}
MONEY_TABLES = (
    "checkout_checkout", "events_event", "inventory_movement", "inventory_reservation",
    "inventory_stock", "orders_order", "payments_ledgerentry", "payments_operation",
    "payments_payment", "payments_webhookevent", "procrastinate_jobs",
)  # fmt: skip
Send = Callable[..., Any]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    with running_simulator(tmp_path_factory.mktemp("provider") / "ledger.sqlite3") as running:
        yield running


@pytest.fixture(autouse=True)
def simulator(process: RunningSimulator, settings: Any) -> RunningSimulator:
    process.misbehave()
    settings.PAYMENT_PROVIDERS = ["manual", "stripe", "test"]
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    settings.STRIPE_WEBHOOK_SECRET = SECRETS["stripe"]
    settings.STRIPE_API_BASE = process.base
    offer_shipping()
    stock_variants(1, stock=10)
    return process


@pytest.fixture(params=SECRETS)
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def event(client: APIClient, provider: str, simulator: RunningSimulator) -> bytes:
    """That the buyer's bank agreed, of a payment that waits for just that."""
    begun = complete(client, new_checkout(client, ["SKU-0"]), payment=SECURE[provider])
    assert (begun.status_code, begun.json()["status"]) == (202, "requires_action")
    payment = Payment.objects.get()
    if provider == "test":
        told = {"id": "evt_1", "type": "payment.captured", "payment_id": str(payment.id)}
        return json.dumps(told).encode()
    simulator.authenticate(str(payment.reference))
    (event,) = (
        each
        for each in simulator.ledger()["event"]
        if each["type"] == "payment_intent.succeeded"
        and each["data"]["object"]["id"] == payment.reference
    )
    return json.dumps(event).encode()


@pytest.fixture
def send(client: APIClient, provider: str) -> Send:
    """Sends a body to a provider's door, signed by it as it is unless told otherwise."""

    def sent(
        body: bytes,
        *,
        to: str = "",
        signed: bytes | None = None,
        secret: str = "",
        age: timedelta = timedelta(0),
    ) -> Any:
        header = sign(
            body=body if signed is None else signed,
            secret=secret or SECRETS[provider],
            at=timezone.now() - age,
        )
        return client.post(
            f"/api/v1/payments/webhooks/{to or provider}",
            body,
            content_type="application/json",
            headers={HEADERS[to or provider]: header},
        )

    return sent


def money_rows() -> list[Any]:
    found = []
    with connection.cursor() as cursor:
        for table in MONEY_TABLES:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found += cursor.fetchall()
    return found


def refused(response: Any) -> tuple[int, str, str]:
    return response.status_code, response["Content-Type"], response.json()["code"]


def problem(status: int, code: str) -> tuple[int, str, str]:
    return status, "application/problem+json", code


def test_a_good_event_places_the_order_and_a_replayed_one_changes_nothing(
    event: bytes, send: Send
) -> None:
    assert send(event).status_code == 204
    assert Order.objects.get().payment_status == "paid"
    assert stock_of("SKU-0") == (9, 0)
    before = money_rows()

    assert [send(event).status_code for _ in range(3)] == [204] * 3

    assert money_rows() == before
    assert WebhookEvent.objects.count() == 1


def test_what_is_forged_stale_or_truncated_is_refused_and_changes_nothing(
    event: bytes, send: Send
) -> None:
    before = money_rows()
    unsigned = problem(400, "webhook_signature_invalid")
    stale = problem(400, "webhook_stale")

    assert refused(send(event, secret="whsec_forged")) == unsigned
    assert refused(send(event[:-1], signed=event)) == unsigned
    assert refused(send(event + b" ", signed=event)) == unsigned
    assert refused(send(event, age=timedelta(seconds=302))) == stale
    assert refused(send(event, age=timedelta(seconds=-302))) == stale
    assert refused(send(event[:-1])) == problem(400, "webhook_malformed")

    assert money_rows() == before
    assert Checkout.objects.get().status == "requires_action"
    assert send(event).status_code == 204  # it was good all the time


def test_an_event_without_a_signature_is_refused(
    client: APIClient, event: bytes, provider: str
) -> None:
    before = money_rows()
    response = client.post(
        f"/api/v1/payments/webhooks/{provider}", event, content_type="application/json"
    )
    assert refused(response) == problem(400, "webhook_signature_invalid")
    assert money_rows() == before


def test_the_secret_of_one_provider_opens_no_other_door(
    event: bytes, send: Send, provider: str
) -> None:
    before = money_rows()
    (other,) = SECRETS.keys() - {provider}
    unsigned = problem(400, "webhook_signature_invalid")
    assert refused(send(event, to=other)) == unsigned
    assert refused(send(event, secret=SECRETS[other])) == unsigned
    assert money_rows() == before


def test_an_event_in_another_currency_than_the_payment_is_refused_and_not_taken_for_applied(
    event: bytes, send: Send, provider: str
) -> None:
    before, told = money_rows(), json.loads(event)
    about = told["data"]["object"] if provider == "stripe" else told
    about["currency"] = "eur" if provider == "stripe" else "EUR"
    assert refused(send(json.dumps(told).encode())) == problem(409, "payment_mismatch")
    assert money_rows() == before
    assert send(event).status_code == 204
    assert Order.objects.exists()


def test_a_card_pays_over_stripe(client: APIClient) -> None:
    card = {"provider": "stripe", "token": "pm_card_visa"}
    assert complete(client, new_checkout(client, ["SKU-0"]), payment=card).status_code == 201
    payment = Payment.objects.get()
    assert (payment.status, payment.captured) == ("paid", Order.objects.get().total)


def test_a_card_that_stripe_declines_leaves_the_checkout_open_with_its_units(
    client: APIClient,
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    card = {"provider": "stripe", "token": "pm_card_visa_chargeDeclined"}
    response = complete(client, checkout, payment=card)
    assert refused(response) == problem(402, "payment_declined")
    assert Checkout.objects.get().status == "ready"
    assert stock_of("SKU-0") == (10, 1)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"id": "e" * 256},
        {"id": "evt\0"},
        {"id": "evt\ud800"},
        {"id": ""},
        {"type": "x" * 101},
        {"refund": {"id": "r" * 256, "amount": 1}},
    ],
    ids=["long", "nul", "surrogate", "empty", "long type", "long refund"],
)
@pytest.mark.parametrize("provider", ["test"], indirect=True)
def test_a_signed_event_whose_ids_cannot_be_kept_is_malformed(
    event: bytes, send: Send, change: dict[str, Any]
) -> None:
    before = money_rows()
    body = json.dumps(json.loads(event) | change).encode()

    assert refused(send(body)) == problem(400, "webhook_malformed")
    assert money_rows() == before


@pytest.mark.parametrize("provider", ["stripe"], indirect=True)
def test_a_signed_event_that_is_about_nothing_of_ours_is_taken_and_ignored(
    event: bytes, send: Send
) -> None:
    thin = {"id": "evt_thin", "object": "v2.core.event", "type": "v1.billing.meter.no_meter_found"}

    assert send(json.dumps(thin).encode()).status_code == 204
    assert not Order.objects.exists()
    assert WebhookEvent.objects.get().payment_id is None
