"""Reads of events: the timeline of a subject."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from events.models import Event


def events_about(*, subject_id: UUID, types: Collection[str] | None = None) -> QuerySet[Event]:
    """Return the events of a subject with their actors, oldest first; of `types` where given."""
    events = Event.objects.filter(subject_id=subject_id).select_related("actor").order_by("id")
    return events if types is None else events.filter(type__in=types)


def event_with(event_id: UUID) -> Event:
    """Return an event. One query."""
    return Event.objects.get(pk=event_id)


def events_of_type(type: str, *, subject_ids: Collection[UUID]) -> QuerySet[Event]:  # noqa: A002
    """Return the events of one type about any of these subjects."""
    return Event.objects.filter(type=type, subject_id__in=subject_ids)


def timeline_version(*, subject_id: UUID) -> int:
    """Return a number that every event of the subject raises; 0 before the first. One query."""
    last: int | None = Event.objects.filter(subject_id=subject_id).aggregate(last=Max("position"))[
        "last"
    ]
    return last or 0


def with_version() -> dict[str, Coalesce]:
    """Return what a query of subjects is annotated with to tell `timeline_version` of each."""
    events = Event.objects.filter(subject_id=OuterRef("pk")).order_by("-position")
    return {"version": Coalesce(Subquery(events.values("position")[:1]), 0)}
