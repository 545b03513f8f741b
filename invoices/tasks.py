"""What the worker does for invoices."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from core.db.jobs import Queue, job
from events.selectors import event_with
from invoices.rendering import is_available
from invoices.selectors import unrendered_of
from invoices.services import rendered


@job(Queue.DEFAULT)
def render_issued(*, event_id: str) -> None:
    """Render what an event of an order has made due, and keep the files; nothing twice."""
    if is_available():
        for invoice in unrendered_of(event_with(UUID(event_id)).subject_id):
            rendered(invoice=invoice, now=timezone.now())
