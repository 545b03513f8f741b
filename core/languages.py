"""Languages: which one a buyer prefers, and how days look in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_percent

# More than any browser sends; the rest of a longer header counts for nothing.
MOST_RANGES = 20
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z\d]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")


def preferred_language(accepted: str, known: Sequence[str]) -> str:
    """Return the one of `known` that an Accept-Language header prefers, the first without one.

    `de-AT` is content with `de` (lookup of RFC 4647); what is not well-formed is passed over.
    """
    by_tag = {language.lower(): language for language in known}
    found = map(_RANGE.fullmatch, accepted.split(",", MOST_RANGES)[:MOST_RANGES])
    wanted = [(float(match[2] or 1), match[1].lower()) for match in found if match]
    for weight, whole in sorted(wanted, key=lambda each: -each[0]):
        tag = whole if weight > 0 else ""
        while tag:
            if tag in by_tag:
                return by_tag[tag]
            tag = tag.rpartition("-")[0]
    return known[0]


def locale_of(language: str) -> Locale:
    """Return how a language writes numbers and dates; English alone is that of Britain."""
    return Locale.parse("en-GB" if language == "en" else language, sep="-")


def format_day(moment: datetime, language: str, zone: tzinfo) -> str:
    """Format the day of a moment in a time zone: `29 November 2026`."""
    return format_date(moment.astimezone(zone), "long", locale=locale_of(language))


def format_rate(fraction: str, locale: Locale) -> str:
    """Format a decimal fraction as a share of a hundred, with the digits it has: `19.5%`."""
    return str(format_percent(fraction, locale=locale, decimal_quantization=False))


def address_lines(
    address: Mapping[str, str], locale: Locale, *, company_first: bool = False
) -> list[str]:
    """Return an address as lines: who it is for, then each field that is not empty."""
    name = f"{address.get('first_name', '')} {address.get('last_name', '')}".strip()
    company = address.get("company", "")
    place = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    code = address.get("country_code", "")
    lines = [
        *((company, name) if company_first else (name, company)),
        *(address.get(field, "") for field in ("line1", "line2")),
        place,
        address.get("region", ""),
        locale.territories.get(code, code),
    ]
    return [line for line in lines if line]
