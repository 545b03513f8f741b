"""Who of the staff looked at whose data: one row for each look."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils import timezone

from accounts.domain import ApiKeyUser, TokenUser
from accounts.models import PersonalDataAccess, User
from accounts.roles import PERSONAL_OPERATIONS, PERSONAL_PAGES
from core.http.request_ids import current_request_id

log = structlog.get_logger(__name__)


class PersonalDataAudit:
    """Middleware that writes down what staff were shown, over the API and in the admin.

    Which operations and pages show personal data stands in the table of roles. The
    row names the actor and the path, not what was seen.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 400 and request.resolver_match is not None:
            what = _personal(request.resolver_match, request.method or "")
            actor_id = _staff_id(request) if what else None
            if what and actor_id:
                _write_down(actor_id, what, request.path)
        return response


def _personal(match: ResolverMatch, method: str) -> str | None:
    """The name of the operation or page, when it shows personal data."""
    actions = getattr(match.func, "actions", None)
    if actions is not None:
        handler = getattr(match.func.cls, actions.get(method.lower(), ""), None)  # type: ignore[attr-defined]
        name = getattr(getattr(handler, "operation", None), "id", "")
        return name if name in PERSONAL_OPERATIONS else None
    if match.app_name == "admin" and (match.url_name or "").startswith(PERSONAL_PAGES):
        return f"admin:{match.url_name}"
    return None


def _staff_id(request: HttpRequest) -> UUID | None:
    """The actor, unless it is a customer who looks at what is their own."""
    user = request.user
    if isinstance(user, TokenUser | ApiKeyUser | User) and user.is_staff:
        return user.pk
    return None


def _write_down(actor_id: UUID, what: str, path: str) -> None:
    try:
        PersonalDataAccess.objects.create(
            actor_id=actor_id,
            operation=what[:100],
            path=path[:300],
            request_id=current_request_id(),
            at=timezone.now(),
        )
    except DatabaseError:
        log.exception("personal_data_access_not_recorded", actor=str(actor_id), operation=what)
