from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, their roles, sessions and address books."""

    name = "accounts"
