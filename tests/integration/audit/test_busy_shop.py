"""The ledger of a shop that did everything right."""

from __future__ import annotations

import pytest

from checkout.models import Checkout
from core.db.invariants import declared_checks, run_checks
from orders.models import Order
from payments.models import Payment
from tests.integration.audit.busy_shop import ClientOf, run_a_busy_shop

pytestmark = pytest.mark.django_db


def test_a_busy_shop_that_does_everything_right_is_clean(client_of: ClientOf) -> None:
    closed = run_a_busy_shop(client_of)

    found = {
        finding.check: finding.examples
        for finding in run_checks(declared_checks(), now=closed)
        if finding.violations
    }

    assert found == {}
    assert {order.payment_status for order in Order.objects.all()} == {
        "pending", "paid", "voided", "refunded", "partially_refunded",
    }  # fmt: skip
    assert set(Checkout.objects.values_list("status", flat=True)) == {
        "draft", "completed", "canceled", "expired", "ready",
    }  # fmt: skip
    assert Payment.objects.filter(status="failed").exists()
