from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from core.db.transactions import use_case
from payments.domain import (
    Capture,
    InvalidPaymentToken,
    Outcome,
    OutcomeKind,
    OutcomeMismatch,
    PaymentInProgress,
    PaymentStatus,
    UnknownProvider,
)
from payments.models import LedgerEntry, Payment
from payments.selectors import payment_with, payments_of_order, payments_to_recover
from payments.services import attach_order, authorize, look_up, record_intent, record_outcome
from tests.integration.payments.states import state_of

pytestmark = pytest.mark.django_db


def ledger(payment_id):
    return [
        (entry.kind, entry.amount)
        for entry in LedgerEntry.objects.filter(payment_id=payment_id).order_by("id")
    ]


def pay(payment, now):
    return record_outcome(
        payment_id=payment.id, outcome=authorize(payment=payment), now=now
    ).payment


def test_an_intent_is_one_statement_and_due_for_recovery_after_the_grace(
    intend, new_checkout, now, django_assert_num_queries
):
    checkout_id = new_checkout()
    with django_assert_num_queries(1):
        payment = intend(checkout_id=checkout_id)
    assert payment.status == PaymentStatus.PENDING
    assert payment.step is None
    assert payments_to_recover(now=now + timedelta(seconds=29)) == []
    assert payments_to_recover(now=now + timedelta(seconds=30)) == [payment]


def test_success_with_automatic_capture_is_paid_and_in_the_ledger(
    intend, now, django_assert_num_queries
):
    payment = intend()
    outcome = authorize(payment=payment)
    with django_assert_num_queries(3):
        paid = record_outcome(payment_id=payment.id, outcome=outcome, now=now).payment
    assert (paid.status, paid.authorized, paid.captured) == (PaymentStatus.PAID, 1999, 1999)
    assert ledger(payment.id) == [("authorized", 1999), ("captured", 1999)]


def test_success_with_manual_capture_is_authorized(intend, now):
    payment = pay(intend(capture=Capture.MANUAL), now)
    assert (payment.status, payment.authorized, payment.captured) == ("authorized", 1999, 0)


def test_a_decline_fails_the_payment_and_lets_another_one_start(intend, now):
    declined = pay(intend(token="tok_decline"), now)
    assert (declined.status, declined.decline_code) == (PaymentStatus.FAILED, "card_declined")
    assert ledger(declined.id) == []
    again = intend(checkout_id=declined.checkout_id)
    assert again.id != declined.id


def test_a_second_payment_of_a_checkout_waits_for_the_first(intend):
    first = intend()
    attempt = use_case(lambda: intend(checkout_id=first.checkout_id))
    with pytest.raises(PaymentInProgress):
        attempt()
    assert Payment.objects.count() == 1


def test_a_required_action_is_kept_for_the_next_request(intend, now):
    payment = pay(intend(token="tok_requires_action"), now)
    assert payment.status == PaymentStatus.PENDING
    assert payment_with(payment.id).action["type"] == "redirect"


def test_a_time_out_is_unknown_until_the_provider_is_asked(intend, now):
    payment = pay(intend(token="tok_timeout"), now)
    assert (payment.status, payment.step) == (PaymentStatus.PENDING, OutcomeKind.UNKNOWN)
    assert [due.id for due in payments_to_recover(now=now)] == [payment.id]
    truth = look_up(payment=payment, now=now)
    assert record_outcome(payment_id=payment.id, outcome=truth, now=now).payment.status == "paid"


def test_recovery_lets_go_of_money_only_when_an_order_has_it(intend, order_of, now):
    payment = intend()
    outcome = authorize(payment=payment)
    record_outcome(payment_id=payment.id, outcome=outcome, now=now)
    later = now + timedelta(hours=2)
    assert [due.id for due in payments_to_recover(now=later)] == [payment.id]
    order_id = order_of(payment.checkout_id)
    attach_order(payment_id=payment.id, order_id=order_id)
    assert payment_with(payment.id).order_id == order_id
    assert payments_to_recover(now=later) == []


def test_an_order_placed_before_it_is_paid_has_its_payment_at_once(intend, order_of, new_checkout):
    checkout_id = new_checkout()
    order_id = order_of(checkout_id)
    payment = intend(provider="manual", checkout_id=checkout_id, order_id=order_id)
    (read,) = payments_of_order(order_id)
    assert state_of(read) == state_of(payment)


def test_a_provider_that_was_switched_off_is_asked_again_later(intend, now, settings):
    payment = intend()
    settings.PAYMENT_PROVIDERS = ["manual"]
    outcome = look_up(payment=payment, now=now)
    assert (
        record_outcome(payment_id=payment.id, outcome=outcome, now=now).payment.status == "pending"
    )
    row = Payment.objects.get(pk=payment.id)
    assert (row.last_error, row.lookup_attempts) == ("test is not enabled", 1)


def test_the_same_outcome_twice_moves_no_money_twice(intend, now):
    payment = intend()
    outcome = authorize(payment=payment)
    for _ in range(3):
        record_outcome(payment_id=payment.id, outcome=outcome, now=now)
    assert ledger(payment.id) == [("authorized", 1999), ("captured", 1999)]


def test_a_manual_payment_stays_pending_and_is_not_recovered(intend, now):
    payment = pay(intend(provider="manual"), now)
    assert (payment.status, payment.capture) == (PaymentStatus.PENDING, Capture.OFFLINE)
    assert payments_to_recover(now=now + timedelta(days=9)) == []


@pytest.mark.parametrize(
    ("provider", "token"),
    [
        ("test", ""),
        ("test", "pm_card_visa"),
        ("test", "4242424242424242"),
        ("manual", "tok_success"),
    ],
)
def test_a_token_of_another_provider_is_refused_before_anything_is_recorded(
    new_checkout, now, provider, token
):
    with pytest.raises(InvalidPaymentToken):
        record_intent(
            checkout_id=new_checkout(),
            provider=provider,
            token=token,
            amount=1,
            currency="GBP",
            now=now,
        )
    assert Payment.objects.count() == 0


def test_the_test_provider_is_off_in_production(intend, settings):
    settings.PRODUCTION = True
    with pytest.raises(UnknownProvider):
        intend()


def test_an_unheard_of_provider_is_refused(intend):
    with pytest.raises(UnknownProvider):
        intend(provider="barter")


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(OutcomeKind.CAPTURED, amount=1999, currency="EUR"),
        Outcome(OutcomeKind.CAPTURED, amount=2000, currency="GBP"),
        Outcome(OutcomeKind.AUTHORIZED, amount=1998, currency="GBP"),
    ],
)
def test_money_that_is_not_what_was_asked_for_is_not_booked(intend, now, outcome):
    payment = intend()
    with pytest.raises(OutcomeMismatch):
        record_outcome(payment_id=payment.id, outcome=outcome, now=now)
    assert state_of(payment_with(payment.id)) == state_of(payment)


@pytest.mark.django_db(transaction=True)
def test_a_provider_is_never_called_inside_a_transaction(intend):
    with transaction.atomic():
        payment = intend()
    with transaction.atomic(), pytest.raises(RuntimeError):
        authorize(payment=payment)
    assert authorize(payment=payment).kind is OutcomeKind.CAPTURED
