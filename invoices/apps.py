from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks


class InvoicesConfig(AppConfig):
    """Invoices and credit notes."""

    name = "invoices"

    def ready(self) -> None:
        """Have `manage.py check --deploy` say what invoices lack."""
        checks.register(seller_is_known, deploy=True)


def seller_is_known(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """Warn of a seller whose invoices are no electronic ones."""
    if lacking := settings.INVOICES.seller.missing_variables:
        return [
            checks.Warning(
                f"Invoices do not say who sells: {', '.join(lacking)} is not set.",
                hint="Without them no EN 16931 XML is embedded; see docs/invoices.md.",
                id="invoices.W001",
            )
        ]
    return []
