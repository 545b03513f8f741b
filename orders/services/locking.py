"""Locking an order for a change, and telling whether it is still what the caller has seen."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from core.access import Access
from core.caller import Caller
from core.db.transactions import RunAgain, transaction_required
from core.errors import Forbidden
from core.versions import require_version
from events.selectors import events_about, timeline_version
from inventory.services import lock_levels
from orders.models import Order
from orders.selectors import order_for
from payments.selectors import payments_of_order
from payments.services import lock_payment


@transaction_required
def lock_order(
    *,
    caller: Caller,
    number: str,
    with_stock: bool = False,
    and_stock_of: Collection[UUID] | None = None,
    seen: int | None = None,
) -> Order:
    """Lock the payments of an order, its stock if asked for, and the order, in this order.

    `and_stock_of` locks the stock of variants that it does not have yet, too. What depends on its
    money, its units or its status is decided under these locks. Raises `OrderNotFound`, and
    `VersionMismatch` as `require_unchanged` does.
    """
    read = order_for(caller=caller, number=number)
    for payment in payments_of_order(read.id):
        lock_payment(payment.id)
    if with_stock or and_stock_of is not None:
        lock_levels({*(and_stock_of or ()), *(line.variant_id for line in read.lines.all())})
    order = Order.objects.defer("search_vector").locked().get(pk=read.id)
    require_unchanged(order_id=order.id, seen=seen)
    return order


@transaction_required
def require_unchanged(*, order_id: UUID, seen: int | None) -> None:
    """Raise `VersionMismatch` unless `seen` is None or the newest event is still the one seen.

    Every change of an order records an event under the locks of its payments and itself, so a
    form that is sent twice, or from two tabs, is refused the second time. Called behind them.
    """
    if seen is not None:
        require_version(timeline_version(subject_id=order_id), {seen})


@transaction_required
def require_as_read(order: Order) -> None:
    """Raise `RunAgain` if anything has happened to a locked order since `order_for` read it."""
    if timeline_version(subject_id=order.id) != order.version:
        raise RunAgain(retry_after=1)


@transaction_required
def require_lines_as_read(order: Order) -> None:
    """Raise `RunAgain` if a locked order was edited since `order_for` read it.

    Only an edit changes lines and totals; whatever else has happened, they are still the same.
    """
    events = events_about(subject_id=order.id, types=["order.edited"])
    if events.filter(position__gt=order.version).exists():
        raise RunAgain(retry_after=1)


def acts_as_staff(caller: Caller, order: Order, access: Access) -> bool:
    """Tell staff that `access` lets act for others from the order's own buyer.

    Raises `Forbidden` for staff of other duties.
    """
    if access.covers_others(caller.roles):
        return True
    own = order.customer_id is not None and order.customer_id == caller.user_id
    proven = order.token_hash is not None and order.token_hash == caller.guest_hash
    if not (own or proven or order.pk == caller.order_id):
        raise Forbidden
    return False
