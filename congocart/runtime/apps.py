from __future__ import annotations

from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    """What it takes to run a shop: embedded PostgreSQL, health, metrics, the commands."""

    name = "congocart.runtime"
    label = "runtime"
