"""How an operation is documented: one decorator, so that every operation has the same parts.

What the operations have in common (problem documents, headers, examples, security)
is added by `core.http.openapi` from what the decorator and the view say.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar, cast

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from core.errors import CongoCartError
from core.http.fields import Input

F = TypeVar("F", bound=Callable[..., Any])
Parameter = OpenApiParameter | type[serializers.BaseSerializer[Any]]


class Auth(Enum):
    """Which credentials an operation takes: alternatives of what is sent together."""

    NONE = ((),)
    OPTIONAL = ((), ("accessToken",))
    USER = (("accessToken",),)
    OWNER = (("accessToken",), ("cartToken",), ())  # Without either there is nothing to see: 404.
    # The second once the claim is done: the cart is the account's, its token proves nothing.
    CLAIM = (("accessToken", "cartToken"), ("accessToken",))


@dataclass(frozen=True, slots=True)
class Operation:
    """What the decorator was told."""

    id: str
    summary: str
    description: str
    tag: str
    request: type[Input] | None
    responses: Mapping[int, Any]
    errors: Sequence[type[CongoCartError]]
    parameters: Sequence[Parameter]
    versioned: bool
    paginated: bool
    auth: Auth | None


class NoInput(Input):
    """Nothing."""


def operation(
    operation_id: str,
    summary: str,
    *,
    tag: str,
    request: type[Input] | None = None,
    responses: Mapping[int, Any],
    errors: Sequence[type[CongoCartError]] = (),
    parameters: Sequence[Parameter] = (),
    versioned: bool = False,
    paginated: bool = False,
    description: str = "",
    auth: Auth | None = None,
) -> Callable[[F], F]:
    """Documents a view method, and makes one without `request` refuse a body.

    `responses` maps a success status to its Output serializer (None: no body);
    `errors` are the refusals beyond those every operation of its kind shares;
    `versioned` adds If-Match on writes, If-None-Match on reads and the ETag of the
    answer; `paginated` says that the answer is a page of the Output; `auth` is
    read off the view's authentication and permissions unless given.
    """
    return _documenting(
        Operation(
            id=operation_id,
            summary=summary,
            description=description,
            tag=tag,
            request=request,
            responses=responses,
            errors=errors,
            parameters=parameters,
            versioned=versioned,
            paginated=paginated,
            auth=auth,
        )
    )


def _documenting(documented: Operation) -> Callable[[F], F]:
    def decorate(method: F) -> F:
        handler = method if documented.request else refusing_bodies(method)
        handler.operation = documented  # type: ignore[attr-defined]
        return handler

    return decorate


def refusing_bodies(method: F) -> F:
    """An operation that takes no body refuses one, rather than ignore what it was told."""

    @functools.wraps(method)
    def enforce_lockout(self: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        if request.method not in ("GET", "HEAD") and request.data != {}:
            NoInput(data=request.data).is_valid(raise_exception=True)
        return method(self, request, *args, **kwargs)

    return cast("F", enforce_lockout)
