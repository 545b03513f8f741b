from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain import (
    TRANSITIONS,
    Capture,
    LedgerKind,
    OperationKind,
    OperationStatus,
    Outcome,
    OutcomeKind,
    OutcomeMismatch,
    PaymentDeclined,
    PaymentStatus,
    ProviderUnavailable,
    RefundFact,
    RefundStatus,
    amount_due,
    apply,
    operation_status_after,
    operation_status_given,
    refusal_of,
    status_of,
)
from tests.unit.payments.fresh import FRESH as AUTOMATIC
from tests.unit.payments.fresh import ID, NOW, Operation, Payment

OTHER = UUID("01890000-0000-7000-8000-000000000001")

FRESH = replace(AUTOMATIC, capture=Capture.MANUAL)


def said(kind: OutcomeKind, amount: int | None = None, **fields: object) -> Outcome:
    return Outcome(kind, reference="pi_1", amount=amount, currency="GBP", **fields)


def refund(number: int, amount: int, status: RefundStatus = RefundStatus.SUCCEEDED) -> Outcome:
    fact = RefundFact(f"re_{number}", amount, status)
    return said(OutcomeKind.REFUNDED, refunds=(fact,))


AUTHORIZED = said(OutcomeKind.AUTHORIZED, 1000)
CAPTURED = said(OutcomeKind.CAPTURED, 1000)
PART_CAPTURED = said(OutcomeKind.CAPTURED, 600)
VOIDED = said(OutcomeKind.VOIDED)
DECLINED = said(OutcomeKind.DECLINED, decline_code="card_declined")
ACTION = said(OutcomeKind.REQUIRES_ACTION, action={"type": "redirect", "url": "https://x.test"})
UNKNOWN = Outcome(OutcomeKind.UNKNOWN)

# What a provider can live through with one payment, in the order in which it does.
HISTORIES = [
    [UNKNOWN, ACTION, AUTHORIZED, CAPTURED],
    [UNKNOWN, ACTION, said(OutcomeKind.PENDING), CAPTURED, refund(1, 400), refund(2, 600)],
    [DECLINED, CAPTURED, refund(1, 1000), refund(1, 1000, RefundStatus.FAILED)],
    [AUTHORIZED, PART_CAPTURED, refund(1, 100, RefundStatus.PENDING), refund(1, 100)],
    [ACTION, AUTHORIZED, VOIDED],
    [ACTION, VOIDED],
    [UNKNOWN, ACTION, DECLINED],
]


def play(outcomes: list[Outcome], payment: Payment = FRESH) -> tuple[Payment, set]:
    """Applies outcomes as the ledger does: a refund that comes too early is asked for again."""
    booked: dict[tuple[LedgerKind, str], int] = {}
    waiting = list(outcomes)
    while waiting:
        outcome = waiting.pop(0)
        applied = apply(payment, outcome, booked)
        payment = applied.payment
        for entry in applied.entries:
            assert entry.amount > 0
            assert (entry.kind, entry.reference) not in booked
            booked[entry.kind, entry.reference] = entry.amount
        if applied.ahead:
            waiting.append(outcome)
    return payment, set(booked.items())


@st.composite
def shuffled_histories(draw: st.DrawFn) -> tuple[list[Outcome], list[Outcome]]:
    history = draw(st.sampled_from(HISTORIES))
    repeats = draw(st.lists(st.sampled_from(history), max_size=6))
    return history, draw(st.permutations([*history, *repeats]))


@given(shuffled_histories())
def test_any_order_and_any_repetition_of_the_facts_ends_in_the_same_ledger(histories):
    history, delivered = histories
    in_order, ledger = play(history)
    in_disorder, same_ledger = play(delivered)
    assert in_disorder == in_order
    assert same_ledger == ledger


@given(shuffled_histories())
def test_the_amounts_stay_within_each_other_after_every_step(histories):
    payment, booked = FRESH, set()
    for outcome in histories[1]:
        applied = apply(payment, outcome, booked)
        payment = applied.payment
        booked |= {(entry.kind, entry.reference) for entry in applied.entries}
        assert 0 <= payment.refunded <= payment.captured
        assert payment.captured + payment.voided <= payment.authorized <= payment.amount


