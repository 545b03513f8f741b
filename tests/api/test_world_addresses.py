"""Every entrance takes an address as people write it, and keeps it as their country does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from tests.shop import ADDRESS, complete, items, new_checkout, offer_shipping, stock_variants
from tests.world import ADDRESSES

pytestmark = pytest.mark.django_db


def written(code: str, city: str, region: str, postal_code: str) -> dict[str, str]:
    there = {"country_code": code, "city": city, "region": region, "postal_code": postal_code}
    return {**ADDRESS, **there}


def test_a_checkout_begins_with_an_address_of_any_country(client: APIClient) -> None:
    (sku,) = stock_variants()
    for code, city, region, postal_code, key, kept in ADDRESSES:
        address = written(code.lower(), city, region, postal_code)
        body = {"items": items([sku]), "email": "ada@example.com", "shipping_address": address}
        response = client.post("/api/v1/checkouts", body)
        assert response.status_code == 201, (address, response.content)
        assert response.json()["shipping_address"].items() >= written(code, city, key, kept).items()


def test_the_address_book_and_a_change_keep_the_same_form(
    client_of: Callable[..., APIClient],
) -> None:
    offer_shipping()
    ada = client_of()
    checkout = new_checkout(ada, stock_variants())
    for code, city, region, postal_code, key, kept in ADDRESSES:
        address = written(code, city, region, postal_code)
        saved = ada.post("/api/v1/me/addresses", address)
        path = f"/api/v1/checkouts/{checkout['id']}"
        changed = ada.patch(path, {"billing_address": address})
        assert (saved.status_code, changed.status_code) == (201, 200), address
        for body in (saved.json(), changed.json()["billing_address"]):
            assert body.items() >= written(code, city, key, kept).items()


def test_a_changed_address_is_kept_in_the_form_of_its_country(
    client_of: Callable[..., APIClient],
) -> None:
    ada = client_of()
    path = f"/api/v1/me/addresses/{ada.post('/api/v1/me/addresses', ADDRESS).json()['id']}"

    assert ada.patch(path, {"postal_code": "ec1y8sy"}).json()["postal_code"] == "EC1Y 8SY"


@pytest.mark.parametrize(
    "names",
    [
        {"first_name": "Suharto"},
        {"first_name": "Suharto", "last_name": ""},
        {"last_name": "Suharto"},
        {"company": "Acme Ltd"},
        {"first_name": "", "last_name": "", "company": "Acme Ltd"},
    ],
    ids=str,
)
def test_a_name_or_a_company_is_enough_to_deliver_to(
    client_of: Callable[..., APIClient], names: dict[str, str]
) -> None:
    ada, skus = client_of(), stock_variants()
    nameless = {name: text for name, text in ADDRESS.items() if not name.endswith("_name")}
    address = {**nameless, **names}

    saved = ada.post("/api/v1/me/addresses", address)
    begun = ada.post("/api/v1/checkouts", {"items": items(skus), "shipping_address": address})

    assert (saved.status_code, begun.status_code) == (201, 201), begun.content
    assert begun.json()["shipping_address"].items() >= address.items()


def test_an_unknown_region_is_taken_and_the_buyer_told_which_there_are(client: APIClient) -> None:
    offer_shipping()
    seoul = {**ADDRESS, **written("KR", "Soul", "Soul", "03051")}
    checkout = new_checkout(client, stock_variants(), shipping_address=seoul, billing_address=seoul)

    assert checkout["shipping_address"]["region"] == "Soul"
    told = {message["pointer"]: message for message in checkout["messages"]}
    assert told.keys() == {"/shipping_address/region", "/billing_address/region"}
    assert {message["code"] for message in told.values()} == {"unknown_region"}
    assert "Seoul (서울특별시)" in told["/shipping_address/region"]["detail"]
    assert checkout["status"] == "ready"
    assert complete(client, checkout).status_code == 201
    read = client.get(f"/api/v1/checkouts/{checkout['id']}").json()
    assert read["messages"] == []


def test_an_address_book_takes_an_unknown_region_too(client_of: Callable[..., APIClient]) -> None:
    seoul = {**ADDRESS, **written("KR", "Soul", "Soul", "03051")}
    saved = client_of().post("/api/v1/me/addresses", seoul)
    assert (saved.status_code, saved.json()["region"]) == (201, "Soul")
