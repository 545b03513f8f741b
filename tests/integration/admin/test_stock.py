from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.domain import Role
from inventory.models import Movement, Stock
from tests.integration.admin import rows


@pytest.fixture
def stock(db: None) -> Stock:
    """Ten on hand, one of them held."""
    return rows.variants(1)[0].stock


def adjust(client, stock, delta, reason="counted"):
    url = reverse("admin:inventory_stock_adjust", args=[stock.pk])
    return client.post(url, {"delta": delta, "reason": reason, "_form_submitted": "True"})


def said(client) -> str:
    return client.get("/admin/").content.decode()


def test_an_adjustment_is_a_movement_with_who_and_why(boss, stock):
    response = adjust(boss, stock, -3)
    assert response["HX-Redirect"] == reverse("admin:inventory_stock_change", args=[stock.pk])
    stock.refresh_from_db()
    assert (stock.on_hand, stock.reserved) == (7, 1)
    movement = Movement.objects.get(kind="adjustment")
    assert (movement.delta, movement.reason, movement.actor) == (-3, "counted", boss.user)
    assert "Stock adjusted." in said(boss)


def test_an_adjustment_below_what_is_held_is_refused_and_says_so(boss, stock):
    adjust(boss, stock, -10)
    stock.refresh_from_db()
    assert stock.on_hand == 10
    assert not Movement.objects.filter(kind="adjustment").exists()
    assert "There are not enough units left" in said(boss)


@pytest.mark.parametrize("delta", ["0", "1.5", "ten", "", "99999999999999999999"])
def test_what_is_no_adjustment_is_asked_for_again(boss, stock, delta):
    response = adjust(boss, stock, delta)
    assert response.status_code == 200
    assert "HX-Redirect" not in response
    assert Movement.objects.count() == 1


def test_an_adjustment_needs_a_reason(boss, stock):
    assert "This field is required." in adjust(boss, stock, 1, reason="").content.decode()


def test_looking_at_the_form_of_an_adjustment_changes_nothing(boss, stock):
    url = reverse("admin:inventory_stock_adjust", args=[stock.pk])
    assert boss.get(f"{url}?delta=5&reason=x&_form_submitted=True").status_code == 200
    assert Movement.objects.count() == 1


def test_support_cannot_adjust_and_fulfillment_can(browser_of, stock):
    assert adjust(browser_of(Role.SUPPORT), stock, 1).status_code == 403
    assert adjust(browser_of(Role.FULFILLMENT), stock, 1).status_code == 200
    stock.refresh_from_db()
    assert stock.on_hand == 11


def test_the_figures_are_not_typed_even_by_a_forged_request(boss, stock):
    url = reverse("admin:inventory_stock_change", args=[stock.pk])
    forged = {"on_hand": 99, "reserved": 0, "tracked": "on", "backorder": "on",
              "movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0}  # fmt: skip
    assert boss.post(url, forged).status_code == 302
    stock.refresh_from_db()
    assert (stock.on_hand, stock.reserved, stock.backorder) == (10, 1, True)


def test_backorder_cannot_end_while_more_is_promised_than_there_is(boss, stock):
    Stock.objects.update(backorder=True, on_hand=-2)
    url = reverse("admin:inventory_stock_change", args=[stock.pk])
    response = boss.post(
        url, {"tracked": "on", "movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0}
    )
    assert "adjust the stock first" in response.content.decode()
    stock.refresh_from_db()
    assert stock.backorder
