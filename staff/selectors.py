"""Reads of API keys, and of the roles that staff hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from staff.models import ApiKey


def api_keys() -> QuerySet[ApiKey]:
    """Return every key that was ever issued."""
    return ApiKey.objects.all()


def api_key(key_id: UUID) -> ApiKey:
    """Return one key that is known to exist."""
    return ApiKey.objects.get(pk=key_id)


def role_names_of(user: Any) -> frozenset[str]:
    """Return the names of a user's groups, read once for each object, which lives a request."""
    if not hasattr(user, "role_names"):
        user.role_names = frozenset(user.groups.values_list("name", flat=True))
    names: frozenset[str] = user.role_names
    return names
