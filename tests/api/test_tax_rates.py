"""Tax rates over HTTP, and what carts and checkouts are taxed with because of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.domain import Role
from checkout.models import CheckoutLine
from orders.models import OrderLine
from pricing.models import TaxRate
from tests.shop import ADDRESS, new_cart, new_checkout, new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db

PATH = "/api/v1/tax-rates"
GERMANY = {
    "country": "DE",
    "title": "VAT",
    "rate": "0.19",
    "valid_from": "2021-01-01",
    "source": "UStG, section 12",
}
BERLIN = {**ADDRESS, "line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117",
          "country_code": "DE"}  # fmt: skip


@pytest.fixture
def manager(client_of: Any) -> Any:
    return client_of(Role.MANAGER)


def add(manager: Any, **values: Any) -> Any:
    return manager.post(PATH, {**GERMANY, **values})


def test_a_rate_is_added_listed_and_deleted(manager) -> None:
    response = add(manager, region="BY", valid_to="2030-12-31", tax_class="press", added=True)
    assert response.status_code == 201, response.content
    rate = response.json()
    more = {"region": "BY", "tax_class": "press", "added": True, "valid_to": "2030-12-31"}
    assert rate == {"id": rate["id"], **GERMANY, **more}

    add(manager)
    assert [row["region"] for row in manager.get(PATH).json()["results"]] == ["", "BY"]
    only = manager.get(f"{PATH}?tax_class=press&country=DE").json()["results"]
    assert [row["id"] for row in only] == [rate["id"]]

    assert manager.delete(f"{PATH}/{rate['id']}").status_code == 204
    again = manager.delete(f"{PATH}/{rate['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


def test_a_region_is_kept_as_addresses_have_it(manager) -> None:
    assert add(manager, country="ca", region="québec").json()["region"] == "QC"


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ({}, {}, 409),
        ({}, {"valid_from": "2030-01-01"}, 409),
        ({"valid_to": "2025-06-30"}, {"valid_from": "2025-06-30"}, 409),
        ({"valid_to": "2025-06-30"}, {"valid_from": "2025-07-01"}, 201),
        ({}, {"tax_class": "reduced"}, 201),
        ({}, {"country": "FR"}, 201),
        ({}, {"region": "BE"}, 201),
        ({}, {"added": True}, 201),
        ({"added": True}, {"added": True}, 409),
        ({"added": True}, {"added": True, "title": "Levy"}, 201),
        ({"title": "One"}, {"title": "Other"}, 409),
    ],
)
def test_two_rates_of_a_place_and_class_never_hold_on_one_day(
    manager, first: dict[str, Any], second: dict[str, Any], status: int
) -> None:
    assert add(manager, **first).status_code == 201
    response = add(manager, **second)
    assert response.status_code == status
    if status == 409:
        assert response.json()["code"] == "tax_rate_overlaps"
        assert TaxRate.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "pointer", "code"),
    [
        ({"rate": "1.2"}, "/rate", "invalid"),
        ({"rate": "20"}, "/rate", "invalid"),
        ({"rate": "-0.1"}, "/rate", "invalid"),
        ({"rate": "NaN"}, "/rate", "invalid"),
        ({"rate": "0.1234567"}, "/rate", "max_length"),
        ({"rate": 0.2}, "/rate", "invalid"),
        ({"country": "XX"}, "/country", "unknown_place"),
        ({"country": "DEU"}, "/country", "max_length"),
        ({"country": "CA", "region": "Atlantis"}, "/region", "unknown_place"),
        ({"valid_to": "2020-12-31"}, "/valid_to", "dates_reversed"),
        ({"valid_from": "2021-02-30"}, "/valid_from", "invalid"),
        ({"valid_from": 5}, "/valid_from", "invalid"),
        ({"added": True, "title": ""}, "/title", "title_required"),
        ({"tax_class": "no spaces"}, "/tax_class", "invalid"),
        ({"source": "x" * 501}, "/source", "max_length"),
    ],
)
def test_what_is_no_rate_is_refused_with_its_pointer(
    manager, values: dict[str, Any], pointer: str, code: str
) -> None:
    response = add(manager, **values)
    assert response.status_code == 400
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
        (pointer, code)
    ]
    assert not TaxRate.objects.exists()


@pytest.mark.parametrize("role", [None, Role.CUSTOMER, Role.SUPPORT, Role.FULFILLMENT])
def test_only_managers_may(client, client_of, role: Role | None) -> None:
    someone = client_of(role) if role else client
    status = 403 if role else 401
    assert someone.get(PATH).status_code == status
    assert add(someone).status_code == status
    assert someone.delete(f"{PATH}/{uuid4()}").status_code == status


def test_a_cart_shows_an_estimate_and_a_checkout_the_rate_of_its_destination(
    manager, client
) -> None:
    offer_shipping()
    stock_variants()
    add(manager)
    add(manager, country="GB", rate="0.2")

    assert new_cart(client, ["SKU-0"])["totals"]["tax"]["amount"] == 200
    british = new_checkout(client, ["SKU-0"])
    german = new_checkout(client, ["SKU-0"], shipping_address=BERLIN)
    assert british["totals"]["tax"]["amount"] == 200 + 79
    assert german["totals"]["tax"]["amount"] == 190 + 75


def test_an_order_keeps_what_it_was_taxed_with(manager, client) -> None:
    offer_shipping()
    stock_variants()
    rate = add(manager, country="GB", rate="0.2").json()
    order = new_order(client, ["SKU-0"])
    assert manager.delete(f"{PATH}/{rate['id']}").status_code == 204
    assert add(manager, country="GB", rate="0.5").status_code == 201
    again = client.get(f"/api/v1/orders/{order['number']}").json()
    assert again["totals"] == order["totals"]
    assert order["totals"]["tax"]["amount"] == 279
    line = OrderLine.objects.get()
    assert line.taxes == CheckoutLine.objects.get().taxes
    assert [(tax["amount"], tax["source"]) for tax in line.taxes] == [(200, "table:GB:standard")]


def test_a_country_without_a_rate_is_not_taxed(manager, client) -> None:
    offer_shipping()
    stock_variants()
    add(manager, country="GB", rate="0.2")
    german = new_checkout(client, ["SKU-0"], shipping_address=BERLIN)
    assert german["totals"]["tax"]["amount"] == 0


def test_without_rates_the_flat_one_holds(manager, client, settings) -> None:
    settings.TAX_RATE = Decimal("0.1")
    stock_variants()
    assert new_cart(client, ["SKU-0"])["totals"]["tax"]["amount"] == 100
