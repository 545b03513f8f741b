from __future__ import annotations

from django.db import models


class IdempotencyKey(models.Model):
    """A request that carried an Idempotency-Key: finished, or leased while it runs."""

    id = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of scope and key")
    fingerprint = models.CharField(max_length=64, help_text="HMAC-SHA-256 of the request body")
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty while running")
    sealed = models.BinaryField(null=True, help_text="Headers and body of the response, encrypted")
    leased_until = models.DateTimeField(null=True, help_text="By the clock of PostgreSQL")
    holder = models.UUIDField(null=True, help_text="The attempt whose process renews the lease")
    recorded = models.UUIDField(null=True, help_text="What the first of several steps recorded")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=None, sealed=None, leased_until__isnull=False)
                | models.Q(status__isnull=False, sealed__isnull=False, leased_until=None),
                name="api_answered_or_leased",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class HitCount(models.Model):
    """How often something was done in a window of time, for rate limits."""

    key = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of whom and when")
    hits = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
