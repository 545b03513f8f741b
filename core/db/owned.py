"""Rows that belong to somebody: a customer by account, a guest by the token that was given out."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from core.caller import Caller

M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(models.QuerySet[M]):
    """Scopes of a model with a `customer` and a `token_hash`."""

    def for_caller(self, caller: Caller) -> Self:
        """The rows that `caller` owns: by account, or as a guest by token."""
        own = Q(pk__in=[])
        if caller.user_id:
            own |= Q(customer_id=caller.user_id)
        if caller.guest_hash:
            own |= Q(token_hash=caller.guest_hash)
        return self.filter(own)

    def locked(self) -> Self:
        """Rows that nobody else changes until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)
