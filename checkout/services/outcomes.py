"""What happens to a checkout once the outcome of its payment is known.

`resolve_payment` is the one completion function: the buyer's request, the provider's
webhook and the recovery job all end here, in any order and any number of times.
The checkout's lock serializes them; the first that brings good news places
the order, the others find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from checkout.domain import (
    PAYING,
    CheckoutStatus,
    PaymentFacts,
    PaymentNews,
    PlaceOrder,
    ReturnMoney,
    Wait,
    decide,
    news_of,
    total_changed,
)
from checkout.errors import (
    CheckoutCanceled,
    CheckoutExpired,
    ItemsUnavailable,
    PaidButExhausted,
    PaidButSoldOut,
    PaidButWithdrawn,
)
from checkout.models import Checkout
from checkout.selectors import incompleteness_of, messages_of
from checkout.services.changes import reopen, save_as_new_version, transition
from checkout.services.placing import place_order_of
from checkout.services.promotions import release_claims
from core.db.transactions import transaction_required, use_case
from core.errors import CongoCartError
from core.money import Money
from inventory.domain import InsufficientStock
from inventory.services import release
from orders.domain import PlacedOrder
from orders.selectors import order_of_checkout
from payments.domain import (
    Outcome,
    PaymentRecord,
    PaymentStatus,
    ProviderEvent,
    refusal_of,
)
from payments.selectors import is_given_up
from payments.services import Change, record_outcome, record_provider_event, return_money
from pricing.errors import CouponExhausted

# Why the money of a checkout that cannot be sold to any more goes back, and how that is refused.
_GONE: Mapping[type[CongoCartError], tuple[str, type[CongoCartError]]] = {
    InsufficientStock: ("sold_out", PaidButSoldOut),
    ItemsUnavailable: ("withdrawn", PaidButWithdrawn),
    CouponExhausted: ("coupon_exhausted", PaidButExhausted),
}


@dataclass(frozen=True, slots=True)
class Completion:
    """What completing led to: an order, a payment in progress, or a refusal.

    `repeated` when the order was there before.
    """

    status: CheckoutStatus
    order: PlacedOrder | None = None
    payment: PaymentRecord | None = None
    refusal: CongoCartError | None = None
    repeated: bool = False


@transaction_required
def resolve_payment(*, payment_id: UUID, outcome: Outcome, now: datetime) -> Completion:
    """Record what a provider says of a payment, and do what `decide` says of its checkout.

    Locks checkout, payment, cart and stock, in this order. Money that cannot become an order
    is asked back in the same transaction.
    """
    checkout = Checkout.objects.filter(payments=payment_id).locked().get()
    change = record_outcome(payment_id=payment_id, outcome=outcome, now=now)
    payment, facts = change.payment, _facts_of(change, checkout)
    decision = decide(CheckoutStatus(checkout.status), facts, missing=bool(messages_of(checkout)))
    if isinstance(decision, PlaceOrder):
        return _place_order(checkout, change, now=now)
    if isinstance(decision, ReturnMoney):
        return_money(change=change, reason=decision.reason, now=now)
    if checkout.status in PAYING and facts.in_progress:
        before = checkout.status
        if isinstance(decision, Wait):
            transition(checkout, decision.status)
        else:
            reopen(checkout)
        if checkout.status != before:
            save_as_new_version(checkout, (), now=now)
    status = CheckoutStatus(checkout.status)
    if status is CheckoutStatus.COMPLETED:
        order = order_of_checkout(checkout_id=checkout.id)
        return Completion(status, order, payment=payment, repeated=True)
    refusal = None if status in PAYING else _refusal(checkout, payment, facts.news)
    return Completion(status, payment=payment, refusal=refusal)


@use_case
def resolve_recovered(*, payment_id: UUID, outcome: Outcome, now: datetime) -> Completion:
    """Resolve a payment by what the provider told the recovery job."""
    return resolve_payment(payment_id=payment_id, outcome=outcome, now=now)


@use_case
def resolve_webhook(*, provider_event: ProviderEvent, now: datetime) -> Completion | None:
    """Resolve a payment by an event of its provider, once; None when there is nothing to do."""
    if not record_provider_event(provider_event=provider_event, now=now):
        return None
    if provider_event.payment_id is None or provider_event.outcome is None:
        return None
    return resolve_payment(
        payment_id=provider_event.payment_id, outcome=provider_event.outcome, now=now
    )


def _facts_of(change: Change, checkout: Checkout) -> PaymentFacts:
    payment = change.payment
    # The payment in progress of a checkout that is being paid is not one that was given up.
    current = checkout.status in PAYING and change.was_pending
    return PaymentFacts(
        news=news_of(payment),
        in_progress=change.was_pending,
        covers_total=payment.amount == checkout.total,
        has_order=payment.order_id is not None,
        given_up=not current and is_given_up(payment_id=payment.id),
    )


def _place_order(checkout: Checkout, change: Change, *, now: datetime) -> Completion:
    """Place the order, or return the money of a checkout whose units or promotions are gone."""
    payment = change.payment
    try:
        with transaction.atomic():
            order = place_order_of(
                checkout,
                payment_id=payment.id,
                payment_status=PaymentStatus(payment.status),
                now=now,
            )
        return Completion(CheckoutStatus.COMPLETED, order, payment=payment)
    except (InsufficientStock, ItemsUnavailable, CouponExhausted) as missing:
        checkout.refresh_from_db()
        release_claims([checkout])
        release(checkout_ids=[checkout.id])
        transition(checkout, CheckoutStatus.EXPIRED)
        save_as_new_version(checkout, (), now=now)
        reason, kind = next(gone for of, gone in _GONE.items() if isinstance(missing, of))
        return_money(change=change, reason=reason, now=now)
        refusal = kind(**missing.extra, refunded=True)
        return Completion(CheckoutStatus.EXPIRED, payment=payment, refusal=refusal)


def _refusal(checkout: Checkout, payment: PaymentRecord, news: PaymentNews) -> CongoCartError:
    """Return why the payment made no order."""
    if news is not PaymentNews.REFUSED:
        if checkout.status == CheckoutStatus.CANCELED:
            return CheckoutCanceled()
        if checkout.status == CheckoutStatus.EXPIRED:
            return CheckoutExpired()
        if refusal := incompleteness_of(checkout):
            return refusal
        if payment.amount != checkout.total:
            return total_changed(Money(checkout.total, checkout.currency))
    return refusal_of(payment.decline_code)
