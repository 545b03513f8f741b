"""Settings that production refuses. Checked once, while the settings are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MIN_SECRET_LENGTH = 50
MIN_SECRET_CHARACTERS = 5
DEVELOPMENT_SECRET = "development-only-" * 3


def unsafe_settings(
    *,
    secret_keys: Sequence[str],
    debug: bool,
    allowed_hosts: Sequence[str],
    payment_providers: Sequence[str],
) -> Iterator[str]:
    """Yield a sentence for each setting with which the shop refuses to start.

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