def test_money_wins_over_a_refusal():
    payment, _ = play([DECLINED, CAPTURED])
    assert (payment.status, payment.decline_code) == (PaymentStatus.PAID, "")


def test_a_late_authorization_after_the_capture_changes_nothing():
    captured, _ = play([CAPTURED])
    applied = apply(captured, AUTHORIZED)
    assert (applied.payment, applied.entries) == (captured, ())


def test_a_refund_ahead_of_its_capture_is_not_booked_yet():
    applied = apply(FRESH, refund(1, 400))
    assert applied.ahead
    assert (applied.payment.refunded, applied.entries) == (0, ())


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([], "pending"),
        ([UNKNOWN], "pending"),
        ([ACTION], "pending"),
        ([DECLINED], "failed"),
        ([AUTHORIZED], "authorized"),
        ([VOIDED], "voided"),
        ([AUTHORIZED, VOIDED], "voided"),
        ([CAPTURED], "paid"),
        ([PART_CAPTURED], "pending"),
        ([AUTHORIZED, PART_CAPTURED], "pending"),
        ([CAPTURED, refund(1, 1)], "partially_refunded"),
        ([CAPTURED, refund(1, 1000)], "refunded"),
        ([PART_CAPTURED, refund(1, 600)], "refunded"),
        ([CAPTURED, refund(1, 9), refund(1, 9, RefundStatus.FAILED)], "paid"),
    ],
)
def test_the_status_follows_from_the_step_and_the_money(outcomes, status):
    assert play(outcomes)[0].status == status


@pytest.mark.parametrize(
    ("outcomes", "status", "due"),
    [
        ([PART_CAPTURED], "pending", 400),
        ([PART_CAPTURED, refund(1, 600)], "pending", 1000),
        ([PART_CAPTURED, refund(1, 100)], "pending", 500),
        ([PART_CAPTURED, refund(1, 600), replace(CAPTURED, reference="2")], "paid", 0),
        (
            [PART_CAPTURED, refund(1, 600), replace(CAPTURED, reference="2", amount=400)],
            "partially_refunded",
            600,
        ),
        ([PART_CAPTURED, replace(VOIDED, reference="2"), refund(1, 600)], "refunded", 0),
        (
            [PART_CAPTURED, refund(1, 100), replace(VOIDED, reference="2"), refund(2, 500)],
            "refunded",
            -100,
        ),
        ([CAPTURED, refund(1, 1000)], "refunded", 1000),
    ],
)
def test_recorded_money_is_owed_until_the_whole_is_kept_or_no_longer_expected(
    outcomes, status, due
):
    payment = play(outcomes, replace(FRESH, capture=Capture.OFFLINE))[0]
    assert (payment.status, amount_due(payment)) == (status, due)
    assert payment.captured + payment.voided <= payment.authorized
    assert payment.authorized <= payment.amount + payment.refunded


@pytest.mark.parametrize(
    "outcome",
    [
        said(OutcomeKind.AUTHORIZED, 999),
        said(OutcomeKind.CAPTURED, 1001),
        said(OutcomeKind.CAPTURED, 0),
        said(OutcomeKind.CAPTURED, -1),
        replace(CAPTURED, currency="EUR"),
        refund(1, 0),
        refund(1, -5),
    ],
)
def test_facts_that_contradict_the_payment_are_refused(outcome):
    with pytest.raises(OutcomeMismatch):
        apply(FRESH, outcome)


def test_of_what_is_captured_at_once_a_part_is_refused():
    with pytest.raises(OutcomeMismatch):
        apply(replace(FRESH, capture=Capture.AUTOMATIC), PART_CAPTURED)


def test_another_reference_for_the_same_payment_is_refused():
    with pytest.raises(OutcomeMismatch):
        apply(play([ACTION])[0], replace(CAPTURED, reference="pi_2"))


def test_money_that_was_let_go_cannot_be_captured():
    with pytest.raises(OutcomeMismatch):
        apply(play([AUTHORIZED, VOIDED])[0], CAPTURED)


def operation(kind: OperationKind) -> Operation:
    return Operation(ID, ID, kind, OperationStatus.PENDING, 1000, None, NOW)


