from __future__ import annotations

from datetime import timedelta

import pytest

from core.db.transactions import use_case
from payments.domain import (
    Capture,
    CaptureExceedsDue,
    InvalidAmount,
    NothingToCapture,
    NothingToVoid,
    OperationInProgress,
    OperationKind,
    Outcome,
    OutcomeKind,
    PaymentStatus,
    RefundExceedsPaid,
    RefundFact,
    RefundStatus,
    amount_due,
    amount_refundable,
)
from payments.models import LedgerEntry, Operation
from payments.selectors import operations_to_recover, payment_with, pending_operations
from payments.services import (
    authorize,
    execute_operation,
    record_capture,
    record_operation,
    record_outcome,
    record_refund,
    record_reversal,
    record_void,
)
from tests.integration.payments.states import state_of

pytestmark = pytest.mark.django_db

UNKNOWN = Outcome(OutcomeKind.UNKNOWN, detail="timed out")


@pytest.fixture
def paid(intend, now):
    payment = intend()
    return record_outcome(
        payment_id=payment.id, outcome=authorize(payment=payment), now=now
    ).payment


@pytest.fixture
def held(intend, now):
    payment = intend(capture=Capture.MANUAL)
    return record_outcome(
        payment_id=payment.id, outcome=authorize(payment=payment), now=now
    ).payment


@pytest.fixture
def invoiced(intend, now):
    payment = intend(provider="manual")
    return record_outcome(
        payment_id=payment.id, outcome=authorize(payment=payment), now=now
    ).payment


def finish(operation, now):
    payment = payment_with(operation.payment_id)
    outcome = execute_operation(operation=operation, payment=payment, now=now)
    return record_operation(operation_id=operation.id, outcome=outcome, now=now)


def ledger(payment_id):
    entries = LedgerEntry.objects.filter(payment_id=payment_id).order_by("id")
    return [(entry.kind, entry.amount) for entry in entries]


def test_a_capture_turns_authorized_into_paid(held, now):
    operation, payment = finish(record_capture(payment_id=held.id, now=now), now)
    assert operation.status == "succeeded"
    assert (payment.status, payment.captured) == (PaymentStatus.PAID, 1999)


def test_a_partial_capture_releases_the_rest_and_is_not_the_whole_price(held, now):
    _, payment = finish(record_capture(payment_id=held.id, amount=1500, now=now), now)
    assert payment.status == PaymentStatus.PENDING
    assert (payment.captured, payment.voided, amount_due(payment)) == (1500, 499, 0)
    assert ledger(held.id) == [("authorized", 1999), ("captured", 1500), ("voided", 499)]


def test_a_capture_of_more_than_is_due_is_refused(held, now):
    with pytest.raises(CaptureExceedsDue) as refusal:
        record_capture(payment_id=held.id, amount=2000, now=now)
    assert refusal.value.extra == {"due": {"amount": 1999, "currency": "GBP"}}


def test_what_is_paid_cannot_be_captured_again(paid, now):
    with pytest.raises(NothingToCapture):
        record_capture(payment_id=paid.id, now=now)


def test_one_capture_or_void_at_a_time(held, now):
    record_capture(payment_id=held.id, now=now)
    with pytest.raises(OperationInProgress):
        use_case(lambda: record_void(payment_id=held.id, now=now))()


def test_a_void_releases_what_was_authorized(held, now):
    operation, payment = finish(record_void(payment_id=held.id, reason="canceled", now=now), now)
    assert (operation.status, operation.amount) == ("succeeded", 1999)
    assert (payment.status, payment.voided) == (PaymentStatus.VOIDED, 1999)


def test_what_is_paid_is_refunded_rather_than_voided(paid, now):
    with pytest.raises(NothingToVoid):
        record_void(payment_id=paid.id, now=now)


def test_a_void_that_comes_after_the_capture_becomes_a_refund(held, now):
    void = record_void(payment_id=held.id, reason="canceled", now=now)
    captured = Outcome(OutcomeKind.CAPTURED, amount=1999, currency="GBP")
    record_outcome(payment_id=held.id, outcome=captured, now=now)
    (refund,) = pending_operations(payment_id=held.id)
    assert (refund.kind, refund.amount) == (OperationKind.REFUND, 1999)
    assert Operation.objects.get(pk=void.id).status == "failed"
    assert operations_to_recover(now=now) == [refund]
    _, payment = finish(refund, now)
    assert payment.status == PaymentStatus.REFUNDED


def test_a_void_of_an_unknown_payment_finds_out_what_became_of_it(intend, now):
    payment = intend(token="tok_timeout")
    record_outcome(payment_id=payment.id, outcome=authorize(payment=payment), now=now)
    void, paid = finish(record_void(payment_id=payment.id, reason="expired", now=now), now)
    assert (void.status, paid.status) == ("failed", PaymentStatus.PAID)
    (refund,) = pending_operations(payment_id=payment.id)
    assert finish(refund, now)[1].status == PaymentStatus.REFUNDED


def test_asking_for_a_void_twice_is_one_void(held, now):
    first = record_void(payment_id=held.id, now=now)
    assert record_void(payment_id=held.id, now=now) == first


def test_refunds_add_up_and_end_at_what_was_paid(paid, now):
    _, part = finish(record_refund(payment_id=paid.id, amount=500, now=now), now)
    assert (part.status, amount_refundable(part)) == (PaymentStatus.PARTIALLY_REFUNDED, 1499)
    _, whole = finish(record_refund(payment_id=paid.id, now=now), now)
    assert (whole.status, whole.refunded) == (PaymentStatus.REFUNDED, 1999)
    assert ledger(paid.id)[2:] == [("refunded", 500), ("refunded", 1499)]


