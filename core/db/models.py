from __future__ import annotations

from django.db import models


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
