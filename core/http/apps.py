from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What every endpoint shares."""

    name = "core.http"
    label = "api"
    verbose_name = "API"
