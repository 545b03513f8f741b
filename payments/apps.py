from __future__ import annotations

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Money in and out."""

    name = "payments"
