"""A checkout that everyone ends at once becomes one order, or none, and is paid once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from rest_framework.test import APIClient

from carts.models import Cart, CartLine
from catalog.services import delete_product
from checkout.models import Checkout
from checkout.services import abandon_payments, outcomes, recover_payments, resolve_recovered
from events.models import Event
from orders.models import Order, OrderLine
from payments.domain import Outcome, OutcomeKind
from payments.models import LedgerEntry, Operation, Payment
from payments.providers.signatures import sign
from payments.services import Change, execute_operations
from tests.concurrency.racing import at_once, code_of, shopper
from tests.shop import MANUAL, items, new_checkout, offer_shipping, stock_of, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

ROUNDS = 8


def paying(token: str) -> dict[str, Any]:
    return {"payment": {"provider": "test", "token": token}}


@pytest.fixture(autouse=True)
def skus(no_deadlocks: None) -> list[str]:
    offer_shipping()
    return stock_variants(3, stock=100)


def path(checkout: dict[str, Any], action: str = "complete") -> str:
    return f"/api/v1/checkouts/{checkout['id']}/{action}"


def complete(client: APIClient, checkout: dict[str, Any], body: dict[str, Any]) -> str:
    return code_of(client.post(path(checkout), body))


def test_a_recall_and_those_who_pay_leave_nobody_charged_for_nothing(skus: list[str]) -> None:
    buyers = [shopper() for _ in range(6)]
    checkouts = [new_checkout(buyer, skus[:1]) for buyer in buyers]
    recall = partial(delete_product, slug="thing-sku", end_checkouts=True, now=timezone.now())

    said = at_once(
        lambda: str(recall()),
        *(
            partial(complete, buyer, checkout, MANUAL if number % 2 else paying("tok_success"))
            for number, (buyer, checkout) in enumerate(zip(buyers, checkouts, strict=True))
        ),
    )[1:]

    placed = [checkout for checkout, code in zip(checkouts, said, strict=True) if code == "201"]
    assert set(said) <= {"201", "items_unavailable"}
    assert Order.objects.count() == len(placed)
    assert {str(order.checkout_id) for order in Order.objects.all()} == {
        checkout["id"] for checkout in placed
    }
    kept = Payment.objects.filter(captured__gt=F("refunded") + F("refunding"))
    assert not kept.filter(order=None).exists()
    for buyer, checkout in zip(buyers, checkouts, strict=True):
        # One whose payment was on its way has expired, and its money goes back.
        expected = {"200"} if checkout in placed else {"items_unavailable", "checkout_expired"}
        assert complete(buyer, checkout, MANUAL) in expected


def tell(payment: Payment, kind: str = "payment.captured", event: str = "") -> str:
    """What the provider's webhook is answered."""
    body = orjson.dumps(
        {
            "id": event or f"evt_{uuid4()}",
            "type": kind,
            "payment_id": str(payment.id),
            "amount": payment.amount,
            "currency": payment.currency,
        }
    )
    signature = sign(body=body, secret=settings.TEST_WEBHOOK_SECRET, at=timezone.now())
    response = shopper().post(
        "/api/v1/payments/webhooks/test",
        data=body,
        content_type="application/json",
        headers={"Test-Signature": signature},
    )
    return code_of(response)


@pytest.mark.parametrize("body", [MANUAL, paying("tok_success")], ids=["manual", "paid"])
def test_completing_twenty_times_at_once_is_one_order(body: dict[str, Any]) -> None:
    for _ in range(ROUNDS):
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        before = stock_of("SKU-0")[0]

        responses = at_once(*[partial(client.post, path(checkout), body)] * 20)

        told = Counter(map(code_of, responses))
        assert told["201"] == 1
        assert set(told) <= {"201", "200", "202"}, told
        order = Order.objects.get(checkout_id=checkout["id"])
        numbers = {a.json()["order"]["number"] for a in responses if a.status_code != 202}
        assert numbers == {order.number}
        assert stock_of("SKU-0") == (before - 1, 0)
        assert Payment.objects.filter(checkout_id=checkout["id"]).count() == 1


