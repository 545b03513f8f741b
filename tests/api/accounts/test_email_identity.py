"""An e-mail address is the same person however its domain is written, at every entrance."""

from __future__ import annotations

import pytest

from accounts.models import User
from tests.shop import new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
STORED = "info@xn--80a1acny.xn--p1ai"
WRITTEN = ["info@почта.рф", "INFO@ПОЧТА.РФ", "info@XN--80A1ACNY.xn--p1ai", "info@поч\u200bта.рф"]


@pytest.mark.parametrize("email", WRITTEN)
def test_an_account_is_found_by_any_way_to_write_its_domain(client, email):
    body = {"email": email, "password": PASSWORD}
    assert client.post("/api/v1/auth/register", body).json()["email"] == STORED
    for again in WRITTEN:
        body = {"email": again, "password": PASSWORD}
        assert client.post("/api/v1/auth/token", body).status_code == 200
        assert client.post("/api/v1/auth/register", body).status_code == 201
    assert User.objects.count() == 1


def test_a_guests_orders_are_found_by_any_way_to_write_the_domain(client, client_of):
    offer_shipping()
    order = new_order(client, stock_variants(), email=WRITTEN[0])
    assert order["email"] == STORED
    support = client_of("support")
    for email in WRITTEN:
        found = support.get("/api/v1/orders", {"email": email}).json()["results"]
        assert [each["number"] for each in found] == [order["number"]]


@pytest.mark.parametrize("email", ["jörg@example.com", "иван@почта.рф"])
def test_letters_beyond_ascii_before_the_at_are_said_not_to_be_supported(client, email):
    offer_shipping()
    requests = {
        "/api/v1/auth/register": {"email": email, "password": PASSWORD},
        "/api/v1/checkouts": {"items": [{"sku": "SKU-0", "quantity": 1}], "email": email},
    }
    for path, body in requests.items():
        (error,) = client.post(path, body).json()["errors"]
        assert error == {
            "pointer": "/email",
            "code": "local_part_not_ascii",
            "detail": "Letters beyond ASCII before the @ are not supported.",
        }


@pytest.mark.parametrize("email", ["jo@-a.рф", "jo@☃.net", "jo@a..рф", "@почта.рф", "почта.рф"])
def test_a_domain_that_cannot_be_is_refused(client, email):
    response = client.post("/api/v1/auth/register", {"email": email, "password": PASSWORD})
    assert response.json()["errors"][0]["code"] == "invalid"
