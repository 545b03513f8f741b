"""What tests need to go shopping: products in stock, an address, a whole purchase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from catalog.domain import NewVariant
from catalog.models import Variant
from catalog.services import create_product
from checkout.services import ensure_shipping_method
from core.money import Money

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4LB",
    "country_code": "GB",
}
DETAILS = {
    "email": "ada@example.com",
    "shipping_address": ADDRESS,
    "shipping_method": "standard",
}
MANUAL = {"payment": {"provider": "manual"}}


def stock_variants(
    count: int = 1, *, stock: int = 100, price: int = 1_000, prefix: str = "SKU"
) -> list[str]:
    """`count` variants of one product in GBP and EUR; the n-th costs n pence more."""
    create_product(
        title=f"Thing {prefix}",
        variants=[
            NewVariant(
                sku=f"{prefix}-{number}",
                title=f"No. {number}",
                prices=(Money(price + number, "GBP"), Money(price + number + 200, "EUR")),
                stock=stock,
            )
            for number in range(count)
        ],
        now=timezone.now(),
    )
    return [f"{prefix}-{number}" for number in range(count)]


def offer_shipping() -> None:
    """Standard for 3.95 and express for 9.95, in pounds; standard for 4.95 in euros."""
    ensure_shipping_method(
        code="standard", title="Standard", prices={"GBP": 395, "EUR": 495}, position=1
    )
    ensure_shipping_method(code="express", title="Express", prices={"GBP": 995}, position=2)


def items(skus: Sequence[str], quantity: int = 1) -> list[dict[str, Any]]:
    """`quantity` units of each SKU."""
    return [{"sku": sku, "quantity": quantity} for sku in skus]


def new_cart(client: APIClient, skus: Sequence[str] = (), quantity: int = 1) -> dict[str, Any]:
    """A cart over HTTP; from then on the client proves a guest's."""
    response = client.post("/api/v1/carts", {"items": items(skus, quantity)})
    assert response.status_code == 201, response.content
    cart: dict[str, Any] = response.json()
    if "token" in cart:
        client.credentials(**{**client._credentials, "HTTP_CART_TOKEN": cart["token"]})
    return cart


def new_checkout(
    client: APIClient, skus: Sequence[str], quantity: int = 1, **details: Any
) -> dict[str, Any]:
    """A cart and its checkout over HTTP, with everything it needs."""
    cart = new_cart(client, skus, quantity)
    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS, **details})
    assert response.status_code == 201, response.content
    return dict(response.json())


def complete(
    client: APIClient,
    checkout: dict[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    **body: Any,
) -> Any:
    """The answer to completing it, paid by invoice unless `body` says otherwise."""
    path = f"/api/v1/checkouts/{checkout['id']}/complete"
    return client.post(path, {**MANUAL, **body}, headers=headers)


def pay(client: APIClient, checkout: dict[str, Any], token: str, **headers: str) -> Any:
    """The answer to completing it, paid with a token of the provider `test`."""
    return complete(client, checkout, payment={"provider": "test", "token": token}, headers=headers)


def paid_order(client: APIClient, quantity: int = 2) -> str:
    """The number of an order of `SKU-0` and `SKU-1` that has been paid for."""
    checkout = new_checkout(client, ["SKU-0", "SKU-1"], quantity)
    return str(pay(client, checkout, "tok_success").json()["order"]["number"])


def new_order(
    client: APIClient, skus: Sequence[str], quantity: int = 1, **details: Any
) -> dict[str, Any]:
    """A whole purchase over HTTP; the order as its buyer reads it."""
    checkout = new_checkout(client, skus, quantity, **details)
    done = complete(client, checkout)
    assert done.status_code == 201, done.content
    response = client.get(f"/api/v1/orders/{done.json()['order']['number']}")
    assert response.status_code == 200, response.content
    return dict(response.json())


def stock_of(sku: str) -> tuple[int, int]:
    """Units on hand and reserved."""
    stock = Variant.objects.select_related("stock").get(sku=sku).stock
    return stock.on_hand, stock.reserved
