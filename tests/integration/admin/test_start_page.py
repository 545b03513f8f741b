from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.domain import Role
from catalog.reports import low_stock
from inventory.models import Stock
from orders.models import Order
from orders.reports import Sales, sales_by_currency
from tests.integration.admin import rows

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MIDNIGHT = NOON.replace(hour=0)


def test_sales_are_summed_by_currency_for_today_and_the_week(db):
    (variant,) = rows.variants(1)
    rows.order([variant], now=NOON)
    rows.order([variant], now=MIDNIGHT)
    rows.order([variant], now=MIDNIGHT - timedelta(microseconds=1))
    rows.order([variant], now=NOON - timedelta(days=7, microseconds=1))
    yen = rows.order([variant], now=MIDNIGHT - timedelta(hours=1))
    canceled = rows.order([variant], now=NOON)
    Order.objects.filter(pk=yen.pk).update(currency="JPY")
    Order.objects.filter(pk=canceled.pk).update(status="canceled")
    assert sales_by_currency(now=NOON) == [
        Sales("GBP", 2, 2 * 1999, 3, 3 * 1999),
        Sales("JPY", 0, 0, 1, 1999),
    ]


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


@pytest.mark.parametrize("count", [1, 20])
def test_the_start_page_takes_a_statement_a_panel(boss, assert_statements, count):
    rows.shop(count)
    Stock.objects.update(on_hand=1)
    with assert_statements(3 + 4):
        page = boss.get("/admin/").content.decode()
    for title in ("Sales", "Latest orders", "Low stock", "Failed jobs"):
        assert f">{title}</h2>" in page
    assert f"£{19.99 * count:.2f}" in page


def test_the_start_page_shows_nobody_what_is_not_his(browser_of):
    page = browser_of(Role.SUPPORT).get("/admin/").content.decode()
    assert ">Latest orders</h2>" in page
    assert ">Failed jobs</h2>" not in page


def test_the_start_page_names_no_customer(boss):
    rows.shop(3)
    emails = set(Order.objects.values_list("email", flat=True))
    assert emails
    page = boss.get("/admin/").content.decode()
    assert Order.objects.latest("id").number in page
    assert not [email for email in emails if email in page]
