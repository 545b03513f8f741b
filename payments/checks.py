"""Settings of payments that do not fit together, found by `manage.py check`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from payments.domain import Capture
from payments.providers import KNOWN_PROVIDERS

# Both tries of a call: three seconds to connect each, and less than one between them.
_TRIES, _OVERHEAD_SECONDS = 2, 7


def check_settings(**_: Any) -> list[CheckMessage]:
    """Return what is wrong, for Django's check framework."""
    unknown = sorted(set(settings.PAYMENT_PROVIDERS) - KNOWN_PROVIDERS)
    stripe = "stripe" in settings.PAYMENT_PROVIDERS
    secrets = settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET
    slowest = _TRIES * settings.STRIPE_TIMEOUT_SECONDS + _OVERHEAD_SECONDS
    problems = []
    if unknown:
        problems.append(f"E001 CONGOCART_PAYMENT_PROVIDERS: {unknown} are unknown.")
    if settings.PAYMENT_CAPTURE not in {Capture.AUTOMATIC, Capture.MANUAL}:
        problems.append("E002 CONGOCART_PAYMENT_CAPTURE is automatic or manual.")
    if stripe and not secrets:
        problems.append("E003 Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.")
    if stripe and settings.PAYMENT_GRACE.total_seconds() < slowest:
        problems.append(
            f"E004 CONGOCART_PAYMENT_GRACE_SECONDS is shorter than a call can take ({slowest} s)."
        )
    return [Error(text[5:], id=f"payments.{text[:4]}") for text in problems]