def test_refunds_under_way_count_as_given_back(paid, now):
    record_refund(payment_id=paid.id, amount=1500, now=now)
    with pytest.raises(RefundExceedsPaid) as refusal:
        record_refund(payment_id=paid.id, amount=500, now=now)
    assert refusal.value.extra == {"refundable": {"amount": 499, "currency": "GBP"}}


def test_more_than_was_paid_is_not_refunded_and_the_ledger_stays(paid, now):
    with pytest.raises(RefundExceedsPaid):
        record_refund(payment_id=paid.id, amount=2000, now=now)
    assert state_of(payment_with(paid.id)) == state_of(paid)
    assert Operation.objects.count() == 0


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_of_nothing_is_refused(paid, held, now, amount):
    with pytest.raises(InvalidAmount):
        record_refund(payment_id=paid.id, amount=amount, now=now)
    with pytest.raises(InvalidAmount):
        record_capture(payment_id=held.id, amount=amount, now=now)


def test_nothing_paid_is_nothing_to_refund(held, now):
    with pytest.raises(RefundExceedsPaid):
        record_refund(payment_id=held.id, now=now)


def test_a_refund_with_an_unknown_end_is_repeated_later_under_the_same_key(paid, now):
    operation = record_refund(payment_id=paid.id, now=now)
    same, payment = record_operation(operation_id=operation.id, outcome=UNKNOWN, now=now)
    assert (same.status, payment.refunding) == ("pending", 1999)
    assert operations_to_recover(now=now + timedelta(seconds=30)) == [same]
    done, payment = finish(same, now)
    assert (done.status, payment.refunding, payment.refunded) == ("succeeded", 0, 1999)
    again = record_operation(operation_id=operation.id, outcome=UNKNOWN, now=now)
    assert [*map(state_of, again)] == [state_of(done), state_of(payment)]


def test_a_refund_that_the_provider_refuses_can_be_asked_for_again(paid, now):
    operation = record_refund(payment_id=paid.id, now=now)
    refused = Outcome(OutcomeKind.DECLINED, detail="disputed")
    failed, payment = record_operation(operation_id=operation.id, outcome=refused, now=now)
    assert (failed.status, amount_refundable(payment)) == ("failed", 1999)
    assert payment.status == PaymentStatus.PAID


def test_a_refund_that_fails_after_it_succeeded_comes_back(paid, now):
    operation, _ = finish(record_refund(payment_id=paid.id, now=now), now)
    fact = RefundFact(operation.reference, 1999, RefundStatus.FAILED, operation.id)
    outcome = Outcome(OutcomeKind.REFUNDED, refunds=(fact,))
    payment = record_outcome(payment_id=paid.id, outcome=outcome, now=now).payment
    assert (payment.status, amount_refundable(payment)) == (PaymentStatus.PAID, 1999)
    assert ledger(paid.id)[2:] == [("refunded", 1999), ("refund_failed", 1999)]


def test_a_refund_made_at_the_provider_is_booked_once(paid, now):
    outcome = Outcome(OutcomeKind.REFUNDED, refunds=(RefundFact("re_1", 700),))
    for _ in range(2):
        payment = record_outcome(payment_id=paid.id, outcome=outcome, now=now).payment
    assert (payment.refunded, payment.status) == (700, PaymentStatus.PARTIALLY_REFUNDED)


def test_money_recorded_by_hand_arrives_in_parts(invoiced, now):
    _, part = finish(record_capture(payment_id=invoiced.id, amount=1000, now=now), now)
    assert (part.status, part.captured, amount_due(part)) == (PaymentStatus.PENDING, 1000, 999)
    _, whole = finish(record_capture(payment_id=invoiced.id, now=now), now)
    assert (whole.status, whole.captured) == (PaymentStatus.PAID, 1999)
    _, back = finish(record_refund(payment_id=invoiced.id, amount=1999, now=now), now)
    assert back.status == PaymentStatus.REFUNDED


def test_an_invoice_that_is_no_longer_expected_is_voided(invoiced, now):
    _, payment = finish(record_reversal(payment_id=invoiced.id, reason="canceled", now=now), now)
    assert payment.status == PaymentStatus.VOIDED
    with pytest.raises(NothingToCapture):
        record_capture(payment_id=invoiced.id, now=now)


def test_a_reversal_refunds_what_is_paid_once(paid, now):
    refund = record_reversal(payment_id=paid.id, reason="expired", now=now)
    assert refund.kind is OperationKind.REFUND
    assert record_reversal(payment_id=paid.id, reason="expired", now=now) is None
    finish(refund, now)
    assert record_reversal(payment_id=paid.id, reason="expired", now=now) is None


def test_a_reversal_voids_what_is_only_held(held, now):
    assert record_reversal(payment_id=held.id, reason="expired", now=now).kind == "void"


def test_a_reversal_of_a_declined_payment_is_nothing(intend, now):
    payment = intend(token="tok_decline")
    record_outcome(payment_id=payment.id, outcome=authorize(payment=payment), now=now)
    assert record_reversal(payment_id=payment.id, reason="expired", now=now) is None


def test_a_provider_that_was_switched_off_leaves_operations_open(paid, now, settings):
    operation = record_refund(payment_id=paid.id, now=now)
    settings.PAYMENT_PROVIDERS = ["manual"]
    same, _ = finish(operation, now)
    assert same.status == "pending"
    assert Operation.objects.get(pk=operation.id).last_error == "test is not enabled"
