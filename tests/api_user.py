"""Someone to be in tests of the API layer, which knows nothing of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


@dataclass(frozen=True)
class Someone:
    pk: UUID
    roles: frozenset[str] = frozenset({"customer"})


class TestUserAuthentication(BaseAuthentication):
    """The user named in a header."""

    __test__ = False

    def authenticate(self, request: Request) -> tuple[Someone, None] | None:
        name = request.headers.get("X-Test-User")
        return (Someone(UUID(name)), None) if name else None
