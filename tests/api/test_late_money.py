"""Money and refusals that providers tell of when the checkout has moved on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.services import ensure_user
from catalog.services import adjust_stock_of_sku, delete_product
from checkout.models import Checkout
from checkout.services import abandon_payments, recover_payments
from core.db.invariants import declared_checks, run_checks
from events.models import Event
from inventory.models import Reservation, Stock
from orders.models import Order
from payments.domain import Outcome, OutcomeKind, PaymentRecord, RefundFact
from payments.models import Payment
from payments.providers.signatures import sign
from payments.providers.test import TestProvider
from tests.shop import new_checkout, offer_shipping, pay, stock_of, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2, stock=10)


def tell(client: APIClient, payment: Payment, kind: str, **more: Any) -> None:
    """The provider's webhook, an event of its own each time."""
    response = told(client, payment, kind, **more)
    assert response.status_code == 204, response.content


def told(client: APIClient, payment: Payment, kind: str, **more: Any) -> Any:
    event = {"id": uuid4().hex, "type": f"payment.{kind}", "payment_id": str(payment.id), **more}
    body = orjson.dumps(event)
    return client.post(
        "/api/v1/payments/webhooks/test",
        body,
        content_type="application/json",
        headers={"Test-Signature": sign(body=body, secret="whsec_test", at=timezone.now())},
    )


def assert_audit_is_clean() -> None:
    now = timezone.now() + timedelta(minutes=2)
    found = [found for found in run_checks(declared_checks(), now=now) if found.violations]
    assert found == []


def returned(checkout: dict[str, Any]) -> list[str]:
    events = Event.objects.filter(type="payment.returned", subject_id=checkout["id"])
    return [event.data["reason"] for event in events]


def test_who_paid_for_nothing_is_written_to_once_and_staff_see_why(
    client: APIClient, client_of: Callable[..., APIClient], run_jobs: Callable[[], int]
) -> None:
    """The buyer has left, and the recovery job finds the units sold."""
    checkout = new_checkout(client, ["SKU-0"], 10)
    pay(client, checkout, "tok_timeout")
    Reservation.objects.all().delete()
    Stock.objects.update(on_hand=3, reserved=0)
    for minutes in (5, 10):
        with time_machine.travel(later := timezone.now() + timedelta(minutes=minutes)):
            recover_payments(now=later)
    assert returned(checkout) == ["sold_out"]

    run_jobs()

    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == "Your payment at CongoCart is on its way back"
    for text in (message.body, message.alternatives[0].content):
        assert "£103.95" in text
        assert "was sold to someone else" in text
    staff = Client()
    staff.force_login(ensure_user(email="s@example.com", password="x", role=Role.SUPPORT))
    page = staff.get(f"/admin/checkout/checkout/{checkout['id']}/change/").content.decode()
    assert "Payment returned" in page
    assert "sold_out" in page


