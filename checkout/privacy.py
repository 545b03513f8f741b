"""Personal data in checkouts: exported, erased, and forgotten when abandoned."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts.personal_data import Guest, Person, PersonalDataHandler
from checkout.domain import LIVE, CheckoutStatus
from checkout.models import Checkout, DraftOrder


def _checkouts_of(person: Person) -> QuerySet[Checkout]:
    own = Q(customer_id=person.user_id) | Q(cart__customer_id=person.user_id)
    if person.email:
        own |= Q(customer=None, email=person.email)
    return Checkout.objects.filter(own)


def export_personal_data(person: Person) -> list[dict[str, Any]]:
    """Return what is kept of a person."""
    rows = _checkouts_of(person).order_by("created_at")
    names = (
        "id", "status", "email", "buyer", "consents", "vat_number", "shipping_address",
        "billing_address", "total", "currency", "created_at",
    )  # fmt: skip
    return [dict(row) for row in rows.values(*names)]


def erase_personal_data(person: Person, now: datetime) -> None:
    """Anonymize the checkouts, and end those that are no order yet, also for requests in flight.

    Drafts, and what staff noted of others, are deleted.
    """
    own = _checkouts_of(person)
    _forget_drafts(own)
    own.filter(status__in=LIVE).update(reservation_expires_at=F("created_at"))
    _anonymize(own)


def join_account(guest: Guest, user_id: UUID) -> None:
    """Give the checkouts of a guest's orders to a user, so that they are erased with the rest."""
    known_by = {f"order__{field}": value for field, value in guest.known_by.items()}
    Checkout.objects.filter(customer=None, **known_by).update(customer_id=user_id)


def anonymize_abandoned(before: datetime) -> int:
    """Anonymize what guests left behind; an order has its own copy of what it needs."""
    guests = Checkout.objects.filter(customer=None, updated_at__lt=before, order=None)
    _forget_drafts(guests)
    anonymous = Q(
        email="", shipping_address=None, billing_address=None, buyer={}, consents=[], vat_number=""
    )
    return _anonymize(guests.exclude(anonymous))


def _forget_drafts(checkouts: QuerySet[Checkout]) -> None:
    checkouts.filter(status=CheckoutStatus.DRAFT).delete()
    DraftOrder.objects.filter(checkout__in=checkouts).update(note="")


def _anonymize(checkouts: QuerySet[Checkout]) -> int:
    return checkouts.update(
        email="",
        ip_hash="",
        buyer={},
        consents=[],
        vat_number="",
        shipping_address=None,
        billing_address=None,
    )


PERSONAL_DATA = PersonalDataHandler(
    export=export_personal_data,
    erase=erase_personal_data,
    anonymize_abandoned=anonymize_abandoned,
    join=join_account,
)
