"""Background jobs of carts."""

from __future__ import annotations

from django.utils import timezone

from carts import services
from core.db.jobs import periodic


@periodic("7 * * * *")
def expire_carts() -> None:
    """Mark open carts whose time is over as expired."""
    while services.expire_carts(now=timezone.now()):
        pass
