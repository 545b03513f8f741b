"""One operation of the OpenAPI document, from its decorator and its view."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

import uritemplate
from django.core.validators import RegexValidator
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from core.http.fields import Input, Output, StrictCharField, StrictDictField
from core.http.openapi import components
from core.http.openapi.examples import EXAMPLES
from core.http.openapi.problems import Kind, problem_responses
from core.http.operations import ApiOperation, Auth, declared_by

# One character that `str.strip` leaves: its spaces are those of \s and four separators.
_NOT_BLANK = r"[^\s\u001c-\u001f]"
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


class OperationSchema(AutoSchema):
    """drf-spectacular's reading of serializers and paths, completed by `ApiOperation`."""

    @property
    def operation(self) -> ApiOperation:
        """Return the declaration of the view method."""
        declared = self._declared()
        assert declared is not None, "`is_excluded` leaves out what declares nothing"  # noqa: S101
        return declared

    def _declared(self) -> ApiOperation | None:
        name = getattr(self.view, "action", None) or self.method.lower()
        return declared_by(getattr(self.view, name, None))

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        document = super().get_operation(*args, **kwargs)
        if document is not None:
            document.setdefault("parameters", []).extend(self._shared_parameters())
            document["responses"] |= problem_responses(self._kind(), self.operation.errors)
        return document

    def is_excluded(self) -> bool:
        return self._declared() is None

    def get_operation_id(self) -> str:
        return self.operation.id

    def get_summary(self) -> str:
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]
        roles = " or ".join(f"`{role}`" for role in sorted(self.operation.access.needed_roles))
        needed = f"Needs the role {roles}." if roles else ""
        return "\n\n".join(filter(None, (self.operation.description, needed)))

    def get_tags(self) -> list[str]:
        return [self.operation.tag]

    def get_auth(self) -> list[dict[str, Any]]:
        return [{scheme: [] for scheme in together} for together in self._auth().value]

    def get_override_parameters(self) -> list[Any]:
        return list(self.operation.query)

    def get_request_serializer(self) -> Any:
        return self.operation.request

    def get_response_serializers(self) -> Any:
        return dict(self.operation.responses)

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return str(type(serializer).__name__).removesuffix("Input").removesuffix("Output")

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def _map_serializer(self, serializer: Any, direction: Any, *args: Any, **kwargs: Any) -> Any:
        schema = super()._map_serializer(serializer, direction, *args, **kwargs)
        if isinstance(serializer, Input):
            schema["additionalProperties"] = False
        if isinstance(serializer, Input | Output):
            schema[EXAMPLES] = dict(serializer.examples)
        return schema

    def _get_serializer_field_meta(self, field: Any, direction: Any) -> dict[str, Any]:
        meta: dict[str, Any] = super()._get_serializer_field_meta(field, direction)
        if direction == "request" and _refuses_spaces(field):
            meta["pattern"] = _NOT_BLANK
        return meta

    def _map_serializer_field(self, field: Any, *args: Any, **kwargs: Any) -> Any:
        schema = super()._map_serializer_field(field, *args, **kwargs)
        if isinstance(field, StrictDictField):
            schema["maxProperties"] = field.max_length
            schema["propertyNames"] = {"maxLength": field.max_name_length}
        return schema

    def _get_response_for_code(
        self, serializer: Any, status_code: str, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        schema = _schema_of(serializer)
        body = page_of(schema) if self.operation.paginated and schema else serializer
        response: dict[str, Any] = super()._get_response_for_code(
            body, status_code, *args, **kwargs
        )
        described = (schema.__doc__ or "").strip().splitlines() if schema else []
        response["description"] = described[0] if described else HTTPStatus(int(status_code)).phrase
        response["headers"] = components.headers(*self._header_names(status_code))
        return response

    def _get_request_body(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Document the body of a DELETE as well, such as the password that confirms it."""
        method = self.method
        if self.operation.request:
            self.method = "POST" if method == "DELETE" else method
        try:
            body: dict[str, Any] | None = super()._get_request_body(*args, **kwargs)
        finally:
            self.method = method
        return body

    def _get_response_bodies(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(*args, **kwargs)
        if self.operation.versioned and self.method == "GET":
            responses["304"] = {
                "description": "You hold the current version.",
                "headers": components.headers("X-Request-ID", "ETag"),
            }
        return responses

    def _header_names(self, status_code: str) -> Iterator[str]:
        yield "X-Request-ID"
        if self.operation.versioned:
            yield "ETag"
        if status_code == "201":
            yield "Location"
        if self.method in _WRITES:
            yield "Idempotent-Replayed"
        yield from ("RateLimit", "RateLimit-Policy")

    def _shared_parameters(self) -> Iterator[dict[str, str]]:
        if self.operation.paginated:
            yield components.parameter("Limit")
            yield components.parameter("Cursor")
        if self.operation.versioned:
            yield components.parameter("IfNoneMatch" if self.method == "GET" else "IfMatch")
        if self.method in _WRITES:
            yield components.parameter("IdempotencyKey")
        yield components.parameter("RequestId")

    def _kind(self) -> Kind:
        auth = self._auth()
        return Kind(
            writes=self.method in _WRITES,
            has_path_parameters=bool(uritemplate.variables(self.path)),
            takes_token=auth is not Auth.NONE,
            needs_token=auth in (Auth.USER, Auth.CLAIM),
            needs_role=bool(self.operation.access.needed_roles),
            versioned=self.operation.versioned,
            paginated=self.operation.paginated,
        )

    def _auth(self) -> Auth:
        return self.operation.credentials(authenticates=bool(self.view.get_authenticators()))


def _refuses_spaces(field: Any) -> bool:
    """Whether spaces alone count as nothing, and no stricter pattern says so already."""
    return (
        isinstance(field, StrictCharField)
        and field.trim_whitespace
        and not field.allow_blank
        and not any(isinstance(check, RegexValidator) for check in field.validators)
    )


def _schema_of(serializer: Any) -> Any:
    """Return the Output of one row, whether it was given as a class, an instance or a list.

    What is no serializer, such as a file, has none.
    """
    serializer = getattr(serializer, "child", serializer)
    kind = serializer if isinstance(serializer, type) else type(serializer)
    return kind if issubclass(kind, serializers.BaseSerializer) else None


@cache
def page_of(schema: Any) -> type[Output]:
    """Return the body of a list of `schema`."""
    name = schema.__name__.removesuffix("Output") + "PageOutput"
    link = "The URL of the {} page; null when there is none."
    members = {
        "__doc__": "One page of a list.",
        "next": serializers.URLField(allow_null=True, help_text=link.format("next")),
        "previous": serializers.URLField(allow_null=True, help_text=link.format("previous")),
        "results": schema(many=True),
        "examples": {"next": "https://shop.example/?cursor=WyJuZXdlc3QiXQ", "previous": None},
    }
    return type(name, (Output,), members)
