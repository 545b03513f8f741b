"""The shop's rules of pricing, read once for each version of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q
from django.db.models.functions import JSONObject, Now

from pricing.domain import (
    STANDARD_TAX_CLASS,
    UNTAXED_CLASSES,
    KnownCode,
    PriceList,
    Promotion,
    Rules,
    TaxTable,
    tax_table,
)
from pricing.domain.codes import code_key, known_codes
from pricing.models import PriceList as PriceListRow
from pricing.models import Promotion as PromotionRow
from pricing.models import PromotionCode, RulesVersion
from pricing.selectors.taxes import stored_rates, tax_rules

# A promotion that is over is read for so long: its codes are not unknown, they have expired.
REMEMBERED = timedelta(days=90)


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
    rules, _ = rules_and_codes(())
    return rules


def rules_and_codes(codes: Sequence[str]) -> tuple[Rules, list[KnownCode]]:
    """Return the rules that hold now and what `codes` stand for, in the same one statement."""
    rows = PromotionCode.objects.filter(key__in=map(code_key, codes), active=True).order_by()
    names = ("key", "id", "promotion_id", "usage_limit")
    columns = rows.values(columns=JSONObject(**{name: name for name in names}))
    versions = RulesVersion.objects.values_list("version")
    found = (versions.annotate(codes=ArraySubquery(columns)) if codes else versions).first()
    version = found[0] if found else None
    stored = _Latest.stored
    if version is None or version != stored.version:
        _Latest.stored = stored = _read(version)
    rules = Rules(
        tax=tax_rules(stored.tax_table),
        promotions=stored.promotions,
        price_lists=stored.price_lists,
        version=version,
    )
    return rules, known_codes(codes, found[1] if found and codes else ())


def tax_classes() -> list[str]:
    """Return the tax classes that rates are of, and those that are there without any."""
    rates = (rate for rates in pricing_rules().tax.table.values() for rate in rates)
    return sorted({STANDARD_TAX_CLASS, *UNTAXED_CLASSES, *(rate.tax_class for rate in rates)})


def _read(version: UUID | None) -> _Stored:
    """Read all rules; what is inactive or long over is left out."""
    promotions = PromotionRow.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=Now() - REMEMBERED), active=True, deleted_at=None
    )
    return _Stored(
        version,
        promotions=tuple(row.terms() for row in promotions.order_by("id")),
        price_lists=tuple(_price_lists()),
        tax_table=tax_table(stored_rates()),
    )


def _price_lists() -> Iterator[PriceList]:
    rows = PriceListRow.objects.filter(active=True, deleted_at=None)
    for row in rows.filter(Q(ends_at=None) | Q(ends_at__gt=Now())).values_list(*_COLUMNS):
        yield PriceList(*row)


_COLUMNS = [field.name for field in fields(PriceList)]
