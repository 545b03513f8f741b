"""What the recovery job does with payments and operations that it cannot finish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.services import recover_payments
from payments.domain import OperationRecord, Outcome, PaymentRecord
from payments.models import Operation, Payment
from payments.providers.test import TestProvider
from tests.shop import complete, new_checkout, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]

LATER = timedelta(minutes=5)


@pytest.fixture
def due_refunds(
    client: APIClient, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> list[Operation]:
    """Two refunds of two payments; asking the provider for the one due first raises."""
    offer_shipping()
    stock_variants()
    refund, staff = TestProvider.refund, client_of(Role.SUPPORT)
    staff.raise_request_exception = False
    down = True

    def breaking(self: TestProvider, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        if down or operation.id == broken.id:
            raise RuntimeError
        return refund(self, payment, operation)

    monkeypatch.setattr(TestProvider, "refund", breaking)
    for _ in range(2):
        paid = complete(client, new_checkout(client, ["SKU-0"]), **paying())
        staff.post(f"/api/v1/orders/{paid.json()['order']['number']}/refunds", {})
    broken, whole = Operation.objects.order_by("next_attempt_at")
    down = False
    return [broken, whole]


def paying(token: str = "tok_success") -> dict[str, Any]:
    return {"payment": {"provider": "test", "token": token}}


def test_an_operation_that_cannot_be_carried_out_keeps_no_other_waiting(
    due_refunds: list[Operation],
) -> None:
    broken, whole = due_refunds
    later = timezone.now() + LATER

    with time_machine.travel(later, tick=False):
        recover_payments(now=later, limit=1)
        recover_payments(now=later, limit=1)

    whole.refresh_from_db()
    assert whole.status == "succeeded"
    broken.refresh_from_db()
    assert (broken.status, broken.lookup_attempts) == ("pending", 1)
    assert broken.last_error == "recovery failed: RuntimeError"
    assert broken.next_attempt_at is not None
    assert broken.next_attempt_at > later


def test_an_operation_is_asked_for_ever_more_rarely(due_refunds: list[Operation]) -> None:
    broken, _ = due_refunds
    waits = []
    for _ in range(5):
        due = Operation.objects.get(pk=broken.id).next_attempt_at
        assert due is not None
        with time_machine.travel(due, tick=False):
            recover_payments(now=due)
        broken.refresh_from_db()
        assert broken.next_attempt_at is not None
        waits.append((broken.next_attempt_at - due).total_seconds())
    assert waits == [30, 30, 60, 120, 240]
    assert Payment.objects.get(pk=broken.payment_id).refunding == broken.amount


def test_what_a_slow_provider_leaves_no_time_for_stays_due(client: APIClient) -> None:
    offer_shipping()
    stock_variants()
    for _ in range(3):
        complete(client, new_checkout(client, ["SKU-0"]), **paying("tok_timeout"))
    later = timezone.now() + LATER

    with time_machine.travel(later, tick=False):
        asked = [recover_payments(now=later, seconds=0) for _ in range(4)]

    assert asked == [1, 1, 1, 0]
    assert set(Payment.objects.values_list("status", flat=True)) == {"paid"}


def test_payments_leave_time_for_operations(
    client: APIClient, due_refunds: list[Operation]
) -> None:
    complete(client, new_checkout(client, ["SKU-0"]), **paying("tok_timeout"))
    later = timezone.now() + LATER

    with time_machine.travel(later, tick=False):
        assert recover_payments(now=later, seconds=0) == 2
