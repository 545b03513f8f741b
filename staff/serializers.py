"""The serializers of API keys."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.http.fields import (
    Input,
    Output,
    StrictCharField,
    StrictChoiceField,
    StrictListField,
)
from core.http.operations import all_scopes
from staff.models import ApiKey


class ApiKeyInput(Input):
    """A new API key."""

    examples = {"name": "Warehouse", "expires_at": "2030-01-01T00:00:00Z"}

    name = StrictCharField(max_length=100, help_text="What it is for.")
    scopes = serializers.ListField()
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Complete `scopes` with those that operations declare, once all URLs are loaded."""
        scopes = all_scopes()
        child = StrictChoiceField(choices=scopes)
        field = StrictListField(child=child, min_length=1, max_length=len(scopes))
        return {**super().get_fields(), "scopes": field}


class ApiKeyOutput(Output):
    """An API key, without its secret."""

    examples = {"name": "Warehouse", "shown": "cck_4f1d9c", "expires_at": "2030-01-01T00:00:00Z"}

    id = serializers.UUIDField()
    name = serializers.CharField()
    shown = serializers.CharField(help_text="The beginning of the key, to tell keys apart.")
    scopes = serializers.ListField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Complete `scopes` with those that operations declare, once all URLs are loaded."""
        child = serializers.ChoiceField(all_scopes())
        return {**super().get_fields(), "scopes": serializers.ListField(child=child)}


class IssuedKeyOutput(ApiKeyOutput):
    """A new API key with its secret, which is shown only once."""

    examples = {
        **ApiKeyOutput.examples,
        "key": "cck_4f1d9c0b7e2a6358d1f09b4c7e2a6358d1f09b4c7e2a63589c3e7d10",
    }

    key = serializers.CharField()


def api_key_body(key: ApiKey) -> dict[str, Any]:
    """Render a key as `ApiKeyOutput`."""
    names = ("name", "shown", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    return {"id": key.pk, **{name: getattr(key, name) for name in names}}
