"""Background jobs of the staff's app."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from core.db.jobs import periodic
from staff.models import PersonalDataAccess


@periodic("17 * * * *")
def purge() -> None:
    """Delete records of access to personal data that are older than `AUDIT_DAYS`."""
    oldest = timezone.now() - timedelta(days=settings.AUDIT_DAYS)
    PersonalDataAccess.objects.filter(at__lt=oldest).delete()
