"""The table of idempotency keys and their responses.

A stored response may hold a secret (a cart token, a pair of JWTs). It is encrypted
with a key derived from the Idempotency-Key, of which only a hash is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from core.db.batches import delete_in_batches
from core.encryption import decrypt, encrypt, key_with
from core.http.leases import LEASE
from core.http.models import IdempotencyKey

RETENTION = timedelta(hours=24)

# One statement locks and reads. Its snapshot may be older than the lock, and miss
# a response committed in between: storing a second one is refused by the row then.
_LOCKED_ROW = """
    SELECT pg_try_advisory_xact_lock(%(number)s), fingerprint, status, sealed,
        extract(epoch FROM leased_until - clock_timestamp())::float8, recorded
    FROM (SELECT) AS one LEFT JOIN api_idempotencykey
        ON id = %(id)s AND created_at >= %(stale)s
"""
# A recovery point that the claim did not see is never replaced: the request runs again.
_LEASE = """
    INSERT INTO api_idempotencykey AS kept
        (id, fingerprint, leased_until, holder, recorded, created_at)
    VALUES (%(id)s, %(fingerprint)s, clock_timestamp() + %(lease)s, %(holder)s, %(point)s, %(now)s)
    ON CONFLICT (id) DO UPDATE SET
        fingerprint = EXCLUDED.fingerprint, status = NULL, sealed = NULL,
        leased_until = EXCLUDED.leased_until, holder = EXCLUDED.holder,
        recorded = EXCLUDED.recorded, created_at = EXCLUDED.created_at
    WHERE kept.created_at < %(stale)s
        OR (kept.status IS NULL AND kept.leased_until <= clock_timestamp()
            AND coalesce(kept.recorded, EXCLUDED.recorded) = EXCLUDED.recorded)
"""
_KEEP = """
    INSERT INTO api_idempotencykey AS kept (id, fingerprint, status, sealed, created_at)
    VALUES (%(id)s, %(fingerprint)s, %(status)s, %(sealed)s, %(now)s)
    ON CONFLICT (id) DO UPDATE SET
        fingerprint = EXCLUDED.fingerprint, status = EXCLUDED.status, sealed = EXCLUDED.sealed,
        leased_until = NULL, holder = NULL, created_at = EXCLUDED.created_at
    WHERE kept.created_at < %(stale)s OR (kept.status IS NULL AND (
        %(over_lease)s OR kept.holder = %(holder)s OR kept.leased_until <= clock_timestamp()))
"""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response as it goes over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What is known about a key; a new one was not `reused` for another body, nor used at all.

    `leased_for` is in seconds, not above zero when no other attempt has the key.
    """

    reused: bool
    response: StoredResponse | None
    leased_for: float
    recovery_point: UUID | None


class KeyStore:
    """The row of one Idempotency-Key, in the scope of one caller, method and path."""

    def __init__(self, *, scope: str, body: bytes) -> None:
        self.id = hashlib.sha256(scope.encode()).hexdigest()
        self.encryption_key = key_with(scope)
        self.body = body

    def locked_row(self, now: datetime) -> KeyRow | None:
        """Lock the key for the transaction and read it; None while another request has it."""
        number = int.from_bytes(bytes.fromhex(self.id)[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute(_LOCKED_ROW, {"number": number, "id": self.id, "stale": now - RETENTION})
            locked, fingerprint, status, sealed, leased_for, point = cursor.fetchone()
        if not locked:
            return None
        reused = fingerprint is not None and not self._is_of_this_body(fingerprint)
        kept = status is not None and not reused
        response = self._decrypted(status, bytes(sealed)) if kept else None
        return KeyRow(reused, response, leased_for or 0, point)

    def lease(self, point: UUID, holder: UUID, now: datetime) -> bool:
        """Keep the recovery point, and the key for `LEASE`; False when another request has it."""
        values = {"lease": LEASE, "holder": holder, "point": point}
        with connection.cursor() as cursor:
            cursor.execute(_LEASE, self._common(now) | values)
            return bool(cursor.rowcount)

    def release(self, holder: UUID) -> None:
        """End the lease of `holder`, unless a response was stored or it was taken over.

        The recovery point stays.
        """
        leased = IdempotencyKey.objects.filter(pk=self.id, holder=holder, status=None)
        leased.update(leased_until=Now(), holder=None)

    def keep(
        self, response: StoredResponse, holder: UUID, now: datetime, *, over_lease: bool
    ) -> bool:
        """Store the response; False when there is one.

        Also when another than `holder` has a lease that runs, unless `over_lease`.
        """
        plain = orjson.dumps(response.headers) + b"\n" + response.body
        values = {
            "status": response.status,
            "sealed": encrypt(plain, key=self.encryption_key),
            "holder": holder,
            "over_lease": over_lease,
        }
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, self._common(now) | values)
            return bool(cursor.rowcount)

    def response(self) -> StoredResponse | None:
        """Return the response that is stored by now."""
        row = self._finished().first()
        return self._response_in(row) if row else None

    def response_to_this_body(self, now: datetime) -> StoredResponse | None:
        """Return the response that the same request got before, if it did."""
        row = self._finished().filter(created_at__gte=now - RETENTION).first()
        return self._response_in(row) if row and self._is_of_this_body(row.fingerprint) else None

    @staticmethod
    def purge(*, before: datetime) -> int:
        """Delete what was stored `before` then; return how many."""
        return delete_in_batches(IdempotencyKey.objects.filter(created_at__lt=before))

    def _common(self, now: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "fingerprint": self._fingerprint(settings.SECRET_KEY),
            "now": now,
            "stale": now - RETENTION,
        }

    def _finished(self) -> QuerySet[IdempotencyKey]:
        return IdempotencyKey.objects.filter(pk=self.id).exclude(status=None)

    def _response_in(self, row: IdempotencyKey) -> StoredResponse:
        return self._decrypted(row.status or 0, bytes(row.sealed or b""))

    def _is_of_this_body(self, fingerprint: str) -> bool:
        secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return fingerprint in map(self._fingerprint, secrets)

    def _fingerprint(self, secret: str) -> str:
        """Digest the body with a key, so that a password in it cannot be guessed from the table."""
        salt = f"core.http.idempotency\n{self.id}"
        return salted_hmac(salt, self.body, secret=secret, algorithm="sha256").hexdigest()

    def _decrypted(self, status: int, sealed: bytes) -> StoredResponse:
        plain = decrypt(sealed, key=self.encryption_key)
        if plain is None:
            raise RuntimeError("A stored response cannot be decrypted.")
        headers, _, body = plain.partition(b"\n")
        return StoredResponse(status, orjson.loads(headers), body)
