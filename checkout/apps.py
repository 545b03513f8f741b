from __future__ import annotations

from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    """The way from a cart to an order."""

    name = "checkout"

    def ready(self) -> None:
        """Plugs into the accounts: what this app knows about a person."""
        from accounts.personal_data import register_personal_data  # noqa: PLC0415 -- models are loaded now
        from checkout.privacy import PERSONAL_DATA  # noqa: PLC0415

        register_personal_data("checkouts", PERSONAL_DATA)
