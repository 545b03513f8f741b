"""Reads of orders: the snapshot, in a fixed number of statements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Prefetch, Q, QuerySet, Sum

from accounts.selectors import name_of
from core.caller import Caller
from core.ids import normalize_order_number
from events.domain import ActorKind
from events.selectors import events_about
from inventory.selectors import returned_units
from orders.domain import OrderNotFound, PlacedOrder
from orders.models import Order, OrderLine, OrderQuerySet, RefundItem
from orders.timeline import SHOWN_TO_BUYERS, TimelineEntry, Wording, sentence_of, typed_in
from payments.domain import OperationStatus


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


def units_out(order: Order) -> dict[UUID, int]:
    """Return the units of an order that were taken from stock and not sent, by variant.

    A refund may have put some back into stock already; those are not out any more.
    """
    back = returned_units(order_id=order.id)
    out = {
        line.variant_id: line.quantity - line.fulfilled - back.get(line.variant_id, 0)
        for line in OrderLine.objects.filter(order=order)
    }
    return {variant_id: count for variant_id, count in out.items() if count > 0}


def timeline_of(order: Order, *, caller: Caller) -> QuerySet[Any]:
    """Return the events of an order that the caller may see, oldest first, with their actors."""
    types = None if caller.is_staff else SHOWN_TO_BUYERS
    return events_about(subject_id=order.id, types=types)


def timeline_entry(event: Any, order: Order, *, caller: Caller) -> TimelineEntry:
    """Return an event of `timeline_of` as the caller may see it. The lines have been read."""
    words = Wording(order.currency, {line.sku: line.title for line in order.lines.all()})
    actor, staff = event.actor, caller.is_staff
    kind = event.acted_as
    named = actor is not None and (staff or kind is not ActorKind.STAFF)
    return TimelineEntry(
        id=event.id,
        type=event.type,
        message=sentence_of(event.type, event.data, words),
        note=typed_in(event.data) if staff else "",
        actor=kind,
        actor_name=name_of(actor) if named else "",
        request_id=event.request_id if staff else "",
        created_at=event.created_at,
    )


def order_of_checkout(*, checkout_id: UUID) -> PlacedOrder | None:
    """Return the one order that a checkout has become, if it has."""
    row = Order.objects.filter(checkout_id=checkout_id).values_list("id", "number").first()
    return PlacedOrder(*row) if row else None


def search_condition(text: str) -> Q:
    """Match orders whose number or e-mail address holds the words of `text`."""
    return Q(search_vector=SearchQuery(text, config="simple", search_type="plain"))
