"""How rates follow one another in time, and what a file of rates changes about that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import zip_longest

from core.postal import country_with, region_of
from pricing.errors import UnknownPlace

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListedRate:
    """A rate as the shop's table or a file has it; `line` is where in the file, 0 of a stored one.

    `valid_to` None: until the next rate of its place and class begins.
    """

    country: str
    region: str
    tax_class: str
    rate: Decimal
    valid_from: date
    valid_to: date | None = None
    title: str = ""
    added: bool = False
    source: str = ""
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, str, str, str, bool]:
        """Return what has one rate on a day at most."""
        title = self.title if self.added else ""
        return (self.country, self.region, self.tax_class, title, self.added)

    def __str__(self) -> str:
        place = f"{self.country}-{self.region}" if self.region else self.country
        return f"{place} {self.tax_class} from {self.valid_from}"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a line of a file."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class RateChanges:
    """What a file changes: rates to be created, stored ones (before, after), and what is amiss."""

    created: Sequence[ListedRate]
    changed: Sequence[tuple[ListedRate, ListedRate]]
    unchanged: int
    overlaps: Sequence[Remark]
    gaps: Sequence[Remark]


def normal_place(country: str, region: str) -> tuple[str, str]:
    """Return a country and a region of it, empty for none, as addresses are stored with them.

    Raises `UnknownPlace`.
    """
    known = country_with(country.upper())
    if known is None:
        raise UnknownPlace(f"There is no country with the code {country!r}.")
    if not region:
        return known.code, ""
    found = region_of(known, region)
    if found is None and known.regions:
        raise UnknownPlace(f"{known.code} has no region {region!r}.")
    return known.code, found.key if found else " ".join(region.split())


def rate_changes(stored: Iterable[ListedRate], listed: Iterable[ListedRate]) -> RateChanges:
    """Return what the rates of a file make of the stored ones.

    A listed rate replaces the stored one that begins on the same day, and ends the one before it.
    One without an end holds until the next. Rates of the file that overlap, or that would reach
    into a stored one that begins later, are told; so are days between two rates without any.
    """
    before: dict[tuple[object, ...], ListedRate] = {}
    after: dict[tuple[object, ...], ListedRate] = {}
    overlaps = []
    for rate in stored:
        before[rate.key, rate.valid_from] = after[rate.key, rate.valid_from] = rate
    for rate in listed:
        same = after.get((rate.key, rate.valid_from))
        if same is not None and same.line:
            overlaps.append(Remark(rate.line, f"{rate} is on line {same.line} already."))
        after[rate.key, rate.valid_from] = rate
    touched = {rate.key for rate in after.values() if rate.line}
    timeline = sorted(
        (rate for rate in after.values() if rate.key in touched),
        key=lambda rate: (rate.key, rate.valid_from),
    )
    gaps: list[Remark] = []
    final = [*_joined(timeline, overlaps, gaps)]
    pairs = [(before.get((rate.key, rate.valid_from)), rate) for rate in final]
    return RateChanges(
        created=[rate for old, rate in pairs if old is None],
        changed=[(old, rate) for old, rate in pairs if old is not None and old != rate],
        unchanged=sum(old == rate and rate.line > 0 for old, rate in pairs),
        overlaps=overlaps,
        gaps=gaps,
    )


def _joined(
    timeline: Sequence[ListedRate], overlaps: list[Remark], gaps: list[Remark]
) -> Iterator[ListedRate]:
    """Yield the rates, each ended before the next of its key begins; note what does not fit."""
    for rate, following in zip_longest(timeline, timeline[1:]):
        if following is None or following.key != rate.key:
            yield rate
            continue
        last = following.valid_from - _DAY
        if rate.valid_to is not None and rate.valid_to < last:
            text = f"between {rate.valid_to} and {following.valid_from} no rate holds."
            if rate.line or following.line:
                gaps.append(Remark(following.line or rate.line, f"{following}: {text}"))
            yield rate
        elif rate.line and rate.valid_to is not None and rate.valid_to > last:
            at = f"line {following.line}" if following.line else "the shop"
            text = f"{rate} to {rate.valid_to} overlaps {following} of {at}."
            overlaps.append(Remark(rate.line, text))
            yield rate
        else:
            yield replace(rate, valid_to=last)
