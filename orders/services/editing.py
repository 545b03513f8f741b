"""Editing what is left to send of an order: other lines, and what they cost more or less."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from core.caller import Caller
from core.db.transactions import RecoveryPoint, rehearse, transaction_required, two_step
from core.items import ItemRequest
from core.money import Money, money_body
from core.states import InvalidTransition
from core.versions import require_version
from events.domain import actor_of
from events.services import record_event
from inventory.domain import InsufficientStock
from orders.domain import (
    DeliveryMissing,
    EditChangesNothing,
    EditTotalChanged,
    FulfillmentStatus,
    ItemNotForSale,
    ItemsStay,
    ItemWithoutPrice,
    OrderNotEditable,
    OrderNotFound,
    OrderOnHold,
    OrderStatus,
    OrderTooLarge,
    UnitsMoved,
    require_editable,
    require_units_stay,
    units_moved,
)
from orders.models import Order, OrderEdit
from orders.selectors import order_for
from orders.services.balancing import balance, execute_all
from orders.services.completing import complete_if_done
from orders.services.edited_goods import (
    body_of,
    move_units,
    named_units,
    rewrite_lines,
    units_that_stay,
)
from orders.services.fulfilling import update_fulfillment_status
from orders.services.locking import lock_order, require_as_read
from orders.services.pricing_edits import PricedEdit, priced_edit
from payments.domain import (
    OperationInProgress,
    OutcomeMismatch,
    UnknownProvider,
)
from pricing.domain.usage import uses_of
from pricing.errors import TaxesUnavailable
from pricing.services import retake_redemptions

PREVIEW_EDIT_ERRORS = (
    OrderNotFound,
    InvalidTransition,
    OrderOnHold,
    OrderNotEditable,
    EditChangesNothing,
    ItemsStay,
    ItemNotForSale,
    ItemWithoutPrice,
    DeliveryMissing,
    OrderTooLarge,
    InsufficientStock,
    TaxesUnavailable,
    OperationInProgress,
    UnknownProvider,
)
EDIT_ORDER_ERRORS = (*PREVIEW_EDIT_ERRORS, EditTotalChanged, OutcomeMismatch)


@dataclass(frozen=True, slots=True)
class EditPreview:
    """What an edit would come to: the order as it would be, and minor units of its currency.

    `version` is that of the order as it is.
    """

    order: Order
    total_before: int
    refunded: int
    version: int


def edit_order(
    *,
    caller: Caller,
    number: str,
    requested: Sequence[ItemRequest],
    reason: str = "",
    expected_total: Money | None = None,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> Order:
    """Give an order the lines that are requested, as long as something of it is left to send.

    Units that come in are taken from stock, others go back into it. What it then costs more is
    due, what was paid beyond it is refunded. Raises `EDIT_ORDER_ERRORS` and `VersionMismatch`;
    `OutcomeMismatch` once the edit is recorded.
    """

    def record() -> RecoveryPoint:
        _read, order = _record(
            caller, number, requested, reason=reason, expected=expected_versions, now=now
        )
        if expected_total not in (None, total := Money(order.total, order.currency)):
            raise EditTotalChanged(total=money_body(total.amount, total.currency))
        return RecoveryPoint(order.id)

    return two_step(
        record=record,
        execute=lambda order: execute_all(order_id=order.id, by=actor_of(caller)),
        conclude=lambda *_: complete_if_done(caller=caller, number=number, now=now),
    )


def preview_edit(
    *,
    caller: Caller,
    number: str,
    requested: Sequence[ItemRequest],
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> EditPreview:
    """Tell what `edit_order` would come to, and do nothing.

    Raises `PREVIEW_EDIT_ERRORS` and `VersionMismatch`.
    """

    def phase() -> EditPreview:
        before, _ = _record(caller, number, requested, expected=expected_versions, now=now)
        after = order_for(caller=caller, number=number)
        refunded = max(0, before.refundable - after.refundable)
        return EditPreview(after, before.total, refunded, before.version)

    return rehearse(phase)


def _record(
    caller: Caller,
    number: str,
    requested: Sequence[ItemRequest],
    *,
    reason: str = "",
    expected: AbstractSet[int] | None,
    now: datetime,
) -> tuple[Order, Order]:
    """Let an order have other lines; return it as it was read, and as it is, locked.

    Promotions are locked before the order is, so it is priced as it was read. If something has
    happened to it before it was locked, all of it runs again.
    """
    read = order_for(caller=caller, number=number)
    require_version(read.version, expected)
    edit, moved = _priced(read, requested, now=now)
    order = lock_order(caller=caller, number=number, and_stock_of=moved.taken)
    require_as_read(read)
    before = body_of(order, read.lines.all())
    order.apply(edit.quote)
    order.save(update_fields=[*order.amounts()])
    rewrite_lines(order, edit.lines)
    if order.fulfillment_status != FulfillmentStatus.UNFULFILLED:
        update_fulfillment_status(order)
    move_units(order, moved, caller=caller, reason=reason, now=now)
    by, after = actor_of(caller), body_of(order, edit.lines)
    written = OrderEdit.objects.create(order=order, before=before, after=after, created_at=now)
    data = {
        "edit_id": str(written.id),
        "total_before": read.total,
        "total": order.total,
        "added": named_units(moved.taken, edit.lines),
        "removed": named_units(moved.put_back, read.lines.all()),
        "reason": reason,
    }
    record_event(type="order.edited", subject_id=order.id, data=data, by=by, now=now)
    balance(order, order.total - read.total, reason=reason, by=by, now=now)
    return read, order


@transaction_required
def _priced(
    order: Order, requested: Sequence[ItemRequest], *, now: datetime
) -> tuple[PricedEdit, UnitsMoved]:
    """Price an order that can be edited, take what then applies, and tell which units move."""
    require_editable(
        OrderStatus(order.status),
        FulfillmentStatus(order.fulfillment_status),
        held_at=order.held_at,
        refunded=bool(order.given_back),
    )
    edit = priced_edit(order, requested, now=now)
    require_units_stay(units_that_stay(order), {line.sku: line.quantity for line in edit.lines})
    moved = units_moved(
        {line.variant_id: line.quantity for line in order.lines.all()},
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
