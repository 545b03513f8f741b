"""Reads of promotions and their codes, with how often they have been used."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from pricing.errors import PromotionNotFound
from pricing.models import Promotion, PromotionCode


def promotions() -> QuerySet[Promotion]:
    """Select the promotions that are not deleted, with `used`, `held` and `named_codes`."""
    named = PromotionCode.objects.filter(promotion=OuterRef("pk"), active=True, generated=False)
    return (
        Promotion.objects.with_usage("promotion")
        .filter(deleted_at=None)
        .annotate(named_codes=ArraySubquery(named.order_by("id").values("code")))
    )


def promotion_with(promotion_id: UUID) -> Promotion:
    """Return a promotion with its usage. Raises `PromotionNotFound`."""
    promotion = promotions().filter(pk=promotion_id).first()
    if promotion is None:
        raise PromotionNotFound
    return promotion


def codes_of(promotion_id: UUID) -> QuerySet[PromotionCode]:
    """Select the codes of a promotion with their usage. Raises `PromotionNotFound`."""
    if not Promotion.objects.filter(pk=promotion_id, deleted_at=None).exists():
        raise PromotionNotFound
    return PromotionCode.objects.with_usage("code").filter(promotion_id=promotion_id, active=True)
