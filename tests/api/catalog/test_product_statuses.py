"""Products are published, unpublished and archived, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.domain import ProductStatus
from catalog.models import Product
from catalog.services import change_product_status
from events.models import Event
from orders.models import Order
from tests.catalog import NOW, product, titles, variant
from tests.shop import complete, new_cart, new_checkout, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
MUG = {"title": "Mug", "variants": [{"sku": "MUG", "price": {"amount": 1, "currency": "GBP"}}]}
RESULTS = {"publish": "published", "unpublish": "draft", "archive": "archived"}


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    return client_of(Role.MANAGER)


def move(client: APIClient, step: str, slug: str = "mug") -> Any:
    return client.post(f"/api/v1/products/{slug}/{step}")


def put(slug: str, status: str) -> None:
    """As staff would."""
    found = Product.objects.get(slug=slug)
    if found.product_status != status:
        change_product_status(slug=slug, status=ProductStatus(status), now=NOW)


@pytest.mark.parametrize("before", RESULTS.values())
@pytest.mark.parametrize("step", RESULTS)
def test_every_status_follows_every_other(manager: APIClient, before: str, step: str) -> None:
    product("Mug")
    put("mug", before)

    response = move(manager, step)

    if before == RESULTS[step]:
        assert (response.status_code, response.json()["code"]) == (409, "invalid_transition")
        assert response.json()["allowed"] == sorted({*RESULTS.values()} - {before})
    else:
        assert (response.status_code, response.json()["status"]) == (200, RESULTS[step])
        assert response.json() == manager.get("/api/v1/products/mug").json()


def test_a_change_is_an_event_with_who_did_it(manager: APIClient) -> None:
    mug = product("Mug")
    move(manager, "unpublish")
    manager.delete("/api/v1/products/mug")

    events = Event.objects.filter(subject_id=mug.id).order_by("id")

    assert [(each.type, each.data, each.actor_id, each.actor_kind) for each in events] == [
        ("product.updated", {"slug": "mug", "status": now, "was": was}, manager.user_id, "staff")
        for was, now in (("published", "draft"), ("draft", "archived"))
    ]


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_is_not_published_is_there_for_staff_alone(
    client: APIClient, client_of: ClientOf, manager: APIClient, status: str
) -> None:
    product("Mug")
    product("Cup")
    put("mug", status)

    assert titles(client) == titles(manager) == ["Cup"]
    assert titles(client, search="mug") == []
    for buyer, code in ((client, 401), (client_of(), 403)):
        assert buyer.get("/api/v1/products/mug").status_code == 404
        assert buyer.get("/api/v1/products", {"status": status}).status_code == code
        assert titles(buyer, status="published") == ["Cup"]
    for role in (Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER, Role.ADMIN):
        staff = client_of(role)
        seen = staff.get("/api/v1/products/mug")
        assert (seen.status_code, seen.json()["status"]) == (200, status)
        assert "public" not in seen.headers.get("Cache-Control", "")
        listed = staff.get("/api/v1/products", {"status": status})
        assert [(each["title"], each["status"]) for each in listed.json()["results"]] == [
            ("Mug", status)
        ]
        assert "public" not in listed.headers.get("Cache-Control", "")
    assert manager.get("/api/v1/products", {"status": "on sale"}).status_code == 400


def test_what_everyone_may_keep_is_gone_once_it_is_unpublished(
    client: APIClient, manager: APIClient
) -> None:
    product("Mug")
    kept = client.get("/api/v1/products/mug")
    move(manager, "unpublish")

    again = client.get("/api/v1/products/mug", HTTP_IF_NONE_MATCH=kept["ETag"])

    assert again.status_code == 404
    move(manager, "publish")
    assert client.get("/api/v1/products/mug").json() == kept.json()


def test_a_draft_is_prepared_out_of_sight(client: APIClient, manager: APIClient) -> None:
    made = manager.post("/api/v1/products", MUG | {"status": "draft"})
    assert (made.status_code, made.json()["status"]) == (201, "draft")
    money = {"amount": 900, "currency": "GBP"}
    steps = [
        manager.patch("/api/v1/products/mug", {"title": "Big mug"}),
        manager.patch("/api/v1/variants/MUG", {"price": money}),
        manager.post("/api/v1/products/mug/variants", {"sku": "MUG-2", "price": money}),
        manager.post("/api/v1/variants/MUG/stock-adjustments", {"delta": 3, "reason": "New"}),
    ]
    assert all(step.status_code < 300 for step in steps), [step.content for step in steps]
    refused = client.post("/api/v1/carts", {"items": [{"sku": "MUG", "quantity": 1}]})
    assert refused.status_code >= 400
    assert titles(client) == []

    move(manager, "publish")

    assert titles(client) == ["Big mug"]
    assert new_cart(client, ["MUG"])["totals"]["total"] == money


@pytest.mark.parametrize("status", ["archived", "deleted", "", None, 5])
def test_a_product_begins_published_or_as_a_draft(manager: APIClient, status: object) -> None:
    response = manager.post("/api/v1/products", MUG | {"status": status})

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/status"


def test_a_slug_stays_taken(manager: APIClient) -> None:
    product("Mug")
    move(manager, "unpublish")

    response = manager.post("/api/v1/products", MUG | {"slug": "mug"})

    assert response.json()["code"] == "slug_taken"


@pytest.mark.parametrize("step", ["unpublish", "archive"])
def test_carts_say_so_and_open_checkouts_go_on(
    client_of: ClientOf, manager: APIClient, step: str
) -> None:
    offer_shipping()
    client = client_of()
    (sku,) = stock_variants(prefix="MUG")
    cart, checkout = new_cart(client, [sku]), new_checkout(client, [sku])

    move(manager, step, "thing-mug")

    seen = client.get(f"/api/v1/carts/{cart['id']}").json()
    assert [message["code"] for message in seen["messages"]] == ["not_available"]
    assert complete(client, checkout).status_code == 201
    assert Order.objects.count() == 1
    move(manager, "publish", "thing-mug")
    assert client.get(f"/api/v1/carts/{cart['id']}").json()["messages"] == []


@pytest.mark.parametrize("step", RESULTS)
def test_only_managers_do_it(client: APIClient, client_of: ClientOf, step: str) -> None:
    product("Mug", variant("MUG"))
    for caller, code in (
        (client, 401), (client_of(), 403), (client_of(Role.SUPPORT), 403),
        (client_of(Role.FULFILLMENT), 403),
    ):  # fmt: skip
        assert move(caller, step).status_code == code
    unknown = move(client_of(Role.MANAGER), step, "nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert Product.objects.get().product_status == "published"


def test_the_database_knows_no_draft_that_buyers_see() -> None:
    product("Mug")
    with pytest.raises(IntegrityError, match="catalog_draft_is_not_seen"), transaction.atomic():
        Product.objects.update(is_draft=True)


def test_the_previous_release_archives_by_hiding_alone() -> None:
    product("Mug")
    Product.objects.update(deleted_at=NOW)
    assert Product.objects.get().product_status == "archived"
