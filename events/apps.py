from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The outbox of events."""

    name = "events"
