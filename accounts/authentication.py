"""Access tokens on requests."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.domain import TokenInvalid, TokenRevoked, TokenUser
from accounts.selectors import live_roles
from accounts.tokens.json_web_tokens import verified_tokens

SCHEME = "Bearer"


class AccessTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>`, checked without touching the database.

    Unless it makes its holder staff: whoever can do harm is looked up, by one
    statement, so that a role taken away or a session ended counts at once.
    """

    def authenticate(self, request: Request) -> tuple[TokenUser, str] | None:
        """The caller; None when the request carries no credentials at all."""
        header = request.META.get("HTTP_AUTHORIZATION")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != SCHEME.lower() or not token:
            raise TokenInvalid
        user = verified_tokens.user_of(token)
        return (_as_of_now(user) if user.is_staff else user), token

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401 instead of 403."""
        return SCHEME


def user_of(request: Request) -> TokenUser:
    """Return the caller, in an operation whose access admits nobody without an account."""
    return cast("TokenUser", request.user)


def _as_of_now(user: TokenUser) -> TokenUser:
    roles = live_roles(user.pk, user.session_id, timezone.now())
    if roles is None:
        raise TokenRevoked
    return replace(user, roles=user.roles & roles)
