from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.shop import ADDRESS, new_checkout, new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db

STOREFRONT = "https://shop.example"


def test_an_api_answer_can_be_neither_framed_nor_sniffed_nor_run(client):
    response = client.get("/.well-known/jwks.json")
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


def test_problems_carry_the_headers_too(client):
    response = client.get("/api/v1/nothing")
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_admin_runs_no_inline_script(client):
    policy = client.get("/admin/login/")["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_what_is_known_of_a_person_is_kept_by_no_cache(client_of):
    offer_shipping()
    ada = client_of()
    number = new_order(ada, stock_variants())["number"]
    about_ada = ("me", "me/addresses", "me/export", "me/sessions", "orders", f"orders/{number}")
    responses = [ada.get(f"/api/v1/{path}") for path in about_ada]
    responses += [ada.post("/api/v1/me/addresses", ADDRESS), ada.get("/api/v1/orders/none")]
    assert {response["Cache-Control"] for response in responses} == {"no-store"}


def test_what_carries_a_version_is_kept_by_its_reader_alone(client):
    offer_shipping()
    checkout = new_checkout(client, stock_variants())
    for path in (f"carts/{checkout['cart_id']}", f"checkouts/{checkout['id']}"):
        response = client.get(f"/api/v1/{path}")
        again = client.get(f"/api/v1/{path}", headers={"If-None-Match": response["ETag"]})
        assert (response.status_code, again.status_code) == (200, 304)
        assert {response["Cache-Control"], again["Cache-Control"]} == {"private, no-cache"}


def test_who_is_logged_in_may_keep_what_is_public(client_of):
    assert client_of().get("/api/v1/products")["Cache-Control"] == "public, no-cache"


def test_no_other_origin_is_allowed_by_default(client):
    for method in ("get", "options"):
        headers = {"Origin": STOREFRONT, "Access-Control-Request-Method": "POST"}
        response = getattr(client, method)("/api/v1/products", headers=headers)
        assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_a_named_storefront_may_call_without_cookies(client, settings):
    settings.CORS_ORIGINS = {STOREFRONT}
    headers = {"Origin": STOREFRONT, "Access-Control-Request-Method": "POST"}
    preflight = client.options("/api/v1/carts", headers=headers)
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == STOREFRONT
    assert "Cart-Token" in preflight["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in preflight
    response = client.post("/api/v1/carts", {}, headers={"Origin": STOREFRONT})
    assert response["Access-Control-Allow-Origin"] == STOREFRONT
    assert "Origin" in response["Vary"]
    other = client.get("/api/v1/products", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other
    assert "Origin" in other["Vary"]


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]:8080", "https://localhost"],
)
def test_a_storefront_developed_here_may_call_outside_of_production(client, settings, origin):
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = client.options("/api/v1/carts", headers=headers)
    assert (preflight.status_code, preflight["Access-Control-Allow-Origin"]) == (204, origin)
    assert client.post("/api/v1/carts", {}, headers={"Origin": origin})["Vary"] == "Origin"
    settings.PRODUCTION = True
    for named in (frozenset(), {STOREFRONT}):
        settings.CORS_ORIGINS = named
        for response in (
            client.options("/api/v1/carts", headers=headers),
            client.get("/api/v1/products", headers={"Origin": origin}),
        ):
            assert not [name for name in response.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost.evil.example", "http://evil.example:3000", "http://127.0.0.1.evil.example",
        "http://localhost@evil.example", "null", "localhost:3000", "http://localhost:3000/",
        "http://192.168.0.2:3000", "file://localhost", "http://localhost:" + "9" * 5_000,
    ],
)  # fmt: skip
def test_no_other_machine_is_taken_for_this_one(client, origin):
    response = client.get("/api/v1/products", headers={"Origin": origin})
    assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_a_named_storefront_may_read_every_header_that_is_documented(client, settings):
    settings.CORS_ORIGINS = {STOREFRONT}
    response = client.get("/api/v1/products", headers={"Origin": STOREFRONT})
    exposed = set(response["Access-Control-Expose-Headers"].split(", "))
    documented = SchemaGenerator().get_schema(request=None, public=True)
    assert exposed == set(documented["components"]["headers"])


def test_an_upload_to_a_form_is_refused_before_it_reaches_the_disk(monkeypatch):
    written: list[int] = []
    monkeypatch.setattr(
        TemporaryFileUploadHandler,
        "receive_data_chunk",
        lambda self, chunk, start: written.append(len(chunk)),
    )
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["csrftoken"] = "a" * 32
    large = SimpleUploadedFile("large.bin", b" " * 10_000_000)
    response = browser.post("/admin/login/", {"file": large})
    assert (response.status_code, response.json()["code"]) == (413, "payload_too_large")
    assert written == []
