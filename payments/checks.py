"""Settings of payments that do not fit together, found by `manage.py check`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from payments.domain import Capture
from payments.providers import KNOWN_PROVIDERS

# Both tries of a call: three seconds to connect each, and less than one between them.
_TRIES, _OVERHEAD_SECONDS = 2, 7


def check_settings(**_: Any) -> list[CheckMessage]:
    """For Django's check framework."""
    return list(_problems())


def _problems() -> Iterator[CheckMessage]:
    unknown = sorted(set(settings.PAYMENT_PROVIDERS) - KNOWN_PROVIDERS)
    if unknown:
        yield Error(f"CONGOCART_PAYMENT_PROVIDERS: {unknown} are unknown.", id="payments.E001")
    if settings.PAYMENT_CAPTURE not in {Capture.AUTOMATIC, Capture.MANUAL}:
        yield Error("CONGOCART_PAYMENT_CAPTURE is automatic or manual.", id="payments.E002")
    if "stripe" in settings.PAYMENT_PROVIDERS:
        yield from _stripe_problems()


def _stripe_problems() -> Iterator[CheckMessage]:
    if not (settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET):
        yield Error("Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.", id="payments.E003")
    slowest = _TRIES * settings.STRIPE_TIMEOUT_SECONDS + _OVERHEAD_SECONDS
    if settings.PAYMENT_GRACE.total_seconds() < slowest:
        yield Error(
            f"CONGOCART_PAYMENT_GRACE_SECONDS is shorter than a call can take ({slowest} s).",
            id="payments.E004",
        )
