"""Every change of a checkout: its status, its version, its details and what it costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from django.db.models import F

from catalog.domain import Offer
from catalog.selectors import priced_items
from checkout.delivery import chosen_offer
from checkout.domain import (
    EDITABLE,
    TRANSITIONS,
    CheckoutStatus,
    Details,
    require_payable,
)
from checkout.errors import CheckoutInProgress, CheckoutNotFound, TotalTooHigh
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import messages_of, shipping_rules
from checkout.services.promotions import customer_key_of, is_first_order
from core.buyer import changed_buyer, with_consent
from core.caller import Caller
from core.db.transactions import transaction_required
from core.email_address import normalize_email
from core.errors import Unauthenticated
from core.states import require_transition
from payments.selectors import payment_in_progress
from payments.services import record_reversal
from pricing.domain import (
    Basket,
    Destination,
    ShippingChoice,
    ShippingRules,
    Terms,
    offers_for,
    price,
)
from pricing.errors import TaxesUnavailable
from pricing.selectors import counting_vat_number, terms_for, used_up
from pricing.services import with_provided_taxes

PRICING_ERRORS = (TotalTooHigh, TaxesUnavailable)


@transaction_required
def lock_checkout(*, caller: Caller, checkout_id: UUID) -> Checkout:
    """Lock the caller's checkout until the transaction ends.

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


def transition(checkout: Checkout, status: CheckoutStatus) -> None:
    """Change the status of a locked or new checkout, in memory. Nothing else changes a status.

    Raises `InvalidTransition` for a step that `TRANSITIONS` does not have.
    """
    current = CheckoutStatus(checkout.status)
    if status is not current:
        require_transition(TRANSITIONS, current, status, noun="A checkout")
        checkout.status = status
        if status not in EDITABLE:
            checkout.ip_hash = ""


@transaction_required
def give_up_payment(checkout: Checkout, *, reason: str, now: datetime) -> UUID | None:
    """Ask for the money of the payment in progress back; return the payment, if there is one.

    Whatever its provider reports later, it pays for nothing. The caller changes the status; the
    recovery job has the provider asked unless the caller does (`execute_operations`). Raises
    `CheckoutInProgress` while the provider is being asked for the money.
    """
    payment = payment_in_progress(checkout_id=checkout.id)
    if payment is None:
        return None
    if payment.step is None:
        raise CheckoutInProgress
    record_reversal(payment_id=payment.id, reason=reason, now=now)
    return payment.id


def reopen(checkout: Checkout) -> None:
    """Let the buyer edit and complete a checkout: it is ready unless a detail is missing.

    A draft stays one.
    """
    if checkout.status == CheckoutStatus.DRAFT:
        return
    missing = messages_of(checkout)
    transition(checkout, CheckoutStatus.INCOMPLETE if missing else CheckoutStatus.READY)


@transaction_required
def save_as_new_version(
    checkout: Checkout, fields: Iterable[str] | None = None, *, now: datetime
) -> None:
    """Save `fields` (None: all) of a locked checkout as its next version."""
    checkout.version += 1
    checkout.updated_at = now
    always = ["status", "version", "updated_at", "ip_hash"]
    checkout.save(update_fields=None if fields is None else [*always, *fields])


def apply_details(checkout: Checkout, details: Details, *, now: datetime) -> None:
    """Set the fields that `details` names, in memory; `apply_prices` sees to the rest."""
    if "buyer" in details:
        changes = details["buyer"]
        checkout.buyer = changed_buyer(checkout.buyer, changes)
        if changes and (consent := changes.get("consent")):
            checkout.consents = with_consent(checkout.consents, consent, now=now)
    if "email" in details:
        checkout.email = normalize_email(details["email"] or "")
    if "shipping_address" in details:
        address = details["shipping_address"]
        checkout.shipping_address = address.as_dict() if address else None
    if "billing_address" in details:
        address = details["billing_address"]
        checkout.billing_address = address.as_dict() if address else None
    if "shipping_method" in details:
        checkout.shipping_method = details["shipping_method"] or ""
        checkout.unavailable_shipping_title = checkout.shipping_title = ""
    checkout.vat_number = details.get("vat_number", checkout.vat_number) or ""
    checkout.language = details.get("language", checkout.language) or ""


def terms_of(checkout: Checkout, *, now: datetime) -> Terms:
    """Return what a checkout is priced by at `now`.

    What it has begun with stays: whether prices include their tax, and the price of each line.
    """
    return terms_for(
        customer_id=checkout.customer_id,
        currency=checkout.currency,
        codes=checkout.codes,
        tax_included=checkout.tax_included,
        now=now,
    )


def apply_prices(
    checkout: Checkout,
    lines: Sequence[CheckoutLine],
    offers: Iterable[Offer],
    details: Details,
    terms: Terms,
    *,
    held_by: Collection[UUID],
) -> bool:
    """Price the checkout and its lines, in memory; tell whether a line has changed.

    `offers` are those of the lines' variants, `details` were applied. What the checkouts
    `held_by` hold of promotions counts as its own. Raises `PRICING_ERRORS`,
    `UnknownShippingMethod` for a method that the details name and that is not offered, and
    `FetchFirst` where a tax service has to be asked.
    """
    shipping = shipping_rules(terms.rules.version)
    by_variant = {offer.variant_id: offer for offer in offers}
    items = ((by_variant[line.variant_id], line.quantity, line.unit_price) for line in lines)
    basket = Basket(
        checkout.currency,
        priced_items(items, terms.rules, with_categories=shipping.mention_categories),
        codes=terms.entered,
        used_up=used_up(
            terms, customer_key=customer_key_of(checkout), held_by=held_by, now=terms.at
        ),
        buyer=replace(
            terms.buyer,
            first_order=is_first_order(checkout, terms.rules),
            vat_number=counting_vat_number(checkout.vat_number, now=terms.at),
        ),
        destination=_destination_of(checkout.shipping_address),
    )
    chosen = _choose_shipping(checkout, basket, details, shipping)
    rules = with_provided_taxes(terms.rules, basket, now=terms.at)
    quote = price(replace(basket, shipping=chosen), rules, now=terms.at)
    require_payable(quote.totals.total)
    checkout.apply(quote)
    reopen(checkout)
    return sum(line.apply(priced) for line, priced in zip(lines, quote.lines, strict=True)) > 0


def _choose_shipping(
    checkout: Checkout, basket: Basket, details: Details, rules: ShippingRules
) -> ShippingChoice | None:
    """Set what is offered and chosen, in memory; return the choice.

    A method that was chosen before and is not offered any more is no longer chosen.
    """
    offers = offers_for(rules, basket)
    checkout.shipping_offers = [asdict(offer) for offer in offers]
    checkout.requires_shipping = any(item.ships for item in basket.items)
    if code := details.get("shipping_method"):
        chosen_offer(code, offers)
    chosen = next((offer for offer in offers if offer.code == checkout.shipping_method), None)
    if checkout.shipping_method and chosen is None:
        checkout.unavailable_shipping_title = checkout.shipping_title
    checkout.shipping_method = chosen.code if chosen else ""
    checkout.shipping_title = chosen.title if chosen else ""
    return ShippingChoice(chosen.code, chosen.title, chosen.price) if chosen else None


def _destination_of(address: Mapping[str, str] | None) -> Destination | None:
    """Return where a stored address is."""
    if not address:
        return None
    return Destination(address["country_code"], address["region"], address["postal_code"])
