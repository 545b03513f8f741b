from __future__ import annotations

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """What only the staff has: the admin's login, API keys, the log of who saw personal data."""

    name = "staff"

    def ready(self) -> None:
        """Register what this app knows about a person."""
        from accounts.personal_data import register_personal_data  # noqa: PLC0415 -- models are loaded now
        from staff.privacy import PERSONAL_DATA  # noqa: PLC0415

        register_personal_data("api_keys", PERSONAL_DATA)
