"""Completing a checkout: it becomes exactly one order, however often it is asked to."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from checkout.domain import (
    PAYING,
    CheckoutStatus,
    require_editable,
    require_total,
)
from checkout.errors import (
    NOT_EDITABLE,
    CheckoutExpired,
    CheckoutIncomplete,
    CheckoutNotFound,
    ExpectedTotalCurrencyMismatch,
    ItemsUnavailable,
    TotalChanged,
)
from checkout.models import Checkout
from checkout.selectors import buyable_lines_of, incompleteness_of, status_at
from checkout.services.changes import (
    give_up_payment,
    lock_checkout,
    reopen,
    save_as_new_version,
    transition,
)
from checkout.services.outcomes import Completion, resolve_payment
from checkout.services.placing import place_order_of
from core.caller import Caller
from core.db.transactions import (
    Finished,
    RecoveryPoint,
    transaction_required,
    two_step,
    use_case,
)
from core.money import Money
from core.versions import require_version
from events.domain import Actor
from inventory.domain import InsufficientStock
from orders.selectors import order_of_checkout
from payments.domain import (
    AmountNotPayable,
    InvalidPaymentToken,
    Outcome,
    PaymentDeclined,
    PaymentInProgress,
    PaymentRecord,
    PaymentStatus,
    ProviderUnavailable,
    UnknownProvider,
)
from payments.selectors import payment_in_progress, payment_with
from payments.services import authorize, execute_operations, is_offline, look_up, record_intent
from pricing.errors import CouponExhausted


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """How the buyer pays; `token` stands for what the provider's own form collected."""

    provider: str
    token: str = ""

    def is_another_than(self, payment: PaymentRecord) -> bool:
        """Tell whether the buyer wants to pay otherwise than with this payment.

        Without a token the choice is that of the payment in progress.
        """
        if self.provider != payment.provider:
            return True
        return bool(self.token) and self.token != payment.token


COMPLETE_CHECKOUT_ERRORS = (
    CheckoutNotFound,
    CheckoutIncomplete,
    ItemsUnavailable,
    TotalChanged,
    ExpectedTotalCurrencyMismatch,
    UnknownProvider,
    InvalidPaymentToken,
    AmountNotPayable,
    PaymentDeclined,
    PaymentInProgress,
    ProviderUnavailable,
    InsufficientStock,
    CouponExhausted,
    *NOT_EDITABLE,
)


@dataclass(frozen=True, slots=True)
class _Request:
    """A buyer's request to complete a checkout as they have seen it."""

    caller: Caller
    checkout_id: UUID
    choice: PaymentChoice
    offline: bool
    expected_total: Money | None
    expected_versions: AbstractSet[int] | None
    now: datetime


