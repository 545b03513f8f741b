"""Payments recorded before money stayed due are brought into line."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone
from rest_framework.test import APIClient

from core.db.invariants import declared_checks, run_checks
from orders.models import Order
from payments.models import Payment
from payments.services import execute_operations, record_capture, record_refund
from tests.shop import MANUAL, complete, new_checkout, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
say_what_is_due = import_module("payments.migrations.0005_money_that_is_due").say_what_is_due


@pytest.mark.parametrize(
    ("order_status", "status", "voided"), [("open", "pending", 0), ("canceled", "refunded", 1395)]
)
def test_a_part_that_went_back_leaves_the_rest_due_unless_the_order_was_canceled(
    client: APIClient, order_status: str, status: str, voided: int
) -> None:
    offer_shipping()
    stock_variants(1, stock=9)
    complete(client, new_checkout(client, ["SKU-0"]), **MANUAL)
    payment = Payment.objects.get()
    for record in (record_capture, record_refund):
        record(payment_id=payment.pk, amount=500, now=timezone.now())
        execute_operations(payment_id=payment.pk)
    Payment.objects.update(status="refunded")
    Order.objects.update(status=order_status)

    for _ in range(2):
        say_what_is_due(apps, None)

    payment.refresh_from_db()
    assert (payment.status, payment.voided) == (status, voided)
    now = timezone.now()
    money = [check for check in declared_checks() if "payment" in check.name]
    assert [found.check for found in run_checks(money, now=now) if found.violations] == []
