"""What an order was before each edit, and what it was after it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.ids import uuid7
from orders.models.orders import Order


class OrderEdit(models.Model):
    """One edit of an order: append-only, so that what was placed can always be told.

    Who edited it, and why, is in its event `order.edited`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="edits")
    before = models.JSONField(help_text="The totals as columns, and the lines under `lines`.")
    after = models.JSONField(help_text="The same, as the edit left them.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.id)
