"""The shop's rules of pricing, read once for each version of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q
from django.db.models.functions import JSONObject, Now

from pricing.domain import (
    Promotion,
    Rules,
    TaxRate,
    TaxRounding,
    TaxRules,
    Terms,
)
from pricing.domain.codes import code_key, known_codes
from pricing.models import Promotion as PromotionRow
from pricing.models import PromotionCode, RulesVersion

# A promotion that is over is read for so long: its codes are not unknown, they have expired.
REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the tables of one version hold."""

    version: UUID | None
    promotions: tuple[Promotion, ...] = ()


class _Latest:
    """What this process has read last, replaced as a whole."""

    stored = _Stored(None)


def pricing_rules() -> Rules:
    """Return the rules that hold now; one statement unless they have been changed.

    Changes that a transaction has not committed are seen by itself alone, as its version is.
    """
    return pricing_terms(()).rules


def pricing_terms(codes: Sequence[str]) -> Terms:
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
        tax=TaxRules(
            flat=TaxRate(settings.TAX_RATE, source="CONGOCART_TAX_RATE"),
            included=settings.PRICES_INCLUDE_TAX,
            rounding=TaxRounding(settings.TAX_ROUNDING),
        ),
        promotions=stored.promotions,
        version=version,
    )
    return Terms(rules, known_codes(codes, found[1] if found and codes else ()))


def _read(version: UUID | None) -> _Stored:
    """Read all rules; what is inactive or long over is left out."""
    current = PromotionRow.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=Now() - REMEMBERED), active=True, deleted_at=None
    )
    return _Stored(version, tuple(row.terms() for row in current.order_by("id")))
