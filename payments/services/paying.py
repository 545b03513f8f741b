"""A payment from its intent to what became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from payments.domain import (
    Capture,
    Outcome,
    OutcomeKind,
    PaymentState,
    next_lookup_at,
    outcome_if_not_found,
)
from payments.models import Payment
from payments.providers import provider_named
from payments.services.books import locked_payment, write_outcome
from payments.services.calls import ask, ask_again


def is_offline(*, provider: str) -> bool:
    """Whether staff record this provider's money instead of calling it.

    Raises `UnknownProvider` when it is not enabled.
    """
    return provider_named(provider).offline


def record_intent(
    *,
    checkout_id: UUID,
    order_id: UUID | None = None,
    provider: str,
    token: str = "",
    amount: int,
    currency: str,
    capture: Capture | None = None,
    now: datetime,
) -> PaymentState:
    """A pending payment of `amount` minor units; commit it before `authorize`.

    `capture` defaults to the setting. `order_id` is for orders that are placed before they
    are paid, in the same transaction; an offline payment needs no `authorize`.
    Recovery looks at the payment from `PAYMENT_GRACE` on.
    Raises `UnknownProvider`, `InvalidPaymentToken`, `AmountNotPayable`, and
    `PaymentInProgress` when the checkout already has a pending payment. One statement.
    """
    chosen = provider_named(provider)
    if amount:
        chosen.check_token(token)
        chosen.check_amount(amount, currency)
    mode = Capture.OFFLINE if chosen.offline else capture or Capture(settings.PAYMENT_CAPTURE)
    payment = Payment(
        checkout_id=checkout_id,
        order_id=order_id,
        provider=provider,
        token=token,
        amount=amount,
        currency=currency,
        capture=mode,
        step=OutcomeKind.PENDING if chosen.offline else None,
        created_at=now,
    )
    payment.next_attempt_at = next_lookup_at(
        payment.as_state(), looks=0, grace=settings.PAYMENT_GRACE, now=now
    )
    payment.save(force_insert=True)
    return payment.as_state()


def authorize(*, payment: PaymentState) -> Outcome:
    """Asks the provider for the money. Outside of transactions; never twice by its own key.

    What cannot be known comes back as `OutcomeKind.UNKNOWN`. A free payment asks nobody.
    """
    if payment.amount == 0:
        return Outcome(OutcomeKind.CAPTURED, amount=0, currency=payment.currency)
    return ask(payment, lambda provider: provider.authorize(payment))


def look_up(*, payment: PaymentState, now: datetime) -> Outcome:
    """What the provider knows of a payment by our key. Outside of transactions.

    A provider that is not enabled any more answers `UNKNOWN`, like one that is down.
    A payment that it does not know is `UNKNOWN` for `PAYMENT_GRACE`, then `DECLINED`
    with the code `not_processed`.
    """
    if payment.amount == 0:
        return authorize(payment=payment)
    found = ask_again(payment, lambda provider: provider.find(payment))
    return found or outcome_if_not_found(payment, grace=settings.PAYMENT_GRACE, now=now)


def record_outcome(
    *, payment_id: UUID, outcome: Outcome, now: datetime, order_id: UUID | None = None
) -> PaymentState:
    """Applies what the provider said, in any order and any number of times.

    Locks the payment. `order_id` attaches the order in the same statement. Settles
    the operations that the outcome proves done. Raises `PaymentNotFound`, `OutcomeMismatch`.
    """
    return write_outcome(locked_payment(payment_id), outcome, now=now, order_id=order_id)