@pytest.mark.parametrize("body", [MANUAL, paying("tok_success")], ids=["manual", "paid"])
def test_one_idempotency_key_twenty_times_at_once_is_one_order_and_one_answer(
    body: dict[str, Any],
) -> None:
    for attempt in range(ROUNDS):
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        complete = partial(
            client.post, path(checkout), body, headers={"Idempotency-Key": f"key-{attempt}"}
        )

        responses = at_once(*[complete] * 20)

        told = Counter(map(code_of, responses))
        assert set(told) <= {"201", "idempotency_in_progress"}, told
        bodies = {a.content for a in responses if a.status_code == 201}
        assert len(bodies) == 1
        assert sum(a.status_code == 201 and "Idempotent-Replayed" not in a for a in responses) == 1
        replay = complete()
        assert (replay.status_code, replay["Idempotent-Replayed"]) == (201, "true")
        assert {replay.content} == bodies
        assert Order.objects.filter(checkout_id=checkout["id"]).count() == 1


def test_request_webhook_and_recovery_at_once_are_one_order_and_one_capture() -> None:
    for attempt in range(ROUNDS):
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        assert client.post(path(checkout), paying("tok_timeout")).status_code == 202
        payment = Payment.objects.get(checkout_id=checkout["id"])
        overdue = timezone.now() + timedelta(minutes=2)
        event = f"evt_{attempt}"

        told = at_once(
            *[partial(complete, client, checkout, paying("tok_timeout"))] * 6,
            *[partial(tell, payment, event=event)] * 3,
            *[partial(tell, payment)] * 3,
            *[partial(recovered, overdue)] * 4,
        )

        assert set(told) <= {"201", "200", "204", "recovered"}, told
        order = Order.objects.get(checkout_id=checkout["id"])
        assert order.payment_status == "paid"
        payment.refresh_from_db()
        assert (payment.order_id, payment.captured) == (order.id, order.total)
        kinds = LedgerEntry.objects.filter(payment=payment).values_list("kind", flat=True)
        assert sorted(kinds) == ["authorized", "captured"]
        assert Event.objects.filter(type="order.placed", subject_id=order.id).count() == 1


def recovered(now: datetime) -> str:
    recover_payments(now=now)
    return "recovered"


def test_news_in_any_order_at_once_leaves_one_truth() -> None:
    """A decline that is overtaken by a success, both told more than once."""
    for _ in range(ROUNDS):
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        assert client.post(path(checkout), paying("tok_requires_action")).status_code == 202
        payment = Payment.objects.get(checkout_id=checkout["id"])

        told = at_once(
            *[partial(tell, payment, "payment.declined")] * 4,
            *[partial(tell, payment, "payment.captured")] * 4,
            *[partial(complete, client, checkout, paying("tok_requires_action"))] * 4,
        )

        assert Counter(told)["204"] == 8, told
        assert Order.objects.get(checkout_id=checkout["id"]).payment_status == "paid"
        payment.refresh_from_db()
        assert payment.captured == payment.amount


@pytest.mark.parametrize("body", [MANUAL, paying("tok_success")], ids=["manual", "paid"])
def test_canceling_a_checkout_while_it_completes_is_one_or_the_other(body: dict[str, Any]) -> None:
    for _ in range(2 * ROUNDS):
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        before = stock_of("SKU-0")[0]

        done, canceled = at_once(
            partial(complete, client, checkout, body), partial(end, client, checkout)
        )

        placed = Order.objects.filter(checkout_id=checkout["id"]).exists()
        if placed:
            assert done == "201"
            assert canceled in {"checkout_completed", "checkout_in_progress"}
        else:
            assert (done, canceled) == ("checkout_canceled", "200")
        assert stock_of("SKU-0") == (before - placed, 0)


def kept() -> int:
    """What the shop has kept of all money, in minor units."""
    amounts = Payment.objects.values_list("captured", "refunded")
    return sum(captured - refunded for captured, refunded in amounts)


