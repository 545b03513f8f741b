"""What surrounds every view: Django's error pages as problem documents, and the last net."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core.errors import (
    CongoCartError,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    nul_error,
)
from core.http.problems import (
    CONTENT_TYPE,
    STATUSES,
    InternalError,
    as_congocart_error,
    problem_response,
)

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

_KEPT_HEADERS = ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate")


class ProblemMiddleware:
    """Every 4xx and 5xx is a problem document, whoever made it.

    NUL in a path or a query is refused here, because PostgreSQL cannot store it
    and nothing can be found by it. So is a body that says it is too large, before
    anything reads it: Django would write an uploaded file of any size to the disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            return problem_response(NotFound())
        if _declared_length(request) > settings.MAX_BODY_BYTES:
            return problem_response(TooLarge())
        if "%00" in request.META.get("QUERY_STRING", ""):
            return problem_response(_nul_in_query(request))
        response = self.get_response(request)
        if response.status_code < 400 or response.get("Content-Type") == CONTENT_TYPE:
            return response
        return _as_problem(response)


def _declared_length(request: HttpRequest) -> int:
    length = str(request.META.get("CONTENT_LENGTH") or 0)
    return int(length[:12]) if length.isdecimal() else 0


def _nul_in_query(request: HttpRequest) -> Invalid:
    """Names the parameters; a NUL in the name of one points at the whole query."""
    named = [name for name in request.GET if any("\0" in v for v in request.GET.getlist(name))]
    return Invalid(errors=[nul_error(f"/{name}") for name in named] or [nul_error("")])


def _as_problem(response: HttpResponseBase) -> HttpResponse:
    problem = problem_response(_error_of_status(response.status_code))
    problem.status_code = response.status_code
    for name in _KEPT_HEADERS:
        if name in response:
            problem[name] = response[name]
    # Not `response.close()`: that would tell Django that the whole request has ended.
    closers: list[Callable[[], None]] = vars(response)["_resource_closers"]
    vars(problem)["_resource_closers"] = closers
    return problem


def _error_of_status(status: int) -> CongoCartError:
    fallback = InternalError if status >= 500 else Invalid
    kind = next((kind for kind, known in STATUSES.items() if known == status), fallback)
    return kind()


def read_only(view: View) -> View:
    """A page that is only read: a POST is a 405, and not a form that has expired."""
    return csrf_exempt(require_safe(view))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler404`."""
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
    """Django's `handler500`: says nothing about the bug but where it is recorded."""
    return problem_response(InternalError())
