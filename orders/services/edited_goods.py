"""The goods of an edited order: its lines, and the units that they take from stock or put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from core.caller import Caller
from core.db.transactions import transaction_required
from inventory.domain import MovementKind
from inventory.services import restock, sell
from orders.domain import UnitsMoved
from orders.models import Order, OrderLine


@transaction_required
def rewrite_lines(order: Order, lines: Sequence[OrderLine]) -> None:
    """Let a locked order have these lines: those that it has change, in the statement that adds."""
    OrderLine.objects.filter(order=order).exclude(pk__in=[line.id for line in lines]).delete()
    OrderLine.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["position", "quantity", "discount", "tax", "total", "discounts", "taxes"],
    )


@transaction_required
def move_units(
    order: Order, moved: UnitsMoved, *, caller: Caller, reason: str, now: datetime
) -> None:
    """Put units back into locked stock, and take others from it. Raises `InsufficientStock`."""
    if moved.put_back:
        restock(
            order_id=order.id,
            units=moved.put_back,
            kind=MovementKind.EDIT,
            reason=reason,
            actor_id=caller.user_id,
            now=now,
        )
    if moved.taken:
        sell(order_id=order.id, units=moved.taken, actor_id=caller.user_id, now=now)


def units_that_stay(order: Order) -> dict[str, int]:
    """Return how many units of each line, by SKU, no edit takes off: those that were sent.

    One at least, where units were packed, asked back or refunded, though it was undone.
    """
    of_goods = (*order.fulfillments.all(), *order.returns.all())
    sent_or_returned = (item.line_id for each in of_goods for item in each.items.all())
    refunded = (item.line_id for refund in order.refunds for item in refund.refund_items.all())
    told_of = {*sent_or_returned, *refunded}
    return {line.sku: max(line.fulfilled, int(line.id in told_of)) for line in order.lines.all()}


def body_of(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    """Return the totals of an order as columns, and its lines, as an edit keeps them."""
    kept = [line.snapshot() for line in lines]
    return order.amounts() | {
        "lines": [columns | {"variant_id": str(columns["variant_id"])} for columns in kept]
    }


def named_units(units: Mapping[UUID, int], lines: Iterable[OrderLine]) -> list[dict[str, Any]]:
    """Name units as the timeline does; a title of its own, for what is on the order no more."""
    of_variant = {line.variant_id: line for line in lines}
    return [
        {"sku": line.sku, "title": line.title, "quantity": count}
        for variant_id, count in units.items()
        if (line := of_variant[variant_id])
    ]
