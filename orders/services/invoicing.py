"""Issuing what an order's state makes due, as the last step of the use case that made it so.

Each function finds out for itself what is missing, so running it again issues nothing.
Every change of an order or its payments holds the lock of one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, OuterRef, Subquery, Sum, When
from django.db.models.functions import Coalesce, JSONObject

from core.db.transactions import transaction_required
from invoices.domain import InvoiceKind
from invoices.selectors import IssuedInvoice, invoices_of
from invoices.services import credit, issue
from orders.domain import OrderStatus, invoice_is_due
from orders.invoicing import credit_draft, invoice_draft
from orders.models import Order, OrderEdit, OrderLine, RefundItem
from orders.services.shares import shares_left
from payments.domain import Capture, OperationStatus

# What an invoice reads of a line.
INVOICED = (
    "sku", "title", "quantity", "unit_price", "discount", "tax", "total", "discounts", "taxes",
)  # fmt: skip


@transaction_required
def issue_due(order_id: UUID, *, now: datetime) -> None:
    """Issue the invoice of an order once it is due, and a credit note for each refund of it."""
    order = _with_money(order_id)
    if order is None:
        return
    if order.uninvoiced is not None:
        if not invoice_is_due(order, offline=order.offline, at=settings.INVOICES.due_at):
            return
        lines = [OrderLine(order=order, **line) for line in order.uninvoiced]
        draft = invoice_draft(order, lines, paid=_paid(order))
        issue(order_id=order.id, cause_id=order.id, draft=draft, now=now)
    if not order.refunded:
        return
    issued = list(invoices_of(order.id))
    invoice = _latest_of(issued)
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
    if not issued or (InvoiceKind.CREDIT_NOTE.value, order.id) in issued:
        return
    if items := shares_left(order):
        draft = credit_draft(order, items, refunded=0)
        credit(invoice=_latest_of(issued.values()), cause_id=order.id, draft=draft, now=now)


@transaction_required
def correct_edited(order_id: UUID, *, now: datetime) -> None:
    """Credit what was invoiced of an order before it was edited, and invoice it as it is by now.

    Nothing of an order that was not invoiced yet: it comes before `issue_due`, which may be due
    by the same edit. Twice nothing for one edit.
    """
    edit = OrderEdit.objects.filter(order=order_id).order_by("id").last()
    order, issued = _with_money(order_id), list(invoices_of(order_id))
    if edit is None or order is None or not issued:
        return
    invoice = _latest_of(issued)
    if invoice.cause_id == edit.id:
        return
    columns = dict(edit.before)
    lines = columns.pop("lines")
    order_before = copy(order)
    for name, value in columns.items():
        setattr(order_before, name, value)
    lines_before = [OrderLine(order=order_before, **line) for line in lines]
    draft = invoice_draft(order_before, lines_before, paid=0)
    credit(invoice=invoice, cause_id=edit.id, draft=draft, now=now)
    lines_now = list(order.lines.order_by("position"))
    draft = invoice_draft(order, lines_now, paid=_paid(order))
    issue(order_id=order.id, cause_id=edit.id, draft=draft, now=now)


def _paid(order: Any) -> int:
    """Return what has come in for what was bought; what only money was given back of has not."""
    refunds = RefundItem.objects.filter(
        operation__payment__order_id=order.id, operation__status=OperationStatus.SUCCEEDED
    )
    shares = refunds.aggregate(amount=Sum("amount"))["amount"] if order.refunded else 0
    paid: int = min(order.captured - order.refunded + (shares or 0), order.total)
    return paid


def _latest_of(issued: Iterable[IssuedInvoice]) -> IssuedInvoice:
    """Return the invoice that holds: that of the order, or of the latest edit of it."""
    return [each for each in issued if each.kind == InvoiceKind.INVOICE][-1]


def _with_money(order_id: UUID) -> Any:
    """Return an order with `offline`, `captured` and `refunded`; None of one rolled back.

    `uninvoiced` are its lines, by the columns that an invoice reads; None if it has an invoice.
    """
    own = Order.objects.filter(pk=OuterRef("pk")).order_by().values("pk")

    def sum_of(column: str) -> Coalesce:
        return Coalesce(Subquery(own.annotate(sum=Sum(column)).values("sum")), 0)

    invoices = invoices_of(order_id).filter(kind=InvoiceKind.INVOICE)
    line = JSONObject(**{name: name for name in INVOICED})
    lines = OrderLine.objects.filter(order=order_id).order_by("position").values(json=line)
    orders = Order.objects.filter(pk=order_id).defer("search_vector", "promotions", "consents")
    return orders.annotate(
        offline=Exists(own.filter(payments__capture=Capture.OFFLINE)),
        captured=sum_of("payments__captured"),
        refunded=sum_of("payments__refunded"),
        uninvoiced=Case(When(~Exists(invoices), then=ArraySubquery(lines))),
    ).first()
