"""The outbox: events are recorded in the transaction that made them happen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from core.db.jobs import defer_named
from core.db.transactions import run_last, transaction_required
from core.http.request_ids import current_request_id
from events.domain import SYSTEM, Actor
from events.models import Event

# Members of an event's data that people typed: outside of the chain's hash, so that they can go.
TYPED = frozenset({"reason", "note"})


@transaction_required
def record_event(
    *,
    type: str,  # noqa: A002 -- the field's own word
    subject_id: UUID,
    data: Mapping[str, Any] | None = None,
    by: Actor = SYSTEM,
    now: datetime,
) -> UUID:
    """Append an event about an order, a checkout, a variant or a user.

    `type` is `noun.verb_in_past_tense`; `data` is what a reader of the timeline
    or a webhook needs to know, free of secrets; what people typed is in `reason` or `note`,
    which can be forgotten. The request that is being served is kept with it. Returns its id.
    The jobs that `EVENT_JOBS` has for the type are deferred in the same transaction; what
    `EVENT_STEPS` has is run at its end, with the subject and the time.
    """
    event = Event.objects.create(
        type=type,
        subject_id=subject_id,
        data=dict(data or {}),
        actor_id=by.user_id,
        actor_kind=by.kind,
        request_id=current_request_id(),
        created_at=now,
    )
    defer_named(settings.EVENT_JOBS.get(type, ()), event_id=str(event.id))
    for step in settings.EVENT_STEPS.get(type, ()):
        run_last((step, subject_id), partial(import_string(step), subject_id, now=now))
    return event.id


@transaction_required
def forget_reasons(*, subject_ids: Collection[UUID]) -> None:
    """Blank the reasons and notes that people wrote about these subjects; the events stay."""
    about = Event.objects.filter(subject_id__in=subject_ids)
    events = list(about.filter(data__has_any_keys=TYPED))
    for event in events:
        event.data |= dict.fromkeys(TYPED.intersection(event.data), "")
    Event.objects.bulk_update(events, ["data"])
