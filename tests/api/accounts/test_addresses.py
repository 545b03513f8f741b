from __future__ import annotations

import pytest

from accounts.models import SavedAddress
from accounts.selectors import default_addresses

pytestmark = pytest.mark.django_db

BOOK = "/api/v1/me/addresses"
LONDON = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country_code": "GB",
}
TURIN = {
    **LONDON,
    "line1": "Via Po 1",
    "city": "Torino",
    "region": "TO",
    "postal_code": "10123",
    "country_code": "IT",
}


@pytest.fixture
def ada(client_of):
    return client_of(email="ada@example.com")


def test_the_first_address_is_the_default_for_both(ada):
    response = ada.post(BOOK, LONDON)
    assert response.status_code == 201
    assert response.json().items() >= LONDON.items()
    assert response.json()["default_shipping"] is True
    assert response.json()["default_billing"] is True
    assert response.json()["company"] == ""


def test_a_new_default_takes_over_from_the_old_one(ada):
    first = ada.post(BOOK, LONDON).json()
    second = ada.post(BOOK, {**TURIN, "default_shipping": True}).json()
    assert ada.get(f"{BOOK}/{first['id']}").json()["default_shipping"] is False
    shipping, billing = default_addresses(ada.user_id)
    assert (shipping.city, billing.city) == ("Torino", "London")
    ada.patch(f"{BOOK}/{second['id']}", {"default_billing": True})
    assert default_addresses(ada.user_id)[1].city == "Torino"


def test_the_book_is_listed_newest_first_in_one_statement(ada, assert_statements):
    ada.post(BOOK, LONDON)
    ada.post(BOOK, TURIN)
    with assert_statements(1):
        results = ada.get(BOOK).json()["results"]
    assert [each["city"] for each in results] == ["Torino", "London"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"postal_code": ""}, "/postal_code"),
        ({"postal_code": "10123"}, "/postal_code"),
        ({"country_code": "ZZ"}, "/country_code"),
        ({"country_code": "IT", "postal_code": "10123"}, "/region"),
        ({"line1": "x" * 201}, "/line1"),
        ({"default_shipping": "yes"}, "/default_shipping"),
        ({"user": "1"}, "/user"),
    ],
)
def test_an_address_that_cannot_be_delivered_to_is_refused(ada, change, pointer):
    response = ada.post(BOOK, {**LONDON, **change})
    assert response.status_code == 400
    assert pointer in [error["pointer"] for error in response.json()["errors"]]
    assert not SavedAddress.objects.exists()


def test_a_change_is_checked_with_what_it_leaves_as_it_was(ada):
    saved = ada.post(BOOK, LONDON).json()
    path = f"{BOOK}/{saved['id']}"
    assert ada.patch(path, {"country_code": "IT"}).status_code == 400
    assert ada.patch(path, {"line2": "Flat 2"}).json()["line2"] == "Flat 2"
    assert ada.get(path).json()["city"] == "London"


def test_a_removed_address_is_gone(ada):
    path = f"{BOOK}/{ada.post(BOOK, LONDON).json()['id']}"
    assert ada.delete(path).status_code == 204
    assert ada.get(path).status_code == 404
    assert ada.delete(path).status_code == 404


def test_someone_elses_address_is_not_found_and_stays(ada, client_of):
    path = f"{BOOK}/{ada.post(BOOK, LONDON).json()['id']}"
    stranger = client_of()
    assert stranger.get(path).status_code == 404
    assert stranger.patch(path, {"city": "Paris"}).status_code == 404
    assert stranger.delete(path).status_code == 404
    assert stranger.get(BOOK).json()["results"] == []
    assert ada.get(path).json()["city"] == "London"


def test_a_book_holds_a_hundred_addresses(ada):
    ada.post(BOOK, LONDON)
    SavedAddress.objects.bulk_create(SavedAddress(user_id=ada.user_id, **LONDON) for _ in range(99))
    response = ada.post(BOOK, LONDON)
    assert response.status_code == 409
    assert response.json()["code"] == "address_book_full"


def test_a_repeated_request_adds_one_address(ada):
    for _ in range(2):
        ada.post(BOOK, LONDON, headers={"Idempotency-Key": "k"})
    assert SavedAddress.objects.count() == 1
