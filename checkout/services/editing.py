"""Changing, canceling and expiring a checkout."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import F

from checkout.domain import EDITABLE, CheckoutNotFound, CheckoutStatus, Details, require_editable
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import CheckoutView, checkout_for, lines_of, shipping_offers, status_at
from checkout.services.pricing import apply_details, apply_prices
from core.caller import Caller
from core.db.transactions import use_case
from core.errors import Unauthenticated
from core.versions import require_version
from inventory.services import release


def locked_checkout(*, caller: Caller, checkout_id: UUID) -> Checkout:
    """The caller's checkout, locked.

    Raises `CheckoutNotFound`, and `Unauthenticated` when its customer's account was closed.
    One that is being erased needs no lock here: erasing ends the checkout itself.
    """
    own = Checkout.objects.for_caller(caller).annotate(is_open=F("customer__is_active"))
    checkout = own.filter(pk=checkout_id).locked().first()
    if checkout is None:
        raise CheckoutNotFound
    if checkout.is_open is False:
        raise Unauthenticated
    return checkout


@use_case
def change_checkout(
    *,
    caller: Caller,
    checkout_id: UUID,
    details: Details,
    expected: AbstractSet[int] | None = None,
    now: datetime,
) -> CheckoutView:
    """Sets what `details` names and prices the checkout again.

    Raises `CheckoutNotFound`, `VersionMismatch`, `UnknownShippingMethod`, `TotalTooHigh`,
    or what `require_editable` raises.
    """
    checkout = locked_checkout(caller=caller, checkout_id=checkout_id)
    require_version(checkout.version, expected)
    require_editable(status_at(checkout, now))
    lines, offers = lines_of(checkout), shipping_offers(currency=checkout.currency)
    apply_details(checkout, details, offers)
    if apply_prices(checkout, lines):
        CheckoutLine.objects.bulk_update(lines, ["discount", "tax", "total"])
    _store(checkout, now=now)
    return CheckoutView(checkout, CheckoutStatus(checkout.status), lines, offers, order=None)


@use_case
def cancel_checkout(
    *,
    caller: Caller,
    checkout_id: UUID,
    expected: AbstractSet[int] | None = None,
    now: datetime,
) -> CheckoutView:
    """Ends a checkout and gives its units back; canceling again changes nothing.

    Raises `CheckoutNotFound`, `VersionMismatch`, `CheckoutInProgress` or `CheckoutCompleted`.
    """
    checkout = locked_checkout(caller=caller, checkout_id=checkout_id)
    view = checkout_for(caller=caller, checkout_id=checkout_id, now=now)
    if view.status is CheckoutStatus.CANCELED:
        return view
    require_version(checkout.version, expected)
    if view.status is not CheckoutStatus.EXPIRED:
        require_editable(view.status)
    release(checkout_ids=[checkout_id])
    checkout.status = CheckoutStatus.CANCELED
    _store(checkout, now=now)
    return replace(view, checkout=checkout, status=CheckoutStatus.CANCELED)


@use_case
def expire_checkouts(*, now: datetime, limit: int = 100) -> int:
    """Ends checkouts whose reservation has run out and gives their units back.

    Returns how many (at most `limit`); those that somebody is working on are left
    for the next time.
    """
    lapsed = list(
        Checkout.objects.filter(status__in=EDITABLE, reservation_expires_at__lte=now)
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("reservation_expires_at", "id")
        .values_list("pk", flat=True)[:limit]
    )
    release(checkout_ids=lapsed)
    return Checkout.objects.filter(pk__in=lapsed).update(
        status=CheckoutStatus.EXPIRED, version=F("version") + 1, updated_at=now
    )


def _store(checkout: Checkout, *, now: datetime) -> None:
    checkout.version += 1
    checkout.updated_at = now
    checkout.save()
