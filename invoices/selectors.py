"""Reads of invoices."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from invoices.domain import InvoiceKind, InvoiceNotIssued
from invoices.models import Invoice


def invoice_with(invoice_id: UUID) -> Invoice:
    """Return an invoice. One query."""
    return Invoice.objects.get(pk=invoice_id)


def invoices_of(order_id: UUID) -> QuerySet[Invoice]:
    """Return invoices and credit notes of an order, oldest first, without what they say."""
    return Invoice.objects.filter(order_id=order_id).defer("document").order_by("id")


def latest_invoice_of(order_id: UUID) -> Invoice:
    """Return the latest invoice of an order, no credit note. Raises `InvoiceNotIssued`."""
    invoices = Invoice.objects.filter(order_id=order_id, kind=InvoiceKind.INVOICE)
    latest = invoices.order_by("-id").first()
    if latest is None:
        raise InvoiceNotIssued
    return latest
