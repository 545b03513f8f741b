from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.db.constraints import register
from core.db.transactions import RunAgain
from core.ids import uuid7
from events.domain import ActorKind


class Event(models.Model):
    """Something that happened, written in the transaction that made it happen (outbox).

    The events of a subject are a chain: a trigger gives each its `position` and a `hash` over
    the one before it. Neither is known in Python before the row is read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    type = models.CharField(max_length=60, help_text="Such as order.placed.")
    subject_id = models.UUIDField(help_text="The order, checkout or variant it is about.")
    data = models.JSONField(default=dict)
    actor = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_kind = models.CharField(
        max_length=10,
        choices=[(kind, kind.capitalize()) for kind in ActorKind],
        blank=True,
        default="",
        db_default="",
        help_text="As whom the actor acted; empty for events of before this was kept.",
    )
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    position = models.PositiveIntegerField(
        null=True, editable=False, help_text="Within the chain of its subject, from 1."
    )
    hash = models.BinaryField(
        null=True, editable=False, help_text="SHA-256 of the hash before it and of this event."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "position"], name="events_chain_never_forks"
            ),
        ]
        indexes = [
            models.Index(fields=["subject_id", "id"], name="events_by_subject"),
            models.Index(fields=["type", "id"], name="events_by_type"),
        ]

    def __str__(self) -> str:
        return self.type

    @property
    def acted_as(self) -> ActorKind:
        """Return as whom the actor acted; of an event of before that was kept, as whom they do."""
        if self.actor_kind:
            return ActorKind(self.actor_kind)
        if self.actor is None:
            return ActorKind.SYSTEM
        return ActorKind.STAFF if self.actor.is_staff else ActorKind.BUYER


# Two at once wanted the same place in a chain: the one that lost runs again, behind the other.
register({"events_chain_never_forks": RunAgain})
