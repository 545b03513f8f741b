"""Groups of customers, who may have prices and promotions of their own."""

from __future__ import annotations

from django.db import models

from accounts.domain import CustomerGroupTaken
from core.db.constraints import register


class CustomerGroup(models.Model):
    """Customers who are treated alike, such as the trade; rules name it by its code.

    A rule that names a group which is gone means nobody, never everyone.
    """

    code = models.SlugField(max_length=50, db_index=False, allow_unicode=True)
    title = models.CharField(max_length=100)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="accounts_customer_group_code_unique"),
        ]

    def __str__(self) -> str:
        return self.title


register({"accounts_customer_group_code_unique": CustomerGroupTaken})
