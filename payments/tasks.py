"""What the worker does for payments; `checkout` declares their recovery."""

from __future__ import annotations

from django.utils import timezone

from core.db.jobs import periodic
from payments import emails, services

__all__ = ["announce_stuck_payments", "emails"]


@periodic("*/5 * * * *")
def announce_stuck_payments() -> None:
    """Tell staff of payments that need a person, of each once."""
    services.announce_stuck_payments(now=timezone.now())
