"""What this app knows about a person: the API keys they issued."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.personal_data import Person, PersonalDataHandler
from staff.models import ApiKey


def export_personal_data(person: Person) -> list[dict[str, Any]]:
    """Return everything but the hash of the secret."""
    keys = ApiKey.objects.filter(owner_id=person.user_id).order_by("created_at")
    names = ("name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    return [dict(row) for row in keys.values(*names)]


def erase_personal_data(person: Person, now: datetime) -> None:
    """Revoke the person's keys and remove their names, which are free text."""
    keys = ApiKey.objects.filter(owner_id=person.user_id)
    keys.filter(revoked_at=None).update(revoked_at=now)
    keys.update(name="erased")


PERSONAL_DATA = PersonalDataHandler(export=export_personal_data, erase=erase_personal_data)
