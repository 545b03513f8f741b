"""A shop in which everything that touches the ledger has happened, over HTTP and by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.services import abandon_payments, expire_checkouts, recover_payments
from tests.promotions import enter, offer
from tests.shop import (
    DETAILS,
    items,
    new_cart,
    new_checkout,
    new_order,
    offer_shipping,
    stock_variants,
)

ClientOf = Callable[..., APIClient]


def new_client() -> APIClient:
    """Someone new, who speaks JSON."""
    client = APIClient()
    client.default_format = "json"
    return client


def run_a_busy_shop(client_of: ClientOf) -> datetime:
    """Buys, pays, fails, cancels, refunds, restocks, expires; returns when it was closed."""
    offer_shipping()
    stock_variants(3, stock=50)
    offer(usage_limit=8, per_customer_limit=5)
    offer("SHIPPING", title="Free shipping", action={"type": "free_shipping"})
    support, fulfillment = client_of(Role.SUPPORT), client_of(Role.FULFILLMENT)

    new_order(new_client(), ["SKU-0", "SKU-1"], 2)
    canceled = new_client()
    _post(canceled, f"orders/{new_order(canceled, ['SKU-0'])['number']}/cancel", {})
    _post(support, f"orders/{new_order(new_client(), ['SKU-1'])['number']}/payments", {})

    paid = pay(new_client(), ["SKU-0", "SKU-2"], "tok_success", 3)["order"]["number"]
    _post(support, f"orders/{paid}/refunds", {"amount": {"amount": 100, "currency": "GBP"}})
    back = {"items": [{"sku": "SKU-2", "quantity": 1}], "restock": True}
    _post(support, f"orders/{paid}/refunds", back)
    paid_and_canceled = client_of()
    number = pay(paid_and_canceled, ["SKU-1"], "tok_success")["order"]["number"]
    _post(paid_and_canceled, f"orders/{number}/cancel", {})
    half_returned = client_of()
    number = pay(half_returned, ["SKU-2"], "tok_success", 4)["order"]["number"]
    _post(support, f"orders/{number}/refunds", back)
    _post(half_returned, f"orders/{number}/cancel", {})

    edited = pay(new_client(), ["SKU-1"], "tok_success", 2)["order"]["number"]
    for units in (3, 1):
        _post(support, f"orders/{edited}/edits", {"items": [{"sku": "SKU-2", "quantity": units}]})

    declined = new_client()
    checkout = new_checkout(declined, ["SKU-2"])
    for token, status in (("tok_decline", 402), ("tok_success", 201)):
        _pay(declined, checkout, token, status)
    pay(new_client(), ["SKU-0"], "tok_timeout", status=202)
    pay(new_client(), ["SKU-1"], "tok_requires_action", status=202)
    new_cart(new_client(), ["SKU-0"])
    with_code = new_client()
    enter(with_code, "checkouts", new_checkout(with_code, ["SKU-0"], 5), "SHIPPING")
    superseded = new_client()
    earlier = new_checkout(superseded, ["SKU-1"], 2)
    _post(superseded, "checkouts", {"cart_id": earlier["cart_id"]})
    for actions in ([], ["send"], ["complete"], ["send", "complete"], ["send", "cancel"]):
        wanted = {"items": items(["SKU-0"], 2), **DETAILS}
        draft = _post(support, "draft-orders", wanted)["id"]
        for action in actions:
            _post(support, f"draft-orders/{draft}/{action}", {})
    gone = new_client()
    _post(gone, f"checkouts/{new_checkout(gone, ['SKU-2'])['id']}/cancel", {})
    _post(fulfillment, "variants/SKU-0/stock-adjustments", {"delta": -3, "reason": "Broken"})

    closed = timezone.now() + timedelta(hours=2)
    with time_machine.travel(closed):
        abandon_payments(now=closed)
        recover_payments(now=closed)
        expire_checkouts(now=closed)
        new_checkout(new_client(), ["SKU-0"], 7)
        new_order(new_client(), ["SKU-1"])
    return closed


def pay(
    client: APIClient, skus: list[str], token: str, quantity: int = 1, *, status: int = 201
) -> dict[str, Any]:
    """A purchase by the test provider; what completing answered."""
    return _pay(client, new_checkout(client, skus, quantity), token, status)


def _pay(client: APIClient, checkout: dict[str, Any], token: str, status: int) -> dict[str, Any]:
    body = {"payment": {"provider": "test", "token": token}}
    response = client.post(f"/api/v1/checkouts/{checkout['id']}/complete", body)
    assert response.status_code == status, response.content
    return dict(response.json())


def _post(client: APIClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = client.post(f"/api/v1/{path}", body)
    assert response.status_code in {200, 201}, response.content
    return dict(response.json())
