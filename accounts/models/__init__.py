"""Users, their groups, and what protects their accounts."""

from __future__ import annotations

from accounts.models.groups import CustomerGroup
from accounts.models.invitations import StaffInvitation, StaffInvitationQuerySet
from accounts.models.security import LoginFailures, SigningKey
from accounts.models.users import (
    EmailChange,
    RecoveryCode,
    RefreshSession,
    RefreshSessionQuerySet,
    SavedAddress,
    TotpDevice,
    User,
    UserManager,
)

__all__ = [
    "CustomerGroup",
    "EmailChange",
    "LoginFailures",
    "RecoveryCode",
    "RefreshSession",
    "RefreshSessionQuerySet",
    "SavedAddress",
    "SigningKey",
    "StaffInvitation",
    "StaffInvitationQuerySet",
    "TotpDevice",
    "User",
    "UserManager",
]
