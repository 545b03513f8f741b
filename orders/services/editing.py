"""Editing an order of which nothing was sent: other lines, and what they cost more or less."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.caller import Caller
from core.db.transactions import RecoveryPoint, RunAgain, rehearse, transaction_required, two_step
from core.items import ItemRequest
from core.states import InvalidTransition
from core.versions import require_version
from events.domain import actor_of
from events.selectors import timeline_version
from events.services import record_event
from inventory.domain import InsufficientStock
from orders.domain import (
    DeliveryMissing,
    EditChangesNothing,
    EditOutcome,
    FulfillmentStatus,
    ItemNotForSale,
    ItemStays,
    ItemWithoutPrice,
    OrderNotEditable,
    OrderNotFound,
    OrderStatus,
    OrderTooLarge,
    UnitsMoved,
    require_editable,
    units_moved,
)
from orders.models import Order, OrderEdit
from orders.selectors import order_for
from orders.services.balancing import balance, execute_all
from orders.services.edited_goods import (
    body_of,
    mentioned_lines,
    move_units,
    named_units,
    rewrite_lines,
)
from orders.services.locking import lock_order
from orders.services.pricing_edits import PricedEdit, priced_edit
from payments.domain import (
    OperationInProgress,
    OutcomeMismatch,
    UnknownProvider,
)
from pricing.domain.usage import uses_of
from pricing.errors import TaxesUnavailable
from pricing.services import retake_redemptions

EDIT_ORDER_ERRORS = (
    OrderNotFound,
    InvalidTransition,
    OrderNotEditable,
    EditChangesNothing,
    ItemStays,
    ItemNotForSale,
    ItemWithoutPrice,
    DeliveryMissing,
    OrderTooLarge,
    InsufficientStock,
    TaxesUnavailable,
    OperationInProgress,
    UnknownProvider,
    OutcomeMismatch,
)


def edit_order(
    *,
    caller: Caller,
    number: str,
    requested: Sequence[ItemRequest],
    reason: str = "",
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Give an order the lines that are requested, before anything of it is sent.

    Units that come in are taken from stock, others go back into it. What it then costs more is
    due, what was paid beyond it is refunded. Raises `EDIT_ORDER_ERRORS`, `OutcomeMismatch` once
    the edit is recorded.
    """
    return two_step(
        record=lambda: _record(caller, number, requested, reason=reason, seen=seen, now=now),
        execute=lambda order: execute_all(order_id=order.id, by=actor_of(caller)),
        conclude=lambda *_: order_for(caller=caller, number=number),
    )


def preview_edit(
    *, caller: Caller, number: str, requested: Sequence[ItemRequest], now: datetime
) -> EditOutcome:
    """Tell what `edit_order` would come to, and do nothing. Raises `EDIT_ORDER_ERRORS`."""

    def phase() -> EditOutcome:
        before = order_for(caller=caller, number=number)
        _record(caller, number, requested, now=now)
        after = order_for(caller=caller, number=number)
        return EditOutcome(
            total_before=before.total,
            total=after.total,
            refunded=max(0, before.refundable - after.refundable),
            due=after.due,
        )

    return rehearse(phase)


def _record(
    caller: Caller,
    number: str,
    requested: Sequence[ItemRequest],
    *,
    reason: str = "",
    seen: int | None = None,
    now: datetime,
) -> RecoveryPoint:
    """Lock an order that was priced with other lines, and let it have them.

    Promotions are locked before the order is, so it is priced as it was read. Every change of an
    order records an event: if one has come in between, all of it runs again.
    """
    read = order_for(caller=caller, number=number)
    version = timeline_version(subject_id=read.id)
    if seen is not None:
        require_version(version, {seen})
    edit, moved = _priced(read, requested, now=now)
    order = lock_order(caller=caller, number=number, and_stock_of=moved.taken)
    if timeline_version(subject_id=order.id) != version:
        raise RunAgain(retry_after=1)
    before = body_of(order, read.lines.all())
    order.apply(edit.quote)
    order.save(update_fields=[*order.amounts()])
    rewrite_lines(order, edit.lines)
    move_units(order, moved, caller=caller, reason=reason, now=now)
    by, total_before, after = actor_of(caller), before["total"], body_of(order, edit.lines)
    written = OrderEdit.objects.create(order=order, before=before, after=after, created_at=now)
    data = {
        "edit_id": str(written.id),
        "total_before": total_before,
        "total": order.total,
        "added": named_units(moved.taken, edit.lines),
        "removed": named_units(moved.put_back, read.lines.all()),
        "reason": reason,
    }
    record_event(type="order.edited", subject_id=order.id, data=data, by=by, now=now)
    balance(order, order.total - total_before, reason=reason, by=by, now=now)
    return RecoveryPoint(order.id)


@transaction_required
def _priced(
    order: Order, requested: Sequence[ItemRequest], *, now: datetime
) -> tuple[PricedEdit, UnitsMoved]:
    """Price an order that can be edited, take what then applies, and tell which units move."""
    require_editable(
        OrderStatus(order.status),
        FulfillmentStatus(order.fulfillment_status),
        refunded=bool(order.given_back),
    )
    edit = priced_edit(order, requested, now=now)
    lines, kept = list(order.lines.all()), {line.id for line in edit.lines}
    gone = mentioned_lines(order) - kept
    if stay := [line.sku for line in lines if line.id in gone]:
        raise ItemStays(skus=stay)
    moved = units_moved(
        {line.variant_id: line.quantity for line in lines},
        {line.variant_id: line.quantity for line in edit.lines},
    )
    if set(edit.in_effect) != set(order.applied_promotions):
        retake_redemptions(
            checkout_id=order.checkout_id,
            order_id=order.id,
            uses=uses_of(edit.in_effect, edit.terms),
            customer_key=edit.customer_key,
            now=now,
        )
    return edit, moved
