"""API keys: what can go wrong with them, and whom they speak for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from accounts.domain import STAFF_ROLES
from core.errors import Forbidden, NotFound

API_KEY_PREFIX = "cck_"


class ApiKeyNotFound(NotFound):
    """There is no such API key."""


class ScopeNotAllowed(Forbidden):
    """Your role does not allow this scope."""

    code = "scope_not_allowed"


class ScopeMissing(Forbidden):
    """The API key's scopes do not cover this operation."""

    code = "insufficient_scope"


@dataclass(frozen=True, slots=True)
class ApiKeyUser:
    """The account that an API key acts for; `request.user` when a key was sent."""

    pk: UUID
    roles: frozenset[str]
    key_id: UUID

    is_authenticated: ClassVar[bool] = True
    rate_group: ClassVar[str] = "key"

    @property
    def rate_identity(self) -> str:
        """Limit keys one by one, apart from the person who issued them."""
        return f"key:{self.key_id}"

    @property
    def is_staff(self) -> bool:
        """Return whether any role beyond that of a customer is held."""
        return not self.roles.isdisjoint(STAFF_ROLES)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new API key; the secret is not stored."""

    id: UUID
    secret: str
