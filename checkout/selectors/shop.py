"""What the shop is, for those who sell from a front end of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from catalog.selectors import priced_currencies
from checkout.selectors.shipping import shipping_rules
from core.postal import country_codes
from payments.providers import OfferedProvider, offered_providers
from pricing.selectors import pricing_rules


@dataclass(frozen=True, slots=True)
class Shop:
    """What can be paid with, and where things are delivered to (ISO 3166-1 codes)."""

    currencies: Sequence[str]
    ships_to: Sequence[str]
    payment_providers: Sequence[OfferedProvider]


def the_shop(*, now: datetime) -> Shop:
    """Return what the shop is. Two statements, more when its rules have just changed."""
    rules = pricing_rules()
    shipping = shipping_rules(rules.version)
    of_lists = {
        each.currency
        for each in rules.price_lists
        if each.is_for(frozenset(), currency=each.currency, now=now)
    }
    others = sorted((priced_currencies() | of_lists) - {settings.DEFAULT_CURRENCY})
    return Shop(
        currencies=[settings.DEFAULT_CURRENCY, *others],
        ships_to=shipping.reached_of(country_codes()),
        payment_providers=offered_providers(),
    )
