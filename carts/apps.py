from __future__ import annotations

from django.apps import AppConfig


class CartsConfig(AppConfig):
    """What somebody wants."""

    name = "carts"

    def ready(self) -> None:
        """Plugs into the accounts: what this app knows about a person."""
        from accounts.privacy import hold_personal_data  # noqa: PLC0415 -- models are loaded now
        from carts.privacy import PERSONAL_DATA  # noqa: PLC0415

        hold_personal_data("carts", PERSONAL_DATA)
