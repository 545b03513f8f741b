"""Who may call an operation: a value that the operation declares and everything else reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """Who is admitted to an operation, and to whose things.

    `anonymous` admits everyone; otherwise one of `roles` is needed. An operation with
    `own` serves only what the caller owns, except to holders of one of `others`,
    to whom it serves everything.
    """

    anonymous: bool = False
    roles: frozenset[str] = frozenset()
    own: bool = False
    others: frozenset[str] = frozenset()

    def admits(self, roles: frozenset[str] | None) -> bool:
        """Tell whether a caller with these roles (None: without credentials) may call it at all."""
        return self.anonymous or (roles is not None and not roles.isdisjoint(self.roles))

    def covers_others(self, roles: frozenset[str]) -> bool:
        """Tell whether a caller with these roles is served what others own, too."""
        return not roles.isdisjoint(self.others)

    @property
    def is_public(self) -> bool:
        """Whether it makes no difference who calls."""
        return self.anonymous and not self.own

    @property
    def needed_roles(self) -> frozenset[str]:
        """Return the roles of which a caller needs one, beyond having an account."""
        return frozenset() if self.own else self.roles
