"""Signed webhooks: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, as Stripe writes them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from payments.domain import WebhookSignatureInvalid, WebhookStale


def sign(*, body: bytes, secret: str, at: datetime) -> str:
    """Return the header that proves that `body` was sent at `at` by a holder of `secret`."""
    timestamp = int(at.timestamp())
    return f"t={timestamp},v1={_mac(body, secret, timestamp)}"


def verify(*, body: bytes, header: str, secret: str, now: datetime, tolerance: timedelta) -> None:
    """Raise `WebhookSignatureInvalid`, or `WebhookStale` for a good but old signature.

    Without a secret nothing is trusted.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1" and value.isascii()]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 12:
        raise WebhookSignatureInvalid
    timestamp = int(times[0])
    expected = _mac(body, secret, timestamp)
    good = any(hmac.compare_digest(expected, signature) for signature in signatures)
    if not secret or not good:
        raise WebhookSignatureInvalid
    if abs(now.timestamp() - timestamp) > tolerance.total_seconds():
        raise WebhookStale


def _mac(body: bytes, secret: str, timestamp: int) -> str:
    signed = str(timestamp).encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
