"""A payment of which nothing is known yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from payments.domain import Capture, OperationKind, OperationStatus, PaymentStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ID = UUID("01890000-0000-7000-8000-000000000000")


@dataclass
class Payment:
    """The columns of a payment, without a database."""

    id: UUID = ID
    checkout_id: UUID = ID
    order_id: UUID | None = None
    provider: str = "stripe"
    capture: str = Capture.AUTOMATIC
    token: str = "pm_1"
    amount: int = 1000
    currency: str = "GBP"
    status: str = PaymentStatus.PENDING
    step: str | None = None
    reference: str | None = None
    action: Any = None
    decline_code: str = ""
    authorized: int = 0
    captured: int = 0
    voided: int = 0
    refunded: int = 0
    refunding: int = 0
    waived: int = 0
    created_at: datetime = field(default=NOW)


@dataclass
class Operation:
    """The columns of a capture, void or refund."""

    id: UUID
    payment_id: UUID
    kind: OperationKind
    status: OperationStatus
    amount: int
    reference: str | None
    created_at: datetime


FRESH = Payment()
