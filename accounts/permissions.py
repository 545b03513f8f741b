"""The caller of an operation that needs an account."""

from __future__ import annotations

from typing import cast

from rest_framework.request import Request

from accounts.domain import TokenUser


def user_of(request: Request) -> TokenUser:
    """Return the caller, in an operation whose access admits nobody without an account."""
    return cast("TokenUser", request.user)
