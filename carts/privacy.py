"""The personal data in carts: what a customer has put into them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models.functions import JSONObject

from accounts.personal_data import Person, PersonalDataHandler
from carts.domain import CartStatus
from carts.models import Cart


def export_personal_data(person: Person) -> list[dict[str, Any]]:
    """Return what is kept of a person."""
    carts = Cart.objects.filter(customer_id=person.user_id).order_by("created_at")
    line = JSONObject(sku="lines__variant__sku", quantity="lines__quantity")
    rows = carts.annotate(items=JSONBAgg(line, order_by="lines__id"))
    names = ("id", "status", "currency", "items", "created_at", "updated_at")
    return [dict(row) for row in rows.values(*names)]


def erase_personal_data(person: Person, now: datetime) -> None:
    """Let the open carts expire; nobody can come back to them."""
    Cart.objects.filter(customer_id=person.user_id, status=CartStatus.OPEN).update(expires_at=now)


PERSONAL_DATA = PersonalDataHandler(export=export_personal_data, erase=erase_personal_data)
