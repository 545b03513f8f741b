"""Rows with an owner: a customer by account, or a guest by the token that was issued."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from core.caller import Caller

M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(models.QuerySet[M]):
    """Scopes of a model with a `customer` and a `token_hash`."""

    def for_caller(self, caller: Caller) -> Self:
        """Keep the rows that `caller` owns: by account, or as a guest by token."""
        own = Q(pk__in=[])
        if caller.user_id:
            own |= Q(customer_id=caller.user_id)
        if caller.guest_hash:
            own |= Q(token_hash=caller.guest_hash)
        return self.filter(own)

    def locked(self) -> Self:
        """Lock the rows: others wait to change them until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)
