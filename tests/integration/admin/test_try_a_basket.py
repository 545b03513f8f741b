"""Managers try their rules on a basket: the ledger in money and words, and nothing stored."""

from __future__ import annotations

from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import Role
from carts.admin_site.ledgers import parts_of, percent, why
from carts.models import Cart
from carts.reports import PricePreview
from catalog.domain import Offer
from core.ids import uuid7
from pricing.domain import (
    AppliedPromotion,
    Basket,
    Entry,
    Explanation,
    Item,
    Kind,
    RejectedPromotion,
)
from pricing.domain.ledger import quote_of
from staff.models import PersonalDataAccess
from tests.pricing import NOW
from tests.shop import stock_variants

pytestmark = pytest.mark.django_db
BASKET = {"items": "SKU-0 2\n\nSKU-1", "currency": "gbp"}


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    return stock_variants(2)


@pytest.fixture
def manager(browser_of: Any) -> Client:
    return browser_of(Role.MANAGER)


def shown(browser: Client, **values: str) -> str:
    response = browser.post(reverse("try_a_basket"), {**BASKET, **values})
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def test_a_basket_shows_its_ledger_in_money_and_words(manager: Client, settings: Any) -> None:
    settings.TAX_RATE = Decimal("0.175")

    page = shown(manager, shipping="3.95", country="gb", at="2026-12-24T12:00")

    for text in ("£30.01", "£3.95", "£5.94", "£39.90", "£10.00 a unit", "17.5% of £20.00"):
        assert text in page
    for title in ("Totals", "Taxes", "Lines", "Ledger", "Promotions that applied"):
        assert f'aria-label="{title}"' in page
    assert "None applied." in page
    assert not Cart.objects.exists()
    assert not PersonalDataAccess.objects.exists()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"items": ""}, "This field is required."),
        ({"items": "NONE 2"}, "These SKUs are not for sale: NONE."),
        ({"items": "SKU-0\nSKU-1 0"}, "Line 2: a quantity is from 1 to 9,999."),
        ({"items": "SKU-0 10000"}, "Line 1: a quantity is from 1 to 9,999."),
        ({"items": "SKU-0 9999\nSKU-0"}, "A cart holds at most 1,000 lines"),
        ({"items": "\n".join(f"S-{n}" for n in range(1_001))}, "at most 1,000 lines."),
        ({"currency": "XYZ"}, "Enter a valid currency code."),
        ({"currency": "JPY"}, "have no price in the cart's currency"),
        ({"country": "XX"}, "There is no country with this code."),
        ({"shipping": "1.999"}, "GBP amounts have at most 2 decimal places."),
        ({"shipping": "-1"}, "greater than or equal to 0"),
        ({"at": "yesterday"}, "Enter a valid date/time."),
    ],
)
def test_what_makes_no_sense_is_explained_beside_its_field(
    manager: Client, values: dict[str, str], told: str
) -> None:
    page = shown(manager, **values)
    assert told in page
    assert 'aria-label="Ledger"' not in page


def test_markup_in_a_sku_or_a_code_is_text(manager: Client) -> None:
    page = manager.post(
        reverse("try_a_basket"), {**BASKET, "items": "<script>1</script>", "codes": "<b>"}
    ).content.decode()
    assert "<script>1</script>" not in page


def test_only_who_sets_prices_may_and_finds_it_in_the_menu(browser_of: Any) -> None:
    url = reverse("try_a_basket")
    for role, status in (
        (Role.SUPPORT, 403), (Role.FULFILLMENT, 403), (Role.MANAGER, 200), (Role.ADMIN, 200),
    ):  # fmt: skip
        browser = browser_of(role)
        assert browser.get(url).status_code == status
        assert (url in browser.get("/admin/").content.decode()) is (status == 200)
    assert browser_of(Role.CUSTOMER).get(url).status_code == 302


def test_promotions_are_told_with_what_they_took_off_and_why_not() -> None:
    entries = [
        Entry(Kind.PRICE, "A", 3_998, "unit_price", base=1_999),
        Entry(Kind.SHIPPING, None, 395, "standard", "Standard"),
        Entry(Kind.DISCOUNT, "A", 400, "p1", "Ten percent", "TEN"),
        Entry(Kind.DISCOUNT, None, 395, "p2", "Free shipping"),
    ]
    explanation = Explanation(
        submitted=("TEN", "NONE"),
        applied=(
            AppliedPromotion.of("p1", "Ten percent", "TEN", ["A"], [400]),
            AppliedPromotion.of("p2", "Free shipping", "", [None], [395]),
        ),
        rejected=(RejectedPromotion("unknown_code", "NONE"),),
        near=(RejectedPromotion("minimum_not_met", id="p3", title="Gift", missing=1_250),),
    )
    quote = quote_of(entries, skus=["A"], tax_included=False, explanation=explanation)

    basket = Basket("GBP", (Item("A", 1_999, 2),))
    offer = Offer(uuid7(), "A", "Mug", 1_999, "GBP", 5, is_for_sale=True)
    preview = PricePreview(basket, [offer], NOW, quote)

    parts = {part.title: part for part in parts_of(preview)}

    assert parts["Lines"].rows == [["A", "Mug", "2", "£19.99", "-£4.00", "£0.00", "£35.98"]]
    assert parts["Ledger"].rows == [
        ["Price", "A", "£39.98", "£19.99 a unit"],
        ["Shipping", "Shipping", "£3.95", "Standard"],
        ["Discount", "A", "-£4.00", "Ten percent (TEN)"],
        ["Discount", "Shipping", "-£3.95", "Free shipping"],
    ]
    assert parts["Promotions that applied"].rows == [
        ["Ten percent", "TEN", "-£4.00", "A -£4.00"],
        ["Free shipping", "–", "-£3.95", "Shipping -£3.95"],
    ]
    assert parts["Codes that took nothing off"].rows == [["NONE", "Unknown code"]]
    assert parts["Promotions that nearly applied"].rows == [
        ["Gift", "Minimum not met (1250 missing)"]
    ]


@pytest.mark.parametrize(
    ("rate", "text"),
    [("0.2", "20%"), ("0.175", "17.5%"), ("0", "0%"), ("0.08875", "8.875%"), ("1", "100%")],
)
def test_rates_are_written_as_people_do(rate: str, text: str) -> None:
    assert percent(Decimal(rate)) == text


def test_a_reason_without_an_amount_stands_alone() -> None:
    assert why(RejectedPromotion("not_combinable")) == "Not combinable"
