"""Giving a document its number: gapless, because the number is part of the transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from core.db.jobs import defer_named
from core.db.transactions import transaction_required
from invoices.domain import Draft, InvoiceKind, document_of, year_of
from invoices.models import Invoice, number_of
from invoices.rendering import is_available


@transaction_required
def issue(*, order_id: UUID, cause_id: UUID, draft: Draft, now: datetime) -> Invoice:
    """Issue the invoice of an order, or of an edit of it; rendering it is a job.

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
    position = _next_position(series, year)
    written = Invoice.objects.create(
        kind=kind,
        series=series,
        year=year,
        position=position,
        number=number_of(series, year, position),
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
    if is_available():
        defer_named("invoices.tasks.render_invoice", invoice_id=str(written.id))
    return written


def _next_position(series: str, year: int) -> int:
    """Lock the counter and raise it, in one statement; what rolls back gives its number back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO invoices_counter (series, year, last) VALUES (%s, %s, 1) "
            "ON CONFLICT (series, year) DO UPDATE SET last = invoices_counter.last + 1 "
            "RETURNING last",
            [series, year],
        )
        (position,) = cursor.fetchone()
    return int(position)
