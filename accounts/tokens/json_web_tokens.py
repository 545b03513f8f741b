"""JSON Web Tokens (SimpleJWT), signed by the current key, verified by any published one.

An access token is `typ: at+jwt` (RFC 9068) for the audience of the API; a refresh token
has another type and another audience, so that a service that verifies our tokens by the
JWKS cannot take one for the other.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import (
    ExpiredTokenError,
    TokenBackendError,
    TokenError,
)
from rest_framework_simplejwt.tokens import Token

from accounts.domain import (
    ACCESS_LIFETIME,
    REFRESH_LIFETIME,
    TokenExpired,
    TokenInvalid,
    TokenUser,
)
from accounts.tokens.signing_keys import ALGORITHM, keyring

MAX_TOKEN_LENGTH = 2_048
CLOCK_SKEW_SECONDS = 10
CACHED_TOKENS = 4_096


class _Backend(TokenBackend):
    """Sign with the keyring, and verify one type of token for one audience."""

    def __init__(self, typ: str, audience: str) -> None:
        super().__init__(
            ALGORITHM,
            audience=audience,
            issuer=settings.TOKEN_ISSUER,
            leeway=CLOCK_SKEW_SECONDS,
        )
        self.typ = typ

    def encode(self, payload: dict[str, Any]) -> str:
        kid, private_key = keyring.signing_key()
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        headers = {"kid": kid, "typ": self.typ}
        return jwt.encode(claims, private_key, algorithm=ALGORITHM, headers=headers)

    def get_verifying_key(self, token: Any) -> Any:
        """Return one of our own keys, whatever else (`jku`, `jwk`, `x5u`) the header names."""
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM or header.get("typ") != self.typ:
            raise TokenBackendError("Token is of another type")
        key = keyring.verifying_key(header.get("kid", ""))
        if key is None:
            raise TokenBackendError("Token is signed by an unknown key")
        return key


class AccessToken(Token):
    """Proves for ten minutes who calls, and with which roles."""

    token_type = "access"  # noqa: S105 - a kind, not a secret
    lifetime = ACCESS_LIFETIME
    _token_backend = _Backend("at+jwt", settings.TOKEN_AUDIENCE)


class RefreshToken(Token):
    """Is exchanged for the next pair of tokens, once."""

    token_type = "refresh"  # noqa: S105 - a kind, not a secret
    lifetime = REFRESH_LIFETIME
    _token_backend = _Backend("rt+jwt", f"{settings.TOKEN_AUDIENCE}/auth/token/refresh")


def sign_access(*, user_id: UUID, roles: frozenset[str], session_id: UUID, now: datetime) -> str:
    """Return an access token that is valid for `ACCESS_LIFETIME` from `now`."""
    token = AccessToken()
    token.set_iat(at_time=now)
    token.set_exp(from_time=now)
    token["sub"] = str(user_id)
    token["sid"] = str(session_id)
    token["roles"] = sorted(roles)
    return str(token)


def sign_refresh(*, session_id: UUID, jti: str, now: datetime, expires_at: datetime) -> str:
    """Return the refresh token `jti` of a session, valid until `expires_at`."""
    token = RefreshToken()
    token.set_iat(at_time=now)
    token.set_exp(from_time=expires_at, lifetime=expires_at - expires_at)
    token["jti"] = jti
    token["sid"] = str(session_id)
    return str(token)


def read_refresh(encoded: str) -> tuple[UUID, str]:
    """Return the session and the `jti` of a refresh token.

    Raises `TokenExpired`, or `TokenInvalid` for one that we have not signed.
    """
    payload = _verified(RefreshToken, encoded)
    return _uuid(payload.get("sid")), str(payload["jti"])


def _read_access(encoded: str) -> TokenUser:
    payload = _verified(AccessToken, encoded)
    roles = payload.get("roles")
    if not isinstance(roles, list):
        raise TokenInvalid
    return TokenUser(
        pk=_uuid(payload.get("sub")),
        roles=frozenset(map(str, roles)),
        session_id=_uuid(payload.get("sid")),
        expires_at=int(payload["exp"]),
    )


def _verified(kind: type[Token], encoded: str) -> dict[str, Any]:
    if len(encoded) > MAX_TOKEN_LENGTH:
        raise TokenInvalid
    try:
        return kind(encoded).payload  # type: ignore[arg-type]
    except ExpiredTokenError:
        raise TokenExpired from None
    except TokenError:
        raise TokenInvalid from None


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise TokenInvalid from None


class VerifiedTokens:
    """A cache of verified access tokens: a signature takes 100 µs, a lookup less than one.

    Past `CACHED_TOKENS` the oldest entries go. Only tokens with a valid signature get in, so a
    flood of forged ones cannot push out the others. It is emptied when the keyring finds that
    one of its keys was withdrawn.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: dict[str, TokenUser] = {}
        self._withdrawals = 0

    def user_of(self, encoded: str) -> TokenUser:
        """Return the user of an access token. Raises `TokenExpired` or `TokenInvalid`."""
        withdrawals = keyring.withdrawals()
        if withdrawals != self._withdrawals:
            with self._lock:
                self._users.clear()
                self._withdrawals = withdrawals
        user = self._users.get(encoded)
        if user is None:
            user = _read_access(encoded)
            with self._lock:
                # A token that was verified by a key withdrawn meanwhile is not kept.
                if withdrawals == self._withdrawals:
                    if len(self._users) >= CACHED_TOKENS:
                        for oldest in list(self._users)[: CACHED_TOKENS // 4]:
                            del self._users[oldest]
                    self._users[encoded] = user
        if user.expires_at + CLOCK_SKEW_SECONDS <= time.time():
            raise TokenExpired
        return user

    def clear(self) -> None:
        """Empty the cache, so that each token is verified again."""
        with self._lock:
            self._users.clear()


verified_tokens = VerifiedTokens()
