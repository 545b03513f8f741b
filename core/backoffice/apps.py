from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """Shared pieces of the admin pages: base classes, money columns and fields, filters."""

    name = "core.backoffice"
    label = "backoffice"
