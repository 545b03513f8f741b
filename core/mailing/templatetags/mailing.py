"""What templates of e-mails write money and times with, in the language of the e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from babel.dates import format_datetime, format_timedelta
from django import template
from django.conf import settings
from django.utils.translation import get_language

from core.languages import address_lines, format_day, format_rate, locale_of
from core.money import format_money

register = template.Library()


def _language() -> str:
    return get_language() or settings.SHOP_LANGUAGES[0]


@register.filter
def money(body: Mapping[str, object]) -> str:
    """Write an amount as the API has it: `{"amount": 1999, "currency": "GBP"}` is £19.99."""
    amount, currency = body["amount"], body["currency"]
    return format_money(int(str(amount)), str(currency), locale_of(_language()))


@register.filter
def minus(body: Mapping[str, object]) -> dict[str, object]:
    """Return the amount with the other sign, for what is taken off."""
    return {**body, "amount": -int(str(body["amount"]))}


@register.filter
def times(body: Mapping[str, object], quantity: int) -> dict[str, object]:
    """Return what so many units come to."""
    return {**body, "amount": int(str(body["amount"])) * quantity}


@register.filter
def day(moment: datetime) -> str:
    """Write the day of a moment in the shop's time zone."""
    return format_day(moment, _language(), settings.SHOP_TIME_ZONE)


@register.filter
def moment(at: datetime) -> str:
    """Write a moment to the second in the shop's time zone, which is named."""
    local = at.astimezone(settings.SHOP_TIME_ZONE)
    return str(format_datetime(local, "long", locale=locale_of(_language())))


@register.filter
def duration(length: timedelta) -> str:
    """Write how long something lasts in one unit: `1 week`."""
    return str(format_timedelta(length, threshold=1, locale=locale_of(_language())))


@register.filter
def percent(fraction: str) -> str:
    """Write a decimal fraction as a share of a hundred, with the digits it has."""
    return format_rate(fraction, locale_of(_language()))


@register.filter(name="address_lines")
def lines_of_address(address: Mapping[str, str]) -> list[str]:
    """Return an address as lines, the country in the language of the e-mail."""
    return address_lines(address, locale_of(_language()))
