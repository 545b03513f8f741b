"""What an operation of the API declares, and the decorator that it declares it with.

The declaration is the only place that says who may call the operation, which scope an API
key needs, whether it shows personal data, what it takes and how it may refuse. The
permission class (`core.http.permissions`), the OpenAPI document (`core.http.openapi`), the
checks of API keys, the log of access to personal data and docs/roles.md read it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver
from rest_framework import serializers
from rest_framework.request import Request

from core.access import Access
from core.errors import CongoCartError, FieldError, Invalid, json_pointer
from core.http.fields import Input

if TYPE_CHECKING:  # DRF's views import this module by way of their settings.
    from rest_framework.views import APIView

    from core.http.filters import FilterSet

F = TypeVar("F", bound=Callable[..., Any])


class Auth(Enum):
    """Which credentials an operation takes: alternatives of what is sent together."""

    NONE = ((),)
    OPTIONAL = ((), ("accessToken",))
    USER = (("accessToken",),)
    OWNER = (("accessToken",), ("cartToken",), ())  # Without either there is nothing to see: 404.
    ORDER_OWNER = (("accessToken",), ("cartToken",), ("orderToken",), ())
    # The second once the claim is done: the cart is the account's, its token proves nothing.
    CLAIM = (("accessToken", "cartToken"), ("accessToken",))


class NoInput(Input):
    """Nothing."""


class UnknownParameters(Invalid):
    """The query is not valid."""

    def __init__(self, names: Iterable[str]) -> None:
        """Name each parameter that the operation does not know."""
        detail = "This parameter is not known."
        pointers = [json_pointer("", name) for name in sorted(names)]
        super().__init__(errors=[FieldError(p, "unknown_parameter", detail) for p in pointers])


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """The declaration of one operation, and the decorator of the view method that it is.

    `responses` maps a success status, with the media type unless it is JSON, to its Output
    serializer (None: no body). `errors` are
    the refusals beyond those that every operation of its kind shares. Without `request` the
    operation refuses a body, rather than ignore what it was told. `versioned` adds If-Match
    on writes, If-None-Match on reads and the ETag of the response; `paginated` says that the
    response is a page of the Output. `scope` is what an API key has to be issued for; without
    one no key may call it. `personal` operations show staff who someone is, so each call
    of theirs is recorded. `auth` is derived from `access` unless given.
    """

    id: str
    summary: str
    _: KW_ONLY
    access: Access
    tag: str
    responses: Mapping[int | tuple[int, str], Any]
    request: type[Input] | None = None
    errors: Sequence[type[CongoCartError]] = ()
    filters: type[FilterSet] | None = None
    parameters: Sequence[type[serializers.Serializer[Any]]] = ()
    versioned: bool = False
    paginated: bool = False
    description: str = ""
    scope: str | None = None
    personal: bool = False
    auth: Auth | None = None

    def __call__(self, method: F) -> F:
        """Attach the declaration to a view method; make it refuse what is not declared."""
        known = {"limit", "cursor"} if self.paginated else set()
        for schema in self.query:
            known.update(schema().fields.keys())

        @functools.wraps(method)
        def handler(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Any:
            # Most requests have no query: they need not pay for one that is parsed.
            if request.META.get("QUERY_STRING") and (
                unknown := request.query_params.keys() - known
            ):
                raise UnknownParameters(unknown)
            takes_body = self.request is not None or request.method in ("GET", "HEAD")
            if not takes_body and request.data != {}:
                NoInput(data=request.data).is_valid(raise_exception=True)
            return method(view, request, *args, **kwargs)

        handler.operation = self  # type: ignore[attr-defined]
        return cast("F", handler)

    @property
    def query(self) -> Sequence[type[serializers.Serializer[Any]]]:
        """Return the schemas of its query parameters, those of a page aside."""
        return (*self.parameters, *([self.filters.parameters()] if self.filters else ()))

    def credentials(self, *, authenticates: bool) -> Auth:
        """Return the credentials it takes; `authenticates` tells whether its view reads any."""
        if self.auth:
            return self.auth
        if not authenticates:
            return Auth.NONE
        if not self.access.anonymous:
            return Auth.USER
        return Auth.OWNER if self.access.own else Auth.OPTIONAL


operation = ApiOperation


def declared_by(method: object) -> ApiOperation | None:
    """Return the declaration of a view method; None without one."""
    declaration: ApiOperation | None = getattr(method, "operation", None)
    return declaration


def called_at(match: ResolverMatch, method: str) -> ApiOperation | None:
    """Return the operation that a request of this HTTP method to this URL calls, if any."""
    actions = getattr(match.func, "actions", {})
    view = getattr(match.func, "cls", None)
    return declared_by(getattr(view, actions.get(method.lower(), ""), None))


def all_operations() -> Iterator[ApiOperation]:
    """Yield every operation that the URL configuration leads to, in its order."""
    return _operations_below(get_resolver().url_patterns)


def _operations_below(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[ApiOperation]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _operations_below(entry.url_patterns)
            continue
        actions = getattr(entry.callback, "actions", {}).values()
        for action in dict.fromkeys(actions):  # HEAD is served by the method for GET.
            declared = declared_by(getattr(entry.callback.cls, action))  # type: ignore[attr-defined]
            if declared:
                yield declared


def all_scopes() -> list[str]:
    """Return every scope that an API key can be issued for, in alphabetical order."""
    return sorted({found.scope for found in all_operations() if found.scope})


def scopes_for(roles: frozenset[str]) -> set[str]:
    """Return the scopes of which these roles admit to every operation."""
    refused = {found.scope for found in all_operations() if not found.access.admits(roles)}
    return set(all_scopes()) - refused
