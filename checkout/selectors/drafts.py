"""Reads of draft orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from checkout.errors import DraftNotFound
from checkout.models import DraftOrder
from checkout.selectors.checkouts import CheckoutView, view_of


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft order as staff see it."""

    draft: DraftOrder
    view: CheckoutView


def drafts() -> QuerySet[DraftOrder]:
    """Return all draft orders with their checkouts and the orders that those became."""
    found = DraftOrder.objects.select_related("checkout__order")
    return found.defer("checkout__order__search_vector")


def draft_for(draft_id: UUID, *, now: datetime) -> DraftView:
    """Return a draft order. Raises `DraftNotFound`."""
    draft = drafts().filter(pk=draft_id).first()
    if draft is None:
        raise DraftNotFound
    return DraftView(draft, view_of(draft.checkout, now=now))
