"""Background jobs of pricing."""

from __future__ import annotations

from django.utils import timezone

from core.db.jobs import periodic
from pricing import services


@periodic("17 3 * * *")
def forget_provided_taxes() -> None:
    """Delete what a tax service said of addresses, once it is not used any more."""
    services.forget_provided_taxes(now=timezone.now())
