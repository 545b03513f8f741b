"""Reads of orders: the snapshot, in a fixed number of statements."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Prefetch, Q, Sum

from core.caller import Caller
from core.ids import normalize_order_number
from orders.domain import OrderNotFound, OrderStatus, PlacedOrder
from orders.models import Order, OrderLine, OrderQuerySet, RefundItem
from payments.domain import OperationStatus


def orders_for(*, caller: Caller) -> OrderQuerySet:
    """Return the orders that the caller may see, with lines and payments: three statements."""
    lines = Prefetch("lines", queryset=OrderLine.objects.order_by("position"))
    return (
        Order.objects.for_caller(caller).prefetch_related(lines, "payments").defer("search_vector")
    )


def has_ordered(*, customer_id: UUID | None, email: str) -> bool:
    """Tell whether someone, known by account or e-mail address, has an order not canceled."""
    known_by = Q(pk__in=[])
    if customer_id is not None:
        known_by |= Q(customer_id=customer_id)
    if email:
        known_by |= Q(email=email)
    return Order.objects.filter(known_by).exclude(status=OrderStatus.CANCELED).exists()


def order_for(*, caller: Caller, number: str) -> Order:
    """Return an order by its number, as people may write it. Raises `OrderNotFound`."""
    wanted = normalize_order_number(number)
    order = orders_for(caller=caller).filter(number=wanted).first()
    if order is None:
        raise OrderNotFound
    return order


def refunded_units(order: Order) -> dict[UUID, int]:
    """Return how many units of each line, by its id, have been or are being refunded."""
    items = RefundItem.objects.filter(line__order=order)
    counted = items.exclude(operation__status=OperationStatus.FAILED)
    rows = counted.values_list("line_id").annotate(units=Sum("quantity"))
    return dict(rows)


def order_of_checkout(*, checkout_id: UUID) -> PlacedOrder | None:
    """Return the one order that a checkout has become, if it has."""
    row = Order.objects.filter(checkout_id=checkout_id).values_list("id", "number").first()
    return PlacedOrder(*row) if row else None


def search_condition(text: str) -> Q:
    """Match orders whose number or e-mail address holds the words of `text`."""
    return Q(search_vector=SearchQuery(text, config="simple", search_type="plain"))
