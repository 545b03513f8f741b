"""A payment of which nothing is known yet."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from payments.domain import Capture, PaymentState, PaymentStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ID = UUID("01890000-0000-7000-8000-000000000000")

FRESH = PaymentState(
    id=ID,
    checkout_id=ID,
    order_id=None,
    provider="stripe",
    capture=Capture.AUTOMATIC,
    token="pm_1",
    amount=1000,
    currency="GBP",
    status=PaymentStatus.PENDING,
    step=None,
    reference=None,
    action=None,
    decline_code="",
    authorized=0,
    captured=0,
    voided=0,
    refunded=0,
    refunding=0,
    created_at=NOW,
)
