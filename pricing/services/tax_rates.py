"""Writing the shop's table of tax rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from core.db.transactions import use_case
from pricing.domain import STANDARD_TAX_CLASS
from pricing.domain.tax_timeline import ListedRate, Remark, normal_place, rate_changes
from pricing.errors import (
    TaxRateDates,
    TaxRateNotFound,
    TaxRateOutOfRange,
    TaxRateOverlaps,
    TaxRateUntitled,
    UnknownPlace,
)
from pricing.models import RulesVersion, TaxRate

CREATE_TAX_RATE_ERRORS = (
    UnknownPlace,
    TaxRateOverlaps,
    TaxRateOutOfRange,
    TaxRateDates,
    TaxRateUntitled,
)
_COLUMNS = (
    "country", "region", "tax_class", "title", "rate", "added", "valid_from", "valid_to", "source",
)  # fmt: skip


@use_case
def create_tax_rate(
    *,
    country: str,
    region: str = "",
    tax_class: str = STANDARD_TAX_CLASS,
    title: str = "",
    rate: Decimal,
    added: bool = False,
    valid_from: date,
    valid_to: date | None = None,
    source: str = "",
) -> TaxRate:
    """Add a rate: a fraction from 0 to 1, from its first day to its last, both included.

    Carts and checkouts are priced with it from the next request on that prices them. Raises
    `CREATE_TAX_RATE_ERRORS`.
    """
    try:
        country, region = normal_place(country, region)
    except UnknownPlace as refusal:
        raise refusal.at("/region" if region else "/country") from None
    RulesVersion.lock()
    return TaxRate.objects.create(
        country=country,
        region=region,
        tax_class=tax_class,
        title=title,
        rate=rate,
        added=added,
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
    )


@use_case
def delete_tax_rate(*, rate_id: UUID) -> None:
    """Delete a rate; what was ordered keeps what it was taxed with. Raises `TaxRateNotFound`."""
    RulesVersion.lock()
    deleted, _ = TaxRate.objects.filter(pk=rate_id).delete()
    if not deleted:
        raise TaxRateNotFound


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has done; with `overlaps` nothing at all. `gaps` are worth a look."""

    created: int
    changed: int
    unchanged: int
    overlaps: Sequence[Remark]
    gaps: Sequence[Remark]


@use_case
def import_tax_rates(*, rates: Sequence[ListedRate], dry_run: bool = False) -> Imported:
    """Bring the table to what a file lists, all of it or nothing (`rate_changes`).

    Doing it again changes nothing. Rates that the file does not name stay. With `dry_run`, or
    where rates overlap, nothing is written.
    """
    RulesVersion.lock()
    stored = {
        ListedRate(**{name: row[name] for name in _COLUMNS}): row["pk"]
        for row in TaxRate.objects.values("pk", *_COLUMNS)
    }
    changes = rate_changes(stored, rates)
    if not dry_run and not changes.overlaps:
        ids = [stored[old] for old, _ in changes.changed]
        # Deleted first: what a rate that ends earlier leaves free may be taken by another.
        TaxRate.objects.filter(pk__in=ids).delete()
        kept = zip(ids, (new for _, new in changes.changed), strict=True)
        TaxRate.objects.bulk_create([_row(rate, pk) for pk, rate in kept])
        TaxRate.objects.bulk_create([_row(rate) for rate in changes.created])
    return Imported(
        len(changes.created),
        len(changes.changed),
        changes.unchanged,
        changes.overlaps,
        changes.gaps,
    )


def _row(rate: ListedRate, pk: UUID | None = None) -> TaxRate:
    row = TaxRate(**{name: getattr(rate, name) for name in _COLUMNS})
    if pk is not None:
        row.pk = pk
    return row
