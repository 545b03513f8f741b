"""Issuing what an order's state makes due, as the last step of the use case that made it so.

Both functions find out for themselves what is missing, so running them again issues nothing.
Every change of an order or its payments holds the lock of one of them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from core.db.transactions import transaction_required
from invoices.domain import InvoiceKind
from invoices.selectors import invoices_of
from invoices.services import credit, issue
from orders.domain import OrderStatus, invoice_is_due
from orders.invoicing import credit_draft, invoice_draft
from orders.models import Order, RefundItem
from orders.services.shares import shares_left
from payments.domain import Capture, OperationStatus


@transaction_required
def issue_due(order_id: UUID, *, now: datetime) -> None:
    """Issue the invoice of an order once it is due, and a credit note for each refund of it."""
    order = _with_money(order_id)
    if order is None:
        return
    issued = list(invoices_of(order.id))
    invoice = next((each for each in issued if each.cause_id == order.id), None)
    if invoice is None and invoice_is_due(
        order, offline=order.offline, at=settings.INVOICES.due_at
    ):
        lines = list(order.lines.select_related("order").order_by("position"))
        draft = invoice_draft(order, lines, paid=order.captured)
        invoice = issue(order_id=order.id, cause_id=order.id, draft=draft, now=now)
    if invoice is None or not order.refunded:
        return
    credited = {each.cause_id for each in issued if each.kind == InvoiceKind.CREDIT_NOTE}
    given_back: dict[UUID, list[RefundItem]] = defaultdict(list)
    for item in (
        RefundItem.objects.filter(operation__payment__order_id=order.id)
        .filter(operation__status=OperationStatus.SUCCEEDED)
        .exclude(operation_id__in=credited)
        .select_related("line", "operation")
        .order_by("operation_id", "line__position")
    ):
        given_back[item.operation_id].append(item)
    for refund_id, items in given_back.items():
        draft = credit_draft(order, items, refunded=items[0].operation.amount)
        credit(invoice=invoice, cause_id=refund_id, draft=draft, now=now)


@transaction_required
def credit_canceled(order_id: UUID, *, now: datetime) -> None:
    """Credit what was invoiced of a canceled order and no refund gives back: it was not paid."""
    order = _with_money(order_id)
    if order is None or order.status != OrderStatus.CANCELED:
        return
    issued = {(each.kind, each.cause_id): each for each in invoices_of(order.id)}
    invoice = issued.get((InvoiceKind.INVOICE.value, order.id))
    if invoice is None or (InvoiceKind.CREDIT_NOTE.value, order.id) in issued:
        return
    if items := shares_left(order):
        draft = credit_draft(order, items, refunded=0)
        credit(invoice=invoice, cause_id=order.id, draft=draft, now=now)


def _with_money(order_id: UUID) -> Any:
    """Return an order with `offline`, `captured` and `refunded`; None of one rolled back."""
    own = Order.objects.filter(pk=OuterRef("pk")).order_by().values("pk")

    def sum_of(column: str) -> Coalesce:
        return Coalesce(Subquery(own.annotate(sum=Sum(column)).values("sum")), 0)

    orders = Order.objects.filter(pk=order_id).defer("search_vector", "promotions", "consents")
    return orders.annotate(
        offline=Exists(own.filter(payments__capture=Capture.OFFLINE)),
        captured=sum_of("payments__captured"),
        refunded=sum_of("payments__refunded"),
    ).first()
