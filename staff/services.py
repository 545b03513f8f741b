"""Issuing and revoking API keys."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from core.db.transactions import use_case
from core.ids import hash_secret
from staff.domain import API_KEY_PREFIX, ApiKeyNotFound, IssuedKey, ScopeNotAllowed
from staff.models import ApiKey

SHOWN_CHARACTERS = 12


@use_case
def issue_api_key(
    *,
    user_id: UUID,
    grantable: Collection[str],
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
    now: datetime,
) -> IssuedKey:
    """Issue an API key; its secret is only in the result, the database has a hash.

    Raises `ScopeNotAllowed` for a scope that is not `grantable` by whom the key acts for.
    """
    for scope in scopes:
        if scope not in grantable:
            raise ScopeNotAllowed(f"Your role does not allow the scope {scope}.")
    # 192 random bits between a prefix and a checksum, by which secret scanners recognize it.
    body = f"{API_KEY_PREFIX}{secrets.token_hex(24)}"
    secret = f"{body}{zlib.crc32(body.encode()):08x}"
    key = ApiKey.objects.create(
        owner_id=user_id,
        name=name,
        shown=secret[:SHOWN_CHARACTERS],
        secret_hash=hash_secret(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        created_at=now,
    )
    return IssuedKey(key.pk, secret)


@use_case
def revoke_api_key(*, key_id: UUID, now: datetime) -> None:
    """Revoke a key at once. Raises `ApiKeyNotFound`, also for one that was revoked before."""
    if not ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=now):
        raise ApiKeyNotFound
