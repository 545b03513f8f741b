from __future__ import annotations

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """How much there is: stock, reservations, movements."""

    name = "inventory"
