from __future__ import annotations

from django.db import models


class SharedSecretKey(models.Model):
    """Which SECRET_KEY the processes of this shop share; see `core.db.secret_keys`."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    fingerprint = models.CharField(max_length=64, help_text="Derived from it; it opens nothing")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="db_one_secret_key"),
        ]

    def __str__(self) -> str:
        return self.fingerprint


class JobError(models.Model):
    """Why a background job failed the last time; PostgreSQL deletes it with the job."""

    job = models.OneToOneField(
        "procrastinate.ProcrastinateJob",
        primary_key=True,
        # The constraint is written in the migration: Django knows none that deletes.
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="last_error",
    )
    error = models.TextField(help_text="Kind and first line, without e-mail addresses")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.error
