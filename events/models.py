from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.ids import uuid7


class Event(models.Model):
    """Something that happened, written in the transaction that made it happen (outbox)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    type = models.CharField(max_length=60, help_text="Such as order.placed.")
    subject_id = models.UUIDField(help_text="The order, checkout or variant it is about.")
    data = models.JSONField(default=dict)
    actor = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "id"], name="events_by_subject"),
            models.Index(fields=["type", "id"], name="events_by_type"),
        ]

    def __str__(self) -> str:
        return self.type
