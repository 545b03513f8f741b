"""Export and erasure of everything known about a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts.domain import ERASED_DOMAIN
from accounts.models import EmailChange, RecoveryCode, StaffInvitation, TotpDevice, User
from accounts.personal_data import Person, handlers, handlers_from_the_top
from accounts.selectors import personal_data, profile_of
from accounts.services.confirmation import reauthenticate
from accounts.tokens.closed_accounts import closed_accounts
from core.db.transactions import use_case


def export_personal_data(*, user_id: UUID) -> dict[str, Any]:
    """Return everything known about a person, as JSON-able values. Raises `Unauthenticated`."""
    user = profile_of(user_id)
    person = _person(user)
    parts = {name: handler.export(person) for name, handler in handlers()}
    return {**personal_data(user), **parts}


def erase_user(*, user_id: UUID, password: str, now: datetime) -> None:
    """Erase a person's data, and keep what bookkeeping needs.

    What remains is a user row without a name, an address or a way to log in, so that
    orders still belong to one customer whom nobody knows. Access tokens stop working. Raises
    `REAUTHENTICATE_ERRORS`, and `Unauthenticated` for a closed account.
    """
    reauthenticate(user_id=user_id, password=password, now=now)

    @use_case
    def erase() -> None:
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        for handler in handlers_from_the_top():
            handler.erase(_person(user), now)
        user.sessions.all().delete()
        TotpDevice.objects.filter(pk=user.pk).delete()
        RecoveryCode.objects.filter(user=user).delete()
        user.addresses.all().delete()
        user.groups.clear()
        user.customer_groups.clear()
        EmailChange.objects.filter(user=user).delete()
        StaffInvitation.objects.filter(accepted_by=user).delete()
        # The admin's log names the users whom staff edited by their e-mail address.
        content_type = ContentType.objects.get_for_model(User)
        entries = LogEntry.objects.filter(content_type=content_type, object_id=str(user.pk))
        entries.update(object_repr="erased", change_message="")
        user.email = f"{user.pk}@{ERASED_DOMAIN}"
        user.first_name = user.last_name = ""
        user.password = make_password(None)
        user.is_active = user.is_staff = user.is_superuser = False
        user.email_verified_at = user.last_login = None
        user.sessions_ended_at = now
        user.save()
        transaction.on_commit(closed_accounts.note_change)

    erase()


def anonymize_abandoned_data(*, before: datetime) -> int:
    """Anonymize what guests left unfinished before a moment; return how many records.

    Each app is a transaction of its own.
    """
    return sum(use_case(handler.anonymize_abandoned)(before) for _, handler in handlers())


def _person(user: User) -> Person:
    return Person(user.pk, user.email if user.email_verified_at else None)
