"""Locking an order: behind its payments and, where units move, behind their stock."""

from __future__ import annotations

from core.caller import Caller
from core.db.transactions import transaction_required
from inventory.services import lock_levels
from orders.models import Order
from orders.selectors import order_for
from payments.selectors import payments_of_order
from payments.services import lock_payment


@transaction_required
def lock_order(*, caller: Caller, number: str, with_stock: bool = False) -> Order:
    """Lock the payments of an order, its stock if asked for, and the order, in this order.

    Whatever is decided by its money, its units or its status is decided under these locks.
    Raises `OrderNotFound`.
    """
    read = order_for(caller=caller, number=number)
    for payment in payments_of_order(read.id):
        lock_payment(payment.id)
    if with_stock:
        lock_levels([line.variant_id for line in read.lines.all()])
    return Order.objects.defer("search_vector").locked().get(pk=read.id)
