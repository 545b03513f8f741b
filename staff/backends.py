"""Logging in to the admin, and what each role may do there."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from accounts.domain import InvalidCredentials, TooManyAttempts
from accounts.selectors import users_with_mfa
from accounts.services.lockout import enforce_lockout, login_attempt
from core.http.callers import client_address
from staff.selectors import role_names_of


class RoleBackend(ModelBackend):
    """Log in by e-mail address and password, and grant the permissions of the roles held.

    They come from the setting `ADMIN_PERMISSIONS`, so no copy in the database can go stale.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return the user, or None; the lockout is shared with the API.

        An attempt that comes too soon looks like a wrong password.
        """
        if request is None or username is None or password is None:
            return None
        attempt = login_attempt(account=username, address=client_address(request) or "")
        with (
            suppress(InvalidCredentials, TooManyAttempts),
            enforce_lockout(attempt, now=timezone.now()),
        ):
            user = super().authenticate(request, username=username, password=password, **kwargs)
            if user is None:
                raise InvalidCredentials
            return user
        return None

    def get_user(self, user_id: UUID) -> Any:
        """Return a session's user with `mfa_since`; None for a closed account."""
        user = users_with_mfa().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return none: permissions come from roles alone."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the permissions of all roles held, in one statement."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        held = role_names_of(user_obj)
        granted = settings.ADMIN_PERMISSIONS.items()
        return {name for role, names in granted if role in held for name in names}
