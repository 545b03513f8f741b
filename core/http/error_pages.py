"""Errors from outside of DRF's views: Django's error pages as problem documents, and as pages."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core.errors import CongoCartError, Forbidden, Invalid, NotFound, TooLarge, nul_error
from core.http.pages_for_people import for_people
from core.http.problems import (
    CONTENT_TYPE,
    STATUSES,
    InternalError,
    as_congocart_error,
    problem_response,
)
from core.http.uploads import body_limit

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# In the environment of a request: the error for a body that the server has given up.
REFUSED_BODY = "congocart.refused_body"
_KEPT_HEADERS = ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate")


class ProblemMiddleware:
    """Turn every 4xx and 5xx into a problem document, whatever produced it.

    NUL in a path or a query is refused here, because PostgreSQL cannot store it
    and nothing can be found by it. So is a body that says it is too large, before
    anything reads it: Django would write an uploaded file of any size to the disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return for_people(request, self._respond(request))

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            return problem_response(NotFound())
        if (refusal := request.META.get(REFUSED_BODY)) is not None:
            late = problem_response(refusal)
            # The rest of the body would be taken for the next request.
            late["Connection"] = "close"
            return late
        length = str(request.META.get("CONTENT_LENGTH") or 0)
        limit = body_limit(request.path_info, request.META.get("CONTENT_TYPE", ""))
        if length.isdecimal() and int(length[:12]) > limit:
            return problem_response(TooLarge())
        if "%00" in request.META.get("QUERY_STRING", ""):
            query = request.GET.lists()
            named = [name for name, values in query if any("\0" in value for value in values)]
            # A NUL in the name of a parameter points at the whole query.
            errors = [nul_error(f"/{name}") for name in named] or [nul_error("")]
            return problem_response(Invalid(errors=errors))
        response = self.get_response(request)
        if response.status_code < 400 or response.get("Content-Type") == CONTENT_TYPE:
            return response
        return _as_problem(response)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Turn a refusal that no page of the admin has caught into its problem document."""
        return problem_response(exception) if isinstance(exception, CongoCartError) else None


def _as_problem(response: HttpResponseBase) -> HttpResponse:
    """Replace the body of an error that Django or the server has made; keep what it means."""
    status = response.status_code
    fallback = InternalError if status >= 500 else Invalid
    kind = next((kind for kind, known in STATUSES.items() if known == status), fallback)
    problem = problem_response(kind())
    problem.status_code = status
    for name in _KEPT_HEADERS:
        if name in response:
            problem[name] = response[name]
    # Not `response.close()`: that would tell Django that the whole request has ended.
    closers: list[Callable[[], None]] = vars(response)["_resource_closers"]
    vars(problem)["_resource_closers"] = closers
    return problem


def read_only(view: View) -> View:
    """Make a page read-only: a POST is a 405, rather than an expired form."""
    return csrf_exempt(require_safe(view))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler404`."""
    if request.path_info.startswith("/api/") and request.path_info.endswith("/"):
        return problem_response(NotFound("Paths of the API do not end in a slash."))
    return problem_response(NotFound())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler400`."""
    error = as_congocart_error(exception) if exception else None
    return problem_response(error or Invalid())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler403`."""
    return problem_response(Forbidden())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's `CSRF_FAILURE_VIEW`, for the forms of the admin."""
    return problem_response(Forbidden("The form has expired; load the page again."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: says nothing about a bug but where it is recorded.

    It is called while the exception is handled, which may be the absence of the database.
    """
    exception = sys.exc_info()[1]
    error = as_congocart_error(exception) if isinstance(exception, Exception) else None
    return problem_response(error or InternalError())
