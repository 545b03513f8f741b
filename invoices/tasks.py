"""What the worker does for invoices."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from core.db.jobs import Queue, job
from invoices.selectors import invoice_with
from invoices.services import rendered


@job(Queue.DEFAULT)
def render_invoice(*, invoice_id: str) -> None:
    """Render an invoice and keep its file; one that has a file is left as it is."""
    rendered(invoice=invoice_with(UUID(invoice_id)), now=timezone.now())
