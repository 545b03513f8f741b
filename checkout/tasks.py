"""Background jobs of checkouts and their payments."""

from __future__ import annotations

from django.utils import timezone

from checkout import emails, services
from core.db.jobs import Queue, periodic

__all__ = ["check_vat_numbers", "emails", "expire_checkouts", "recover_payments"]


@periodic("* * * * *", Queue.TIMELY)
def expire_checkouts() -> None:
    """Release the units of checkouts whose reservation has run out."""
    services.expire_checkouts(now=timezone.now())


@periodic("* * * * *", Queue.TIMELY)
def recover_payments() -> None:
    """Look up the outcome of payments that a crash or a time-out left open."""
    now = timezone.now()
    services.recover_payments(now=now)
    services.abandon_payments(now=now)


@periodic("* * * * *")
def check_vat_numbers() -> None:
    """Ask VIES about the VAT numbers in checkouts, and again about those it did not answer on."""
    services.check_vat_numbers(now=timezone.now())
