from __future__ import annotations

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """What is sold: categories, products, variants, prices."""

    name = "catalog"
