from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.domain import Role
from catalog.reports import count_low_stock, low_stock
from inventory.models import Stock
from orders.models import Order
from orders.reports import DaySales, count_to_fulfill, count_to_pay, sales_by_day
from payments.models import Operation, Payment
from payments.selectors import count_stuck_payments
from staff.models import PersonalDataAccess
from tests.integration.admin import rows

LONDON = ZoneInfo("Europe/London")
# British summer time: an hour ahead of UTC.
NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 7, 2, tzinfo=LONDON)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def order_at(db):
    (variant,) = rows.variants(1)
    return lambda now: rows.order([variant], now=now)


def test_sales_are_summed_by_currency_and_day_of_the_shop(order_at):
    order_at(NOON)
    order_at(MIDNIGHT)
    order_at(MIDNIGHT - MOMENT)
    order_at(MIDNIGHT - timedelta(days=29))
    order_at(MIDNIGHT - timedelta(days=29) - MOMENT)
    order_at(NOON + MOMENT)
    yen = order_at(NOON)
    Order.objects.filter(pk=yen.pk).update(currency="JPY")
    pounds, other = sales_by_day(now=NOON, zone=LONDON)
    assert len(pounds.days) == 30
    assert pounds.days[-2:] == (
        DaySales(date(2026, 7, 1), 1, 1999),
        DaySales(date(2026, 7, 2), 2, 2 * 1999),
    )
    assert pounds.days[0] == DaySales(date(2026, 6, 3), 1, 1999)
    assert (pounds.orders, pounds.net, pounds.today.orders) == (4, 4 * 1999, 2)
    assert (other.currency, other.orders) == ("JPY", 1)


def test_sales_are_net_of_refunds_and_without_what_was_canceled(order_at):
    paid, refunded, canceled = (order_at(NOON) for _ in range(3))
    money = {"status": "paid", "step": "captured", "authorized": 1999, "captured": 1999}
    Payment.objects.filter(order=paid).update(**money)
    Payment.objects.filter(order=refunded).update(**money)
    Payment.objects.filter(order=refunded).update(status="partially_refunded", refunded=500)
    Order.objects.filter(pk=canceled.pk).update(status="canceled")
    order_at(NOON)
    (sales,) = sales_by_day(now=NOON, zone=LONDON)
    assert (sales.orders, sales.net) == (3, 3 * 1999 - 500)
    assert (sales.refunded, sales.unpaid) == (500, 1999)


@pytest.mark.parametrize(
    ("status", "payment", "fulfillment", "to_fulfill", "to_pay"),
    [
        ("open", "paid", "unfulfilled", 1, 0),
        ("open", "authorized", "unfulfilled", 1, 0),
        ("open", "partially_refunded", "partially_fulfilled", 1, 0),
        ("open", "pending", "unfulfilled", 0, 1),
        ("open", "pending", "fulfilled", 0, 1),
        ("open", "refunded", "unfulfilled", 0, 0),
        ("open", "paid", "fulfilled", 0, 0),
        ("open", "failed", "unfulfilled", 0, 0),
        ("canceled", "paid", "unfulfilled", 0, 0),
        ("canceled", "pending", "unfulfilled", 0, 0),
        ("completed", "paid", "unfulfilled", 0, 0),
    ],
)
def test_what_is_to_do_about_an_order(
    order_at, boss, status, payment, fulfillment, to_fulfill, to_pay
):
    order = order_at(NOON)
    Order.objects.filter(pk=order.pk).update(
        status=status,
        completed_at=timezone.now() if status == "completed" else None,
        payment_status=payment,
        fulfillment_status=fulfillment,
    )
    assert (count_to_fulfill(), count_to_pay()) == (to_fulfill, to_pay)
    for to_do, count in (("fulfill", to_fulfill), ("pay", to_pay)):
        page = boss.get(f"/admin/orders/order/?to_do={to_do}")
        assert page.context["cl"].result_count == count


