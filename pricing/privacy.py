"""The personal data in uses of promotions: by whom, as a digest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.personal_data import Person, PersonalDataHandler
from pricing.domain import customer_key
from pricing.domain.usage import customer_scope
from pricing.models import Promotion, Redemption, Slot


def _keys_of(person: Person) -> list[str]:
    keys = [customer_key(customer_id=person.user_id, email="")]
    return keys + ([customer_key(customer_id=None, email=person.email)] if person.email else [])


def export_personal_data(person: Person) -> list[dict[str, Any]]:
    """Return what is kept of a person."""
    uses = Redemption.objects.filter(customer_key__in=_keys_of(person)).order_by("id")
    rows = uses.values_list("promotion__title", "code__code", "order_id", "created_at")
    names = ("promotion", "code", "order", "used_at")
    return [dict(zip(names, row, strict=True)) for row in rows]


def erase_personal_data(person: Person, now: datetime) -> None:
    """Forget who it was; a limit for each customer no longer counts what they used."""
    keys = _keys_of(person)
    limited = Promotion.objects.exclude(per_customer_limit=None).values_list("pk", flat=True)
    scopes = [customer_scope(promotion_id, key) for promotion_id in limited for key in keys]
    Slot.objects.filter(scope__in=scopes).delete()
    Redemption.objects.filter(customer_key__in=keys).update(customer_key="")


PERSONAL_DATA = PersonalDataHandler(export=export_personal_data, erase=erase_personal_data)
