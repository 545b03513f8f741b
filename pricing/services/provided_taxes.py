"""The rates of a tax service: asked for before a transaction, kept for a while, used in it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import structlog
from django.conf import settings

from core.db.transactions import FetchFirst, leave_database, use_case
from pricing.domain import STANDARD_TAX_CLASS, UNTAXED_CLASSES, Basket, Destination, Rules, TaxRate
from pricing.errors import TaxesUnavailable
from pricing.models import ProvidedTaxes
from pricing.providers import TaxProvider, TaxProviderFailed, tax_provider

log = structlog.get_logger()
# After a call that failed, others do without the service for so long.
PAUSE = timedelta(seconds=30)


def with_provided_taxes(rules: Rules, basket: Basket, *, now: datetime) -> Rules:
    """Return the rules with what the tax service said of where a basket goes.

    Without a service, or a destination, they are as they were; so they are, for a while, when
    the service has failed and the table of rates is the fallback. One statement with a service.
    Raises `FetchFirst` where it has to be asked, which may raise `TaxesUnavailable`.
    """
    provider, place = tax_provider(), basket.destination
    if provider is None or place is None:
        return rules
    used = {STANDARD_TAX_CLASS, *(item.tax_class for item in basket.items)}
    classes = used.difference(UNTAXED_CLASSES)
    stored = ProvidedTaxes.objects.filter(**_key(place), expires_at__gt=now).first()
    if stored is None or not classes.issubset(stored.classes):
        known = set(stored.classes) if stored else set()
        raise FetchFirst(partial(_fetch, provider, place, classes | known, now=now))
    if stored.rates is None:
        return rules
    where = f"{place.country}-{place.region}" if place.region else place.country
    provided = {
        name: tuple(
            TaxRate(Decimal(rate["rate"]), rate["title"], f"provider:{where}:{name}")
            for rate in found
        )
        for name, found in stored.rates.items()
    }
    return replace(rules, tax=replace(rules.tax, provided=provided))


@use_case
def forget_provided_taxes(*, now: datetime) -> int:
    """Delete the answers that are used no longer; return how many."""
    return ProvidedTaxes.objects.filter(expires_at__lte=now).delete()[0]


def _fetch(
    provider: TaxProvider, place: Destination, classes: AbstractSet[str], *, now: datetime
) -> None:
    """Ask the service and keep what it says until the day ends, in UTC, at the latest."""
    leave_database()
    day = now.astimezone(UTC).date()
    keep = timedelta(seconds=settings.TAXES.provider_keeps)
    rates: dict[str, Any] | None = None
    try:
        found = provider.rates(place, classes, day)
    except TaxProviderFailed as failure:
        log.warning("tax_provider_failed", reason=str(failure))
        if settings.TAXES.fallback == "refuse":
            raise TaxesUnavailable(retry_after=int(PAUSE.total_seconds())) from None
        keep = PAUSE
    else:
        rates = {
            name: [{"title": rate.title, "rate": str(rate.rate)} for rate in of_class]
            for name, of_class in found.items()
        }
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    answer = ProvidedTaxes(
        **_key(place),
        classes=sorted(classes),
        rates=rates,
        asked_at=now,
        expires_at=min(now + keep, midnight),
    )
    use_case(ProvidedTaxes.objects.bulk_create)(
        [answer],
        update_conflicts=True,
        unique_fields=["country", "region", "postal_code"],
        update_fields=["classes", "rates", "asked_at", "expires_at"],
    )


def _key(place: Destination) -> dict[str, str]:
    return {
        "country": place.country, "region": place.region, "postal_code": place.postal_code,
    }  # fmt: skip