def test_a_payment_is_stuck_when_its_end_is_not_known_for_a_quarter_of_an_hour(order_at, boss):
    now = timezone.now()
    long_ago = now - timedelta(minutes=15, seconds=1)
    settled, waiting, recent, refunding = (order_at(NOON).payments.get() for _ in range(4))
    Payment.objects.update(created_at=long_ago)
    Payment.objects.filter(pk=waiting.pk).update(next_attempt_at=now)
    Payment.objects.filter(pk=recent.pk).update(
        next_attempt_at=now, created_at=now - timedelta(minutes=14)
    )
    Operation.objects.create(
        payment=refunding, kind="refund", amount=1, created_at=long_ago, next_attempt_at=now
    )
    assert count_stuck_payments(now=now) == 2
    page = boss.get("/admin/payments/payment/?outcome=stuck")
    assert {row.pk for row in page.context["cl"].result_list} == {waiting.pk, refunding.pk}
    assert settled.next_attempt_at is None


def test_stock_is_low_when_few_units_can_still_be_bought(db):
    few, held, plenty, untracked, backorder, withdrawn = rows.variants(6)
    levels = {
        few: {"on_hand": 5, "reserved": 0},
        held: {"on_hand": 9, "reserved": 7},
        plenty: {"on_hand": 6, "reserved": 0},
        untracked: {"on_hand": 0, "reserved": 0, "tracked": False},
        backorder: {"on_hand": 0, "reserved": 0, "backorder": True},
        withdrawn: {"on_hand": 0, "reserved": 0},
    }
    for variant, level in levels.items():
        Stock.objects.filter(pk=variant.pk).update(**level)
    withdrawn.product.deleted_at = NOON
    withdrawn.product.save()
    assert [each.variant_id for each in low_stock(limit=9)] == [held.pk, few.pk]
    assert count_low_stock() == 2


@pytest.mark.parametrize("count", [1, 20])
def test_the_start_page_costs_the_same_however_much_is_to_do(boss, assert_statements, count):
    rows.shop(count)
    Stock.objects.update(on_hand=1)
    # Session, user and roles; six counts; two of sales; three lists; that names were shown.
    with assert_statements(3 + 6 + 2 + 3 + 1):
        page = boss.get("/admin/").content.decode()
    for title in ("To do", "Sales of the last 30 days", "Latest orders", "Low stock"):
        assert f">{title}</h2>" in page
    assert f"£{19.99 * count:.2f}" in page
    assert page.count("<rect") == 30
    assert 'href="/admin/orders/order/?to_do=pay"' in page


def test_the_start_page_shows_nobody_what_is_not_his(browser_of):
    page = browser_of(Role.SUPPORT).get("/admin/").content.decode()
    assert ">Latest orders</h2>" in page
    assert ">Failed jobs</h2>" not in page
    assert "procrastinatejob" not in page


def test_the_start_page_names_buyers_and_that_is_recorded(boss):
    rows.shop(1)
    page = boss.get("/admin/").content.decode()
    assert Order.objects.get().number in page
    assert "Ada Lovelace" in page
    seen = PersonalDataAccess.objects.get(actor=boss.user)
    assert (seen.operation, seen.path) == ("admin:index", "/admin/")


def test_the_admin_tells_times_of_the_shop_and_the_api_utc(boss, order_at, client_of, settings):
    settings.SHOP_TIME_ZONE = ZoneInfo("Asia/Tokyo")
    order = order_at(NOON)
    assert "2 Jul 2026, 21:00" in boss.get("/admin/orders/order/").content.decode()
    assert "2 Jul, 21:00" in boss.get("/admin/").content.decode()
    body = client_of(Role.SUPPORT).get(f"/api/v1/orders/{order.number}").json()
    assert body["placed_at"] == "2026-07-02T12:00:00Z"
    days = "placed_at_from=2026-07-03&placed_at_to=2026-07-03"
    assert boss.get(f"/admin/orders/order/?{days}").context["cl"].result_count == 0
    Order.objects.update(placed_at=datetime(2026, 7, 2, 15, tzinfo=UTC))
    assert boss.get(f"/admin/orders/order/?{days}").context["cl"].result_count == 1
