"""API keys on requests."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.authentication import SCHEME
from accounts.domain import TokenInvalid
from accounts.selectors import roles_among
from core.http.operations import declared_by
from core.ids import hash_secret
from staff.domain import API_KEY_PREFIX, ApiKeyUser, ScopeMissing
from staff.models import ApiKey

USE_NOTED_EVERY = timedelta(minutes=5)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer cck_…`; everything else is left to the next class."""

    def authenticate(self, request: Request) -> tuple[ApiKeyUser | None, str] | None:
        """Return whom the key acts for, with the roles that its owner has at this moment.

        On a public operation that is nobody: a key does what its scopes name, which does not
        include buying in its owner's name, from the owner's address book. Takes one statement,
        and one more every five minutes to note the use. Raises `TokenInvalid` when the key is
        unknown, expired or revoked, or its owner's account closed, and `ScopeMissing` when no
        scope of the key covers the operation.
        """
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != SCHEME.lower() or not secret.startswith(API_KEY_PREFIX):
            return None
        now = timezone.now()
        groups = Group.objects.filter(user=OuterRef("owner")).values("name")
        keys = ApiKey.objects.select_related("owner").annotate(group_names=ArraySubquery(groups))
        not_expired = Q(expires_at=None) | Q(expires_at__gt=now)
        key = keys.filter(
            not_expired, secret_hash=hash_secret(secret), revoked_at=None, owner__is_active=True
        ).first()
        if key is None:
            raise TokenInvalid("This API key is not valid.")
        view = request.parser_context["view"]
        called = declared_by(getattr(view, view.action or "", None))
        if called is not None and called.access.is_public:
            return None, secret
        if called is None or called.scope not in key.scopes:
            raise ScopeMissing
        if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        roles = roles_among(key.group_names, is_superuser=key.owner.is_superuser)
        return ApiKeyUser(pk=key.owner_id, roles=roles, key_id=key.pk), secret

    def authenticate_header(self, request: Request) -> str:
        """Make DRF respond with 401 instead of 403."""
        return SCHEME
