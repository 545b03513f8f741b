"""The signing keys: generated once, stored encrypted in PostgreSQL, cached in each process.

A key is published as `next` before it signs, so that no other process, and no service with
a cached JWKS, ever meets a key id that it cannot know yet.
"""

from __future__ import annotations

import hashlib
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from jwt.algorithms import ECAlgorithm

from accounts.domain import REFRESH_LIFETIME, KeyState
from accounts.models import SigningKey
from core.db.secret_keys import shares_secret_key
from core.db.transactions import transaction_required
from core.encryption import decrypt, encrypt, key_for
from core.errors import Unavailable

ALGORITHM = "ES256"
STALE_AFTER = 60.0
RELOAD_AT_MOST_EVERY = 2.0
# A process may sign with a key for as long as it has not noticed the rotation.
VERIFIES_AFTER_RETIREMENT = REFRESH_LIFETIME + timedelta(hours=1)
_ADVISORY_LOCK = 0x6B657973
_PRIVATE_KEYS = key_for("signing keys")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys as they were when last read."""

    kid: str
    private_key: ec.EllipticCurvePrivateKey
    public_keys: Mapping[str, ec.EllipticCurvePublicKey]


class Keyring:
    """The signing keys as this process has cached them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ring: Ring | None = None
        self._read_at = 0.0
        self._kids: frozenset[str] = frozenset()
        self._withdrawals = 0

    def cache(self, ring: Ring | None) -> None:
        """Cache `ring`; None makes the next use read the table."""
        self._ring, self._read_at = ring, time.monotonic()
        if ring is None:
            return
        # After the ring, so that a thread that sees the new number verifies by the new ring.
        if not self._kids <= ring.public_keys.keys():
            self._withdrawals += 1
        self._kids = frozenset(ring.public_keys)

    def withdrawals(self) -> int:
        """Return how often keys were found withdrawn, each at most a minute after it was.

        A token that was verified under a former number may have been signed by such a key.
        """
        self._fresh()
        return self._withdrawals

    def signing_key(self) -> tuple[str, ec.EllipticCurvePrivateKey]:
        """Return the id and the private part of the current key; generate one if there is none."""
        ring = self._fresh()
        return ring.kid, ring.private_key

    def verifying_key(self, kid: str) -> ec.EllipticCurvePublicKey | None:
        """Return the public key named `kid`, as it was at most a minute ago.

        An unknown one costs a query, but at most one every two seconds.
        """
        ring = self._fresh()
        if kid not in ring.public_keys:
            with self._lock:
                may_read = time.monotonic() - self._read_at >= RELOAD_AT_MOST_EVERY
                if may_read:
                    self._read_at = time.monotonic()
            if may_read:
                ring = self._read()
        return ring.public_keys.get(kid)

    def public_keys(self) -> Mapping[str, ec.EllipticCurvePublicKey]:
        """Return every key that still verifies, by id, as it was at most a minute ago."""
        return self._fresh().public_keys

    def _fresh(self) -> Ring:
        ring = self._ring
        if ring is None or time.monotonic() - self._read_at > STALE_AFTER:
            ring = self._read()
        return ring

    def _read(self) -> Ring:
        ring = _ring_from(list(_verifying_rows(timezone.now())))
        if ring is not None:
            self.cache(ring)
            return ring
        ring = _make_missing_keys(now=timezone.now())
        # A key from a transaction that rolls back never existed, so it is not cached before.
        transaction.on_commit(lambda: self.cache(ring))
        return ring


keyring = Keyring()