def complete_checkout(
    *,
    caller: Caller,
    checkout_id: UUID,
    payment: PaymentChoice,
    expected_total: Money | None = None,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> Completion:
    """Turn the checkout into an order, or return the one it has become.

    A payment that is already in progress is looked up, never started again. When the buyer pays
    otherwise meanwhile, it is voided first; nothing is charged while that is not certain.
    Raises `COMPLETE_CHECKOUT_ERRORS` or `VersionMismatch`, but what refuses only after the
    payment was recorded (a declined payment, a checkout that has ended meanwhile) is
    `Completion.refusal`, so that the record stays.
    """
    try:
        offline = is_offline(provider=payment.provider)
    except UnknownProvider as refusal:
        raise refusal.at("/payment/provider") from None
    request = _Request(
        caller, checkout_id, payment, offline, expected_total, expected_versions, now
    )
    completion = two_step(
        record=lambda: _begin_payment(request),
        execute=lambda payment: _ask_provider(request, payment),
        conclude=lambda _, asked: _conclude(asked),
    )
    if completion.payment is not None:
        execute_operations(payment_id=completion.payment.id)
    return completion


def _begin_payment(request: _Request) -> RecoveryPoint | Finished[Completion]:
    """Record the payment that the provider is asked for.

    Finished at once when the checkout is an order already, when it costs nothing, and when
    staff record the money later.
    """
    checkout = lock_checkout(caller=request.caller, checkout_id=request.checkout_id)
    if checkout.status == CheckoutStatus.COMPLETED:
        order = order_of_checkout(checkout_id=checkout.id)
        return Finished(Completion(CheckoutStatus.COMPLETED, order, repeated=True))
    if checkout.status in PAYING and (current := payment_in_progress(checkout_id=checkout.id)):
        return _go_on_with(current, checkout, request)
    require_version(checkout.version, request.expected_versions)
    require_editable(status_at(checkout, request.now))
    if refusal := incompleteness_of(checkout):
        raise refusal
    require_total(Money(checkout.total, checkout.currency), request.expected_total)
    now = request.now
    if request.offline or checkout.total == 0:
        return Finished(place_unpaid(checkout, request.choice, now=now))
    buyable_lines_of(checkout)  # before anything is charged
    payment = _record_intent(checkout, request.choice, now=now)
    checkout.version_before_payment = checkout.version
    transition(checkout, CheckoutStatus.COMPLETING)
    save_as_new_version(checkout, ["version_before_payment"], now=now)
    return RecoveryPoint(payment)


@transaction_required
def place_unpaid(
    checkout: Checkout, choice: PaymentChoice, *, by: Actor | None = None, now: datetime
) -> Completion:
    """Place the order of a locked checkout whose money staff record later, or which costs nothing.

    `by` is who places it, unless it is the buyer.
    """
    if checkout.total == 0:  # nothing to pay, so there is no payment
        order = place_order_of(checkout, payment_status=PaymentStatus.PAID, by=by, now=now)
    else:
        order = place_order_of(checkout, payment_status=PaymentStatus.PENDING, by=by, now=now)
        _record_intent(checkout, choice, order_id=order.id, now=now)
    return Completion(CheckoutStatus.COMPLETED, order)


def _go_on_with(current: PaymentRecord, checkout: Checkout, request: _Request) -> RecoveryPoint:
    """Return the payment in progress, given up when the buyer pays otherwise.

    A retry says what the first try said, whose own steps have raised the version since.
    """
    seen = range(checkout.version_before_payment or checkout.version, checkout.version)
    if request.expected_versions is None or request.expected_versions.isdisjoint(seen):
        require_version(checkout.version, request.expected_versions)
    require_total(Money(checkout.total, checkout.currency), request.expected_total)
    if request.choice.is_another_than(current):
        if checkout.reservation_expires_at <= request.now:
            raise CheckoutExpired  # the payment in progress is all that can still succeed
        give_up_payment(checkout, reason="paid_otherwise", now=request.now)
        reopen(checkout)
        save_as_new_version(checkout, (), now=request.now)
    return RecoveryPoint(current.id, resumed=True)


def _ask_provider(
    request: _Request, point: RecoveryPoint
) -> Finished[Completion] | tuple[UUID, Outcome]:
    """Ask for the money, or what became of it; void what was given up before."""
    payment = payment_with(point.id)
    if request.choice.is_another_than(payment):
        execute_operations(payment_id=payment.id)
        begun = use_case(_begin_payment)(replace(request, expected_versions=None))
        if isinstance(begun, Finished):
            return begun
        point, payment = begun, payment_with(begun.id)
    if point.resumed:
        return payment.id, look_up(payment=payment, now=request.now)
    return payment.id, authorize(payment=payment)


def _conclude(asked: Finished[Completion] | tuple[UUID, Outcome]) -> Completion:
    if isinstance(asked, Finished):
        return asked.result
    payment_id, outcome = asked
    return resolve_payment(payment_id=payment_id, outcome=outcome, now=timezone.now())


def _record_intent(
    checkout: Checkout, choice: PaymentChoice, *, order_id: UUID | None = None, now: datetime
) -> UUID:
    try:
        return record_intent(
            checkout_id=checkout.id,
            order_id=order_id,
            provider=choice.provider,
            token=choice.token,
            amount=checkout.total,
            currency=checkout.currency,
            now=now,
        ).id
    except InvalidPaymentToken as refusal:
        raise refusal.at("/payment/token") from None
