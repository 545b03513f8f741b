"""What the admin's page of one order shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import MANAGER
from core.backoffice.columns import address_lines, buyer_lines, consent_line
from core.money import format_money
from invoices.selectors import invoices_of
from orders.admin_site.acting import sheet_of
from orders.admin_site.actions import ACTIONS, OrderAction, fulfillment_actions
from orders.admin_site.return_actions import return_actions
from orders.admin_site.sheet import OrderSheet
from payments.admin import PAYMENT_COLORS
from payments.domain import PaymentStatus

LINES_PER_PAGE = 100
ORDER_COLORS = {"open": "info", "completed": "success", "canceled": "danger"}
FULFILLMENT_COLORS = {
    "unfulfilled": "warning",
    "partially_fulfilled": "info",
    "fulfilled": "success",
    "returned": "danger",
}


def order_page(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """Return the context of an order's page. Raises `Http404`."""
    sheet = sheet_of(request, order_id)
    order = sheet.order
    lines = Paginator(sheet.rows, LINES_PER_PAGE)
    return {
        "title": f"Order {order.number}",
        "sheet": sheet,
        "statuses": _statuses(sheet),
        "buttons": _buttons(sheet),
        "lines": lines.get_page(request.GET.get("lines-page")),
        "buyer": buyer_lines(order.buyer),
        "consents": "\n".join(map(consent_line, order.consents)),
        "shipping_address": address_lines(order.shipping_address),
        "billing_address": (
            address_lines(order.billing_address)
            if order.billing_address != order.shipping_address
            else ""
        ),
        "sent": [
            {**each, "buttons": _buttons_of_sent(sheet, each["sent"])}
            for each in sheet.fulfillments
        ],
        "returns": [
            {**each, "buttons": _buttons_of_return(sheet, each["found"])} for each in sheet.returns
        ],
        "may_preview": MANAGER.admits(sheet.caller.roles),
        "invoices": [
            {
                "issued": issued,
                "gross": format_money(issued.gross, issued.currency),
                "url": reverse("admin:invoices_invoice_pdf", args=[issued.pk]),
            }
            for issued in invoices_of(order.id)
        ],
        "slip_url": f"{reverse('admin:orders_order_slips')}?order={order.pk}",
    }


def _statuses(sheet: OrderSheet) -> list[tuple[str, str, str]]:
    """Return the statuses as labels: whose status it is, in words, and its color."""
    order, paid = sheet.order, PaymentStatus(sheet.order.payment_status)
    shown = [
        ("Order", order.get_status_display(), ORDER_COLORS.get(order.status, "")),
        ("Payment", paid.label, PAYMENT_COLORS.get(paid, "")),
        (
            "Fulfillment",
            order.get_fulfillment_status_display(),
            FULFILLMENT_COLORS.get(order.fulfillment_status, ""),
        ),
    ]
    return [*shown, ("Hold", "On hold", "danger")] if sheet.is_held else shown


def _buttons(sheet: OrderSheet) -> list[dict[str, Any]]:
    return [
        {
            "label": action.label(sheet),
            "url": reverse("admin:orders_order_act", args=[sheet.order.pk, name]),
            "danger": action.danger,
        }
        for name, action in ACTIONS.items()
        if action.is_open_to(sheet)
    ]


def _buttons_of_sent(sheet: OrderSheet, sent: Any) -> list[dict[str, Any]]:
    page = "admin:orders_order_act_on_fulfillment"
    return _buttons_below(sheet, page, sent.id, fulfillment_actions(sent))


def _buttons_of_return(sheet: OrderSheet, found: Any) -> list[dict[str, Any]]:
    page = "admin:orders_order_act_on_return"
    return _buttons_below(sheet, page, found.id, return_actions(found))


def _buttons_below(
    sheet: OrderSheet, page: str, part_id: UUID, actions: Mapping[str, OrderAction]
) -> list[dict[str, Any]]:
    """Return the buttons of a part of the order that are open to this member of staff now."""
    return [
        {
            "label": action.label(sheet),
            "url": reverse(page, args=[sheet.order.pk, part_id, name]),
            "danger": action.danger,
        }
        for name, action in actions.items()
        if action.is_open_to(sheet)
    ]
