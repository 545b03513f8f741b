"""Export and erasure of everything about a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType

from accounts.domain import ERASED_DOMAIN
from accounts.models import EmailChange, RecoveryCode, TotpDevice, User
from accounts.personal_data import Person, holders, holders_from_the_top
from accounts.selectors import personal_data, profile_of
from accounts.services.recovery import reauthenticate
from core.db.transactions import use_case


def export_personal_data(*, user_id: UUID) -> dict[str, Any]:
    """Everything known about a person, as JSON-able values. Raises `UserNotFound`."""
    user = profile_of(user_id)
    person = _person(user)
    parts = {name: holder.export(person) for name, holder in holders()}
    return {**personal_data(user), **parts}


def erase_user(*, user_id: UUID, password: str, now: datetime) -> None:
    """Takes a person out of the shop and keeps the books.

    What remains is an account row without a name, an address or a way in, so that
    what was bought still belongs to one customer whom nobody knows. Raises
    `InvalidCredentials`.
    """
    reauthenticate(user_id=user_id, password=password, now=now)
    _erase(user_id=user_id, now=now)


@use_case
def _erase(*, user_id: UUID, now: datetime) -> None:
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    for holder in holders_from_the_top():
        holder.erase(_person(user), now)
    user.sessions.all().delete()
    TotpDevice.objects.filter(pk=user.pk).delete()
    RecoveryCode.objects.filter(user=user).delete()
    user.addresses.all().delete()
    user.groups.clear()
    _forget_in_admin_log(user)
    EmailChange.objects.filter(user=user).delete()
    _make_nobody(user)


def _make_nobody(user: User) -> None:
    user.email = f"{user.pk}@{ERASED_DOMAIN}"
    user.first_name = user.last_name = ""
    user.password = make_password(None)
    user.is_active = user.is_staff = user.is_superuser = False
    user.email_verified_at = user.last_login = None
    user.save()


def forget_abandoned_data(*, before: datetime) -> int:
    """Makes anonymous what guests left unfinished before a moment; returns how many records."""
    return sum(_forget(name, before) for name, _ in holders())


@use_case
def _forget(name: str, before: datetime) -> int:
    return dict(holders())[name].forget_abandoned(before)


def _person(user: User) -> Person:
    return Person(user.pk, user.email if user.email_verified_at else None)


def _forget_in_admin_log(user: User) -> None:
    """Django's admin notes whom staff edited by e-mail address."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)
    )
    entries.update(object_repr="erased", change_message="")
