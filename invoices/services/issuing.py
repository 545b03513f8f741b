"""Giving a document its number: gapless, because the number is part of the transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from core.db.jobs import defer_named
from core.db.transactions import transaction_required
from invoices.domain import Draft, InvoiceKind, document_of, year_of
from invoices.models import Invoice, number_of
from invoices.rendering import is_available


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that is due; a credit note where it is of an invoice that it has `credited`."""

    order_id: UUID
    cause_id: UUID
    draft: Draft
    at: datetime
    credited: Invoice | None = None

    def numbered(self, series: str, year: int, position: int) -> Invoice:
        """Return the document with its number, not saved."""
        chosen, draft, credited = settings.INVOICES, self.draft, self.credited
        seller = asdict(chosen.seller)
        seller["name"] = seller["name"] or settings.SHOP_NAME
        return Invoice(
            kind=InvoiceKind.CREDIT_NOTE if credited else InvoiceKind.INVOICE,
            series=series,
            year=year,
            position=position,
            number=number_of(series, year, position),
            order_id=self.order_id,
            cause_id=self.cause_id,
            credited=credited,
            issued_at=self.at,
            currency=draft.currency,
            language=draft.language,
            net=draft.net,
            tax=draft.tax,
            gross=draft.gross,
            document=document_of(draft, seller=seller, due_days=chosen.due_days)
            | {"day": self.at.astimezone(chosen.zone).date().isoformat()}
            | {"credits": credited.number if credited else ""},
        )


@transaction_required
def issue(*, order_id: UUID, cause_id: UUID, draft: Draft, now: datetime) -> Invoice:
    """Issue the invoice of an order, or of an edit of it; rendering it is a job.

    Locks the counter of the series until the transaction ends, so nothing may be locked after
    it: called as `core.db.transactions.run_last` does. The constraint of causes refuses a second.
    """
    return _with_file(Wanted(order_id, cause_id, draft, now))


@transaction_required
def credit(*, invoice: Invoice, cause_id: UUID, draft: Draft, now: datetime) -> Invoice:
    """Issue a credit note of a part of an invoice, as `issue` does."""
    return _with_file(Wanted(invoice.order_id, cause_id, draft, now, invoice))


@transaction_required
def issue_all(wanted: Sequence[Wanted]) -> list[Invoice]:
    """Issue documents in the order of their numbers, as `issue` does, in few statements.

    They are rendered when they are first asked for.
    """
    chosen = settings.INVOICES
    of_series = [
        (chosen.credit_series if each.credited else chosen.series, year_of(each.at, chosen.zone))
        for each in wanted
    ]
    positions: dict[tuple[str, int], Iterator[int]] = {}
    with connection.cursor() as cursor:
        for key, count in sorted(Counter(of_series).items()):
            # Locks the counter and raises it; what rolls back gives its numbers back.
            cursor.execute(
                "INSERT INTO invoices_counter AS counter (series, year, last) VALUES (%s, %s, %s) "
                "ON CONFLICT (series, year) DO UPDATE SET last = counter.last + excluded.last "
                "RETURNING last",
                [*key, count],
            )
            (last,) = cursor.fetchone()
            positions[key] = iter(range(last - count + 1, last + 1))
    return Invoice.objects.bulk_create(
        each.numbered(*key, next(positions[key]))
        for each, key in zip(wanted, of_series, strict=True)
    )


def _with_file(wanted: Wanted) -> Invoice:
    (written,) = issue_all([wanted])
    if is_available():
        defer_named("invoices.tasks.render_invoice", invoice_id=str(written.id))
    return written
