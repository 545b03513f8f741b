"""Giving a document its number: gapless, because a trigger counts in the transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.conf import settings

from core.db.transactions import transaction_required
from invoices.domain import Draft, InvoiceKind, document_of, year_of
from invoices.models import Invoice


@transaction_required
def issue(*, order_id: UUID, cause_id: UUID, draft: Draft, now: datetime) -> Invoice:
    """Issue the invoice of an order, or of an edit of it; a job of the event renders it.

    Locks the counter of the series until the transaction ends, so nothing may be locked after
    it: called as `core.db.transactions.run_last` does. The constraint of causes refuses a second.
    """
    return _write(InvoiceKind.INVOICE, order_id, cause_id, draft, now=now)


@transaction_required
def credit(*, invoice: Invoice, cause_id: UUID, draft: Draft, now: datetime) -> Invoice:
    """Issue a credit note of a part of an invoice, as `issue` does."""
    kind, order_id = InvoiceKind.CREDIT_NOTE, invoice.order_id
    return _write(kind, order_id, cause_id, draft, credited=invoice, now=now)


def _write(
    kind: InvoiceKind,
    order_id: UUID,
    cause_id: UUID,
    draft: Draft,
    *,
    credited: Invoice | None = None,
    now: datetime,
) -> Invoice:
    chosen = settings.INVOICES
    series = chosen.credit_series if credited else chosen.series
    seller = asdict(chosen.seller)
    seller["name"] = seller["name"] or settings.SHOP_NAME
    year = year_of(now, chosen.zone)
    return Invoice.objects.create(
        kind=kind,
        series=series,
        year=year,
        order_id=order_id,
        cause_id=cause_id,
        credited=credited,
        issued_at=now,
        currency=draft.currency,
        language=draft.language,
        net=draft.net,
        tax=draft.tax,
        gross=draft.gross,
        document=document_of(draft, seller=seller, due_days=chosen.due_days)
        | {"day": now.astimezone(chosen.zone).date().isoformat()}
        | {"credits": credited.number if credited else ""},
    )
