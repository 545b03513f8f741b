from __future__ import annotations

from django.db import models

from checkout.models.checkouts import Checkout
from core.ids import uuid7


class DraftOrder(models.Model):
    """A checkout that staff have made for a buyer, who completes it by a mailed link, or they do.

    All that is to be bought, and whether it was, is the checkout's.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="draft")
    drafted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True, help_text="For staff; the buyer does not see it.")
    sealed_token = models.BinaryField(help_text="The Cart-Token, encrypted under SECRET_KEY.")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the link was last sent.")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
