"""The caller: a value that services and selectors take instead of a request."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """A user, a guest who proves a cart with a token, both (while claiming), or nobody.

    `order_id` is the one order that the token of a mailed link proves.
    """

    user_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    guest_hash: str | None = None
    ip_address: str | None = None
    order_id: UUID | None = None

    @property
    def scope(self) -> str:
        """Return what tells this caller's idempotency keys from those of others."""
        if self.user_id:
            return f"user:{self.user_id}"
        if self.guest_hash:
            return f"guest:{self.guest_hash}"
        return f"order:{self.order_id}" if self.order_id else "anonymous"

    @property
    def is_staff(self) -> bool:
        """Whether any role beyond that of a customer is held."""
        return bool(self.roles - {"customer"})
