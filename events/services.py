"""The outbox: events are recorded in the transaction that made them happen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from core.db.transactions import transaction_required
from events.models import Event


@transaction_required
def record_event(
    *,
    type: str,  # noqa: A002 -- the field's own word
    subject_id: UUID,
    data: Mapping[str, Any] | None = None,
    actor_id: UUID | None = None,
    now: datetime,
) -> None:
    """Append an event about an order, a checkout, a variant or a user.

    `type` is `noun.verb_in_past_tense`; `data` is what a reader of the timeline
    or a webhook needs to know, free of secrets.
    """
    Event.objects.create(
        type=type,
        subject_id=subject_id,
        data=dict(data or {}),
        actor_id=actor_id,
        created_at=now,
    )


@transaction_required
def forget_reasons(*, subject_ids: Collection[UUID]) -> None:
    """Blank the reasons that people gave for these subjects; the events themselves stay."""
    events = list(Event.objects.filter(subject_id__in=subject_ids, data__has_key="reason"))
    for event in events:
        event.data["reason"] = ""
    Event.objects.bulk_update(events, ["data"])
