"""Time-based one-time passwords (RFC 6238) as authenticator apps expect them.

Six digits, thirty seconds, SHA-1.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
# The phone's clock may be half a minute off, either way.
DRIFT_STEPS = 1


def new_totp_secret() -> bytes:
    """Return 160 random bits (RFC 4226, section 4)."""
    return secrets.token_bytes(SECRET_BYTES)


def code_of(secret: bytes, step: int) -> str:
    """Return the code for one period of thirty seconds, counted from 1970."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """Return the period that `code` is right for, if it is later than the period `after`."""
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        if step > after and hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            return step
    return None


def provisioning_url(secret: bytes, *, account: str, issuer: str) -> str:
    """Return the `otpauth://` URL that an authenticator app reads from a QR code."""
    label = quote(f"{issuer}:{account}")
    encoded = b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{label}?{urlencode({'secret': encoded, 'issuer': issuer})}"
