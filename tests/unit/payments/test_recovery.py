from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from payments.domain import (
    NOT_PROCESSED,
    PROVIDER_UNAVAILABLE,
    OutcomeKind,
    PaymentStatus,
    backoff,
    next_lookup_at,
    outcome_if_not_found,
)
from tests.unit.payments.fresh import FRESH as PAYMENT
from tests.unit.payments.fresh import ID, NOW, Payment

GRACE = timedelta(seconds=30)


def due(payment: Payment, now: datetime = NOW) -> datetime | None:
    return next_lookup_at(payment, lookup_attempts=0, grace=GRACE, now=now)


def test_pauses_double_up_to_an_hour():
    pauses = [backoff(GRACE, attempts).total_seconds() for attempts in (0, 1, 2, 3, 4, 5, 30, 9999)]
    assert pauses == [30, 30, 30, 60, 120, 240, 3600, 3600]


@pytest.mark.parametrize(
    "step",
    [None, OutcomeKind.UNKNOWN, OutcomeKind.REQUIRES_ACTION, OutcomeKind.PENDING],
)
def test_what_is_open_is_looked_at_again(step):
    assert due(replace(PAYMENT, step=step)) == NOW + GRACE


def test_money_without_an_order_is_looked_at_until_it_has_one_or_is_given_back():
    paid = replace(PAYMENT, step=OutcomeKind.CAPTURED, status=PaymentStatus.PAID)
    assert due(paid) == NOW + GRACE
    assert due(replace(paid, order_id=ID)) is None
    assert due(replace(paid, status=PaymentStatus.REFUNDED)) is None


def test_a_refusal_of_what_the_provider_keeps_nothing_of_is_final():
    declined = replace(PAYMENT, step=OutcomeKind.DECLINED, decline_code="card_declined")
    assert due(declined) is None


def test_a_refusal_that_the_buyer_can_still_turn_is_watched_for_a_day():
    declined = replace(
        PAYMENT, step=OutcomeKind.DECLINED, decline_code="card_declined", reference="pi_1"
    )
    assert due(declined, NOW + timedelta(hours=24)) is not None
    assert due(declined, NOW + timedelta(hours=24, seconds=1)) is None


@pytest.mark.parametrize("code", [NOT_PROCESSED, PROVIDER_UNAVAILABLE])
def test_a_call_that_never_arrived_is_watched_for_a_day(code):
    lost = replace(PAYMENT, step=OutcomeKind.DECLINED, decline_code=code)
    assert due(lost, NOW + timedelta(hours=24)) is not None
    assert due(lost, NOW + timedelta(hours=24, seconds=1)) is None


def test_absence_is_a_refusal_only_when_the_call_cannot_be_on_its_way_any_more():
    within = outcome_if_not_found(PAYMENT, grace=GRACE, now=NOW + GRACE - timedelta(seconds=1))
    assert within.kind is OutcomeKind.UNKNOWN
    after = outcome_if_not_found(PAYMENT, grace=GRACE, now=NOW + GRACE)
    assert (after.kind, after.decline_code) == (OutcomeKind.DECLINED, NOT_PROCESSED)
