from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who may do what: users, roles, tokens."""

    name = "accounts"
