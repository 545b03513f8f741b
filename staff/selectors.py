"""Reads of API keys."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from staff.models import ApiKey


def api_keys() -> QuerySet[ApiKey]:
    """Return every key that was ever issued."""
    return ApiKey.objects.all()


def api_key(key_id: UUID) -> ApiKey:
    """Return one key that is known to exist."""
    return ApiKey.objects.get(pk=key_id)
