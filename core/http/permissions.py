"""The one permission class: enforces what the operation declares, and nothing else.

Ownership is the business of scoped query sets (404), states that of the domain (409).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.http.callers import AccessUser
from core.http.operations import declared_by

if TYPE_CHECKING:  # DRF's views import this module by way of their settings.
    from rest_framework.views import APIView


class DeclaredAccess(BasePermission):
    """Admit whom the operation's declaration admits; without a declaration, nobody.

    Without credentials the response is 401, without the role 403. OPTIONS, and a method that
    the view does not have, are no operations: they are let through to their `Allow` header.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the caller's roles suffice."""
        name = getattr(view, "action", None) or (request.method or "").lower()
        method = getattr(view, name, None)
        if method is None or request.method == "OPTIONS":
            return True
        declared = declared_by(method)
        user = cast("AccessUser | None", request.user)
        return declared is not None and declared.access.admits(user.roles if user else None)
