"""The `Caller` of a page of the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.selectors import roles_among
from core.caller import Caller
from staff.selectors import role_names_of


def staff_caller(request: HttpRequest) -> Caller:
    """Return the logged-in member of staff with the roles held now."""
    user: Any = request.user
    return Caller(user.pk, roles_among(role_names_of(user), is_superuser=user.is_superuser))
