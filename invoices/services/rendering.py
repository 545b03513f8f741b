"""Rendering an invoice once, and keeping what came of it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from core.db.transactions import use_case
from invoices.domain import RenderingUnavailable
from invoices.models import Invoice, Rendering
from invoices.rendering import File, render

RENDER_ERRORS = (RenderingUnavailable,)


def rendered(*, invoice: Invoice, now: datetime) -> bytes:
    """Return the PDF of an invoice, rendering it if that has not been done yet.

    It is stored the first time and never rendered again, so everyone is given the same bytes.
    Raises `RENDER_ERRORS`.
    """
    kept = Rendering.objects.filter(pk=invoice.pk).first()
    if kept is None:
        file = render(invoice)  # outside of any transaction: it takes a part of a second
        kept = _keep(invoice=invoice, file=file, now=now)
    return bytes(kept.pdf)


@use_case
def _keep(*, invoice: Invoice, file: File, now: datetime) -> Rendering:
    """Store a file unless another process was faster; return what is stored."""
    Rendering.objects.bulk_create(
        [
            Rendering(
                invoice=invoice,
                pdf=file.pdf,
                sha256=hashlib.sha256(file.pdf).digest(),
                electronic=file.electronic,
                rendered_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return Rendering.objects.get(pk=invoice.pk)
