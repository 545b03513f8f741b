from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.domain import Role
from accounts.models import User
from checkout.models import Checkout
from staff.models import ApiKey
from tests.shop import ADDRESS, items, stock_variants

pytestmark = pytest.mark.django_db

KEYS = "/api/v1/api-keys"
PRODUCT = {
    "title": "Cup",
    "variants": [{"sku": "CUP", "price": {"amount": 500, "currency": "GBP"}}],
}


@pytest.fixture
def manager(client_of):
    return client_of(Role.MANAGER)


def issue(manager, *scopes, **more):
    return manager.post(KEYS, {"name": "ERP", "scopes": list(scopes), **more})


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_a_key_is_shown_once_and_only_its_hash_is_stored(manager):
    response = issue(manager, "products:write")
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    key = response.json()["key"]
    assert re.fullmatch(r"cck_[0-9a-f]{56}", key)
    listed = manager.get(KEYS).json()["results"]
    assert [each["shown"] for each in listed] == [key[:12]]
    assert "key" not in listed[0]
    assert key not in str(ApiKey.objects.values_list().get())


def test_a_key_does_what_its_scopes_name_and_nothing_else(client, manager):
    key = issue(manager, "products:write").json()["key"]
    made = client.post("/api/v1/products", PRODUCT, headers=bearer(key))
    assert made.status_code == 201
    assert client.get("/api/v1/products", headers=bearer(key)).status_code == 200
    for path in ("/api/v1/variants/CUP/stock", "/api/v1/me", "/api/v1/orders", KEYS):
        response = client.get(path, headers=bearer(key))
        assert response.status_code == 403
        assert response.json()["code"] == "insufficient_scope"


def test_a_key_buys_nothing_in_its_owners_name(client, manager):
    skus = stock_variants(1)
    manager.post("/api/v1/me/addresses", ADDRESS)
    key = issue(manager, "stock:read").json()["key"]
    response = client.post("/api/v1/checkouts", {"items": items(skus)}, headers=bearer(key))
    assert response.status_code == 201
    assert response.json()["email"] is None
    assert response.json()["shipping_address"] is None
    assert not Checkout.objects.exclude(customer=None).exists()


def test_no_scope_reaches_further_than_the_role_of_who_issues_it(client_of):
    assert issue(client_of(Role.SUPPORT), "orders:read").status_code == 403
    assert issue(client_of(Role.ADMIN), "stock:write").status_code == 201


def test_a_key_loses_what_its_owner_loses(client, manager):
    key = issue(manager, "products:write").json()["key"]
    User.objects.get(pk=manager.user_id).groups.clear()
    response = client.post("/api/v1/products", PRODUCT, headers=bearer(key))
    assert response.status_code == 403
    User.objects.filter(pk=manager.user_id).update(is_active=False)
    response = client.post("/api/v1/products", PRODUCT, headers=bearer(key))
    assert response.json()["code"] == "token_invalid"


def test_a_revoked_key_is_out_at_once(client, manager):
    issued = issue(manager, "stock:read").json()
    assert manager.delete(f"{KEYS}/{issued['id']}").status_code == 204
    response = client.get("/api/v1/variants/X/stock", headers=bearer(issued["key"]))
    assert response.status_code == 401
    assert manager.delete(f"{KEYS}/{issued['id']}").status_code == 404


def test_a_key_expires(client, manager):
    at = timezone.now() + timedelta(days=1)
    key = issue(manager, "stock:read", expires_at=at.isoformat()).json()["key"]
    path = "/api/v1/variants/X/stock"
    assert client.get(path, headers=bearer(key)).status_code == 404
    with time_machine.travel(at + timedelta(seconds=1), tick=False):
        assert client.get(path, headers=bearer(key)).status_code == 401


def test_its_last_use_is_noted_at_most_every_five_minutes(client, manager, assert_statements):
    key = issue(manager, "stock:read").json()["key"]
    for statements in (3, 2):
        with assert_statements(statements):
            client.get("/api/v1/variants/X/stock", headers=bearer(key))
    assert ApiKey.objects.get().last_used_at is not None


def test_a_key_is_known_by_its_beginning_whatever_the_case_of_the_scheme(client, manager):
    key = issue(manager, "stock:read").json()["key"]
    path = "/api/v1/variants/X/stock"
    assert client.get(path, headers={"Authorization": f"bearer {key}"}).status_code == 404
    for header in (f"Token {key}", key):
        response = client.get(path, headers={"Authorization": header})
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid")
        challenge = 'Bearer realm="congocart", error="invalid_token"'
        assert response["WWW-Authenticate"] == challenge


@pytest.mark.parametrize("key", ["cck_", "cck_x", "cck_" + "0" * 56, "cck_" + "0" * 3000])
def test_a_made_up_key_is_401(client, key):
    response = client.get("/api/v1/me", headers=bearer(key))
    assert response.status_code == 401
    assert response.json()["code"] == "token_invalid"


def test_keys_have_a_limit_of_their_own(client, manager, settings):
    key = issue(manager, "stock:read").json()["key"]
    settings.RATE_LIMITS, settings.REDIS_URL = True, ""
    response = client.get("/api/v1/variants/X/stock", headers=bearer(key))
    assert response["RateLimit-Policy"] == '"key";q=3000;w=60'


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "", "scopes": ["stock:read"]},
        {"name": "x", "scopes": ["stock:read"], "key": "mine"},
    ],
)
def test_a_malformed_request_issues_nothing(manager, body):
    assert manager.post(KEYS, body).status_code == 400
    assert not ApiKey.objects.exists()
