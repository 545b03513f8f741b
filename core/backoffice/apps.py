from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """What the admin pages of all apps share: base classes, money columns and inputs, the look."""

    name = "core.backoffice"
    label = "backoffice"
