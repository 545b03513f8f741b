"""What VIES says of the VAT numbers in checkouts, and what that makes them cost."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from catalog.selectors import offers
from checkout.domain import EDITABLE, LIVE, CheckoutStatus
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import lines_of
from checkout.services.changes import apply_prices, save_as_new_version, terms_of
from checkout.services.ending import end_each
from core.db.transactions import use_case
from pricing.selectors import VAT_CHECK_HOLDS, checked_vat_numbers
from pricing.services import check_vat_number

# A run ends before the next one is due, however slow VIES is (`pricing.providers.vies.SECONDS`).
NUMBERS_A_RUN = 5


def check_vat_numbers(*, now: datetime) -> int:
    """Ask VIES about the numbers in live checkouts, drafts and new orders; return how many it knew.

    Those that it gave no answer about are asked for again in the next run. A checkout that is
    still open is priced anew with the answer, as its next version: its buyer is told when the
    total they complete is another one.
    """
    if settings.TAXES.vies == "off":
        return 0
    wanted = [*LIVE, CheckoutStatus.DRAFT, CheckoutStatus.COMPLETED]
    recent = Checkout.objects.filter(updated_at__gt=now - VAT_CHECK_HOLDS, status__in=wanted)
    oldest_first = recent.exclude(vat_number="").order_by("updated_at", "id")
    numbers = [*dict.fromkeys(oldest_first.values_list("vat_number", flat=True))]
    checked = checked_vat_numbers(numbers, now=now)
    told = 0
    for number in [number for number in numbers if number not in checked][:NUMBERS_A_RUN]:
        if check_vat_number(number=number, now=timezone.now()) is None:
            continue
        told += 1
        open_ones = Checkout.objects.filter(vat_number=number, status__in=EDITABLE)
        end_each(open_ones, lambda pk: _price_again(pk, now=timezone.now()), event="pricing_failed")
    return told


@use_case
def _price_again(checkout_id: UUID, *, now: datetime) -> bool:
    """Price a checkout whose lines and details are as they were; tell whether it cost otherwise."""
    current = Checkout.objects.filter(status__in=EDITABLE, reservation_expires_at__gt=now)
    checkout = current.filter(pk=checkout_id).locked().first()
    if checkout is None:
        return False
    lines, before = lines_of(checkout), checkout.amounts()
    found = offers(currency=checkout.currency, variant_ids=[line.variant_id for line in lines])
    terms = terms_of(checkout, now=now)
    repriced = apply_prices(checkout, lines, found, {}, terms, held_by=[checkout.id])
    if not repriced and checkout.amounts() == before:
        return False
    CheckoutLine.objects.bulk_update(lines, ["discount", "tax", "total", "discounts", "taxes"])
    save_as_new_version(checkout, now=now)
    return True
