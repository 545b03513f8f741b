"""The two tables of a checkout, row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout.domain import (
    AlreadyDone,
    CheckoutStatus,
    Decision,
    PaymentFacts,
    PaymentNews,
    PlaceOrder,
    Reopen,
    ReturnMoney,
    Wait,
    decide,
    news_of,
)
from checkout.models import Checkout
from checkout.services.changes import transition
from core.states import InvalidTransition
from tests.unit.payments.fresh import Payment

FACTS = PaymentFacts(PaymentNews.PAID, in_progress=True, covers_total=True)
PAID = [PaymentNews.PAID, PaymentNews.PAID_IN_PART]
OVER = [PaymentNews.REFUSED, PaymentNews.RETURNED]
OPEN = [PaymentNews.IN_PROGRESS, PaymentNews.REQUIRES_ACTION]
PAYING = ["completing", "requires_action"]
NOT_PAYING = ["incomplete", "ready", "canceled", "expired"]


@pytest.mark.parametrize(
    ("current", "allowed"),
    [
        ("incomplete", "ready canceled expired"),
        ("ready", "incomplete completing completed canceled expired"),
        ("completing", "requires_action completed ready incomplete canceled expired"),
        ("requires_action", "completing completed ready incomplete canceled expired"),
        ("expired", "completed canceled"),
        ("completed", ""),
        ("canceled", ""),
    ],
)
def test_a_checkout_takes_exactly_the_steps_of_its_table(current: str, allowed: str) -> None:
    for wanted in CheckoutStatus:
        checkout = Checkout(status=current)
        if wanted in {current, *allowed.split()}:
            transition(checkout, wanted)
            assert checkout.status == wanted
        else:
            with pytest.raises(InvalidTransition) as refusal:
                transition(checkout, wanted)
            assert checkout.status == current
            assert refusal.value.extra == {
                "from": current,
                "to": wanted,
                "allowed": sorted(allowed.split()),
            }


def decided(status: str, *, missing: bool = False, **facts: object) -> Decision:
    return decide(CheckoutStatus(status), replace(FACTS, **facts), missing=missing)


@pytest.mark.parametrize("news", PaymentNews)
@pytest.mark.parametrize("status", CheckoutStatus)
def test_the_payment_of_an_order_changes_nothing_of_its_checkout(
    status: CheckoutStatus, news: PaymentNews
) -> None:
    assert decided(status, news=news, has_order=True) == AlreadyDone()


@pytest.mark.parametrize("news", [*PAID, *OPEN])
def test_a_second_payment_of_an_order_goes_back(news: PaymentNews) -> None:
    assert decided("completed", news=news) == ReturnMoney("paid_twice")


@pytest.mark.parametrize("news", PAID)
def test_money_for_what_is_still_a_draft_goes_back(news: PaymentNews) -> None:
    assert decided("draft", news=news) == ReturnMoney("checkout_changed")


@pytest.mark.parametrize("news", OVER)
def test_a_second_payment_that_came_to_nothing_changes_nothing(news: PaymentNews) -> None:
    assert decided("completed", news=news) == AlreadyDone()


@pytest.mark.parametrize("news", PAID)
@pytest.mark.parametrize("missing", [False, True])
def test_money_for_a_canceled_checkout_goes_back(news: PaymentNews, missing: bool) -> None:
    assert decided("canceled", news=news, missing=missing) == ReturnMoney("checkout_canceled")


@pytest.mark.parametrize("news", PAID)
@pytest.mark.parametrize("status", ["incomplete", "ready", *PAYING, "expired"])
def test_money_for_a_checkout_that_has_changed_goes_back(status: str, news: PaymentNews) -> None:
    assert decided(status, news=news, missing=True) == ReturnMoney("checkout_changed")
    assert decided(status, news=news, covers_total=False) == ReturnMoney("checkout_changed")


@pytest.mark.parametrize("status", ["incomplete", "ready", *PAYING, "expired"])
def test_a_part_of_the_money_buys_nothing(status: str) -> None:
    assert decided(status, news=PaymentNews.PAID_IN_PART) == ReturnMoney("paid_in_part")


def test_money_of_a_payment_that_was_given_up_goes_back() -> None:
    assert decided("expired", given_up=True) == ReturnMoney("abandoned")
    for status in ("ready", *PAYING):
        assert decided(status, given_up=True) == ReturnMoney("paid_otherwise")


@pytest.mark.parametrize("in_progress", [False, True])
@pytest.mark.parametrize("status", ["ready", *PAYING, "expired"])
def test_the_whole_money_places_the_order_however_late(status: str, in_progress: bool) -> None:
    assert decided(status, in_progress=in_progress) == PlaceOrder()


@pytest.mark.parametrize("status", PAYING)
@pytest.mark.parametrize("news", OVER)
def test_a_payment_that_came_to_nothing_opens_the_checkout_again(
    status: str, news: PaymentNews
) -> None:
    assert decided(status, news=news) == Reopen()


@pytest.mark.parametrize("status", PAYING)
def test_a_payment_in_progress_is_waited_for(status: str) -> None:
    assert decided(status, news=PaymentNews.REQUIRES_ACTION) == Wait(CheckoutStatus.REQUIRES_ACTION)
    assert decided(status, news=PaymentNews.IN_PROGRESS) == Wait(CheckoutStatus.COMPLETING)


@pytest.mark.parametrize("news", [*OVER, *OPEN])
def test_news_without_money_of_an_earlier_payment_changes_nothing(news: PaymentNews) -> None:
    for status in PAYING:
        assert decided(status, news=news, in_progress=False) == AlreadyDone()
    for status in NOT_PAYING:
        assert decided(status, news=news) == AlreadyDone()


@pytest.mark.parametrize(
    ("columns", "news"),
    [
        ({}, PaymentNews.IN_PROGRESS),
        ({"step": "unknown"}, PaymentNews.IN_PROGRESS),
        ({"step": "pending"}, PaymentNews.IN_PROGRESS),
        ({"step": "requires_action"}, PaymentNews.REQUIRES_ACTION),
        ({"step": "declined"}, PaymentNews.REFUSED),
        ({"step": "voided"}, PaymentNews.REFUSED),
        ({"step": "voided", "authorized": 1000, "voided": 1000}, PaymentNews.REFUSED),
        ({"step": "authorized", "authorized": 1000}, PaymentNews.PAID),
        ({"step": "captured", "authorized": 1000, "captured": 1000}, PaymentNews.PAID),
        (
            {"step": "captured", "authorized": 1000, "captured": 600, "voided": 400},
            PaymentNews.PAID_IN_PART,
        ),
        (
            {"step": "captured", "authorized": 1000, "captured": 1000, "refunding": 1000},
            PaymentNews.RETURNED,
        ),
        (
            {"step": "captured", "authorized": 1000, "captured": 1000, "refunded": 1000},
            PaymentNews.RETURNED,
        ),
    ],
)
def test_what_a_payment_amounts_to(columns: dict[str, object], news: PaymentNews) -> None:
    assert news_of(replace(Payment(), **columns)) is news
