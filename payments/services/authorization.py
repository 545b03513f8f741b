"""A payment from its intent to the provider's first response."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from core.db.transactions import transaction_required
from payments.domain import (
    Capture,
    Outcome,
    OutcomeKind,
    PaymentRecord,
    next_lookup_at,
    outcome_if_not_found,
)
from payments.models import Payment
from payments.providers import provider_named
from payments.services.calls import ask, ask_again


def is_offline(*, provider: str) -> bool:
    """Tell whether staff record this provider's money instead of calling it.

    Raises `UnknownProvider` when it is not enabled.
    """
    return provider_named(provider).offline


@transaction_required
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
) -> Payment:
    """Create a pending payment of `amount` minor units; commit it before `authorize`.

    `capture` defaults to the setting. `order_id` is for orders that are placed before they
    are paid, in the same transaction; an offline payment needs no `authorize`.
    Recovery looks the payment up from `PAYMENT_GRACE` on.
    Raises `UnknownProvider`, `InvalidPaymentToken`, `AmountNotPayable`, and
    `PaymentInProgress` when the checkout already has a pending payment. One statement.
    """
    chosen = provider_named(provider)
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
        payment, lookup_attempts=0, grace=settings.PAYMENT_GRACE, now=now
    )
    payment.save(force_insert=True)
    return payment


@transaction_required
def attach_order(*, payment_id: UUID, order_id: UUID) -> None:
    """Make a locked payment the one that pays for the order just placed; nothing is due from it."""
    Payment.objects.filter(pk=payment_id).update(order=order_id, next_attempt_at=None)


def authorize(*, payment: PaymentRecord) -> Outcome:
    """Ask the provider for the money, outside of transactions; never twice by its own key.

    What cannot be known comes back as `OutcomeKind.UNKNOWN`.
    """
    return ask(payment, lambda provider: provider.authorize(payment))


def look_up(*, payment: PaymentRecord, now: datetime) -> Outcome:
    """Return what the provider knows of a payment by our key, outside of transactions.

    A provider that is not enabled any more returns `UNKNOWN`, like one that is down.
    A payment that it does not know is `UNKNOWN` for `PAYMENT_GRACE`, then `DECLINED`
    with the code `not_processed`.
    """
    found = ask_again(payment, lambda provider: provider.find(payment))
    return found or outcome_if_not_found(payment, grace=settings.PAYMENT_GRACE, now=now)
