"""Personal data in orders: exported and erased. Amounts and the country stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

import events.services
import inventory.services
import payments.services
from accounts.domain import ERASED_DOMAIN
from accounts.personal_data import Guest, Person, PersonalDataHandler
from core.address import anonymous_address
from invoices.selectors import documents_of
from orders.models import Order, Return
from orders.selectors import shown_with
from orders.snapshot import order_body

_PERSONAL = (
    "email", "buyer", "consents", "shipping_address", "billing_address", "cancel_reason",
    "hold_reason",
)  # fmt: skip


def _orders_of(person: Person) -> QuerySet[Order]:
    own = Q(customer_id=person.user_id)
    if person.email:
        own |= Q(customer=None, email=person.email)
    return Order.objects.filter(own).order_by("placed_at")


def export_personal_data(person: Person) -> list[dict[str, Any]]:
    """Return what is kept of a person."""
    orders = list(_orders_of(person).prefetch_related(*shown_with()))
    documents = documents_of([order.pk for order in orders])
    return [
        order_body(order) | {"consents": order.consents, "invoices": documents[order.pk]}
        for order in orders
    ]


def erase_personal_data(person: Person, now: datetime) -> None:
    """Anonymize what is kept of a person; the amounts stay, and invoices, as the law asks."""
    orders = list(_orders_of(person).select_for_update(no_key=True))
    for order in orders:
        order.email = f"order@{ERASED_DOMAIN}"
        order.shipping_address = order.shipping_address and anonymous_address(
            order.shipping_address
        )
        order.billing_address = order.billing_address and anonymous_address(order.billing_address)
        order.cancel_reason = order.hold_reason = ""
        order.buyer, order.consents = {}, []
        order.save(update_fields=_PERSONAL)
    # What people typed with a cancellation, a return or a refund may be personal, wherever it was
    # recorded.
    order_ids = [order.pk for order in orders]
    Return.objects.filter(order__in=order_ids).exclude(reason="").update(reason="")
    events.services.forget_reasons(subject_ids=order_ids)
    inventory.services.forget_reasons(order_ids=order_ids)
    payments.services.forget_reasons(order_ids=order_ids)


def join_account(guest: Guest, user_id: UUID) -> None:
    """Give a guest's orders to a user; the guest's token still proves them."""
    Order.objects.filter(customer=None, **guest.known_by).update(customer_id=user_id)


PERSONAL_DATA = PersonalDataHandler(
    export=export_personal_data, erase=erase_personal_data, join=join_account
)
