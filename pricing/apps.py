from __future__ import annotations

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """What it costs."""

    name = "pricing"
