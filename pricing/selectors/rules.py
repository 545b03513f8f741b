"""The shop's rules of pricing, read once for each version of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from pricing.domain import (
    STANDARD_TAX_CLASS,
    UNTAXED_CLASSES,
    PriceList,
    Promotion,
    Rules,
    TaxTable,
    tax_table,
)
from pricing.models import PriceList as PriceListRow
from pricing.models import RulesVersion
from pricing.selectors.taxes import stored_rates, tax_rules


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the tables of one version hold."""

    version: UUID | None
    promotions: tuple[Promotion, ...] = ()
    price_lists: tuple[PriceList, ...] = ()
    tax_table: TaxTable = field(default_factory=dict)


class _Latest:
    """What this process has read last, replaced as a whole."""

    stored = _Stored(None)


def pricing_rules() -> Rules:
    """Return the rules that hold now; one statement unless they have been changed.

    Changes that a transaction has not committed are seen by itself alone, as its version is.
    """
    version = RulesVersion.objects.values_list("version", flat=True).first()
    stored = _Latest.stored
    if version is None or version != stored.version:
        _Latest.stored = stored = _read(version)
    return Rules(
        tax=tax_rules(stored.tax_table),
        promotions=stored.promotions,
        price_lists=stored.price_lists,
        version=version,
    )


def tax_classes() -> list[str]:
    """Return the tax classes that rates are of, and those that are there without any."""
    rates = (rate for rates in pricing_rules().tax.table.values() for rate in rates)
    return sorted({STANDARD_TAX_CLASS, *UNTAXED_CLASSES, *(rate.tax_class for rate in rates)})


def _read(version: UUID | None) -> _Stored:
    """Read all rules; what is inactive or long over is left out."""
    return _Stored(version, price_lists=tuple(_price_lists()), tax_table=tax_table(stored_rates()))


def _price_lists() -> Iterator[PriceList]:
    rows = PriceListRow.objects.filter(active=True, deleted_at=None)
    for row in rows.filter(Q(ends_at=None) | Q(ends_at__gt=Now())).values_list(*_COLUMNS):
        yield PriceList(*row)


_COLUMNS = [field.name for field in fields(PriceList)]
