"""What becomes of a checkout once something is known of its payment.

`settle` is the one completion function: the buyer's request, the provider's
webhook and the recovery job all end here, in any order and any number of times.
The checkout's lock puts them in a row; the first that brings good news places
the order, the others find it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from checkout.domain import (
    PAYING,
    CheckoutCanceled,
    CheckoutExpired,
    CheckoutStatus,
    incomplete,
    total_changed,
)
from checkout.models import Checkout
from checkout.selectors import messages_of
from checkout.services.placing import move_to, place_order_of
from core.db.transactions import RunAgain, use_case
from core.errors import CongoCartError
from core.money import Money
from inventory.domain import InsufficientStock
from inventory.services import release
from orders.domain import PlacedOrder
from orders.selectors import order_of_checkout
from orders.services import lock_order, sync_payment_status
from payments.domain import (
    OperationKind,
    Outcome,
    OutcomeKind,
    PaymentState,
    PaymentStatus,
    ProviderEvent,
    apply,
    refusal_of,
)
from payments.selectors import booked_refunds, latest_payment, payment_with, pending_operations
from payments.services import (
    announce_return,
    record_outcome,
    record_provider_event,
    record_reversal,
)

REFUSING = frozenset({OutcomeKind.DECLINED, OutcomeKind.VOIDED})


class PaidButSoldOut(InsufficientStock):
    """The units were sold while the payment was under way; your money is on its way back."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What completing led to: an order, a payment still under way, or a refusal.

    `repeated` when the order was there before.
    """

    status: CheckoutStatus
    order: PlacedOrder | None = None
    payment: PaymentState | None = None
    refusal: CongoCartError | None = None
    repeated: bool = False


def settle(*, payment_id: UUID, outcome: Outcome, now: datetime) -> Completion:
    """Applies what a provider says of a payment, and completes its checkout if it can be.

    Locks checkout, cart, stock and payment, in this order. Money that cannot
    become an order is asked back in the same transaction. Raises `RunAgain` when
    an operation has just ended what was read of the payment before it was locked.
    """
    checkout = Checkout.objects.filter(payments=payment_id).locked().get()
    payment = payment_with(payment_id)
    booked = booked_refunds(payment_id=payment_id, outcome=outcome)
    foreseen = apply(payment, outcome, booked).payment
    if checkout.status == CheckoutStatus.COMPLETED:
        return _after_the_order(checkout, payment, outcome, now=now)
    if foreseen.holds_money or (foreseen.amount == 0 and foreseen.step is OutcomeKind.CAPTURED):
        return _with_money(checkout, payment, foreseen, outcome, now=now)
    known = record_outcome(payment_id=payment_id, outcome=outcome, now=now)
    if known.step in REFUSING:
        return _without_money(checkout, known, now=now)
    return _under_way(checkout, known, now=now)


@use_case
def settle_webhook(*, provider_event: ProviderEvent, now: datetime) -> Completion | None:
    """Applies an event of a provider, once; None when there is nothing (more) to apply."""
    if not record_provider_event(provider_event=provider_event, now=now):
        return None
    if provider_event.payment_id is None or provider_event.outcome is None:
        return None
    return settle(payment_id=provider_event.payment_id, outcome=provider_event.outcome, now=now)


@use_case
def settle_recovered(*, payment_id: UUID, outcome: Outcome, now: datetime) -> Completion:
    """Applies what the provider answered to the recovery job."""
    return settle(payment_id=payment_id, outcome=outcome, now=now)


def _with_money(
    checkout: Checkout,
    payment: PaymentState,
    foreseen: PaymentState,
    outcome: Outcome,
    *,
    now: datetime,
) -> Completion:
    if reason := _not_wanted(checkout, foreseen):
        return _give_back(checkout, payment, outcome, reason=reason, now=now)
    try:
        with transaction.atomic():
            order = place_order_of(checkout, payment_status=foreseen.status, now=now)
    except InsufficientStock as short:
        checkout.refresh_from_db()
        release(checkout_ids=[checkout.id])
        move_to(checkout, CheckoutStatus.EXPIRED, now=now)
        given_back = _give_back(checkout, payment, outcome, reason="sold_out", now=now)
        paid = PaidButSoldOut(items=short.extra.get("items", []), refunded=True)
        return replace(given_back, refusal=paid if payment.amount else short)
    known = record_outcome(payment_id=foreseen.id, outcome=outcome, order_id=order.id, now=now)
    if known.amount and not known.holds_money:
        raise RunAgain  # it was let go of before we had the lock: there is no order in it
    sync_payment_status(order_id=order.id, now=now)
    return Completion(CheckoutStatus.COMPLETED, order, payment=known)


def _not_wanted(checkout: Checkout, payment: PaymentState) -> str | None:
    """Why money that comes late is not taken: its buyer has gone on, or given up."""
    if checkout.status == CheckoutStatus.CANCELED:
        return "checkout_canceled"
    if payment.amount != checkout.total or messages_of(checkout):
        return "checkout_changed"
    if payment.captured not in {0, payment.amount}:
        return "paid_in_part"
    abandoned = checkout.status == CheckoutStatus.EXPIRED and any(
        operation.kind is OperationKind.VOID
        for operation in pending_operations(payment_id=payment.id)
    )
    return "abandoned" if abandoned else None


def _give_back(
    checkout: Checkout, payment: PaymentState, outcome: Outcome, *, reason: str, now: datetime
) -> Completion:
    if payment.amount == 0:  # nothing goes back, and nothing is left to find out
        outcome = Outcome(OutcomeKind.VOIDED)
    known = record_outcome(payment_id=payment.id, outcome=outcome, now=now)
    if payment.amount:
        _return_money(payment, known, reason=reason, now=now)
    _reopen(checkout, known, now=now)
    return _without_order(checkout, known)


def _without_order(checkout: Checkout, payment: PaymentState) -> Completion:
    """A payment that is under way, or why none can be any more."""
    status = CheckoutStatus(checkout.status)
    refusal = None if status in PAYING else _why_not(checkout, payment)
    return Completion(status, payment=payment, refusal=refusal)


def _why_not(checkout: Checkout, payment: PaymentState) -> CongoCartError:
    if checkout.status == CheckoutStatus.CANCELED:
        return CheckoutCanceled()
    if checkout.status == CheckoutStatus.EXPIRED:
        return CheckoutExpired()
    if missing := messages_of(checkout):
        return incomplete(missing)
    if payment.amount != checkout.total:
        return total_changed(Money(checkout.total, checkout.currency))
    return refusal_of(payment.decline_code)


def _return_money(before: PaymentState, known: PaymentState, *, reason: str, now: datetime) -> None:
    """The money goes back, and everybody who should know can see it, once.

    Money that was held `before` the news was announced then.
    """
    record_reversal(payment_id=known.id, reason=reason, now=now)
    if not before.holds_money:
        announce_return(payment=known, reason=reason, now=now)


def _after_the_order(
    checkout: Checkout, payment: PaymentState, outcome: Outcome, *, now: datetime
) -> Completion:
    """Late or repeated news. A second payment for an order that is paid goes back, or is let go."""
    order = order_of_checkout(checkout_id=checkout.id)
    if payment.order_id is not None:
        lock_order(order_id=payment.order_id)
    known = record_outcome(payment_id=payment.id, outcome=outcome, now=now)
    if known.order_id is None and known.holds_money:
        _return_money(payment, known, reason="paid_twice", now=now)
    elif known.order_id is None and known.status is PaymentStatus.PENDING:
        record_reversal(payment_id=payment.id, reason="paid_twice", now=now)
    elif known.order_id is not None:
        sync_payment_status(order_id=known.order_id, now=now)
    return Completion(CheckoutStatus.COMPLETED, order, payment=known, repeated=True)


def _without_money(checkout: Checkout, payment: PaymentState, *, now: datetime) -> Completion:
    _reopen(checkout, payment, now=now)
    refusal = refusal_of(payment.decline_code)
    return Completion(CheckoutStatus(checkout.status), payment=payment, refusal=refusal)


def _reopen(checkout: Checkout, payment: PaymentState, *, now: datetime) -> None:
    """The buyer can try again: the checkout is as it was before, its units still held.

    Unless the buyer has done so already, and this is old news of an earlier payment.
    """
    if checkout.status in PAYING and _is_latest(payment):
        missing = messages_of(checkout)
        move_to(checkout, CheckoutStatus.INCOMPLETE if missing else CheckoutStatus.READY, now=now)


def _is_latest(payment: PaymentState) -> bool:
    latest = latest_payment(checkout_id=payment.checkout_id)
    return latest is not None and latest.id == payment.id


def _under_way(checkout: Checkout, payment: PaymentState, *, now: datetime) -> Completion:
    """How the buyer sees it; old news of an earlier payment changes nothing of that."""
    waiting = payment.step is OutcomeKind.REQUIRES_ACTION
    status = CheckoutStatus.REQUIRES_ACTION if waiting else CheckoutStatus.COMPLETING
    if checkout.status in PAYING and checkout.status != status and _is_latest(payment):
        move_to(checkout, status, now=now)
    return _without_order(checkout, payment)
