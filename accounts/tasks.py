"""Background jobs of accounts."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import emails
from accounts.models import EmailChange, RefreshSession, StaffInvitation
from accounts.services import anonymize_abandoned_data, lockout
from accounts.tokens.signed_links import LIFETIMES, Purpose
from core.db.jobs import periodic

INVITATIONS_KEPT = timedelta(days=30)

__all__ = ["emails", "forget_abandoned", "purge"]


@periodic("17 * * * *")
def purge() -> None:
    """Delete expired sessions, e-mail changes whose links have expired, and old failures.

    Invitations that nobody accepted go after a month; the others say who let whom in.
    """
    now = timezone.now()
    links = max(LIFETIMES[Purpose.LEAVE_OLD_EMAIL], LIFETIMES[Purpose.TAKE_NEW_EMAIL])
    EmailChange.objects.filter(created_at__lt=now - links).delete()
    RefreshSession.objects.filter(expires_at__lt=now).delete()
    over = now - INVITATIONS_KEPT
    StaffInvitation.objects.filter(accepted_at=None, expires_at__lt=over).delete()
    lockout.purge(now=now)


@periodic("23 3 * * *")
def forget_abandoned() -> None:
    """Anonymize what guests left unfinished too long ago."""
    days = timedelta(days=settings.ABANDONED_DATA_DAYS)
    anonymize_abandoned_data(before=timezone.now() - days)
