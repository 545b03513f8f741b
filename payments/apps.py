from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class PaymentsConfig(AppConfig):
    """Money in and out."""

    name = "payments"

    def ready(self) -> None:
        """Register the checks that find settings which do not fit together."""
        from payments.checks import check_settings  # noqa: PLC0415 - models load before it

        register(check_settings)
