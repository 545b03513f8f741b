from __future__ import annotations

from django.utils import timezone

from core.db.batches import delete_in_batches
from core.db.jobs import periodic
from core.http import idempotency
from core.http.models import HitCount


@periodic("17 * * * *")
def purge_idempotency_keys() -> None:
    """Delete the keys that are no longer honored."""
    idempotency.purge(now=timezone.now())


@periodic("*/20 * * * *")
def purge_hit_counts() -> None:
    """Delete the counts of windows that are over."""
    delete_in_batches(HitCount.objects.filter(expires_at__lt=timezone.now()))