def test_money_for_a_checkout_that_was_given_up_goes_back(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_requires_action")
    later = timezone.now() + timedelta(hours=2)
    assert abandon_payments(now=later) == 1

    with time_machine.travel(later):
        tell(client, Payment.objects.get(), "captured")

    assert not Order.objects.exists()
    assert Payment.objects.get().status == "refunded"
    assert returned(checkout) == ["abandoned"]
    assert stock_of("SKU-0") == (10, 0)
    assert_audit_is_clean()


def test_late_money_gets_the_units_that_someone_else_has_let_lapse(
    client: APIClient, client_of: Callable[..., APIClient]
) -> None:
    """The buyer's own reservation ran out and its units were held by another, who went away."""
    checkout = new_checkout(client, ["SKU-0"], 10)
    pay(client, checkout, "tok_timeout")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        new_checkout(client_of(), ["SKU-0"], 10)
    assert Reservation.objects.exclude(checkout_id=checkout["id"]).count() == 1

    with time_machine.travel(timezone.now() + timedelta(minutes=40)):
        tell(client, Payment.objects.get(), "captured")
        assert_audit_is_clean()

    assert Order.objects.get().payment_status == "paid"
    assert stock_of("SKU-0") == (0, 0)


def test_money_that_was_faster_than_its_void_goes_back_and_is_announced_once(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, run_jobs: Callable[[], int]
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_requires_action")
    later = timezone.now() + timedelta(hours=2)
    assert abandon_payments(now=later) == 1
    Payment.objects.update(token="tok_success", next_attempt_at=later + timedelta(hours=1))
    monkeypatch.setattr(TestProvider, "void", lambda self, payment, operation: self.find(payment))

    for minutes in range(3):
        with time_machine.travel(later + timedelta(minutes=minutes)):
            recover_payments(now=timezone.now())

    assert Payment.objects.get().status == "refunded"
    assert not Order.objects.exists()
    assert returned(checkout) == ["abandoned"]
    run_jobs()
    assert ["after your checkout had run out" in each.body for each in mail.outbox] == [True]
    with time_machine.travel(later + timedelta(minutes=4)):
        assert_audit_is_clean()


@pytest.mark.parametrize("change", [{"shipping_method": "express"}, {"email": None}])
def test_late_money_for_a_checkout_that_was_changed_goes_back(
    client: APIClient, change: dict[str, str | None]
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_decline")
    url = f"/api/v1/checkouts/{checkout['id']}"
    assert client.patch(url, change).status_code == 200

    tell(client, Payment.objects.get(), "captured")

    assert not Order.objects.exists()
    assert Payment.objects.get().status == "refunded"
    assert returned(checkout) == ["checkout_changed"]
    assert client.patch(url, {"email": "ada@example.com"}).status_code == 200
    assert pay(client, checkout, "tok_success").status_code == 201
    assert Order.objects.get().payments.get().amount == Order.objects.get().total
    assert_audit_is_clean()


def test_money_for_what_was_recalled_meanwhile_goes_back(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], 2)
    pay(client, checkout, "tok_requires_action")
    delete_product(slug="thing-sku", end_checkouts=True, now=timezone.now())
    payment = Payment.objects.get()
    for _ in range(2):
        tell(client, payment, "captured", amount=checkout["totals"]["total"]["amount"])
    payment.refresh_from_db()
    assert (payment.captured, payment.refunded + payment.refunding) == (payment.amount,) * 2
    assert returned(checkout) == ["withdrawn"]
    assert stock_of("SKU-0") == (10, 0)
    assert not Order.objects.exists()
    assert_audit_is_clean()


def test_old_news_of_an_earlier_payment_says_nothing_of_the_one_under_way(
    client: APIClient,
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_decline")
    first = Payment.objects.get()
    url = f"/api/v1/checkouts/{checkout['id']}"
    assert client.patch(url, {"shipping_method": "express"}).status_code == 200
    tell(client, first, "captured")
    assert pay(client, checkout, "tok_requires_action").status_code == 202

    tell(client, first, "declined")

    assert client.get(url).json()["status"] == "requires_action"
    assert_audit_is_clean()


def test_a_part_of_the_price_that_is_captured_at_once_is_refused(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_requires_action")

    response = told(client, Payment.objects.get(), "captured", amount=1, currency="GBP")

    assert (response.status_code, response.json()["code"]) == (409, "payment_mismatch")
    assert (Payment.objects.get().status, Order.objects.count()) == ("pending", 0)
    assert_audit_is_clean()


@pytest.mark.parametrize("token", ["tok_decline", "tok_requires_action"])
def test_a_part_of_the_price_is_no_order_and_goes_back(
    client: APIClient, settings: Any, token: str
) -> None:
    settings.PAYMENT_CAPTURE = "manual"
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, token)

    tell(client, Payment.objects.get(), "captured", amount=1, currency="GBP")

    payment = Payment.objects.get()
    assert (payment.status, payment.refunded, payment.order_id) == ("refunded", 1, None)
    assert returned(checkout) == ["paid_in_part"]
    assert Event.objects.get(type="payment.returned").data["amount"] == 1
    assert Checkout.objects.get().status == "ready"
    assert_audit_is_clean()


def test_late_money_that_is_still_the_total_is_the_order(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_decline")

    tell(client, Payment.objects.get(), "captured")

    assert Order.objects.get().payment_status == "paid"
    assert_audit_is_clean()


def test_a_declined_payment_that_its_buyer_confirms_later_is_found_without_an_event(
    client: APIClient,
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_requires_action")
    payment = Payment.objects.get()
    tell(client, payment, "declined")
    # Another card with the same client secret, and the event of it never comes.
    Payment.objects.update(token="tok_success")

    later = timezone.now() + timedelta(hours=1)
    with time_machine.travel(later):
        recover_payments(now=later)
        assert_audit_is_clean()

    assert Order.objects.get().payment_status == "paid"


@pytest.mark.parametrize("kind", [OutcomeKind.CAPTURED, OutcomeKind.REQUIRES_ACTION])
def test_completing_what_expires_meanwhile_is_refused(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, kind: OutcomeKind
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_requires_action")
    later = timezone.now() + timedelta(hours=2)

    def find(provider: TestProvider, payment: PaymentRecord) -> Outcome:
        abandon_payments(now=later)  # the worker, while the provider is asked
        return Outcome(kind, amount=payment.amount)

    monkeypatch.setattr(TestProvider, "find", find)
    with time_machine.travel(later):
        response = pay(client, checkout, "tok_requires_action")

    assert (response.status_code, response.json()["code"]) == (409, "checkout_expired")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("post", "/cancel", None, "checkout_canceled"),
        ("patch", "", {"shipping_method": "express"}, "total_changed"),
        ("patch", "", {"email": None}, "checkout_incomplete"),
    ],
)
def test_completing_what_is_changed_meanwhile_says_so(
    client: APIClient,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    code: str,
) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    def authorize(provider: TestProvider, payment: PaymentRecord) -> Outcome:
        tell(client, Payment.objects.get(), "declined")
        getattr(client, method)(f"/api/v1/checkouts/{checkout['id']}{path}", body)
        return Outcome(OutcomeKind.CAPTURED, amount=payment.amount)

    monkeypatch.setattr(TestProvider, "authorize", authorize)
    response = pay(client, checkout, "tok_success")

    assert (response.status_code, response.json()["code"]) == (409, code)
    assert Payment.objects.get().status == "refunded"
    assert_audit_is_clean()


def test_a_refusal_told_again_leaves_the_next_payment_alone(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_decline")
    first = Payment.objects.get()
    assert pay(client, checkout, "tok_requires_action").status_code == 202

    tell(client, first, "declined")

    assert Checkout.objects.get().status == "requires_action"
    assert_audit_is_clean()


def test_a_second_payment_of_an_order_goes_back_and_is_announced_once(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_decline")
    first = Payment.objects.get()
    assert pay(client, checkout, "tok_success").status_code == 201

    tell(client, first, "captured")
    tell(client, first, "captured")

    first.refresh_from_db()
    assert (first.status, first.order_id) == ("refunded", None)
    assert returned(checkout) == ["paid_twice"]
    assert_audit_is_clean()


def test_a_payment_that_an_order_has_no_use_for_is_let_go(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    pay(client, checkout, "tok_decline")
    first = Payment.objects.get()
    assert pay(client, checkout, "tok_requires_action").status_code == 202
    tell(client, first, "captured")

    later = timezone.now() + timedelta(hours=1)
    with time_machine.travel(later):
        recover_payments(now=later)
        assert_audit_is_clean()

    second = Payment.objects.exclude(pk=first.pk).get()
    assert (second.status, second.next_attempt_at, second.order_id) == ("voided", None, None)
    assert returned(checkout) == []


def test_what_is_left_of_money_without_an_order_goes_back(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = new_checkout(client, ["SKU-1"])
    pay(client, checkout, "tok_decline")
    client.post(f"/api/v1/checkouts/{checkout['id']}/cancel")
    payment = Payment.objects.get()
    with monkeypatch.context() as patch:  # the account at the provider is empty
        patch.setattr(TestProvider, "refund", lambda *_: Outcome(OutcomeKind.DECLINED))
        tell(client, payment, "captured")
        tell(client, payment, "refunded", refund={"id": "re_desk", "amount": 698})
    # Counted twice, this half would be the whole.
    facts = (RefundFact("re_desk", 698),)
    captured = Outcome(OutcomeKind.CAPTURED, amount=1396, refunds=facts)
    monkeypatch.setattr(TestProvider, "find", lambda *_: captured)

    for hours in (1, 3):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            recover_payments(now=timezone.now())
            assert_audit_is_clean()

    payment.refresh_from_db()
    assert (payment.status, payment.refunded) == ("refunded", 1396)
    assert returned(checkout) == ["checkout_canceled"]


def test_what_has_sold_out_in_part_holds_nothing_back(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0", "SKU-1"], 10)
    pay(client, checkout, "tok_requires_action")
    later = timezone.now() + timedelta(hours=2)
    other = APIClient()
    other.default_format = "json"
    with time_machine.travel(later):
        new_checkout(other, ["SKU-0"], 10)

        tell(client, Payment.objects.get(), "captured")

        assert not Order.objects.exists()
        assert returned(checkout) == ["sold_out"]
        assert stock_of("SKU-1") == (10, 0)
        assert Stock.objects.get(variant__sku="SKU-0").reserved == 10
        adjust_stock_of_sku(
            sku="SKU-1", delta=-10, reason="Sold in the shop", actor_id=None, now=later
        )
        assert_audit_is_clean()
