"""The log of who on the staff saw whose personal data: one row for each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils import timezone

from core.http.operations import called_at
from core.http.request_ids import current_request_id
from staff.models import PersonalDataAccess

log = structlog.get_logger(__name__)


class PersonalDataAccessMiddleware:
    """Record what personal data staff were shown, over the API and in the admin.

    Operations declare that they show it (`personal`), and so do pages of the admin
    (`shows_personal_data`, of the page's class or set on the request). The row names the
    actor and the path, not what was seen. Customers who read what is their own are not
    recorded. A row that cannot be written is logged; the response goes out anyway.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code >= 400 or request.resolver_match is None:
            return response
        shown = _personal(request, request.resolver_match)
        # Over the API `request.user` is whom DRF found, which is None for an anonymous caller.
        if shown is None or not getattr(request.user, "is_staff", False):
            return response
        try:
            PersonalDataAccess.objects.create(
                actor_id=cast("UUID", request.user.pk),
                operation=shown[:100],
                path=request.path[:300],
                request_id=current_request_id(),
                at=timezone.now(),
            )
        except DatabaseError:
            actor = str(request.user.pk)
            log.exception("personal_data_access_not_recorded", actor=actor, operation=shown)
        return response


def _personal(request: HttpRequest, match: ResolverMatch) -> str | None:
    """Return the name of the operation or page if it shows personal data."""
    called = called_at(match, request.method or "")
    if called is not None:
        return called.id if called.personal else None
    page = getattr(match.func, "model_admin", request)
    return f"admin:{match.url_name}" if getattr(page, "shows_personal_data", False) else None
