"""Access tokens on requests."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.domain import TokenInvalid, TokenRevoked, TokenUser
from accounts.selectors import live_roles
from accounts.tokens.closed_accounts import closed_accounts
from accounts.tokens.json_web_tokens import verified_tokens

SCHEME = "Bearer"


class AccessTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`, checked without touching the database.

    Except for staff, who can do harm: they are looked up, by one statement, so that a role
    that was taken away or a session that has ended counts at once. Of customers it is known
    whose account was closed. A view names in `actions_of_closed_accounts` what they may call
    again, to get the response that they have missed.
    """

    def authenticate(self, request: Request) -> tuple[TokenUser, str] | None:
        """Return the caller; None when the request carries no credentials at all.

        Raises `TokenInvalid`, `TokenExpired` and `TokenRevoked`.
        """
        header = request.META.get("HTTP_AUTHORIZATION")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != SCHEME.lower() or not token:
            raise TokenInvalid
        user = verified_tokens.user_of(token)
        if user.is_staff:
            roles = live_roles(user.pk, user.session_id, timezone.now())
            if roles is None:
                raise TokenRevoked
            user = replace(user, roles=user.roles & roles)
        elif user.pk in closed_accounts:
            view = request.parser_context["view"]
            if getattr(view, "action", None) not in getattr(view, "actions_of_closed_accounts", ()):
                raise TokenRevoked
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """Make DRF respond with 401 instead of 403."""
        return SCHEME


def user_of(request: Request) -> TokenUser:
    """Return the caller, in an operation whose access admits nobody without an account."""
    return cast("TokenUser", request.user)
