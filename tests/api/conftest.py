from __future__ import annotations

import re

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Category
from core.ids import uuid7
from tests.api.bad_input import OPERATIONS, World
from tests.images import encoded, send
from tests.prices import trade_places
from tests.promotions import offer
from tests.shop import ADDRESS, DETAILS, items, new_cart, new_order, offer_shipping, stock_variants


@pytest.fixture
def doors(client_of) -> World:
    """The same people in an empty shop: enough to be turned away."""
    names = {name for operation in OPERATIONS for name in re.findall(r"{(\w+)}", operation.path)}
    places = {name: str(uuid7()) for name in names} | {"provider": "test"}
    return World(client_of(), client_of(), client_of(Role.ADMIN), APIClient(), places)


@pytest.fixture
def world(client_of) -> World:
    stock_variants(2, prefix="MUG")
    Category.objects.create(slug="thing-mug", title="Mugs")
    offer_shipping()
    owner = client_of()
    order = new_order(owner, ["MUG-0"])
    address = owner.post("/api/v1/me/addresses", ADDRESS).json()
    sessions = owner.get("/api/v1/me/sessions").json()["results"]
    bought = new_cart(owner, ["MUG-1"])
    checkout = owner.post("/api/v1/checkouts", {"cart_id": bought["id"], **DETAILS}).json()
    cart = owner.post("/api/v1/carts", {"items": items(["MUG-0"])}).json()
    promotion = offer("ENTERED")
    for place in (f"carts/{cart['id']}", f"checkouts/{checkout['id']}"):
        owner.post(f"/api/v1/{place}/coupons", {"code": "ENTERED"})
    admin = client_of(Role.ADMIN)
    admin.post("/api/v1/shipping-zones", {"code": "uk", "title": "UK", "countries": ["GB"]})
    image = send(admin, "products/thing-mug", encoded()).json()
    key = admin.post("/api/v1/api-keys", {"name": "Till", "scopes": ["stock:read"]}).json()
    invited = {"email": "grace@example.com", "role": "support"}
    drafted = {"items": items(["MUG-0"]), **DETAILS}
    rate = {"country": "CH", "rate": "0.081", "valid_from": "2024-01-01"}
    return World(
        owner=owner,
        stranger=client_of(),
        admin=admin,
        anonymous=APIClient(),
        places={
            "cart_id": cart["id"],
            "item_id": cart["items"][0]["id"],
            "checkout_id": checkout["id"],
            "number": order["number"],
            "image_id": image["id"],
            "slug": "thing-mug",
            "sku": "MUG-0",
            "session_id": sessions[0]["id"],
            "address_id": address["id"],
            "key_id": key["id"],
            "invoice_number": "INV-2026-000001",
            "fulfillment_id": str(uuid7()),
            "return_id": str(uuid7()),
            "method_code": "express",
            "zone_code": "uk",
            "country_code": "GB",
            "rate_id": admin.post("/api/v1/tax-rates", rate).json()["id"],
            "provider": "test",
            "promotion_id": promotion,
            "invitation_id": admin.post("/api/v1/staff/invitations", invited).json()["id"],
            "draft_id": admin.post("/api/v1/draft-orders", drafted).json()["id"],
            "code": "ENTERED",
            "user_id": owner.user_id,  # type: ignore[attr-defined]
            **trade_places("MUG-0"),
        },
    )