@pytest.mark.parametrize(
    ("kind", "outcome", "expected"),
    [
        ("capture", CAPTURED, "succeeded"),
        ("capture", AUTHORIZED, "pending"),
        ("capture", UNKNOWN, "pending"),
        ("capture", DECLINED, "failed"),
        ("capture", VOIDED, "failed"),
        ("void", VOIDED, "succeeded"),
        ("void", DECLINED, "succeeded"),
        ("void", CAPTURED, "failed"),
        ("void", UNKNOWN, "pending"),
        ("refund", UNKNOWN, "pending"),
        ("refund", DECLINED, "failed"),
        ("refund", refund(1, 1000), "pending"),
    ],
)
def test_the_answer_to_its_own_call_ends_an_operation(kind, outcome, expected):
    assert operation_status_after(operation(OperationKind(kind)), outcome) == expected


@pytest.mark.parametrize("status", list(RefundStatus))
def test_a_refund_ends_as_the_provider_says_of_that_refund(status):
    fact = RefundFact("re_1", 1000, status, operation_id=ID)
    mine = said(OutcomeKind.CAPTURED, 1000, refunds=(fact,))
    assert operation_status_after(operation(OperationKind.REFUND), mine) == status.value
    others = replace(mine, refunds=(replace(fact, operation_id=OTHER),))
    assert (
        operation_status_after(operation(OperationKind.REFUND), others) is OperationStatus.PENDING
    )


def test_an_old_refusal_does_not_end_an_operation_that_came_after_it():
    authorized, _ = play([AUTHORIZED])
    capture = operation(OperationKind.CAPTURE)
    assert operation_status_given(capture, authorized, DECLINED) is OperationStatus.PENDING
    assert operation_status_after(capture, DECLINED) is OperationStatus.FAILED


def test_a_refusal_says_why():
    refusal = refusal_of(DECLINED.decline_code)
    assert isinstance(refusal, PaymentDeclined)
    assert refusal.extra == {"decline_code": "card_declined"}


def test_a_provider_that_could_not_be_asked_is_no_refusal_of_the_card():
    assert isinstance(refusal_of("provider_unavailable"), ProviderUnavailable)


# A manual payment is told what staff record; the others what a provider can report.
NEWS = {
    Capture.AUTOMATIC: [UNKNOWN, ACTION, DECLINED, said(OutcomeKind.PENDING), VOIDED, CAPTURED],
    Capture.MANUAL: [UNKNOWN, ACTION, DECLINED, AUTHORIZED, VOIDED, PART_CAPTURED, CAPTURED],
    Capture.OFFLINE: [
        said(OutcomeKind.CAPTURED, 400),
        said(OutcomeKind.CAPTURED, 1000),
        VOIDED,
    ],
}
REFUNDS = [
    refund(n, amount, s) for n, amount in ((1, 400), (2, 600), (3, 1000)) for s in RefundStatus
]
# A lookup can report a capture and its refunds at once.
AT_ONCE = [
    replace(captured, refunds=refunded.refunds)
    for captured in (CAPTURED, PART_CAPTURED)
    for refunded in REFUNDS
]


def test_a_status_takes_exactly_the_steps_of_its_table():
    """Every reachable payment, one outcome further."""
    seen: dict[PaymentStatus, set[PaymentStatus]] = {status: set() for status in PaymentStatus}
    for capture, outcomes in NEWS.items():
        known: set[tuple[str, frozenset]] = set()
        waiting = [(replace(AUTOMATIC, capture=capture), frozenset())]
        while waiting:
            payment, booked = waiting.pop()
            for outcome in [*outcomes, *REFUNDS, *AT_ONCE]:
                try:
                    applied = apply(payment, outcome, booked)
                except OutcomeMismatch:
                    continue
                after = applied.payment
                if after.captured > after.amount:  # the database refuses it
                    continue
                if after.status != payment.status:
                    seen[PaymentStatus(payment.status)].add(PaymentStatus(after.status))
                refs = booked | {(entry.kind, entry.reference) for entry in applied.entries}
                if (key := (str(after), refs)) not in known:
                    known.add(key)
                    waiting.append((after, refs))
    # Of money that staff record, an edit of the order can expect more.
    paid = replace(AUTOMATIC, capture=Capture.OFFLINE, step=OutcomeKind.CAPTURED, captured=1000)
    seen[status_of(paid)].add(status_of(replace(paid, amount=1001)))
    assert seen == TRANSITIONS
