"""When what was sent of an order has arrived."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from orders.domain.rules import ShipmentStatus


class Sending(Protocol):
    """A fulfillment, as far as it says when its units arrived."""

    status: str
    created_at: datetime
    delivered_at: datetime | None


def last_arrival(sendings: Iterable[Sending], *, assumed_days: int) -> datetime | None:
    """Return when the last part of what was sent arrived, or will be taken to have.

    What nobody marks as delivered is, so many days after it was sent; with 0, never. None when
    nothing was sent, or when it is not known of some part.
    """
    arrivals: list[datetime] = []
    for sending in sendings:
        if sending.status == ShipmentStatus.CANCELED:
            continue
        if sending.delivered_at is not None:
            arrivals.append(sending.delivered_at)
        elif assumed_days:
            arrivals.append(sending.created_at + timedelta(days=assumed_days))
        else:
            return None
    return max(arrivals, default=None)
