from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from catalog.domain import MAX_ALT_LENGTH, MAX_POSITION, ImageFormat, ImageStatus
from catalog.models.goods import Category, Product, Variant
from core.ids import uuid7


class ImageFile(models.Model):
    """What is known of one content, by the SHA-256 of what was sent; any number of rows show it.

    `width` and `height` are those of the picture held upright, once it has been decoded.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    format = models.CharField(
        max_length=4, choices=[(kind.value, kind.value) for kind in ImageFormat]
    )
    status = models.CharField(
        max_length=10,
        choices=[(status.value, status.label) for status in ImageStatus],
        default=ImageStatus.UPLOADING.value,
    )
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True, help_text="Why it cannot be shown.")
    uploaded_at = models.DateTimeField(help_text="When someone sent it last.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in ImageStatus]),
                name="catalog_image_status_known",
            ),
            models.CheckConstraint(
                condition=Q(format__in=[each.value for each in ImageFormat]),
                name="catalog_image_format_known",
            ),
            models.CheckConstraint(
                condition=~Q(status=ImageStatus.READY.value)
                | Q(width__isnull=False, width__gte=1, height__isnull=False, height__gte=1),
                name="catalog_ready_image_has_size",
            ),
        ]
        indexes = [models.Index(fields=["uploaded_at"], name="catalog_imagefile_by_age")]

    def __str__(self) -> str:
        return self.digest[:12]


class Image(models.Model):
    """A picture of one product, variant or category, in the order of `position`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="images")
    product = models.ForeignKey(
        Product, null=True, on_delete=models.CASCADE, related_name="images", db_index=False
    )
    variant = models.ForeignKey(
        Variant, null=True, on_delete=models.CASCADE, related_name="images", db_index=False
    )
    category = models.ForeignKey(
        Category, null=True, on_delete=models.CASCADE, related_name="images", db_index=False
    )
    alt = models.CharField(
        "alt text",
        max_length=MAX_ALT_LENGTH,
        blank=True,
        help_text="What it shows, for those who do not see it.",
    )
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(product__isnull=False, variant=None, category=None)
                | Q(product=None, variant__isnull=False, category=None)
                | Q(product=None, variant=None, category__isnull=False),
                name="catalog_image_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(position__lte=MAX_POSITION), name="catalog_image_position_in_range"
            ),
        ]
        indexes = [
            models.Index(
                fields=[owner, "position", "id"],
                name=f"catalog_image_of_{owner}",
                condition=Q(**{f"{owner}__isnull": False}),
            )
            for owner in ("product", "variant", "category")
        ]

    def __str__(self) -> str:
        return self.alt or str(self.file_id)[:12]
