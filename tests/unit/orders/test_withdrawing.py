"""Which units are withdrawn from, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orders.domain import (
    LineUnits,
    UnknownItem,
    WithdrawalExceedsOrdered,
    WithdrawalPeriodOver,
    keeps_nothing,
    last_arrival,
    require_within_period,
    units_to_withdraw,
    withdrawal_deadline,
)

DAY = timedelta(days=1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class Sent:
    status: str = "shipped"
    created_at: datetime = NOON
    delivered_at: datetime | None = None


@pytest.mark.parametrize(
    ("sendings", "assumed_days", "arrived"),
    [
        ([], 14, None),
        ([Sent("canceled")], 14, None),
        ([Sent("delivered", NOON, NOON + DAY)], 0, NOON + DAY),
        ([Sent()], 14, NOON + 14 * DAY),
        ([Sent()], 0, None),
        ([Sent("delivered", NOON, NOON + DAY), Sent()], 0, None),
        ([Sent("delivered", NOON, NOON + DAY), Sent()], 3, NOON + 3 * DAY),
        ([Sent("delivered", NOON, NOON + 9 * DAY), Sent()], 3, NOON + 9 * DAY),
    ],
)
def test_the_last_part_arrives_when_it_is_delivered_or_counts_as_such(
    sendings, assumed_days, arrived
):
    assert last_arrival(sendings, assumed_days=assumed_days) == arrived


@pytest.mark.parametrize(
    ("arrived", "days", "zone", "deadline"),
    [
        ("2026-06-01T00:00", 14, "UTC", "2026-06-15T23:59:59"),
        ("2026-06-01T23:59", 14, "UTC", "2026-06-15T23:59:59"),
        ("2026-05-30T12:00", 14, "UTC", "2026-06-15T23:59:59"),  # Saturday → Monday
        ("2026-05-31T12:00", 14, "UTC", "2026-06-15T23:59:59"),  # Sunday → Monday
        ("2026-10-12T12:00", 14, "Europe/London", "2026-10-26T23:59:59"),  # clocks went back
        ("2026-10-11T12:00", 14, "America/New_York", "2026-10-27T03:59:59"),
    ],
)
def test_the_period_ends_with_a_working_day_of_the_shop(arrived, days, zone, deadline):
    at = datetime.fromisoformat(arrived).replace(tzinfo=UTC)
    found = withdrawal_deadline(at, days=days, zone=ZoneInfo(zone))
    assert found.isoformat() == f"{deadline}+00:00"


def test_the_last_second_is_within_the_period():
    require_within_period(None, NOON)
    require_within_period(NOON, NOON + timedelta(milliseconds=999))
    with pytest.raises(WithdrawalPeriodOver) as refused:
        require_within_period(NOON, NOON + timedelta(seconds=1))
    assert refused.value.extra == {"deadline": NOON}


LINES = {
    "SENT": LineUnits(ordered=3, fulfilled=3, claimed=1),
    "HALF": LineUnits(ordered=4, fulfilled=2),
    "NONE": LineUnits(ordered=2, refunded=1),
    "GONE": LineUnits(ordered=1, refunded=1),
}


@pytest.mark.parametrize(
    ("wanted", "unsent", "sent", "everything"),
    [
        ({}, {"HALF": 2, "NONE": 1}, {"SENT": 2, "HALF": 2}, True),
        ({"HALF": 2}, {"HALF": 2}, {}, False),
        ({"HALF": 3}, {"HALF": 2}, {"HALF": 1}, False),
        ({"SENT": 1}, {}, {"SENT": 1}, False),
        ({"SENT": 2, "HALF": 4, "NONE": 1}, {"HALF": 2, "NONE": 1}, {"SENT": 2, "HALF": 2}, True),
    ],
)
def test_units_that_were_not_sent_come_first(wanted, unsent, sent, everything):
    found = units_to_withdraw(wanted, LINES)
    assert (found.unsent, found.sent, found.everything) == (unsent, sent, everything)
    assert not found.cancels


def test_all_of_an_order_before_it_is_sent_is_a_cancellation():
    lines = {"A": LineUnits(ordered=2), "B": LineUnits(ordered=1)}
    assert units_to_withdraw({}, lines).cancels
    assert units_to_withdraw({"B": 1, "A": 2}, lines).cancels
    assert not units_to_withdraw({"A": 2}, lines).cancels


@pytest.mark.parametrize(
    ("wanted", "short"),
    [
        ({"SENT": 3, "HALF": 1}, [{"sku": "SENT", "left": 2}]),
        ({"GONE": 1}, [{"sku": "GONE", "left": 0}]),
    ],
)
def test_what_comes_back_already_is_not_withdrawn_from_again(wanted, short):
    with pytest.raises(WithdrawalExceedsOrdered) as refused:
        units_to_withdraw(wanted, LINES)
    assert refused.value.extra == {"items": short}


def test_there_has_to_be_something_to_withdraw_from():
    with pytest.raises(WithdrawalExceedsOrdered):
        units_to_withdraw({}, {"GONE": LINES["GONE"]})
    with pytest.raises(UnknownItem):
        units_to_withdraw({"NOPE": 1}, LINES)


def test_a_buyer_keeps_nothing_when_all_comes_back_or_was_refunded():
    assert keeps_nothing([LINES["GONE"], LineUnits(ordered=1, fulfilled=1, claimed=1)])
    assert not keeps_nothing([LINES["SENT"]])
    assert not keeps_nothing([LINES["NONE"]])
