from __future__ import annotations

from typing import ClassVar

from django.db import models

from checkout.models.checkouts import Checkout
from core.db.constraints import register
from core.db.transactions import RunAgain


class DraftOrder(models.Model):
    """What makes a checkout one that staff have opened for a buyer: who did, and what they note.

    All that is to be bought, what it costs, and what became of it are the checkout's.
    """

    checkout = models.OneToOneField(
        Checkout, primary_key=True, on_delete=models.CASCADE, related_name="draft"
    )
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True, help_text="For staff; the buyer does not see it.")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the link was last sent.")
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager[DraftOrder]] = models.Manager()

    def __str__(self) -> str:
        return f"Draft of {self.created_at:%d %b %Y, %H:%M}"


# One form that is sent twice at once: the second runs again and finds what the first has made.
register({"checkout_checkout_pkey": RunAgain})
