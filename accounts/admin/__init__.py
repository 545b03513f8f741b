"""The admin pages of accounts."""

from __future__ import annotations

from accounts.admin.groups import CustomerGroupAdmin
from accounts.admin.invitations import StaffInvitationAdmin
from accounts.admin.users import UserAdmin

__all__ = ["CustomerGroupAdmin", "StaffInvitationAdmin", "UserAdmin"]
