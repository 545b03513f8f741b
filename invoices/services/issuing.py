"""Giving a document its number: gapless, because a trigger counts in the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from core.db.transactions import transaction_required
from invoices.domain import Draft, InvoiceKind, document_of, year_of
from invoices.models import Invoice


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that is due; a credit note where it is of an invoice that it has `credited`."""

    order_id: UUID
    cause_id: UUID
    draft: Draft
    at: datetime
    credited: Invoice | None = None

    def unnumbered(self) -> Invoice:
        """Return the document as it is to be saved."""
        chosen, draft, credited = settings.INVOICES, self.draft, self.credited
        seller = asdict(chosen.seller)
        seller["name"] = seller["name"] or settings.SHOP_NAME
        return Invoice(
            kind=InvoiceKind.CREDIT_NOTE if credited else InvoiceKind.INVOICE,
            series=chosen.credit_series if credited else chosen.series,
            year=year_of(self.at, chosen.zone),
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
    """Issue the invoice of an order, or of an edit of it; a job of the event renders it.

    Locks the counter of the series until the transaction ends, so nothing may be locked after
    it: called as `core.db.transactions.run_last` does. The constraint of causes refuses a second.
    """
    return issue_all([Wanted(order_id, cause_id, draft, now)])[0]


@transaction_required
def credit(*, invoice: Invoice, cause_id: UUID, draft: Draft, now: datetime) -> Invoice:
    """Issue a credit note of a part of an invoice, as `issue` does."""
    return issue_all([Wanted(invoice.order_id, cause_id, draft, now, invoice)])[0]


@transaction_required
def issue_all(wanted: Iterable[Wanted]) -> list[Invoice]:
    """Issue documents as `issue` does, numbered in this order, in one statement."""
    return Invoice.objects.bulk_create(each.unnumbered() for each in wanted)
