"""Packing slips: what goes into a parcel and where to, one page of paper for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from core.backoffice.columns import address_lines
from core.caller import Caller
from orders.admin_site.sheet import OrderSheet
from orders.models import Order
from orders.selectors import orders_for
from staff.admin_site.callers import staff_caller

MOST = 100


@dataclass(frozen=True, slots=True)
class Slip:
    """The units of one parcel: those of a fulfillment, or what is left to send of an order."""

    order: Order
    units: Sequence[tuple[Any, int]]
    sent: Any = None

    @property
    def address(self) -> str:
        """Return where it goes, line by line."""
        return address_lines(self.order.shipping_address)

    @property
    def count(self) -> int:
        """Return how many units are in it."""
        return sum(units for _, units in self.units)


@require_safe
def slips_page(request: HttpRequest) -> HttpResponse:
    """Show the slips of `?order=` (up to 100), or of `?fulfillment=`, ready to print."""
    caller = staff_caller(request)
    try:
        order_ids = [UUID(text) for text in request.GET.getlist("order")[:MOST]]
        sent_ids = [UUID(text) for text in request.GET.getlist("fulfillment")[:MOST]]
    except ValueError:
        raise Http404 from None
    slips = [*_of_orders(order_ids, caller), *_of_fulfillments(sent_ids, caller)]
    if not slips:
        raise Http404
    context = {"slips": slips, "shop": settings.SHOP_NAME}
    return TemplateResponse(request, "orders/slips.html", context)


def _of_orders(order_ids: Sequence[UUID], caller: Caller) -> list[Slip]:
    """Return a slip of what is left to send; of an order that was sent whole, of all of it."""
    slips = []
    for order in orders_for(caller=caller).filter(pk__in=order_ids).order_by("id"):
        rows = OrderSheet(order, caller).rows
        left = [(row.line, row.units.left) for row in rows if row.units.left]
        sent = [(row.line, row.units.fulfilled) for row in rows if row.units.fulfilled]
        slips.append(Slip(order, left or sent))
    return slips


def _of_fulfillments(sent_ids: Sequence[UUID], caller: Caller) -> list[Slip]:
    slips = []
    for order in orders_for(caller=caller).filter(fulfillments__in=sent_ids).distinct():
        lines = {line.id: line for line in order.lines.all()}
        slips += [
            Slip(order, [(lines[item.line_id], item.quantity) for item in sent.items.all()], sent)
            for sent in order.fulfillments.all()
            if sent.id in sent_ids
        ]
    return slips
