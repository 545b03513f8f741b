"""Permission classes: may this role do that at all? Ownership is a scoped queryset's business."""

from __future__ import annotations

from typing import cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.domain import Role, TokenUser, allows


def user_of(request: Request) -> TokenUser:
    """The caller, in a view that lets in nobody without a token."""
    return cast("TokenUser", request.user)


class IsAuthenticated(BasePermission):
    """Anybody with a valid access token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Without one the answer is 401."""
        return request.user is not None


class RequiresRole(IsAuthenticated):
    """Anybody who holds one of the roles: `permission_classes = [RequiresRole(Role.MANAGER)]`.

    An admin may do everything. Without a token the answer is 401, without the role 403.
    """

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    def __call__(self) -> RequiresRole:
        """DRF instantiates what stands in `permission_classes`; this is an instance already."""
        return self

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the caller's access token carries one of the roles."""
        return super().has_permission(request, view) and allows(user_of(request).roles, self.roles)
