"""How much stock someone can hold without paying, or without saying who they are."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.crypto import salted_hmac

from checkout.domain import EDITABLE
from checkout.errors import EmailNeededToReserve, TooManyCheckouts
from checkout.models import Checkout, CheckoutLine
from core.caller import Caller
from core.db.transactions import transaction_required
from inventory.domain import units_holdable

HOLDING_ERRORS = (TooManyCheckouts, EmailNeededToReserve)


def mark_holder(checkout: Checkout, caller: Caller) -> None:
    """Note, in memory, from where a guest without an e-mail address holds units; staff may."""
    checkout.ip_hash = ""
    if checkout.customer_id is None and not checkout.email and not caller.is_staff:
        mac = salted_hmac("checkout.holding", caller.ip_address or "", algorithm="sha256")
        checkout.ip_hash = mac.hexdigest()


@transaction_required
def require_holdable(checkout: Checkout, *, now: datetime) -> None:
    """Raise `HOLDING_ERRORS` when the caller holds too much; comes after the stock is locked.

    Checkouts of an account, and of one IP address without an e-mail address, are bounded in
    number; the latter in units of a variant as well, which is exact, because the stock is locked.
    Beginning several at once can pass the number by as many as there are threads. A guest who
    has given an address is not bounded: addresses cost nothing, and the shop knows whom to ask.
    """
    held = Checkout.objects.filter(status__in=EDITABLE, reservation_expires_at__gt=now)
    if checkout.customer_id is not None:
        held = held.filter(customer_id=checkout.customer_id)
    elif checkout.ip_hash:
        held = held.filter(ip_hash=checkout.ip_hash)
    else:
        return
    if held.count() > settings.MAX_OPEN_CHECKOUTS:
        raise TooManyCheckouts
    if checkout.ip_hash and (over := _held_beyond_share(checkout, held)):
        raise EmailNeededToReserve(items=over)


def _held_beyond_share(checkout: Checkout, held: QuerySet[Checkout]) -> list[dict[str, str | int]]:
    """Return the variants of the checkout of which `held` has more units than its share."""
    units = (
        CheckoutLine.objects.filter(
            checkout__in=held,
            variant__in=CheckoutLine.objects.filter(checkout=checkout).values("variant"),
            variant__stock__tracked=True,
            variant__stock__backorder=False,
        )
        .order_by("sku")
        .values_list("sku", "variant__stock__on_hand")
        .annotate(units=Sum("quantity"))
    )
    return [
        {"sku": sku, "holdable": limit}
        for sku, on_hand, held_units in units
        if held_units > (limit := units_holdable(on_hand=on_hand, share=settings.HOLDABLE_SHARE))
    ]
