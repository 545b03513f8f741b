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
