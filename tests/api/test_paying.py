"""Paying through a provider: what the buyer sees, and what the ledger says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from carts.models import Cart
from checkout.models import Checkout
from checkout.services import abandon_payments, recover_payments
from events.models import Event
from inventory.models import Reservation, Stock
from orders.models import Order
from payments.domain import Outcome, OutcomeKind
from payments.models import LedgerEntry, Payment
from payments.providers.test import TestProvider
from tests.shop import new_checkout, offer_shipping, paid_order, pay, stock_of, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2, stock=10)


def read(client: APIClient, checkout: dict[str, Any]) -> Any:
    return client.get(f"/api/v1/checkouts/{checkout['id']}").json()


def ledger() -> list[tuple[str, int]]:
    return list(LedgerEntry.objects.order_by("id").values_list("kind", "amount"))


def test_a_payment_that_succeeds_is_a_paid_order(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], 2)

    response = pay(client, checkout, "tok_success")

    assert response.status_code == 201, response.content
    order = client.get(f"/api/v1/orders/{response.json()['order']['number']}").json()
    assert order["payment_status"] == "paid"
    assert order["payments"][0]["captured"] == order["totals"]["total"]
    assert ("captured", 2395) in ledger()
    assert stock_of("SKU-0") == (8, 0)


def test_a_declined_payment_leaves_the_checkout_open_with_its_units(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], 2)

    response = pay(client, checkout, "tok_decline")

    assert (response.status_code, response.json()["code"]) == (402, "payment_declined")
    assert read(client, checkout)["status"] == "ready"
    assert stock_of("SKU-0") == (10, 2)
    assert not Order.objects.exists()
    assert ledger() == []
    assert pay(client, checkout, "tok_success").status_code == 201
    assert [payment.status for payment in Payment.objects.order_by("id")] == ["failed", "paid"]


def test_a_decline_is_repeated_to_who_repeats_the_request(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    first = pay(client, checkout, "tok_decline", **{"Idempotency-Key": "one"})
    second = pay(client, checkout, "tok_decline", **{"Idempotency-Key": "one"})

    assert (second.status_code, second.content) == (402, first.content)
    assert second["Idempotent-Replayed"] == "true"
    assert Payment.objects.count() == 1


def test_a_payment_that_needs_the_buyer_waits_for_the_buyer(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    response = pay(client, checkout, "tok_requires_action")

    assert response.status_code == 202
    assert response.json()["status"] == "requires_action"
    assert response.json()["payment"]["action"]["type"]
    assert read(client, checkout)["status"] == "requires_action"
    again = pay(client, checkout, "tok_requires_action")
    assert (again.status_code, again.json()["status"]) == (202, "requires_action")
    assert Payment.objects.count() == 1


def test_while_a_payment_is_in_progress_the_checkout_cannot_be_changed(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_requires_action")

    response = client.patch(f"/api/v1/checkouts/{checkout['id']}", {"shipping_method": "express"})

    assert (response.status_code, response.json()["code"]) == (409, "checkout_in_progress")


@pytest.mark.parametrize("token", ["tok_requires_action", "tok_timeout"])
def test_a_buyer_who_leaves_a_payment_can_cancel_at_once(client: APIClient, token: str) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, token)

    canceled = client.post(f"/api/v1/checkouts/{checkout['id']}/cancel")

    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert stock_of("SKU-0") == (10, 0)
    payment = Payment.objects.get()
    assert payment.status == ("voided" if token == "tok_requires_action" else "refunded")
    assert not Order.objects.exists()


def test_a_buyer_who_leaves_a_payment_can_begin_again_at_once(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], 10)
    pay(client, checkout, "tok_requires_action")

    body, key = {"cart_id": checkout["cart_id"]}, {"Idempotency-Key": "again"}
    again = client.post("/api/v1/checkouts", body, headers=key)

    assert again.status_code == 201
    assert client.post("/api/v1/checkouts", body, headers=key).content == again.content
    assert read(client, checkout)["status"] == "canceled"
    assert stock_of("SKU-0") == (10, 10)

    recover_payments(now=timezone.now() + timedelta(minutes=1))
    assert Payment.objects.get().status == "voided"


@pytest.mark.parametrize("otherwise", ["tok_success", "manual"])
def test_a_buyer_who_leaves_a_payment_can_pay_otherwise_at_once(
    client: APIClient, otherwise: str
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    key = {"Idempotency-Key": "otherwise"}
    pay(client, checkout, "tok_requires_action")
    first = Payment.objects.get()

    if otherwise == "manual":
        url = f"/api/v1/checkouts/{checkout['id']}/complete"
        done = client.post(url, {"payment": {"provider": "manual"}}, headers=key)
    else:
        done = pay(client, checkout, otherwise, **key)

    assert (done.status_code, done.json()["status"]) == (201, "completed")
    first.refresh_from_db()
    assert (first.status, first.order_id) == ("voided", None)
    (second,) = Payment.objects.exclude(pk=first.pk)
    assert second.order == Order.objects.get()


def test_nobody_pays_otherwise_while_it_is_not_certain_that_the_first_payment_is_void(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_requires_action")
    silent = Outcome(OutcomeKind.UNKNOWN, detail="timed out")
    with monkeypatch.context() as patch:
        patch.setattr(TestProvider, "void", lambda *_: silent)
        refused = pay(client, checkout, "tok_success")
        assert (refused.status_code, refused.json()["code"]) == (409, "payment_in_progress")
        assert Payment.objects.count() == 1

    later = timezone.now() + timedelta(minutes=5)
    with time_machine.travel(later):
        recover_payments(now=later)
        assert Payment.objects.get().status == "voided"
        assert pay(client, checkout, "tok_success").status_code == 201


def test_while_a_payment_is_in_progress_what_the_buyer_expects_still_counts(
    client: APIClient,
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_timeout")
    version = read(client, checkout)["version"]

    stale = pay(client, checkout, "tok_timeout", **{"If-Match": f'"{version - 2}"'})
    other = client.post(
        f"/api/v1/checkouts/{checkout['id']}/complete",
        {
            "payment": {"provider": "test", "token": "tok_timeout"},
            "expected_total": {"amount": 1, "currency": "GBP"},
        },
    )

    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    assert (other.status_code, other.json()["code"]) == (409, "total_changed")
    assert not Order.objects.exists()
    seen = pay(client, checkout, "tok_timeout", **{"If-Match": f'"{version}"'})
    assert seen.status_code == 201


@pytest.mark.parametrize("token", ["tok_timeout", "tok_requires_action"])
def test_a_retry_says_what_the_first_try_said(client: APIClient, token: str) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    condition = {"If-Match": f'"{checkout["version"]}"'}
    first, retry = (pay(client, checkout, token, **condition) for _ in range(2))
    assert first.status_code == 202
    assert retry.status_code == (201 if token == "tok_timeout" else 202)


def test_the_key_of_a_completion_without_an_end_tells_how_it_went(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    key = {"Idempotency-Key": "one purchase"}

    first, second, third = (pay(client, checkout, "tok_timeout", **key) for _ in range(3))

    assert (first.status_code, first.json()["status"]) == (202, "completing")
    assert (second.status_code, second.json()["status"]) == (201, "completed")
    assert "Idempotent-Replayed" not in second
    assert (third.status_code, third.json()) == (201, second.json())
    assert third["Idempotent-Replayed"] == "true"
    assert Payment.objects.count() == 1


def test_an_action_that_is_never_taken_gives_the_units_back(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_requires_action")
    later = timezone.now() + timedelta(hours=2)

    with time_machine.travel(later):
        assert abandon_payments(now=later) == 1
        recover_payments(now=later)

    assert read(client, checkout)["status"] == "expired"
    assert stock_of("SKU-0") == (10, 0)
    assert not Order.objects.exists()


def test_a_timeout_is_a_state_and_recovery_finds_out(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    response = pay(client, checkout, "tok_timeout")

    assert response.status_code == 202
    assert response.json()["status"] == "completing"
    later = timezone.now() + timedelta(minutes=5)
    with time_machine.travel(later):
        recover_payments(now=later)
    assert read(client, checkout)["status"] == "completed"
    assert Order.objects.get().payment_status == "paid"
    assert [kind for kind, _ in ledger()].count("captured") == 1


def test_money_for_units_that_are_gone_goes_back_visibly(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], 10)
    assert pay(client, checkout, "tok_timeout").status_code == 202
    Reservation.objects.all().delete()
    Stock.objects.update(on_hand=3, reserved=0)
    later = timezone.now() + timedelta(minutes=5)

    with time_machine.travel(later):
        recover_payments(now=later)
        recover_payments(now=later + timedelta(minutes=5))

    assert not Order.objects.exists()
    assert Payment.objects.get().status == "refunded"
    assert sum(amount for kind, amount in ledger() if kind == "captured") == sum(
        amount for kind, amount in ledger() if kind == "refunded"
    )
    assert read(client, checkout)["status"] == "expired"
    assert Event.objects.filter(type="payment.returned", subject_id=checkout["id"]).count() == 1
    assert stock_of("SKU-0") == (3, 0)
    assert Cart.objects.get().status == "open"


def test_a_token_of_another_provider_is_refused(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    response = pay(client, checkout, "tok_nobody_knows")

    assert (response.status_code, response.json()["code"]) == (400, "invalid_payment_token")
    assert [error["pointer"] for error in response.json()["errors"]] == ["/payment/token"]
    assert read(client, checkout)["status"] == "ready"
    assert not Payment.objects.exists()


def test_the_order_of_a_guest_stays_the_guests(client: APIClient, client_of: ClientOf) -> None:
    number = paid_order(client)

    assert client_of().get(f"/api/v1/orders/{number}").status_code == 404
    assert Checkout.objects.get().token_hash == Order.objects.get().token_hash


def test_a_payment_that_cannot_be_recovered_keeps_no_other_waiting(client: APIClient) -> None:
    broken = new_checkout(client, ["SKU-0"])
    pay(client, broken, "tok_timeout")
    guest = APIClient()
    guest.default_format = "json"
    paid = new_checkout(guest, ["SKU-1"])
    pay(guest, paid, "tok_success")
    whole = new_checkout(guest, ["SKU-1"])
    pay(guest, whole, "tok_timeout")
    # Someone else holds the provider's reference of it: booking it fails every time.
    stuck = Payment.objects.get(checkout_id=broken["id"])
    Payment.objects.filter(checkout_id=paid["id"]).update(reference=f"test_{stuck.id}")
    later = timezone.now() + timedelta(minutes=5)

    with time_machine.travel(later):
        recover_payments(now=later, limit=1)
        recover_payments(now=later, limit=1)

    assert read(guest, whole)["status"] == "completed"
    stuck.refresh_from_db()
    assert stuck.last_error == "recovery failed: IntegrityError"
    assert stuck.next_attempt_at is not None
    assert stuck.next_attempt_at > later
