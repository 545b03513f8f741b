"""The page of one action on one order: what it will do, its form, and the errors in sentences."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.errors import CongoCartError, VersionMismatch
from orders.admin_site.actions import ACTIONS, OrderAction, fulfillment_actions
from orders.admin_site.forms import ActionForm
from orders.admin_site.return_actions import return_actions
from orders.admin_site.sheet import OrderSheet
from orders.selectors import orders_for
from staff.admin_site.callers import staff_caller

CHANGED = (
    "Something else happened to this order after the page was opened, so nothing was done. "
    "This is the order as it is now."
)


@require_http_methods(["GET", "POST"])
def acting_page(
    request: HttpRequest,
    object_id: UUID,
    action: str,
    fulfillment_id: UUID | None = None,
    return_id: UUID | None = None,
) -> HttpResponse:
    """Show the form of an action, or do it once and go back to the order.

    A form that is sent twice, from one tab or two, finds the order changed the second time.
    """
    sheet = sheet_of(request, object_id)
    row = _row(sheet, action, fulfillment_id, return_id)
    if not row.is_permitted(sheet):
        raise PermissionDenied
    if request.method == "GET" and not row.allowed(sheet):
        messages.warning(request, f"{row.label(sheet)}: the order does not allow this now.")
        return redirect("admin:orders_order_change", sheet.order.pk)
    form = row.form(sheet, request.POST or None)
    if not form.is_valid():
        return _page(request, sheet, row, form)
    try:
        if row.review and "confirmed" not in request.POST:
            return _page(request, sheet, row, form, review=row.review(form))
        values = form.values()
        row.run(caller=sheet.caller, number=sheet.order.number, **values, now=timezone.now())
    except VersionMismatch:
        messages.warning(request, CHANGED)
        return redirect("admin:orders_order_change", sheet.order.pk)
    except CongoCartError as refusal:
        form.add_error(None, refusal.detail)
        return _page(request, sheet, row, form)
    messages.success(request, row.done)
    return redirect("admin:orders_order_change", sheet.order.pk)


def sheet_of(request: HttpRequest, object_id: UUID) -> OrderSheet:
    """Return the order for the member of staff who is logged in. Raises `Http404`."""
    caller = staff_caller(request)
    order = orders_for(caller=caller).filter(pk=object_id).first()
    if order is None:
        raise Http404
    return OrderSheet(order, caller)


def _row(
    sheet: OrderSheet, action: str, fulfillment_id: UUID | None, return_id: UUID | None
) -> OrderAction:
    rows = ACTIONS
    if fulfillment_id is not None:
        sent = [each for each in sheet.order.fulfillments.all() if each.id == fulfillment_id]
        rows = fulfillment_actions(sent[0]) if sent else {}
    elif return_id is not None:
        found = [each for each in sheet.order.returns.all() if each.id == return_id]
        rows = return_actions(found[0]) if found else {}
    row = rows.get(action)
    if row is None:
        raise Http404
    return row


def _page(
    request: HttpRequest, sheet: OrderSheet, row: OrderAction, form: ActionForm, review: str = ""
) -> HttpResponse:
    label = row.label(sheet)
    try:
        told = "" if review or form.errors else row.told(sheet)
    except CongoCartError as refusal:
        messages.warning(request, refusal.detail)
        return redirect("admin:orders_order_change", sheet.order.pk)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"{label}: {sheet.order.number}",
        "label": label,
        "sheet": sheet,
        "form": form,
        "danger": row.danger,
        "review": review,
        "told": told,
    }
    return TemplateResponse(request, "orders/action.html", context)
