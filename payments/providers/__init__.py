"""The payment providers that this shop uses, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.conf import settings

from payments.domain import UnknownProvider
from payments.providers.base import Provider
from payments.providers.manual import ManualProvider
from payments.providers.test import TOKENS, TestProvider

__all__ = [
    "KNOWN_PROVIDERS",
    "OfferedProvider",
    "Provider",
    "enabled_providers",
    "offered_providers",
    "offline_provider",
    "provider_named",
]


@dataclass(frozen=True, slots=True)
class OfferedProvider:
    """What a storefront needs to know of a provider to let a buyer pay with it.

    `publishable_key` is what the provider's own form in the browser begins with, empty where it
    has none; `test_tokens` are all that there are where no form collects one.
    """

    name: str
    takes_token: bool
    publishable_key: str = ""
    test_tokens: tuple[str, ...] = ()


def provider_named(name: str) -> Provider:
    """Return the provider called `name`. Raises `UnknownProvider` unless it is enabled."""
    if name not in enabled_providers():
        raise UnknownProvider(f"Available are: {', '.join(enabled_providers())}.")
    return _MAKERS[name]()


def offline_provider() -> str:
    """Return the provider whose money staff record. Raises `UnknownProvider` without one."""
    return provider_named(ManualProvider.name).name


def enabled_providers() -> list[str]:
    """Return the names in the setting `PAYMENT_PROVIDERS`; `test` never in production."""
    return [
        name
        for name in settings.PAYMENT_PROVIDERS
        if name in _MAKERS and not (name == "test" and settings.PRODUCTION)
    ]


def offered_providers() -> list[OfferedProvider]:
    """Return what a storefront needs to know of those that are enabled, in the setting's order."""
    known = {
        "manual": OfferedProvider("manual", takes_token=False),
        "test": OfferedProvider("test", takes_token=True, test_tokens=tuple(sorted(TOKENS))),
        "stripe": OfferedProvider(
            "stripe", takes_token=True, publishable_key=settings.STRIPE_PUBLISHABLE_KEY
        ),
    }
    return [known[name] for name in enabled_providers()]


def _test() -> Provider:
    return TestProvider(
        webhook_secret=settings.TEST_WEBHOOK_SECRET,
        tolerance=settings.WEBHOOK_TOLERANCE,
        host=f"http://127.0.0.1:{settings.PORT}",
    )


def _stripe() -> Provider:
    return _stripe_with(
        secret_key=settings.STRIPE_SECRET_KEY,
        webhook_secret=settings.STRIPE_WEBHOOK_SECRET,
        tolerance=settings.WEBHOOK_TOLERANCE,
        timeout=settings.STRIPE_TIMEOUT_SECONDS,
        api_base=settings.STRIPE_API_BASE,
    )


@lru_cache(maxsize=4)
def _stripe_with(
    *, secret_key: str, webhook_secret: str, tolerance: timedelta, timeout: float, api_base: str
) -> Provider:
    """Return one provider per configuration, because it keeps its connections.

    The SDK costs 35 MB, so it is imported only where Stripe is used.
    """
    from payments.providers.stripe import StripeProvider  # noqa: PLC0415

    return StripeProvider(
        secret_key=secret_key,
        webhook_secret=webhook_secret,
        tolerance=tolerance,
        timeout=timeout,
        api_base=api_base,
    )


_MAKERS: dict[str, Callable[[], Provider]] = {
    "manual": ManualProvider,
    "test": _test,
    "stripe": _stripe,
}

KNOWN_PROVIDERS = frozenset(_MAKERS)
