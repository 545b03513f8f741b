"""Reads of orders: the snapshot, in a fixed number of statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from accounts.selectors import name_of
from core.caller import Caller
from core.db.containing import holds_every_word
from core.ids import normalize_order_number
from events.domain import ActorKind
from events.selectors import events_about, with_version
from inventory.selectors import returned_units
from orders.domain import (
    LineUnits,
    OrderNotFound,
    OrderStatus,
    PlacedOrder,
    ReturnNotFound,
    ReturnStatus,
    ShipmentStatus,
)
from orders.mails import MAIL_OF_EVENT, OrderMail, mail_for
from orders.models import (
    MAYBE_DONE,
    Fulfillment,
    FulfillmentItem,
    Order,
    OrderLine,
    OrderQuerySet,
    RefundItem,
    Return,
    ReturnItem,
)
from orders.timeline import SHOWN_TO_BUYERS, TimelineEntry, Wording, sentence_of, typed_in
from payments.domain import OperationStatus, PaymentStatus

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_AS_NUMBERS_ARE_WRITTEN = str.maketrans({"#": " ", **dict.fromkeys(_DASHES, "-")})


def orders_for(*, caller: Caller) -> OrderQuerySet:
    """Return the orders that the caller may see, with all that is shown: six statements.

    One more each where money was refunded, something has been sent, or comes back.
    """
    return Order.objects.for_caller(caller).prefetch_related(*shown_with()).defer("search_vector")


def shown_with() -> list[str | Prefetch[Any]]:
    """Return what is read with orders that are shown whole."""
    return [
        Prefetch("lines", OrderLine.objects.order_by("position")),
        "payments__operations__refund_items",
        Prefetch(
            "fulfillments__items",
            FulfillmentItem.objects.select_related("line").order_by("line__position"),
        ),
        Prefetch(
            "returns__items", ReturnItem.objects.select_related("line").order_by("line__position")
        ),
    ]


def has_ordered(*, customer_id: UUID | None, email: str, before: UUID | None = None) -> bool:
    """Tell whether someone, known by account or e-mail address, has an order not canceled.

    With `before`, one that is older than this order.
    """
    known_by = Q(pk__in=[])
    if customer_id is not None:
        known_by |= Q(customer_id=customer_id)
    if email:
        known_by |= Q(email=email)
    known_by &= Q() if before is None else Q(pk__lt=before)
    return Order.objects.filter(known_by).exclude(status=OrderStatus.CANCELED).exists()


def order_for(*, caller: Caller, number: str) -> Order:
    """Return an order by its number, as people may write it. Raises `OrderNotFound`.

    Its `version` is read first, so that it is never newer than what else was read.
    """
    wanted = normalize_order_number(number)
    found = orders_for(caller=caller).filter(number=wanted)
    order = found.annotate(**with_version()).first()
    if order is None:
        raise OrderNotFound
    return order


def numbers_maybe_done(*, now: datetime, assumed_days: int, limit: int) -> list[str]:
    """Return the numbers of open orders of which nothing may be left to do, oldest first.

    What was sent of them has been delivered, or was sent so many days ago (0: it has to be
    delivered); no return is open. Read from an index of such orders. One statement.
    """
    of_order = {"order": OuterRef("pk")}
    on_its_way = Fulfillment.objects.filter(**of_order, status=ShipmentStatus.SHIPPED)
    if assumed_days:
        on_its_way = on_its_way.filter(created_at__gt=now - timedelta(days=assumed_days))
    returning = Return.objects.filter(
        **of_order, status__in=(ReturnStatus.REQUESTED, ReturnStatus.APPROVED)
    )
    kept = OrderLine.objects.filter(**of_order, fulfilled__lt=F("quantity"), refunds=None)
    found = Order.objects.filter(MAYBE_DONE).exclude(Exists(on_its_way) | Exists(returning))
    # A line that is neither sent whole nor refunded at all is left to send, unless the whole
    # payment went back.
    found = found.filter(Q(payment_status=PaymentStatus.REFUNDED) | ~Exists(kept))
    return list(found.order_by("id").values_list("number", flat=True)[:limit])


def order_id_for(*, caller: Caller, number: str) -> UUID:
    """Return the id of an order by its number, without reading it. Raises `OrderNotFound`."""
    wanted = Order.objects.for_caller(caller).filter(number=normalize_order_number(number))
    order_id = wanted.values_list("pk", flat=True).first()
    if order_id is None:
        raise OrderNotFound
    return order_id


def units_of(order: Order) -> dict[str, LineUnits]:
    """Return where the units of each line are, by SKU: three statements.

    Exact while the order is locked behind its payments.
    """
    counted = RefundItem.objects.filter(line__order=order).exclude(
        operation__status=OperationStatus.FAILED
    )
    refunded = {
        line_id: (units, returned)
        for line_id, units, returned in counted.values_list("line_id").annotate(
            units=Sum("quantity"), of_returned=Sum("returned")
        )
    }
    asked = ReturnItem.objects.filter(line__order=order).exclude(
        of_return__status=ReturnStatus.REJECTED
    )
    claimed = dict(asked.values_list("line_id").annotate(units=Sum("quantity")))
    return {
        line.sku: LineUnits(
            ordered=line.quantity,
            fulfilled=line.fulfilled,
            refunded=refunded.get(line.id, (0, 0))[0],
            claimed=claimed.get(line.id, 0),
            returned=line.returned,
            refunded_returned=refunded.get(line.id, (0, 0))[1],
        )
        for line in OrderLine.objects.filter(order=order)
    }


def return_of(order: Order, return_id: UUID) -> Return:
    """Return one of an order's returns with its items. Raises `ReturnNotFound`."""
    items = Prefetch("items", ReturnItem.objects.select_related("line"))
    found = Return.objects.filter(order=order, pk=return_id).prefetch_related(items).first()
    if found is None:
        raise ReturnNotFound
    return found


