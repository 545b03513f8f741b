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
from checkout.errors import (
    NOT_EDITABLE,
    CheckoutIncomplete,
    CheckoutNotFound,
    ExpectedTotalCurrencyMismatch,
    TotalChanged,
)
from checkout.models import Checkout
from checkout.selectors import messages_of, status_at
from checkout.services.changes import lock_checkout, save_as_new_version, transition
from checkout.services.outcomes import Completion, resolve_payment
from checkout.services.placing import place_order_of
from core.caller import Caller
from core.db.transactions import Finished, RecoveryPoint, two_step
from core.money import Money
from core.versions import require_version
from inventory.domain import InsufficientStock
from orders.selectors import order_of_checkout
from payments.domain import (
    AmountNotPayable,
    InvalidPaymentToken,
    Outcome,
    PaymentDeclined,
    PaymentStatus,
    ProviderUnavailable,
    UnknownProvider,
)
from payments.selectors import payment_in_progress, payment_with
from payments.services import authorize, execute_operations, is_offline, look_up, record_intent


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """How the buyer pays; `token` stands for what the provider's own form collected."""

    provider: str
    token: str = ""


COMPLETE_CHECKOUT_ERRORS = (
    CheckoutNotFound,
    CheckoutIncomplete,
    TotalChanged,
    ExpectedTotalCurrencyMismatch,
    UnknownProvider,
    InvalidPaymentToken,
    AmountNotPayable,
    PaymentDeclined,
    ProviderUnavailable,
    InsufficientStock,
    *NOT_EDITABLE,
)


def complete_checkout(
    *,
    caller: Caller,
    checkout_id: UUID,
    payment: PaymentChoice,
    expected_total: Money | None = None,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> Completion:
    """Turn the checkout into an order, or answer with the one it has become.

    A payment that is already in progress is looked up, never started again.
    Raises `COMPLETE_CHECKOUT_ERRORS` or `VersionMismatch`, but what refuses only after the
    payment was recorded (a declined payment, a checkout that has ended meanwhile) is
    `Completion.refusal`, so that the record stays.
    """
    try:
        offline = is_offline(provider=payment.provider)
    except UnknownProvider as refusal:
        raise refusal.at("/payment/provider") from None

    def ask_provider(point: RecoveryPoint) -> Outcome:
        recorded = payment_with(point.id)
        return look_up(payment=recorded, now=now) if point.resumed else authorize(payment=recorded)

    completion = two_step(
        record=lambda: _begin_payment(
            caller=caller,
            checkout_id=checkout_id,
            choice=payment,
            offline=offline,
            expected_total=expected_total,
            expected_versions=expected_versions,
            now=now,
        ),
        execute=ask_provider,
        conclude=lambda point, outcome: resolve_payment(
            payment_id=point.id, outcome=outcome, now=timezone.now()
        ),
    )
    if completion.payment is not None:
        execute_operations(payment_id=completion.payment.id)
    return completion


def _begin_payment(
    *,
    caller: Caller,
    checkout_id: UUID,
    choice: PaymentChoice,
    offline: bool,
    expected_total: Money | None,
    expected_versions: AbstractSet[int] | None,
    now: datetime,
) -> RecoveryPoint | Finished[Completion]:
    """Record the payment that the provider is asked for.

    Finished at once when the checkout is an order already, when it costs nothing, and when
    staff record the money later.
    """
    checkout = lock_checkout(caller=caller, checkout_id=checkout_id)
    if checkout.status == CheckoutStatus.COMPLETED:
        order = order_of_checkout(checkout_id=checkout.id)
        return Finished(Completion(CheckoutStatus.COMPLETED, order, repeated=True))
    total = Money(checkout.total, checkout.currency)
    if checkout.status in PAYING and (current := payment_in_progress(checkout_id=checkout.id)):
        # A retry says what the first try said, whose own steps have raised the version since.
        seen = range(checkout.version_before_payment or checkout.version, checkout.version)
        if expected_versions is None or expected_versions.isdisjoint(seen):
            require_version(checkout.version, expected_versions)
        require_total(total, expected_total)
        return RecoveryPoint(current.id, resumed=True)
    require_version(checkout.version, expected_versions)
    require_editable(status_at(checkout, now))
    if missing := messages_of(checkout):
        raise incomplete(missing)
    require_total(total, expected_total)
    if total.amount == 0:  # nothing to pay, so there is no payment
        order = place_order_of(checkout, payment_status=PaymentStatus.PAID, now=now)
        return Finished(Completion(CheckoutStatus.COMPLETED, order))
    if offline:
        order = place_order_of(checkout, payment_status=PaymentStatus.PENDING, now=now)
        _record_intent(checkout, choice, order_id=order.id, now=now)
        return Finished(Completion(CheckoutStatus.COMPLETED, order))
    payment = _record_intent(checkout, choice, now=now)
    checkout.version_before_payment = checkout.version
    transition(checkout, CheckoutStatus.COMPLETING)
    save_as_new_version(checkout, ["version_before_payment"], now=now)
    return RecoveryPoint(payment)


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
