"""Everything that the rules read of a payment or an operation, to compare two of them."""

from __future__ import annotations

import copy
from typing import Any

from payments.domain import OperationRecord, PaymentRecord
from payments.models import Operation, Payment


def state_of(row: Payment | Operation) -> dict[str, Any]:
    record = PaymentRecord if isinstance(row, Payment) else OperationRecord
    return {name: getattr(row, name) for name in record.__annotations__}


def changed(row: Any, **values: Any) -> Any:
    """A copy with other values, in memory."""
    other = copy.copy(row)
    for name, value in values.items():
        setattr(other, name, value)
    return other