def test_paying_otherwise_while_the_first_payment_is_confirmed_is_paid_once() -> None:
    for _ in range(ROUNDS):
        before = kept()
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        assert client.post(path(checkout), paying("tok_requires_action")).status_code == 202
        first = Payment.objects.get(checkout_id=checkout["id"])

        done, *told = at_once(
            partial(complete, client, checkout, paying("tok_success")),
            *[partial(tell, first, "payment.captured")] * 3,
        )

        assert set(told) <= {"204", "409"}, told
        assert done in {"200", "201"}, done
        later = timezone.now() + timedelta(minutes=5)
        recover_payments(now=later)
        order = Order.objects.get(checkout_id=checkout["id"])
        assert kept() - before == order.total


def test_abandoning_a_payment_while_it_is_captured_is_one_or_the_other() -> None:
    for _ in range(ROUNDS):
        before = kept()
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        assert client.post(path(checkout), paying("tok_requires_action")).status_code == 202
        payment = Payment.objects.get(checkout_id=checkout["id"])
        later = timezone.now() + timedelta(hours=2)

        at_once(partial(abandon_payments, now=later), partial(tell, payment, "payment.captured"))

        recover_payments(now=later)
        placed = Order.objects.filter(checkout_id=checkout["id"]).first()
        assert kept() - before == (placed.total if placed else 0)
        status = Checkout.objects.get(pk=checkout["id"]).status
        assert status == ("completed" if placed else "expired")


def test_money_that_arrives_for_a_canceled_checkout_goes_back_once() -> None:
    for _ in range(ROUNDS):
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        assert client.post(path(checkout), paying("tok_requires_action")).status_code == 202
        payment = Payment.objects.get(checkout_id=checkout["id"])
        assert tell(payment, "payment.declined") == "204"

        canceled, *told = at_once(
            partial(end, client, checkout), *[partial(tell, payment, "payment.captured")] * 8
        )

        assert Counter(told) == {"204": 8}
        payment.refresh_from_db()
        placed = Order.objects.filter(checkout_id=checkout["id"]).exists()
        assert canceled == ("checkout_completed" if placed else "200")
        assert payment.captured == payment.amount
        assert payment.refunded == (0 if placed else payment.amount)
        assert Operation.objects.filter(payment=payment).count() == (0 if placed else 1)


def test_no_order_is_placed_on_money_that_is_let_go_meanwhile(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAYMENT_CAPTURE = "manual"
    client = shopper()
    checkout = new_checkout(client, ["SKU-0"])
    assert client.post(path(checkout), paying("tok_requires_action")).status_code == 202
    assert abandon_payments(now=timezone.now() + timedelta(hours=2)) == 1
    payment = Payment.objects.get()
    held = Outcome(OutcomeKind.AUTHORIZED, amount=payment.amount, currency=payment.currency)
    resolve_recovered(payment_id=payment.id, outcome=held, now=timezone.now())
    record = outcomes.record_outcome

    def record_too_late(*, payment_id: UUID, **news: Any) -> Change:
        at_once(partial(execute_operations, payment_id=payment_id))
        return record(payment_id=payment_id, **news)

    monkeypatch.setattr(outcomes, "record_outcome", record_too_late)

    assert tell(payment, "payment.authorized") == "204"

    payment.refresh_from_db()
    assert payment.status == "voided"
    assert not Order.objects.exists()
    assert stock_of("SKU-0") == (100, 0)


def end(client: APIClient, checkout: dict[str, Any]) -> str:
    return code_of(client.post(path(checkout, "cancel")))


def test_what_is_added_during_completion_is_neither_lost_nor_bought() -> None:
    for _ in range(ROUNDS):
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        add = partial(
            client.post, f"/api/v1/carts/{checkout['cart_id']}/items", items(["SKU-1"])[0]
        )

        done, *added = at_once(partial(client.post, path(checkout), MANUAL), *[add] * 4)

        assert code_of(done) == "201"
        told = [code_of(response) for response in added]
        assert set(told) <= {"200", "cart_not_open"}
        bought = OrderLine.objects.filter(order__checkout_id=checkout["id"])
        assert list(bought.values_list("sku", "quantity")) == [("SKU-0", 1)]
        cart = Cart.objects.get(pk=checkout["cart_id"])
        left = CartLine.objects.filter(cart=cart).values_list("variant__sku", "quantity")
        if cart.status == "open":
            assert dict(left) == {"SKU-1": told.count("200")}
        else:
            assert set(told) == {"cart_not_open"}
