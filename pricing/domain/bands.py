"""Prices by bands of weight, subtotal or quantity: from here on this much, up to there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from core.errors import FieldError
from pricing.domain.shipping import PricedBy


@dataclass(frozen=True, slots=True)
class Band:
    """A price in minor units from `begins` up to and without `ends`.

    Without an end it goes on to where the next band of its currency begins, if there is one.
    """

    currency: str
    begins: int
    ends: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class Step:
    """Where a price begins, which holds until the next step; None: not offered from there on."""

    currency: str
    begins: int
    amount: int | None


def problems_of(bands: Sequence[Band], pointer: str) -> list[FieldError]:
    """Return an error for each band that has no extent, or does not begin where another ends.

    `pointer` is the JSON pointer of the bands.
    """
    by_currency: defaultdict[str, list[tuple[int, Band]]] = defaultdict(list)
    for position, band in enumerate(bands):
        by_currency[band.currency].append((position, band))
    problems = []
    for found in by_currency.values():
        found.sort(key=lambda numbered: numbered[1].begins)
        for (_, band), (position, following) in pairwise(found):
            ends = following.begins if band.ends is None else band.ends
            if following.begins == band.begins or following.begins < ends:
                detail = f"This begins at {following.begins}, where the band from {band.begins} is."
                problems.append(FieldError(f"{pointer}/{position}/from", "overlap", detail))
            elif ends < following.begins:
                detail = f"Nothing says what {ends} to {following.begins} costs."
                problems.append(FieldError(f"{pointer}/{position}/from", "gap", detail))
        problems += [
            FieldError(f"{pointer}/{position}/to", "empty_band", "A band ends after it begins.")
            for position, band in found
            if band.ends is not None and band.ends <= band.begins
        ]
    return problems


def steps_of(bands: Sequence[Band]) -> Iterator[Step]:
    """Yield the steps of bands without problems, by currency, ascending."""
    ordered = sorted(bands, key=lambda band: (band.currency, band.begins))
    for band, following in zip_longest(ordered, ordered[1:]):
        yield Step(band.currency, band.begins, band.amount)
        is_last = following is None or following.currency != band.currency
        if is_last and band.ends is not None:
            yield Step(band.currency, band.ends, None)


def bands_of(steps: Sequence[Step]) -> Iterator[Band]:
    """Yield the bands that steps make, by currency, ascending."""
    ordered = sorted(steps, key=lambda step: (step.currency, step.begins))
    for step, following in zip_longest(ordered, ordered[1:]):
        is_last = following is None or following.currency != step.currency
        if step.amount is not None:
            ends = None if is_last or following is None else following.begins
            yield Band(step.currency, step.begins, ends, step.amount)


def rate_problems(
    priced_by: PricedBy,
    *,
    prices: Collection[str],
    bands: Collection[str],
    free_from: Collection[str],
) -> list[FieldError]:
    """Return why a shipping method cannot be offered, judged by the currencies of its rates."""
    by_bands = priced_by is not PricedBy.FLAT
    used, unused = (bands, prices) if by_bands else (prices, bands)
    problems = []
    if not used:
        detail = "Without a price it is never offered."
        problems.append(FieldError("/bands" if by_bands else "/prices", "required", detail))
    if unused:
        detail = f"A method that is priced by {priced_by} has bands in their place."
        if priced_by is PricedBy.FLAT:
            detail = "A flat method has prices in their place: say what it is priced by."
        problems.append(FieldError("/prices" if by_bands else "/bands", "not_used", detail))
    problems += [
        FieldError("/free_from", "currency_without_price", f"It has no price in {currency}.")
        for currency in sorted(set(free_from) - set(used))
    ]
    return problems


def window_problems(least: int | None, most: int | None) -> list[FieldError]:
    """Return why a delivery cannot take `least` to `most` days; None is not said."""
    if least is None or most is None or least <= most:
        return []
    detail = f"It cannot arrive within {most} days and no earlier than after {least}."
    return [FieldError("/max_days", "reversed", detail)]
