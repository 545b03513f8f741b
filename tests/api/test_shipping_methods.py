"""Shipping methods and zones, edited by scripts of managers."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.models import ShippingArea, ShippingMethod, ShippingZone
from core.postal import country_codes

pytestmark = pytest.mark.django_db

METHODS, ZONES = "/api/v1/shipping-methods", "/api/v1/shipping-zones"
GBP = {"amount": 395, "currency": "GBP"}
FLAT = {"title": "Standard", "prices": [GBP]}

COUNTRIES = country_codes()


@pytest.fixture
def manager(client_of) -> APIClient:
    return client_of(Role.MANAGER)


def band(begins: int, ends: int | None, **price: Any) -> dict[str, Any]:
    return {"from": begins, "to": ends, "price": {**GBP, **price}}


def weighed(*bands: dict[str, Any]) -> dict[str, Any]:
    return {"title": "Parcel", "priced_by": "weight", "bands": list(bands)}


def test_a_method_is_created_read_changed_and_deleted(manager):
    manager.post(ZONES, {"code": "uk", "title": "UK", "countries": ["GB"]})
    body = {
        "code": "parcel",
        "title": "Parcel",
        "position": 2,
        "active": False,
        "zones": ["uk"],
        "priced_by": "weight",
        "prices": [],
        "bands": [band(0, 2_000), band(2_000, 30_000, amount=595)],
        "free_from": [{"amount": 5_000, "currency": "GBP"}],
        "free_with_skus": ["GIFT"],
        "free_with_products": ["gift-box"],
        "free_with_categories": ["gifts"],
        "min_days": 1,
        "max_days": 3,
        "pickup": True,
        "pickup_location": "12 High Street",
    }
    created = manager.post(METHODS, body)
    assert (created.status_code, created.json()) == (201, body)
    path = created.headers["Location"]
    assert manager.get(path).json() == body
    assert manager.get(METHODS).json() == {"next": None, "previous": None, "results": [body]}
    changed = manager.patch(path, {"title": "Box", "bands": [band(0, None)], "zones": []})
    assert changed.json() == {**body, "title": "Box", "bands": [band(0, None)], "zones": []}
    assert manager.delete(path).status_code == 204
    assert manager.get(path).status_code == manager.delete(path).status_code == 404
    assert manager.patch(path, {"title": "Box"}).status_code == 404


def test_a_flat_method_becomes_one_by_weight_in_one_step(manager):
    path = manager.post(METHODS, FLAT).headers["Location"]
    half = manager.patch(path, {"priced_by": "weight"})
    assert (half.status_code, half.json()["code"]) == (400, "invalid_shipping_method")
    whole = {"priced_by": "weight", "prices": [], "bands": [band(0, 1_000)]}
    assert manager.patch(path, whole).status_code == 200
    assert manager.get(path).json()["bands"] == [band(0, 1_000)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "Nothing"}, "/prices"),
        ({"title": "Nothing", "priced_by": "weight"}, "/bands"),
        (weighed(band(0, 2_000), band(1_000, None)), "/bands/1/from"),
        (weighed(band(0, 2_000), band(3_000, None)), "/bands/1/from"),
        (weighed(band(5, 5)), "/bands/0/to"),
        (weighed(band(-1, None)), "/bands/0/from"),
        (weighed(band(10**13, None)), "/bands/0/from"),
        (weighed(band(0, None, amount=-1)), "/bands/0/price/amount"),
        (weighed(band(0, None, amount=10**13)), "/bands/0/price/amount"),
        (weighed(band(0, None, currency="XXX")), "/bands/0/price/currency"),
        (weighed({"from": "2 kg", "price": GBP}), "/bands/0/from"),
        (weighed({"from": 0.5, "price": GBP}), "/bands/0/from"),
        (weighed({"price": GBP}), "/bands/0/from"),
        ({**FLAT, "bands": [band(0, None)]}, "/bands"),
        ({**weighed(band(0, None)), "prices": [GBP]}, "/prices"),
        ({**FLAT, "prices": [GBP, GBP]}, "/prices/1/currency"),
        ({**FLAT, "free_from": [{"amount": 1, "currency": "EUR"}]}, "/free_from"),
        ({**FLAT, "min_days": 4, "max_days": 2}, "/max_days"),
        ({**FLAT, "min_days": -1}, "/min_days"),
        ({**FLAT, "max_days": 1_000}, "/max_days"),
        ({**FLAT, "zones": ["nowhere"]}, "/zones/0"),
        ({**FLAT, "priced_by": "distance"}, "/priced_by"),
        ({**FLAT, "code": "no blanks"}, "/code"),
        ({**FLAT, "title": "🚚"}, "/code"),
        ({**FLAT, "weight": 5}, "/weight"),
    ],
)
def test_a_method_that_cannot_be_is_refused_with_the_reason(manager, body, pointer):
    response = manager.post(METHODS, body)
    assert response.status_code == 400, response.content
    assert pointer in [error["pointer"] for error in response.json()["errors"]]
    assert not ShippingMethod.objects.exists()


def test_a_taken_code_is_refused(manager):
    assert manager.post(METHODS, FLAT).json()["code"] == "standard"
    again = manager.post(METHODS, FLAT)
    assert (again.status_code, again.json()["code"]) == (409, "code_taken")
    zone = {"title": "UK", "countries": ["GB"]}
    assert manager.post(ZONES, zone).json()["code"] == "uk"
    again = manager.post(ZONES, {**zone, "countries": ["IE"]})
    assert (again.status_code, again.json()["code"]) == (409, "code_taken")


def test_a_zone_is_created_read_changed_and_deleted(manager):
    body = {
        "code": "north",
        "title": "North",
        "countries": ["CA", "NO"],
        "regions": [{"country_code": "US", "region": "AK"}],
        "everywhere_else": False,
    }
    created = manager.post(ZONES, {**body, "countries": ["no", "CA"]})
    assert (created.status_code, created.json()) == (201, body)
    path = created.headers["Location"]
    assert manager.get(path).json() == body
    assert manager.get(ZONES).json()["results"] == [body]
    assert manager.patch(path, {"title": "Cold"}).json() == {**body, "title": "Cold"}
    rest = manager.patch(path, {"everywhere_else": True}).json()
    assert (rest["countries"], rest["regions"], rest["everywhere_else"]) == ([], [], True)
    assert manager.delete(path).status_code == 204
    assert manager.get(path).status_code == manager.delete(path).status_code == 404
    assert manager.patch(path, {"title": "Cold"}).status_code == 404


def test_a_zone_that_methods_deliver_to_is_not_deleted(manager):
    path = manager.post(ZONES, {"title": "UK", "countries": ["GB"]}).headers["Location"]
    manager.post(METHODS, {**FLAT, "zones": ["uk"]})
    refused = manager.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "shipping_zone_in_use")
    assert refused.json()["methods"] == ["standard"]
    manager.delete(f"{METHODS}/standard")
    assert manager.delete(path).status_code == 204


def test_an_area_is_in_one_zone(manager):
    manager.post(ZONES, {"code": "uk", "title": "UK", "countries": ["GB"]})
    for body in (
        {"code": "gb", "title": "GB", "countries": ["IE", "GB"]},
        {"code": "gb", "title": "GB", "countries": ["GB"], "everywhere_else": True},
    ):
        refused = manager.post(ZONES, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "area_taken")
        assert refused.json()["areas"] == ["GB"]
    manager.post(ZONES, {"code": "rest", "title": "Rest", "everywhere_else": True})
    again = manager.post(ZONES, {"code": "other", "title": "Other", "everywhere_else": True})
    assert (again.status_code, again.json()["areas"]) == (409, ["everywhere else"])
    assert set(ShippingZone.objects.values_list("code", flat=True)) == {"uk", "rest"}
    # What a zone has already it may be given again, twice at once, too.
    assert manager.patch(f"{ZONES}/uk", {"countries": ["GB", "gb"]}).json()["countries"] == ["GB"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"countries": ["XX"]}, "/countries/0/country_code"),
        ({"countries": ["GB", "United Kingdom"]}, "/countries/1"),
        ({"regions": [{"country_code": "US", "region": "Bavaria"}]}, "/regions/0/region"),
        ({"regions": [{"country_code": "XX", "region": "AK"}]}, "/regions/0/country_code"),
        ({"regions": [{"country_code": "US"}]}, "/regions/0/region"),
        ({"everywhere_else": "yes"}, "/everywhere_else"),
        ({}, "/countries"),
        ({"countries": [], "everywhere_else": False}, "/countries"),
    ],
)
def test_a_zone_that_cannot_be_is_refused_with_the_reason(manager, body, pointer):
    response = manager.post(ZONES, {"title": "Zone", **body})
    assert response.status_code == 400, response.content
    assert pointer in [error["pointer"] for error in response.json()["errors"]]
    assert not ShippingArea.objects.exists()


@pytest.mark.parametrize("path", [METHODS, ZONES, f"{METHODS}/standard", f"{ZONES}/uk"])
def test_only_managers_see_them(client, client_of, path):
    assert client.get(path).status_code == 401
    assert client_of(Role.SUPPORT).get(path).status_code == 403


@pytest.mark.parametrize("count", [1, 20])
def test_lists_take_the_same_statements_whatever_their_length(manager, assert_statements, count):
    for n in range(count):
        manager.post(METHODS, {**FLAT, "code": f"m{n}"})
        region = {"country_code": "US", "region": ["AK", "HI", "CA", "NY"][n % 4]}
        areas = {"regions": [region]} if n < 4 else {"countries": [COUNTRIES[n]]}
        manager.post(ZONES, {"code": f"z{n}", "title": "Zone", **areas})
    with assert_statements(6):
        assert len(manager.get(METHODS).json()["results"]) == count
    with assert_statements(3):
        assert len(manager.get(ZONES).json()["results"]) == count
