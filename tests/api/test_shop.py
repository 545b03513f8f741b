"""`GET /shop`: what a storefront asks before anything else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.domain import NewVariant
from catalog.models import Price
from catalog.selectors import priced_currencies
from catalog.services import create_product
from checkout.services import create_shipping_zone, update_shipping_method
from core.address import Place
from core.money import Money
from core.postal import country_codes
from payments.domain import InvalidPaymentToken
from payments.providers import offered_providers, provider_named
from pricing.models import PriceList
from tests.shop import offer_shipping, stock_variants

pytestmark = pytest.mark.django_db

SHOP = "/api/v1/shop"


@pytest.fixture(autouse=True)
def stocked() -> None:
    # Written in this transaction, so no response is taken from the cache.
    stock_variants()


def shop(client: APIClient) -> dict[str, Any]:
    response = client.get(SHOP)
    assert response.status_code == 200, response.content
    return dict(response.json())


def test_it_says_what_can_be_paid_with(client: APIClient) -> None:
    said = shop(client)

    assert said["default_currency"] == "GBP"
    assert said["currencies"] == [
        {"code": "GBP", "name": "British Pound", "symbol": "£", "decimals": 2},
        {"code": "EUR", "name": "Euro", "symbol": "€", "decimals": 2},
    ]
    assert [each["name"] for each in said["payment_providers"]] == ["manual", "test"]


def test_currencies_are_those_of_prices_and_of_lists_for_everyone(client: APIClient) -> None:
    Price.objects.filter(currency="EUR").update(currency="JPY")
    for currency, more in {
        "CHF": {},
        "USD": {"customer_group": "trade"},
        "SEK": {"starts_at": timezone.now() + timedelta(days=1)},
    }.items():
        PriceList.objects.create(code=currency, title=currency, currency=currency, **more)

    found = {each["code"]: each["decimals"] for each in shop(client)["currencies"]}

    assert found == {"GBP": 2, "CHF": 2, "JPY": 0}
    assert next(iter(found)) == "GBP"


def test_a_shop_without_prices_has_its_default_currency(client: APIClient) -> None:
    Price.objects.all().delete()
    assert priced_currencies() == set()
    assert [each["code"] for each in shop(client)["currencies"]] == ["GBP"]


def test_a_provider_takes_a_token_or_none_as_it_says() -> None:
    for offered in offered_providers():
        provider = provider_named(offered.name)
        for token in offered.test_tokens:
            provider.check_token(token)
        if offered.takes_token:
            with pytest.raises(InvalidPaymentToken):
                provider.check_token("")
        else:
            provider.check_token("")


def test_stripe_begins_in_the_browser_with_the_publishable_key(client, settings) -> None:
    settings.PAYMENT_PROVIDERS = ["stripe"]
    settings.STRIPE_SECRET_KEY = "sk_test_secret"
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_public"

    response = client.get(SHOP)

    assert response.json()["payment_providers"] == [
        {
            "name": "stripe",
            "takes_token": True,
            "publishable_key": "pk_test_public",
            "test_tokens": [],
        }
    ]
    assert b"sk_test_secret" not in response.content


def test_production_never_offers_the_test_provider(client, settings) -> None:
    settings.PRODUCTION = True
    assert [each["name"] for each in shop(client)["payment_providers"]] == ["manual"]


def test_it_says_what_a_purchase_needs_in_which_language_and_with_which_tax(
    client, settings
) -> None:
    settings.CHECKOUT_REQUIRES = ["email", "phone"]
    settings.PRICES_INCLUDE_TAX = True
    settings.SHOP_LANGUAGES = ["de", "pt-BR"]

    said = shop(client)

    assert said["completion_requires"] == ["email", "phone"]
    assert said["prices_include_tax"] is True
    assert said["languages"] == [
        {"code": "de", "name": "Deutsch"},
        {"code": "pt-BR", "name": "português (Brasil)"},
    ]
    assert said["currencies"][0]["name"] == "Britisches Pfund"


def test_it_ships_where_a_method_does(client: APIClient) -> None:
    assert shop(client)["ships_to"] == []
    offer_shipping()
    assert shop(client)["ships_to"] == list(country_codes())
    create_shipping_zone(code="near", title="Near", areas=[Place("GB"), Place("FR")])
    for code in ("standard", "express"):
        update_shipping_method(code=code, changes={"zones": ["near"]})
    assert shop(client)["ships_to"] == ["FR", "GB"]


def test_its_links_lead_somewhere(client, settings) -> None:
    settings.STOREFRONT_URL = "https://shop.example"
    links = shop(client)["links"]
    assert links.pop("storefront") == "https://shop.example"
    for link in links.values():
        assert client.get(link).status_code == 200, link


def test_caches_may_keep_it_and_ask_whether_it_changed(client: APIClient) -> None:
    first = client.get(SHOP)
    assert first["Cache-Control"] == "public, no-cache"
    assert client.get(SHOP, headers={"If-None-Match": first["ETag"]}).status_code == 304

    offer_shipping()

    assert client.get(SHOP, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_it_costs_the_same_however_many_prices_there_are(client, assert_statements) -> None:
    shop(client)  # a process reads the rules of pricing once
    with assert_statements(3):
        shop(client)
    create_product(
        title="Many",
        variants=[
            NewVariant(sku=f"M-{n}", title=f"{n}", prices=(Money(100, "USD"), Money(90, "CHF")))
            for n in range(40)
        ],
        now=timezone.now(),
    )
    shop(client)
    with assert_statements(3):
        shop(client)


def test_it_takes_no_parameters(client: APIClient) -> None:
    assert client.get(f"{SHOP}?currency=EUR").status_code == 400
