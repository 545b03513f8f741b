"""The kinds of access that operations declare; an admin may do whatever any role may.

Each operation names one of these in its `@operation(…, access=…)`, which is where it is
enforced and documented from.
"""

from __future__ import annotations

from accounts.domain import STAFF_ROLES, Role
from core.access import Access


def _holders_of(*roles: Role) -> frozenset[str]:
    return frozenset({*roles, Role.ADMIN})


# Every account has the role of a customer; staff have it, too.
_EVERY_ACCOUNT = frozenset(Role)

ANYONE = Access(anonymous=True)
# The account, or the holder of the Cart-Token. Anyone else gets 404.
OWNER = Access(anonymous=True, own=True)
OWNER_OR_STAFF = Access(anonymous=True, own=True, others=STAFF_ROLES)
OWNER_OR_SUPPORT = Access(anonymous=True, own=True, others=_holders_of(Role.SUPPORT, Role.MANAGER))
# Anyone logged in, for themselves.
ACCOUNT = Access(roles=_EVERY_ACCOUNT, own=True)
ACCOUNT_OR_STAFF = Access(roles=_EVERY_ACCOUNT, own=True, others=STAFF_ROLES)
STAFF = Access(roles=STAFF_ROLES)
SUPPORT = Access(roles=_holders_of(Role.SUPPORT, Role.MANAGER))
SUPPORT_OR_FULFILLMENT = Access(roles=_holders_of(Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER))
FULFILLMENT = Access(roles=_holders_of(Role.FULFILLMENT, Role.MANAGER))
MANAGER = Access(roles=_holders_of(Role.MANAGER))
ADMIN = Access(roles=_holders_of())
