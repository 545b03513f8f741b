"""Which state the shop's rules of pricing are in."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q


class RulesVersion(models.Model):
    """One row, whose `version` triggers change with whatever prices depend on.

    It never comes back: a process that has read the rules of a version need not read them again.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        permissions = [("preview_price", "Can try the rules on a basket")]
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="pricing_one_rules_version"),
        ]

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def lock(cls) -> None:
        """Wait for others who write rules, before the first of them is written.

        The triggers would do so after it, and two writers could wait for each other.
        """
        cls.objects.select_for_update(no_key=True).first()
