from __future__ import annotations

from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    """The embedded PostgreSQL and the supervisor of `manage.py up`: development only."""

    name = "embedded"
