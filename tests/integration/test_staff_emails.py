"""What staff are written to: stock that becomes low, and payments that need a person, once each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import Variant
from congocart.event_jobs import event_jobs
from core.db.transactions import use_case
from inventory.services import adjust_stock
from payments.models import Payment
from payments.services import announce_stuck_payments
from tests.shop import new_checkout, new_order, offer_shipping, pay, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff(settings: Any) -> None:
    settings.EMAILS = replace(settings.EMAILS, staff=["staff@shop.example"])
    settings.EVENT_JOBS = {
        event: jobs
        for event, jobs in event_jobs(to_staff=True).items()
        if not event.startswith("order.")
    }
    offer_shipping()
    stock_variants(stock=8)


@pytest.fixture
def told(run_jobs: Callable[[], int]) -> Callable[[], list[str]]:
    """The subjects of what staff were sent since the last time."""

    def subjects() -> list[str]:
        run_jobs()
        found = [each.subject for each in mail.outbox if each.to == ["staff@shop.example"]]
        mail.outbox.clear()
        return found

    return subjects


@use_case
def adjust(delta: int) -> None:
    variant = Variant.objects.get(sku="SKU-0")
    adjust_stock(variant_id=variant.pk, delta=delta, reason="", actor_id=None, now=timezone.now())


def test_stock_that_sales_make_low_is_told_once(
    client: APIClient, told: Callable[[], list[str]]
) -> None:
    new_order(client, ["SKU-0"], 2)
    assert told() == []  # six are left
    new_order(client, ["SKU-0"], 2)
    assert told() == ["Low stock: SKU-0"]
    new_order(client, ["SKU-0"], 4)
    assert told() == []  # it was low before


def test_stock_is_told_of_again_after_it_was_filled_up(told: Callable[[], list[str]]) -> None:
    adjust(-3)
    assert told() == ["Low stock: SKU-0"]
    adjust(+10)
    adjust(-9)
    assert told() == []
    adjust(-1)
    assert told() == ["Low stock: SKU-0"]


@pytest.mark.parametrize("kind", [{"tracked": False}, {"backorder": True}])
def test_stock_that_does_not_run_out_is_never_low(
    told: Callable[[], list[str]], kind: dict[str, bool]
) -> None:
    variant = Variant.objects.get(sku="SKU-0")
    type(variant.stock).objects.update(**kind)
    adjust(-7)
    assert told() == []


def test_what_is_left_is_said(run_jobs: Callable[[], int]) -> None:
    adjust(-7)
    run_jobs()
    assert "One unit of SKU-0 is left." in mail.outbox[0].body


@pytest.fixture
def stuck(client: APIClient) -> None:
    """Two payments of which nobody has learned how they ended."""
    for guest in (client, APIClient()):
        guest.default_format = "json"
        checkout = new_checkout(guest, ["SKU-0"])
        assert pay(guest, checkout, "tok_timeout").status_code == 202
    Payment.objects.update(created_at=timezone.now() - timedelta(hours=1))


def test_payments_that_need_a_person_are_told_once_and_together(
    stuck: None, told: Callable[[], list[str]], settings: Any
) -> None:
    now = timezone.now()
    assert announce_stuck_payments(now=now) == 2
    assert told() == ["2 payments need a person"]
    assert announce_stuck_payments(now=now + timedelta(hours=1)) == 0
    assert told() == []


def test_without_addresses_of_staff_nothing_is_sent(
    stuck: None, told: Callable[[], list[str]], settings: Any
) -> None:
    settings.EMAILS = replace(settings.EMAILS, staff=[])
    settings.EVENT_JOBS = event_jobs(to_staff=False)
    adjust(-5)
    assert announce_stuck_payments(now=timezone.now()) == 2
    assert told() == []


def test_a_mail_to_staff_says_nothing_of_the_buyer(
    stuck: None, run_jobs: Callable[[], int]
) -> None:
    announce_stuck_payments(now=timezone.now())
    run_jobs()
    (message,) = [each for each in mail.outbox if "person" in each.subject]
    for payment in Payment.objects.all():
        assert "£13.95, test, " in message.body
        assert str(payment.id) in message.body
    assert "ada@example.com" not in message.body
