from __future__ import annotations

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Invoices and credit notes."""

    name = "invoices"
