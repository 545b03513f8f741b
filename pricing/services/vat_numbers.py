"""Asking VIES about VAT numbers, and keeping its answers as evidence."""

from __future__ import annotations

from datetime import datetime

import structlog

from core.db.transactions import leave_database, use_case
from pricing.models import VatCheck
from pricing.providers import ask_vies

log = structlog.get_logger()


def check_vat_number(*, number: str, now: datetime) -> bool | None:
    """Ask VIES whether a number is registered and keep its answer; None when it gave none.

    Calls the network, so it raises `RuntimeError` inside a transaction.
    """
    leave_database()
    answer = ask_vies(number)
    if answer is None:
        log.warning("vies_gave_no_answer", country=number[:2])
        return None
    use_case(VatCheck.objects.create)(
        number=answer.number,
        valid=answer.valid,
        name=answer.name,
        address=answer.address,
        consultation=answer.consultation,
        answer=answer.body,
        requested_at=now,
    )
    return answer.valid
