"""Who an API key speaks for, and which operations it may call."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.utils import timezone
from rest_framework.request import Request

from accounts.domain import ApiKeyUser, ScopeMissing, TokenInvalid
from accounts.models import ApiKey
from accounts.roles import SCOPES, is_public
from accounts.selectors import roles_among
from core.ids import hash_secret

USE_NOTED_EVERY = timedelta(minutes=5)


def key_user(request: Request, secret: str) -> ApiKeyUser | None:
    """The owner's part that was delegated, as the owner's roles are at this moment.

    None where nobody is asked who they are: a key does what its scopes name, and buying
    in its owner's name, from the owner's address book, is none of it.
    One statement, and one more every five minutes to note the use. Raises `TokenInvalid`
    for an unknown, expired or revoked key and `ScopeMissing` outside of its scopes.
    """
    now = timezone.now()
    groups = Group.objects.filter(user=OuterRef("owner")).values("name")
    living = Q(expires_at=None) | Q(expires_at__gt=now)
    keys = ApiKey.objects.select_related("owner").annotate(group_names=ArraySubquery(groups))
    key = keys.filter(
        living, secret_hash=hash_secret(secret), revoked_at=None, owner__is_active=True
    ).first()
    if key is None:
        raise TokenInvalid("This API key is not valid.")
    operation = _operation_of(request)
    if is_public(operation):
        return None
    if not any(operation in SCOPES[scope] for scope in key.scopes):
        raise ScopeMissing
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    roles = roles_among(key.group_names, is_superuser=key.owner.is_superuser)
    return ApiKeyUser(pk=key.owner_id, roles=roles, key_id=key.pk)


def _operation_of(request: Request) -> str:
    view = request.parser_context["view"]
    handler = getattr(view, view.action or "", None)
    return str(getattr(getattr(handler, "operation", None), "id", ""))
