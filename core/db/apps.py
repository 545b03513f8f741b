from __future__ import annotations

from django.apps import AppConfig


class DbConfig(AppConfig):
    """How the shop's state changes: the unit of work and what it guarantees."""

    name = "core.db"
    label = "db"
