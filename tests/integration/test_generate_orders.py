from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from congocart.sample_orders import SeedTaken, generate_orders
from congocart.sample_orders.writing import NothingToOrder
from core.db.invariants import declared_checks, run_checks
from inventory.models import Movement, Stock
from invoices.models import Invoice
from orders.models import Fulfillment, Order, RefundItem
from payments.models import Payment
from tests.property.ledger import out_of_balance
from tests.shop import stock_variants

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def generate(count: int = 400, *, seed: int = 7, now: datetime = NOW) -> int:
    *_, last = generate_orders(count=count, seed=seed, currency="GBP", now=now)
    return last.orders


def violated() -> list[Any]:
    checked = run_checks(declared_checks(), now=timezone.now(), examples=3)
    return [each for each in checked if each.violations]


def snapshot() -> list[tuple]:
    return list(
        Order.objects.order_by("number").values_list(
            "number", "id", "email", "total", "status", "payment_status", "fulfillment_status",
            "placed_at", "shipping_address__city",
        )
    )  # fmt: skip


def test_every_invariant_holds_of_generated_orders(monkeypatch):
    monkeypatch.setattr("congocart.sample_orders.writing.BATCH", 150)
    stock_variants(9, stock=3)
    assert generate() == 400
    assert violated() == []
    assert out_of_balance() == []
    assert min(Stock.objects.values_list("on_hand", flat=True)) >= 3


def test_generated_orders_are_of_every_kind():
    stock_variants(9)
    generate(1_500)
    orders = Order.objects.all()
    assert set(orders.values_list("status", flat=True)) == {"open", "completed", "canceled"}
    assert set(orders.values_list("fulfillment_status", flat=True)) == {
        "unfulfilled", "partially_fulfilled", "fulfilled",
    }  # fmt: skip
    assert set(orders.values_list("payment_status", flat=True)) == {
        "pending", "paid", "partially_refunded", "refunded", "voided",
    }  # fmt: skip
    assert set(Payment.objects.values_list("provider", flat=True)) == {"manual", "test"}
    assert orders.filter(customer=None).exists()
    assert orders.exclude(customer=None).exists()
    assert len(set(orders.values_list("shipping_address__country_code", flat=True))) >= 5
    assert set(Fulfillment.objects.values_list("status", flat=True)) == {"shipped", "delivered"}
    assert RefundItem.objects.exists()
    assert Movement.objects.filter(kind="cancellation").exists()
    domains = {email.rpartition("@")[2] for email in orders.values_list("email", flat=True)}
    assert domains == {"example.com", "example.net", "example.org"}
    earliest, latest = orders.earliest("placed_at"), orders.latest("placed_at")
    assert NOW - timedelta(days=366) < earliest.placed_at < latest.placed_at < NOW


def test_generated_invoices_go_on_with_the_numbers_of_the_shop(monkeypatch):
    monkeypatch.setattr("congocart.sample_orders.writing.BATCH", 50)
    stock_variants(9)
    for seed in (1, 2):
        generate(120, seed=seed)
    assert violated() == []
    numbers = Invoice.objects.values_list("series", "year", "position").order_by("id")
    for series, year in {row[:2] for row in numbers}:
        given = sorted(row[2] for row in numbers if row[:2] == (series, year))
        assert given == list(range(1, len(given) + 1))
    assert Invoice.objects.filter(kind="credit_note").exclude(document__credits="").exists()


def test_a_shop_that_invoices_what_was_sent_has_no_other_invoices_generated(settings):
    settings.INVOICES = replace(settings.INVOICES, due_at="fulfilled")
    stock_variants(9)
    generate()
    assert violated() == []
    invoiced = Order.objects.filter(pk__in=Invoice.objects.values("order"))
    by_card = invoiced.filter(payments__provider="test")
    assert set(by_card.values_list("fulfillment_status", flat=True)) == {"fulfilled"}
    assert invoiced.filter(payments__provider="manual", fulfillment_status="unfulfilled").exists()


def test_the_same_seed_makes_the_same_orders_and_another_seed_others():
    stock_variants(5)
    made = []
    for seed in (3, 3, 4):
        with transaction.atomic():
            generate(120, seed=seed)
            made.append(snapshot())
            transaction.set_rollback(True)
    assert made[0] == made[1]
    assert not {row[0] for row in made[0]} & {row[0] for row in made[2]}


def test_orders_of_a_seed_are_made_once_and_those_of_another_are_added():
    stock_variants(5)
    generate(20)
    with pytest.raises(SeedTaken):
        generate(20)
    generate(20, seed=8)
    assert Order.objects.count() == 40


def test_a_shop_that_sells_nothing_has_no_orders_made():
    with pytest.raises(NothingToOrder):
        generate(5)


@pytest.mark.parametrize("count", ["0", "-1", "x", "1.5", "10000001", ""])
def test_a_count_that_is_none_is_refused(count):
    with pytest.raises(CommandError, match="whole number"):
        call_command("generate_orders", count)


def test_production_has_to_be_asked_plainly(settings):
    settings.PRODUCTION = True
    stock_variants(2)
    with pytest.raises(CommandError, match="--in-production"):
        call_command("generate_orders", "3")
    assert not Order.objects.exists()
    call_command("generate_orders", "3", "--in-production")
    assert Order.objects.count() == 3
