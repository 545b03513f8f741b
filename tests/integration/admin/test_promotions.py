"""Promotions in the admin: money and words in, what the API has out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import Role
from pricing.models import Promotion, PromotionCode
from tests.promotions import offer

pytestmark = pytest.mark.django_db
ADD = "/admin/pricing/promotion/add/"
LIST = "/admin/pricing/promotion/"


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


@pytest.fixture
def manager(browser_of: Callable[..., Client]) -> Client:
    return browser_of(Role.MANAGER)


def form(**values: Any) -> dict[str, Any]:
    return {
        "title": "Ten off",
        "type": "percent",
        "percent": "10",
        "target": "order",
        "currency": "gbp",
        "priority": "0",
        "active": "on",
        "combines_with": ["product", "order", "shipping"],
        "codes-TOTAL_FORMS": "0",
        "codes-INITIAL_FORMS": "0",
        **values,
    }


def page_of(promotion: Promotion) -> str:
    return reverse("admin:pricing_promotion_change", args=[promotion.pk])


def fields_of(browser: Client, promotion: Promotion) -> dict[str, Any]:
    """What the page of a promotion would send if nothing was changed."""
    shown = browser.get(page_of(promotion)).context["adminform"].form
    values = {name: shown[name].value() for name in shown.fields}
    times = {f"{name}_{part}": "" for name in ("starts_at", "ends_at") for part in (0, 1)}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    return form() | {"percent": "", "codes-INITIAL_FORMS": "0"} | times | sent


@pytest.mark.parametrize(
    ("values", "action"),
    [
        ({}, {"type": "percent", "percent": "10", "target": "order"}),
        ({"percent": "12.50", "target": "shipping"},
         {"type": "percent", "percent": "12.50", "target": "shipping"}),
        ({"type": "amount", "amount": "5.00", "target": "lines"},
         {"type": "amount", "amount": money(500), "target": "lines"}),
        ({"type": "fixed_price", "amount": "19.99"},
         {"type": "fixed_price", "amount": money(1_999)}),
        ({"type": "free_shipping"}, {"type": "free_shipping"}),
        ({"type": "buy_x_get_y", "buy": "2", "get": "1", "percent": "100"},
         {"type": "buy_x_get_y", "buy": 2, "get": 1, "percent": "100"}),
        ({"type": "tiered", "steps": "50 = 10%\n\n100.50: 20.00"},
         {"type": "tiered", "tiers": [
             {"min_subtotal": money(5_000), "percent": "10"},
             {"min_subtotal": money(10_050), "amount": money(2_000)}]}),
        ({"type": "quantity_breaks", "steps": "3 = 5%\n10 = 4.50"},
         {"type": "quantity_breaks", "breaks": [
             {"min_quantity": 3, "percent": "5"}, {"min_quantity": 10, "amount": money(450)}]}),
        ({"type": "bundle", "amount": "30", "bundle": "TEA POT\nMUG x 2"},
         {"type": "bundle", "amount": money(3_000), "items": [
             {"sku": "TEA POT", "quantity": 1}, {"sku": "MUG", "quantity": 2}]}),
    ],
)  # fmt: skip
def test_what_it_takes_off_is_written_in_money_and_words(
    manager: Client, values: dict[str, Any], action: dict[str, Any]
) -> None:
    response = manager.post(ADD, form(**values))

    assert response.status_code == 302, response.context["errors"]
    promotion = Promotion.objects.get()
    assert promotion.action == action
    assert (promotion.conditions, promotion.automatic) == ({}, True)

    again = manager.post(page_of(promotion), fields_of(manager, promotion))
    assert again.status_code == 302, again.context["errors"]
    promotion.refresh_from_db()
    assert promotion.action == action


def test_conditions_codes_and_limits_are_kept(manager: Client) -> None:
    values = {
        "codes": "WELCOME10\n welcome20 \n",
        "min_subtotal": "50",
        "min_quantity": "3",
        "skus": "MUG",
        "categories": "mugs\nteapots",
        "countries": "GB",
        "first_order": "on",
        "weekdays": ["6", "7"],
        "usage_limit": "100",
        "per_customer_limit": "1",
        "starts_at_0": "2026-12-01",
        "starts_at_1": "00:00",
        "exclusive": "on",
    }

    response = manager.post(ADD, form(**values))

    assert response.status_code == 302, response.context["errors"]
    promotion = Promotion.objects.get()
    assert promotion.conditions == {
        "min_subtotal": money(5_000),
        "min_quantity": 3,
        "first_order": True,
        "weekdays": [6, 7],
        "skus": ["MUG"],
        "categories": ["mugs", "teapots"],
        "countries": ["GB"],
    }
    assert (promotion.usage_limit, promotion.per_customer_limit) == (100, 1)
    assert (promotion.automatic, promotion.exclusive) == (False, True)
    assert list(promotion.codes.order_by("id").values_list("code", flat=True)) == [
        "WELCOME10", "welcome20",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"percent": "101"}, "percent"),
        ({"percent": "0"}, "percent"),
        ({"percent": ""}, "percent"),
        ({"currency": "XXX"}, "currency"),
        ({"type": "amount", "amount": "1.999"}, "amount"),
        ({"type": "amount", "amount": "-1"}, "amount"),
        ({"type": "amount", "amount": "99999999999"}, "amount"),
        ({"type": "amount", "amount": "0"}, "amount"),
        ({"type": "buy_x_get_y", "buy": "2"}, "get"),
        ({"type": "tiered", "steps": ""}, "steps"),
        ({"type": "tiered", "steps": "a lot = 5%"}, "steps"),
        ({"type": "tiered", "steps": "50 = 5%\n40 = 6%"}, "steps"),
        ({"type": "tiered", "steps": "50.005 = 5%"}, "steps"),
        ({"type": "quantity_breaks", "steps": "1.5 = 5%"}, "steps"),
        ({"type": "bundle", "amount": "5", "bundle": "MUG"}, "bundle"),
        ({"countries": "England"}, "countries"),
        ({"min_subtotal": "1.001"}, "min_subtotal"),
        ({"codes": "TWO WORDS"}, "codes"),
        ({"codes": "taken"}, "codes"),
        ({"starts_at_0": "2026-12-02", "starts_at_1": "00:00",
          "ends_at_0": "2026-12-01", "ends_at_1": "00:00"}, "ends_at"),
        ({"usage_limit": "-5"}, "usage_limit"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_explained_where_it_is(
    manager: Client, values: dict[str, Any], field: str
) -> None:
    offer("TAKEN")

    response = manager.post(ADD, form(**values))

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert Promotion.objects.count() == 1


def test_the_list_says_what_each_does_and_how_often_it_was_used(manager: Client) -> None:
    offer("WELCOME10", title="Welcome", usage_limit=500)
    offer(title="Ship", action={"type": "free_shipping"})

    page = manager.get(LIST).content.decode()

    for text in ("10% off the order", "By code WELCOME10", "500", "Free shipping", "By itself"):
        assert text in page
    assert "Welcome" in manager.get(f"{LIST}?q=welcome10").content.decode()


def test_codes_are_generated_and_exported(manager: Client) -> None:
    offer(title="Bulk")
    promotion = Promotion.objects.get()
    generate = reverse("admin:pricing_promotion_generate", args=[promotion.pk])

    response = manager.post(generate, {"count": "3", "prefix": "SUN", "_form_submitted": "True"})

    assert response.status_code in {200, 302}, response.content
    codes = list(PromotionCode.objects.order_by("id").values_list("code", flat=True))
    assert len(codes) == 3
    exported = manager.get(reverse("admin:pricing_promotion_export", args=[promotion.pk]))
    assert exported["Content-Type"] == "text/csv; charset=utf-8"
    lines = exported.content.decode().splitlines()
    assert lines[0] == "code,usage_limit,used,held,created_at"
    assert [line.split(",")[:4] for line in lines[1:]] == [[code, "1", "0", "0"] for code in codes]


def test_those_who_may_only_read_change_nothing(browser_of: Callable[..., Client]) -> None:
    support = browser_of(Role.SUPPORT)
    offer("WELCOME10")
    promotion = Promotion.objects.get()

    assert support.get(page_of(promotion)).status_code == 200
    assert support.post(page_of(promotion), form(title="Other")).status_code == 403
    assert support.get(ADD).status_code == 403
    generate = reverse("admin:pricing_promotion_generate", args=[promotion.pk])
    assert support.post(generate, {"count": "3", "_form_submitted": "True"}).status_code == 403
    assert PromotionCode.objects.count() == 1
