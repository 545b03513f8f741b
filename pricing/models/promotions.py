"""Promotions as the shop keeps them, their codes, and who has used them."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

import pricing.domain
from core.db.constraints import register
from core.ids import uuid7
from pricing.domain.codes import MAX_CODE_LENGTH
from pricing.domain.promotion_bodies import read_action, read_conditions
from pricing.domain.promotions import PromotionClass
from pricing.errors import CodeTaken

M = TypeVar("M", bound=models.Model)
MAX_LIMIT = 1_000_000_000


class WithUsage(models.QuerySet[M]):
    """Rows that redemptions refer to."""

    def with_usage(self, of: str) -> Self:
        """Annotate `used`, by orders, and `held`, by live checkouts; `of` is the field's name."""
        redemptions = Redemption.objects.filter(**{of: OuterRef("pk")}).order_by().values(of)

        def number(condition: Q) -> Coalesce:
            counted = redemptions.filter(condition).annotate(number=Count("pk"))
            return Coalesce(Subquery(counted.values("number")), 0)

        return self.annotate(used=number(Q(held_until=None)), held=number(Q(held_until__gt=Now())))


class Promotion(models.Model):
    """A way to pay less. A deleted one is kept for the orders that have used it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=200, help_text="Shown to customers.")
    action = models.JSONField(help_text="What it takes off.")
    conditions = models.JSONField(default=dict, blank=True, help_text="What has to hold.")
    automatic = models.BooleanField(default=True, help_text="Applies without a code.")
    priority = models.SmallIntegerField(
        default=0, help_text="Of promotions that do not combine, the highest applies."
    )
    exclusive = models.BooleanField(default=False, help_text="Applies alone.")
    combines_with: ArrayField[Any, Any] = ArrayField(
        models.CharField(
            max_length=10, choices=[(kind.value, kind.capitalize()) for kind in PromotionClass]
        ),
        default=list,
        blank=True,
        help_text="The classes of promotions that it applies together with.",
    )
    usage_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="How often it can be used; empty for no limit."
    )
    per_customer_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="How often by one customer; empty for no limit."
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[WithUsage[Promotion]] = WithUsage.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="pricing_promotion_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(usage_limit=None) | Q(usage_limit__range=(1, MAX_LIMIT)),
                name="pricing_promotion_usage_limit_in_range",
            ),
            models.CheckConstraint(
                condition=Q(per_customer_limit=None) | Q(per_customer_limit__range=(1, MAX_LIMIT)),
                name="pricing_promotion_per_customer_limit_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def terms(self) -> pricing.domain.Promotion:
        """Return it as the pure functions take it."""
        return pricing.domain.Promotion(
            id=str(self.pk),
            title=self.title,
            action=read_action(self.action),
            conditions=read_conditions(self.conditions),
            automatic=self.automatic,
            priority=self.priority,
            exclusive=self.exclusive,
            combines_with=frozenset(map(PromotionClass, self.combines_with)),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            usage_limit=self.usage_limit,
            per_customer_limit=self.per_customer_limit,
        )


class PromotionCode(models.Model):
    """A code that asks for a promotion. One that was removed is kept for who has used it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=MAX_CODE_LENGTH)
    key = models.CharField(
        max_length=4 * MAX_CODE_LENGTH, editable=False, help_text="The code as it is compared."
    )
    usage_limit = models.PositiveIntegerField(null=True, blank=True)
    generated = models.BooleanField(default=False, help_text="One of many that were made up.")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[WithUsage[PromotionCode]] = WithUsage.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(active=True), name="pricing_code_unique"
            ),
            models.CheckConstraint(
                condition=Q(usage_limit=None) | Q(usage_limit__range=(1, MAX_LIMIT)),
                name="pricing_code_usage_limit_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Redemption(models.Model):
    """A use of a promotion: held for a checkout until `held_until`, or taken by its order."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Both are first in an index below.
    promotion = models.ForeignKey(
        Promotion, on_delete=models.PROTECT, related_name="redemptions", db_index=False
    )
    code = models.ForeignKey(
        PromotionCode, null=True, blank=True, on_delete=models.PROTECT, related_name="redemptions"
    )
    checkout = models.ForeignKey(
        "checkout.Checkout", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    order = models.ForeignKey(
        "orders.Order", null=True, blank=True, on_delete=models.PROTECT, related_name="redemptions"
    )
    customer_key = models.CharField(
        max_length=64, blank=True, help_text="A digest of the account, or of a guest's address."
    )
    held_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkout", "promotion"], name="pricing_one_redemption_per_checkout"
            ),
            models.CheckConstraint(
                condition=Q(order=None, held_until__isnull=False)
                | Q(order__isnull=False, held_until=None),
                name="pricing_redemption_is_held_or_taken",
            ),
        ]
        indexes = [
            models.Index(fields=["promotion", "-id"], name="pricing_redemption_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id} in {self.checkout_id}"


class Slot(models.Model):
    """The `number`-th use of something that can be used `at_most` so often.

    `scope` is what is counted: a promotion's id, a code's, or that of a promotion for one
    customer (`pricing.services.redemptions`). It is taken while `free_from` is empty, held
    until then, and free afterwards: numbers have no gaps, so that the next is found at once.
    """

    scope = models.UUIDField()
    number = models.PositiveIntegerField()
    at_most = models.PositiveIntegerField()
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="slots")
    redemption = models.ForeignKey(
        Redemption, null=True, blank=True, on_delete=models.PROTECT, related_name="slots"
    )
    free_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "number"], name="pricing_slot_used_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=F("at_most")),
                name="pricing_slot_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(redemption__isnull=False) | Q(free_from__isnull=False),
                name="pricing_slot_of_nothing_is_free",
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "free_from"], name="pricing_slot_free"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.at_most}"


register({"pricing_code_unique": CodeTaken})
