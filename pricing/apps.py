from __future__ import annotations

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """What it costs."""

    name = "pricing"

    def ready(self) -> None:
        """Register the personal data of this app with the accounts."""
        from accounts.personal_data import register_personal_data  # noqa: PLC0415 -- models are loaded now
        from pricing.privacy import PERSONAL_DATA  # noqa: PLC0415

        register_personal_data("promotions", PERSONAL_DATA)
