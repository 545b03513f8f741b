from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.domain import RefreshUse, use_of_refresh_token

SPENT_AT = datetime(2030, 1, 1, tzinfo=UTC)
GRACE = timedelta(seconds=10)


def use_of(jti: str, seconds: float, grace: timedelta = GRACE) -> RefreshUse:
    now = SPENT_AT + timedelta(seconds=seconds)
    return use_of_refresh_token(
        jti, current="third", spent_last="second", spent_at=SPENT_AT, grace=grace, now=now
    )


@pytest.mark.parametrize("seconds", [0, 5, 10, 100_000])
def test_the_current_token_is_used_for_the_first_time_whenever_that_is(seconds):
    assert use_of("third", seconds) is RefreshUse.FIRST


@pytest.mark.parametrize(
    ("seconds", "use"),
    [
        (-0.1, RefreshUse.REPEATED),
        (0, RefreshUse.REPEATED),
        (9.9, RefreshUse.REPEATED),
        (10, RefreshUse.REUSED),
        (100_000, RefreshUse.REUSED),
    ],
)
def test_the_token_spent_last_is_repeated_until_the_period_is_over(seconds, use):
    assert use_of("second", seconds) is use


def test_an_older_token_is_reused_however_soon():
    assert use_of("first", 0) is RefreshUse.REUSED


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_without_a_period_nothing_is_repeated(seconds):
    assert use_of("second", seconds, grace=timedelta(0)) is RefreshUse.REUSED


def test_a_session_that_never_spent_a_token_takes_no_other_one():
    use = use_of_refresh_token(
        "forged", current="first", spent_last="", spent_at=SPENT_AT, grace=GRACE, now=SPENT_AT
    )
    assert use is RefreshUse.REUSED