def units_restocked_by_returns(order: Order) -> dict[UUID, int]:
    """Return how many units of each line, by its id, a return has put back into stock."""
    items = ReturnItem.objects.filter(line__order=order, of_return__restocked=True)
    return dict(items.values_list("line_id").annotate(units=Sum("quantity")))


def sent_units_in_stock(order: Order) -> dict[UUID, int]:
    """Return how many units of each line, by its id, are in stock though no return brought them.

    A refund has put them back, beyond those that were never sent. The stock is locked.
    """
    back, by_return = returned_units(order_id=order.id), units_restocked_by_returns(order)
    return {
        line.id: max(
            0,
            back.get(line.variant_id, 0)
            - by_return.get(line.id, 0)
            - (line.quantity - line.fulfilled),
        )
        for line in OrderLine.objects.filter(order=order)
    }


def refund_items_of(order: Order) -> list[RefundItem]:
    """Return what refunds give back, or are giving back, of an order; the oldest first."""
    items = RefundItem.objects.filter(operation__payment__order=order)
    return list(items.exclude(operation__status=OperationStatus.FAILED).order_by("id"))


def units_out(order: Order) -> dict[UUID, int]:
    """Return the units of an order that were taken from stock and not sent, by variant.

    A refund may have put some back into stock already; what was sent comes back by a return.
    """
    back = returned_units(order_id=order.id)
    by_return = units_restocked_by_returns(order)
    out = {
        line.variant_id: line.quantity
        - line.fulfilled
        - back.get(line.variant_id, 0)
        + by_return.get(line.id, 0)
        for line in OrderLine.objects.filter(order=order)
    }
    return {variant_id: count for variant_id, count in out.items() if count > 0}


def timeline_of(order: Order, *, caller: Caller) -> QuerySet[Any]:
    """Return the events of an order that the caller may see, oldest first, with their actors."""
    types = None if caller.is_staff else SHOWN_TO_BUYERS
    return events_about(subject_id=order.id, types=types)


def mail_events(order_id: UUID) -> dict[OrderMail, Any]:
    """Return the mails that tell of what has happened, each with its latest event. One query."""
    events = events_about(subject_id=order_id, types=MAIL_OF_EVENT)
    told = ((mail_for(event.type, event.data), event) for event in events)
    return {mail: event for mail, event in told if mail}


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
    """Match orders that have each word of `text` in what they are found by, in any case.

    That is the number, the e-mail address, the names, companies and cities of both addresses,
    and the SKUs. A number may be written with a number sign and any dash. A text without words
    matches nothing.
    """
    plain = text.translate(_AS_NUMBERS_ARE_WRITTEN)
    return holds_every_word("search_text__text", plain) or Q(pk__in=())
