"""Settings that are refused for what they are together, or in production.

Checked once, while the settings are read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

MIN_SECRET_LENGTH = 50
MIN_SECRET_CHARACTERS = 5
DEVELOPMENT_SECRET = "development-only-" * 3
# Both tries of a call: three seconds to connect each, and less than one between them.
_TRIES, _OVERHEAD_SECONDS = 2, 7


def development_secret(folder: Path) -> str:
    """Return the secret key that `manage.py up` keeps in `folder`, or a constant without one."""
    with contextlib.suppress(OSError):
        return (folder / "secret_key").read_text()
    return DEVELOPMENT_SECRET


def unsafe_settings(
    *,
    secret_keys: Sequence[str],
    debug: bool,
    allowed_hosts: Sequence[str],
    payment_providers: Sequence[str],
) -> Iterator[str]:
    """Yield a sentence for each setting with which production refuses to start.

    `secret_keys` are all keys that still decrypt or verify something, fallbacks included.
    """
    if any(
        key.startswith(("development-only-", "django-insecure-"))
        or len(key) < MIN_SECRET_LENGTH
        or len(set(key)) < MIN_SECRET_CHARACTERS
        for key in secret_keys
    ):
        yield (
            f"SECRET_KEY, and each of SECRET_KEY_FALLBACKS, has to be {MIN_SECRET_LENGTH} random "
            "characters or more."
        )
    if debug:
        yield "DEBUG has to be off."
    if not allowed_hosts:
        yield "ALLOWED_HOSTS has to name the shop's host names."
    if any(host.strip() in ("*", ".") for host in allowed_hosts):
        yield "ALLOWED_HOSTS must not contain a wildcard for everything."
    if "test" in payment_providers:
        yield "The payment provider `test` must be off; anybody could pay with it."


def contradictory_settings(
    *, payment_providers: Sequence[str], stripe_secrets: Sequence[str], grace: float, timeout: float
) -> Iterator[str]:
    """Yield a sentence for each setting of payments that does not fit the others.

    `grace` and `timeout`, of one call to Stripe, are in seconds.
    """
    if "stripe" not in payment_providers:
        return
    if not all(stripe_secrets):
        yield "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are both needed to be paid by Stripe."
    slowest = _TRIES * timeout + _OVERHEAD_SECONDS
    if grace < slowest:
        yield (
            "CONGOCART_PAYMENT_GRACE_SECONDS has to be at least "
            f"{slowest:g}, as long as a call to Stripe can take."
        )
