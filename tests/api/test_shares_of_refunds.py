"""A refund gives back exact shares of price, discounts and taxes, and says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from core.db.invariants import declared_checks, run_checks
from events.models import Event
from orders.models import Order, OrderLine, RefundItem
from payments.domain import Outcome, OutcomeKind
from payments.providers.test import TestProvider
from tests.shop import new_order, offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]

VAT = {"title": "VAT", "rate": "0.2", "source": "gov.uk"}
LEVY = {"title": "Levy", "rate": "0.013", "source": "gov.uk"}
SALE = {"promotion": "p1", "title": "Sale", "code": "SALE"}


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2, stock=20)


@pytest.fixture
def support(client_of: ClientOf) -> APIClient:
    return client_of(Role.SUPPORT)


@pytest.fixture
def order(client: APIClient, settings: Any) -> str:
    """Three units each of 10.00 and 10.01, the first reduced by 1.00; two taxes on all of it."""
    settings.TAX_RATE = Decimal("0.213")
    return paid_order(client, 3)


@pytest.fixture
def discounted(client: APIClient, settings: Any) -> str:
    """Three units each of 10.00 and 10.01, the first reduced by 1.00; two taxes, and on shipping.

    Written as promotions and a table of rates would leave it.
    """
    settings.TAX_RATE = Decimal("0.213")
    number = paid_order(client, 3)
    of_first = [{**VAT, "base": 2_900, "amount": 580}, {**LEVY, "base": 2_900, "amount": 38}]
    OrderLine.objects.filter(sku="SKU-0").update(
        discount=100, total=2_900, discounts=[{**SALE, "amount": 100}], tax=618, taxes=of_first
    )
    of_second = [{**VAT, "base": 3_003, "amount": 601}, {**LEVY, "base": 3_003, "amount": 39}]
    OrderLine.objects.filter(sku="SKU-1").update(tax=640, taxes=of_second)
    taxes = [{**VAT, "base": 395, "amount": 79}]
    total = 5_903 + 395 + 618 + 640 + 79
    Order.objects.update(
        discount=100, tax=618 + 640 + 79, shipping_taxes=taxes, total=total,
    )  # fmt: skip
    placed = Order.objects.get()
    payment = placed.payments.get()
    payment.amount = payment.captured = payment.authorized = total
    payment.save()
    return number


def refund(staff: APIClient, number: str, **body: Any) -> Any:
    return staff.post(f"/api/v1/orders/{number}/refunds", body)


def units(sku: str, quantity: int = 1) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": quantity}]


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


def tax_by_rate(bodies: Iterable[dict[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for body in bodies:
        found[body["rate"]] += body["amount"]["amount"]
    return found


def violated() -> list[str]:
    now = timezone.now() + timedelta(minutes=2)
    return [found.check for found in run_checks(declared_checks(), now=now) if found.violations]


def test_a_refund_tells_its_share_of_price_discount_and_each_tax(
    support: APIClient, discounted: str
) -> None:
    body = refund(support, discounted, items=units("SKU-0")).json()

    (given,) = body["refunds"]
    assert (given["status"], given["amount"]) == ("succeeded", money(1_000 - 33 + 193 + 12))
    (item,) = given["items"]
    assert (item["sku"], item["quantity"], item["price"]) == ("SKU-0", 1, money(1_000))
    assert (item["discount"], item["tax"], item["amount"]) == (
        money(33), money(205), given["amount"]
    )  # fmt: skip
    assert (
        given["taxes"]
        == item["taxes"]
        == [
            {"title": "VAT", "rate": "0.2", "base": money(967), "amount": money(193)},
            {"title": "Levy", "rate": "0.013", "base": money(967), "amount": money(12)},
        ]
    )
    event = Event.objects.get(type="order.refund_requested")
    assert event.data["items"] == [
        {"sku": "SKU-0", "quantity": 1, "price": 1_000, "discount": 33, "tax": 205, "amount": 1_172}
    ]
    assert [tax["amount"] for tax in event.data["taxes"]] == [193, 12]
    assert RefundItem.objects.get().discounts == [{**SALE, "amount": 33}]


def test_whatever_is_refunded_in_whatever_order_adds_up_to_each_tax(
    support: APIClient, discounted: str
) -> None:
    before = support.get(f"/api/v1/orders/{discounted}").json()
    steps: list[dict[str, Any]] = [
        {"items": units("SKU-0")},
        {"amount": money(777)},
        {"items": units("SKU-1", 2), "amount": money(2_000)},  # a fee is kept
        {"items": units("SKU-0", 2)},
        {"items": units("SKU-1"), "amount": money(1_500)},  # and something for the trouble
        {},
    ]
    for step in steps:
        response = refund(support, discounted, **step)
        assert response.status_code == 201, response.content

    after = response.json()
    assert (after["payment_status"], after["refundable"], after["due"]) == (
        "refunded", money(0), money(0)
    )  # fmt: skip
    given = [tax for each in after["refunds"] for tax in each["taxes"]]
    assert tax_by_rate(given) == tax_by_rate(before["taxes"]) == {"0.2": 1_260, "0.013": 77}
    items = [item for each in after["refunds"] for item in each["items"]]
    for sku, price, discount, tax in (
        ("SKU-0", 3_000, 100, 618), ("SKU-1", 3_003, 0, 640), (None, 395, 0, 79),
    ):  # fmt: skip
        of_line = [item for item in items if item["sku"] == sku]
        sums = [sum(item[name]["amount"] for item in of_line) for name in ("price", "discount")]
        assert [*sums, sum(item["tax"]["amount"] for item in of_line)] == [price, discount, tax]
    for each in after["refunds"]:
        assert sum(item["amount"]["amount"] for item in each["items"]) == each["amount"]["amount"]


def test_canceling_gives_back_the_exact_rest_of_each_part(
    client: APIClient, support: APIClient, order: str
) -> None:
    refund(support, order, items=units("SKU-0"), restock=True)

    canceled = client.post(f"/api/v1/orders/{order}/cancel").json()

    given = [tax for each in canceled["refunds"] for tax in each["taxes"]]
    assert tax_by_rate(given) == tax_by_rate(canceled["taxes"])
    assert canceled["due"] == canceled["refundable"] == money(0)
    assert violated() == []


def test_a_refund_that_failed_gave_nothing_back(
    support: APIClient, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = support.get(f"/api/v1/orders/{order}").json()["totals"]
    with monkeypatch.context() as patch:
        patch.setattr(TestProvider, "refund", lambda *_: Outcome(OutcomeKind.DECLINED))
        failed = refund(support, order, amount=money(500)).json()
    assert [each["status"] for each in failed["refunds"]] == ["failed"]
    assert failed["refundable"] == everything["total"]

    last = refund(support, order).json()["refunds"][-1]

    assert last["amount"] == everything["total"]
    assert sum(item["tax"]["amount"] for item in last["items"]) == everything["tax"]["amount"]
    assert violated() == []


def test_the_units_of_refunds_from_before_their_parts_were_kept_count_by_their_amount(
    support: APIClient, order: str
) -> None:
    refund(support, order, items=units("SKU-0"))
    RefundItem.objects.update(price=None, discount=0, tax=0, discounts=[], taxes=[])

    rest = refund(support, order).json()["refunds"]

    assert rest[0]["items"][0]["price"] == rest[0]["items"][0]["amount"] == rest[0]["amount"]
    placed = Order.objects.get()
    assert rest[0]["amount"]["amount"] + rest[1]["amount"]["amount"] == placed.total
    amounts = [item["amount"]["amount"] for item in rest[1]["items"]]
    assert sum(amounts) == rest[1]["amount"]["amount"]


def test_an_order_from_before_taxes_were_kept_by_rate_is_refunded_by_what_it_was_charged(
    support: APIClient, order: str
) -> None:
    OrderLine.objects.update(taxes=[])
    Order.objects.update(shipping_taxes=[])

    (given,) = refund(support, order).json()["refunds"]

    placed = Order.objects.get()
    assert [tax["rate"] for tax in given["taxes"]] == [None]
    assert given["taxes"][0]["amount"] == money(placed.tax)
    assert violated() == []


def test_money_that_goes_back_while_more_is_due_gives_back_nothing_of_what_was_bought(
    client: APIClient, support: APIClient
) -> None:
    """A wrong amount is recorded and given back: the whole is due again."""
    url = f"/api/v1/orders/{new_order(client, ['SKU-0'])['number']}"
    part = {"amount": money(400)}

    seen = [client.get(url).json()]
    seen += [support.post(f"{url}{step}", part).json() for step in ("/payments", "/refunds")]
    seen.append(support.post(f"{url}/payments", {}).json())
    seen.append(support.post(f"{url}/refunds", {"items": units("SKU-0")}).json())
    seen.append(support.post(f"{url}/refunds", {}).json())

    assert [(body["due"]["amount"], body["refundable"]["amount"]) for body in seen] == [
        (1_395, 0), (995, 400), (1_395, 0), (0, 1_395), (0, 395), (0, 0),
    ]  # fmt: skip
    assert [len(each["items"]) for each in seen[-1]["refunds"]] == [0, 1, 1]
    assert violated() == []


def test_of_a_card_payment_nothing_is_due_again(client: APIClient, support: APIClient) -> None:
    number = paid_order(client)
    total = Order.objects.get().total

    body = refund(support, number, amount=money(400)).json()

    assert (body["due"], body["refundable"]) == (money(0), money(total - 400))
