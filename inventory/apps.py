from __future__ import annotations

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """How much there is: stock, reservations, movements."""

    name = "inventory"

    def ready(self) -> None:
        """Plugs into the catalogue: every new variant gets its stock."""
        from catalog.services import stock_is_created_by  # noqa: PLC0415 -- models are loaded now
        from inventory.services import create_stock  # noqa: PLC0415

        stock_is_created_by(create_stock)