@transaction_required
def rotate(*, now: datetime) -> str:
    """Make `next` the key that signs, publish a new `next`, and return the id that signs.

    Retired keys verify until their last token has expired, and are then deleted.
    """
    _lock_keys()
    SigningKey.objects.filter(state=KeyState.CURRENT).update(state=KeyState.RETIRED, retired_at=now)
    SigningKey.objects.filter(state=KeyState.NEXT).update(state=KeyState.CURRENT)
    ring = _make_missing_keys(now=now)
    SigningKey.objects.filter(
        state=KeyState.RETIRED, retired_at__lt=now - VERIFIES_AFTER_RETIREMENT
    ).delete()
    transaction.on_commit(lambda: keyring.cache(None))
    return ring.kid


@transaction_required
def replace_all(*, now: datetime) -> str:
    """Withdraw every key, whatever its state, generate new ones, and return the id that signs.

    No token signed before is valid any more, in each process once it has read the keys again,
    at most `STALE_AFTER` seconds later.
    """
    _lock_keys()
    SigningKey.objects.all().delete()
    ring = _make_missing_keys(now=now)
    transaction.on_commit(lambda: keyring.cache(None))
    return ring.kid


def jwk_of(public_key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """Return the public key as a JSON Web Key, whose id is its thumbprint (RFC 7638)."""
    jwk = ECAlgorithm.to_jwk(public_key, as_dict=True)
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    digest = hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS)).digest()
    kid = urlsafe_b64encode(digest).decode().rstrip("=")
    return {**members, "kid": kid, "use": "sig", "alg": ALGORITHM}


def _verifying_rows(now: datetime) -> Iterator[SigningKey]:
    valid = Q(retired_at=None) | Q(retired_at__gt=now - VERIFIES_AFTER_RETIREMENT)
    return SigningKey.objects.filter(valid).order_by("created_at").iterator()


def _ring_from(rows: list[SigningKey]) -> Ring | None:
    """Return the keys, or None if there is no current one that this SECRET_KEY decrypts."""
    current = next((row for row in rows if row.state == KeyState.CURRENT), None)
    private_key = _private_key_of(current) if current else None
    if current is None or private_key is None:
        return None
    public_keys = {}
    for row in rows:
        key = serialization.load_pem_public_key(row.public_key.encode())
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise TypeError(f"{row.kid} is not an elliptic curve key")
        public_keys[row.kid] = key
    return Ring(current.kid, private_key, public_keys)


def _make_missing_keys(*, now: datetime) -> Ring:
    # No use case: the first token that is signed generates the keys, in the use case that signs it.
    with transaction.atomic():
        _lock_keys()
        rows = {row.state: row for row in SigningKey.objects.exclude(state=KeyState.RETIRED)}
        for state in (KeyState.CURRENT, KeyState.NEXT):
            row = rows.get(state)
            if row is not None and _private_key_of(row) is None:
                if not shares_secret_key():
                    raise Unavailable("This server is not set up as the others of the shop are.")
                log.warning("signing_key_not_readable", kid=row.kid)
                SigningKey.objects.filter(pk=row.pk).update(state=KeyState.RETIRED, retired_at=now)
                row = None
            if row is None:
                _new_key(state, now).save(force_insert=True)
        ring = _ring_from(list(_verifying_rows(now)))
    if ring is None:
        raise RuntimeError("The signing key that was just made cannot be read.")
    return ring


def _lock_keys() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])


def _new_key(state: KeyState, now: datetime) -> SigningKey:
    private_key = ec.generate_private_key(ec.SECP256R1())
    public_key = private_key.public_key()
    kid = jwk_of(public_key)["kid"]
    plain = private_key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SigningKey(
        kid=kid,
        state=state,
        public_key=public_key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode(),
        private_key=encrypt(plain, key=_PRIVATE_KEYS, bound_to=kid),
        created_at=now,
    )


def _private_key_of(row: SigningKey) -> ec.EllipticCurvePrivateKey | None:
    """Return the private part, or None if it is encrypted under a SECRET_KEY we do not have."""
    plain = decrypt(bytes(row.private_key), key=_PRIVATE_KEYS, bound_to=row.kid)
    key = serialization.load_der_private_key(plain, password=None) if plain else None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None
