from __future__ import annotations

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """E-mails: how all of them look, and how they are sent."""

    name = "core.mailing"
    label = "mailing"
