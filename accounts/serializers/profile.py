"""Serializers of a profile, its addresses and its sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework import serializers

from accounts.domain import Role
from accounts.models import RefreshSession, SavedAddress, User
from accounts.selectors import roles_of
from core.http.fields import (
    Input,
    Output,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
)
from core.http.serializers import AddressInput, AddressOutput


class ExportOutput(Output):
    """Everything known about you, by the part of the shop that keeps it."""

    account = serializers.DictField()
    email_change = serializers.DictField(
        allow_null=True, help_text="A change of e-mail address that waits to be confirmed."
    )
    addresses = serializers.ListField(child=serializers.DictField())
    api_keys = serializers.ListField(child=serializers.DictField())
    sessions = serializers.ListField(child=serializers.DictField())
    carts = serializers.ListField(child=serializers.DictField())
    checkouts = serializers.ListField(child=serializers.DictField())
    orders = serializers.ListField(child=serializers.DictField())


class ProfileOutput(Output):
    """An account, as its owner sees it."""

    examples = {"first_name": "Ada", "last_name": "Lovelace", "language": "en"}

    id = serializers.UUIDField()
    email = serializers.EmailField()
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    language = serializers.CharField(help_text="That e-mails are written in.")
    email_verified = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.ChoiceField(list(Role)))
    created_at = serializers.DateTimeField()


class ProfileInput(Input):
    """The changes to an account."""

    examples = {"first_name": "Ada", "last_name": "Lovelace", "language": "de"}

    first_name = StrictCharField(max_length=100, required=False, allow_blank=True)
    last_name = StrictCharField(max_length=100, required=False, allow_blank=True)
    language = StrictChoiceField(choices=settings.SHOP_LANGUAGES, required=False)


class SavedAddressInput(AddressInput):
    """An address for the address book."""

    examples = {**AddressInput.examples, "default_shipping": True, "default_billing": True}

    default_shipping = StrictBooleanField(required=False)
    default_billing = StrictBooleanField(required=False)


class SavedAddressChangesInput(SavedAddressInput):
    """The changes to an address; fields that are left out stay as they are."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class SavedAddressOutput(AddressOutput):
    """An address in the address book."""

    id = serializers.UUIDField()
    default_shipping = serializers.BooleanField()
    default_billing = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class SessionOutput(Output):
    """A session: a place where you are logged in."""

    examples = {"user_agent": "Mozilla/5.0 (X11; Linux x86_64)", "ip_address": "203.0.113.7"}

    id = serializers.UUIDField()
    user_agent = serializers.CharField(allow_blank=True)
    ip_address = serializers.IPAddressField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.BooleanField(help_text="Whether this request belongs to it.")


def saved_address_body(saved: SavedAddress) -> dict[str, Any]:
    """Render a saved address as `SavedAddressOutput`."""
    return {
        "id": saved.pk,
        **saved.as_address().as_dict(),
        "default_shipping": saved.default_shipping,
        "default_billing": saved.default_billing,
        "created_at": saved.created_at,
    }


def session_body(session: RefreshSession, current_id: UUID) -> dict[str, Any]:
    """Render a session as `SessionOutput`."""
    return {
        "id": session.pk,
        "user_agent": session.user_agent,
        "ip_address": session.ip_address,
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "expires_at": session.expires_at,
        "current": session.pk == current_id,
    }


def profile_body(user: User) -> dict[str, Any]:
    """Render a user from `users_with_roles` as `ProfileOutput`."""
    return {
        "id": user.pk,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language or settings.SHOP_LANGUAGES[0],
        "email_verified": user.email_verified_at is not None,
        "roles": sorted(roles_of(user)),
        "created_at": user.created_at,
    }
