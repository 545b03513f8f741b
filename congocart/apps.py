from __future__ import annotations

from django.apps import AppConfig


class CongoCartConfig(AppConfig):
    """The composition: settings, urls, the server, and the commands that need every app."""

    name = "congocart"
