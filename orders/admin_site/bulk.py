"""Sending many orders at once, after a question that says what would be sent."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from core.errors import CongoCartError, VersionMismatch
from orders.admin_site.actions import ACTIONS
from orders.admin_site.sheet import OrderSheet
from orders.models import Order
from orders.selectors import orders_for
from orders.services import fulfill_order
from staff.admin_site.callers import staff_caller

MOST = 100


def fulfill_many(request: HttpRequest, chosen: QuerySet[Order]) -> HttpResponse | None:
    """Ask what would be sent; once confirmed send all that is left of each order, or say why not.

    Each order is a transaction of its own, and is sent only as it was shown: an order that has
    changed meanwhile is left alone, so a form sent twice sends nothing twice.
    """
    ids = list(chosen.order_by("id").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        messages.error(request, f"Choose at most {MOST} orders at once.")
        return None
    if "confirmed" in request.POST:
        _send(request, ids)
        return None
    caller = staff_caller(request)
    orders = orders_for(caller=caller).filter(pk__in=ids).order_by("id")
    sheets = [OrderSheet(order, caller) for order in orders]
    ready = [sheet for sheet in sheets if ACTIONS["fulfill"].is_open_to(sheet)]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Fulfill orders",
        "ready": ready,
        "skipped": [sheet for sheet in sheets if sheet not in ready],
        "units": sum(sheet.left for sheet in ready),
    }
    return TemplateResponse(request, "orders/fulfill_many.html", context)


def _send(request: HttpRequest, ids: list[Any]) -> None:
    """Send what was confirmed, and tell how it went."""
    caller, sent = staff_caller(request), 0
    for number, pk in Order.objects.filter(pk__in=ids).order_by("id").values_list("number", "pk"):
        seen = request.POST.get(f"seen-{pk}", "")
        if not seen.isdecimal():
            continue  # It was not offered.
        try:
            fulfill_order(caller=caller, number=number, seen=int(seen[:9]), now=timezone.now())
        except VersionMismatch:
            messages.warning(request, f"{number} has changed meanwhile and was left alone.")
        except CongoCartError as refusal:
            messages.error(request, f"{number}: {refusal.detail}")
        else:
            sent += 1
    if sent:
        messages.success(
            request, f"{sent} {'order was' if sent == 1 else 'orders were'} fulfilled."
        )
