"""Entering the password again, before what a stolen token must not be enough for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.domain import InvalidCredentials, TooManyAttempts
from accounts.models import User
from accounts.services.lockout import confirmation_attempt, enforce_lockout
from core.errors import Unauthenticated

REAUTHENTICATE_ERRORS = (InvalidCredentials, TooManyAttempts)


def reauthenticate(*, user_id: UUID, password: str, now: datetime) -> User:
    """Return an active user who has just entered their password again.

    Raises `REAUTHENTICATE_ERRORS`, and `Unauthenticated` for a closed account.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Unauthenticated
    with enforce_lockout(confirmation_attempt(user_id=user_id), now=now):
        if not user.check_password(password):
            raise InvalidCredentials("The password is wrong.")
    return user
