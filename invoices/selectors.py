"""Reads of invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from invoices.domain import InvoiceKind, InvoiceNotFound, InvoiceNotIssued
from invoices.models import Invoice

# As other apps name what is read here.
IssuedInvoice = Invoice


def invoice_with(invoice_id: UUID) -> Invoice:
    """Return an invoice. One query."""
    return Invoice.objects.get(pk=invoice_id)


def invoices_of(order_id: UUID) -> QuerySet[Invoice]:
    """Return invoices and credit notes of an order, oldest first, without what they say."""
    issued = Invoice.objects.filter(order_id=order_id).order_by("id")
    return issued.select_related("credited").defer("document", "credited__document")


def latest_invoice_of(order_id: UUID) -> Invoice:
    """Return the latest invoice of an order, no credit note. Raises `InvoiceNotIssued`."""
    invoices = Invoice.objects.filter(order_id=order_id, kind=InvoiceKind.INVOICE)
    latest = invoices.order_by("-id").first()
    if latest is None:
        raise InvoiceNotIssued
    return latest


def invoice_of(order_id: UUID, number: str) -> Invoice:
    """Return an invoice or credit note of an order by its number. Raises `InvoiceNotFound`."""
    found = Invoice.objects.filter(order_id=order_id, number=number.upper()).first()
    if found is None:
        raise InvoiceNotFound
    return found


def documents_of(order_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return what was issued of each order, as it was issued. One query."""
    documents: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for issued in Invoice.objects.filter(order_id__in=order_ids).order_by("id"):
        documents[issued.order_id].append({"number": issued.number, **issued.document})
    return documents
