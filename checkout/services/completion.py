"""Completing a checkout: it becomes exactly one order, however often it is asked to."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from checkout.domain import (
    PAYING,
    CheckoutStatus,
    incomplete,
    require_editable,
    require_total,
)
from checkout.models import Checkout
from checkout.selectors import messages_of, status_at
from checkout.services.editing import locked_checkout
from checkout.services.placing import move_to, place_order_of
from checkout.services.settling import Completion, settle
from core.caller import Caller
from core.db.transactions import Finished, RecoveryPoint, two_step, use_case
from core.money import Money
from core.versions import require_version
from orders.selectors import order_of_checkout
from orders.services import finish_operations
from payments.domain import (
    InvalidPaymentToken,
    Outcome,
    PaymentState,
    PaymentStatus,
    UnknownProvider,
)
from payments.selectors import latest_payment, payment_with
from payments.services import authorize, is_offline, look_up, record_intent, record_outcome

# How often a payment that stands here has raised the version; nothing else does meanwhile.
PAYMENT_STEPS = {CheckoutStatus.COMPLETING: 1, CheckoutStatus.REQUIRES_ACTION: 2}


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """How the buyer pays; `token` stands for what the provider's own form collected."""

    provider: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What the buyer asks for: this checkout, paid like this, if it costs this."""

    caller: Caller
    checkout_id: UUID
    payment: PaymentChoice
    expected_total: Money | None
    expected: AbstractSet[int] | None
    now: datetime


def complete_checkout(
    *,
    caller: Caller,
    checkout_id: UUID,
    payment: PaymentChoice,
    expected_total: Money | None = None,
    expected: AbstractSet[int] | None = None,
    now: datetime,
) -> Completion:
    """Turns the checkout into an order, or answers with the one it has become.

    A payment that is already under way is looked up, never started again.
    Raises `CheckoutNotFound`, `VersionMismatch`, `CheckoutIncomplete`, `TotalChanged`,
    `UnknownProvider`, `InvalidPaymentToken`, `AmountNotPayable`, `InsufficientStock`, or
    what `require_editable` raises. A declined payment, or one of a checkout that has ended
    meanwhile, is `Completion.refusal`.
    """
    request = Request(caller, checkout_id, payment, expected_total, expected, now)
    if _is_offline(request):
        return _complete_unpaid(request)
    completion = two_step(
        record=lambda: _begin_payment(request),
        execute=lambda payment: _ask_provider(payment, now=now),
        conclude=lambda payment, outcome: settle(
            payment_id=payment.id, outcome=outcome, now=timezone.now()
        ),
    )
    if completion.payment:
        finish_operations(payment_id=completion.payment.id)
    return completion


@use_case
def _complete_unpaid(request: Request) -> Completion:
    """The order comes first; the money, if any, is recorded by staff when it arrives."""
    checkout = locked_checkout(caller=request.caller, checkout_id=request.checkout_id)
    if checkout.status == CheckoutStatus.COMPLETED:
        return _completed_before(checkout)
    _require_completable(checkout, request)
    status = PaymentStatus.PENDING if checkout.total else PaymentStatus.PAID
    order = place_order_of(checkout, payment_status=status, now=request.now)
    intent = _intent(checkout, request, order_id=order.id)
    if checkout.total == 0:
        record_outcome(payment_id=intent.id, outcome=authorize(payment=intent), now=request.now)
    return Completion(CheckoutStatus.COMPLETED, order)


def _begin_payment(request: Request) -> RecoveryPoint | Finished[Completion]:
    """The payment to ask the provider about."""
    checkout = locked_checkout(caller=request.caller, checkout_id=request.checkout_id)
    if checkout.status == CheckoutStatus.COMPLETED:
        return Finished(_completed_before(checkout))
    if checkout.status in PAYING:
        under_way = latest_payment(checkout_id=checkout.id)
        if under_way is not None:
            _require_as_seen(checkout, request)
            return RecoveryPoint(under_way.id, resumed=True)
    _require_completable(checkout, request)
    intent = _intent(checkout, request)
    move_to(checkout, CheckoutStatus.COMPLETING, now=request.now)
    return RecoveryPoint(intent.id)


def _ask_provider(begun: RecoveryPoint, *, now: datetime) -> Outcome:
    payment = payment_with(begun.id)
    return look_up(payment=payment, now=now) if begun.resumed else authorize(payment=payment)


def _is_offline(request: Request) -> bool:
    try:
        return is_offline(provider=request.payment.provider)
    except UnknownProvider as refusal:
        raise refusal.at("/payment/provider") from None


def _intent(checkout: Checkout, request: Request, *, order_id: UUID | None = None) -> PaymentState:
    try:
        return record_intent(
            checkout_id=checkout.id,
            order_id=order_id,
            provider=request.payment.provider,
            token=request.payment.token,
            amount=checkout.total,
            currency=checkout.currency,
            now=request.now,
        )
    except InvalidPaymentToken as refusal:
        raise refusal.at("/payment/token") from None


def _completed_before(checkout: Checkout) -> Completion:
    order = order_of_checkout(checkout_id=checkout.id)
    return Completion(CheckoutStatus.COMPLETED, order, repeated=True)


def _require_as_seen(checkout: Checkout, request: Request) -> None:
    """Who saw the checkout before its payment began has seen what it pays for.

    A retry says what the first try said, whose own steps have raised the version since.
    """
    before = checkout.version - PAYMENT_STEPS[CheckoutStatus(checkout.status)]
    if not (request.expected and request.expected & {*range(before, checkout.version)}):
        require_version(checkout.version, request.expected)
    require_total(Money(checkout.total, checkout.currency), request.expected_total)


def _require_completable(checkout: Checkout, request: Request) -> None:
    require_version(checkout.version, request.expected)
    require_editable(status_at(checkout, request.now))
    missing = messages_of(checkout)
    if missing:
        raise incomplete(missing)
    require_total(Money(checkout.total, checkout.currency), request.expected_total)
