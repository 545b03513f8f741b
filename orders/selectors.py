"""Reads of orders: the snapshot, in a fixed number of statements."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, Q, Sum

from core.caller import Caller
from core.db.containing import holds_every_word
from core.ids import normalize_order_number
from orders.domain import OrderNotFound, PlacedOrder
from orders.models import Order, OrderLine, OrderQuerySet, RefundItem
from payments.domain import OperationStatus

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_AS_NUMBERS_ARE_WRITTEN = str.maketrans({"#": " ", **dict.fromkeys(_DASHES, "-")})


def orders_for(*, caller: Caller) -> OrderQuerySet:
    """Return the orders that the caller may see, with all that is shown: four statements.

    One more where something has been sent.
    """
    lines = Prefetch("lines", queryset=OrderLine.objects.order_by("position"))
    related = (lines, "payments", "fulfillments__items")
    return Order.objects.for_caller(caller).prefetch_related(*related).defer("search_vector")


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
    """Match orders that have each word of `text` in what they are found by, in any case.

    That is the number, the e-mail address, the names, companies and cities of both addresses,
    and the SKUs. A number may be written with a number sign and any dash. A text without words
    matches nothing.
    """
    plain = text.translate(_AS_NUMBERS_ARE_WRITTEN)
    return holds_every_word("search_text__text", plain) or Q(pk__in=())
