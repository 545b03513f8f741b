from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.ids import uuid7


class ApiKey(models.Model):
    """A secret that lets a program do part of what its owner may do."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys"
    )
    name = models.CharField(max_length=100)
    shown = models.CharField(max_length=12, help_text="The beginning, to tell keys apart.")
    secret_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256")
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "accounts_apikey"
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return f"{self.name} ({self.shown}…)"

    def state_at(self, now: datetime) -> str:
        """Return `active`, `revoked` or `expired`."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= now else "active"


class PersonalDataAccess(models.Model):
    """A record that a member of staff was shown someone's personal data."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    operation = models.CharField(max_length=100, help_text="Of the API, or a page of the admin.")
    path = models.CharField(max_length=300)
    request_id = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "accounts_personaldataaccess"
        verbose_name = "personal data access"
        verbose_name_plural = "personal data access log"

    def __str__(self) -> str:
        return f"{self.operation} at {self.at:%Y-%m-%d %H:%M}"
