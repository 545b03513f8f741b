"""What an order takes out of the cart that it came from."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from carts.models import CartLine
from tests.shop import complete, items, new_checkout, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db


def test_lines_are_taken_out_in_time_that_grows_with_their_number_alone(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cart is locked meanwhile. Each line is compared with itself, not with every other."""
    offer_shipping()
    skus = stock_variants(200)
    checkout = new_checkout(client, skus)
    client.put(f"/api/v1/carts/{checkout['cart_id']}/items", {"items": items(skus, 2)})
    compared = 0
    equal = CartLine.__eq__

    def counting(line: CartLine, other: object) -> bool:
        nonlocal compared
        compared += 1
        return equal(line, other)

    monkeypatch.setattr(CartLine, "__eq__", counting)

    assert complete(client, checkout).status_code == 201

    left = client.get(f"/api/v1/carts/{checkout['cart_id']}").json()["items"]
    assert [item["quantity"] for item in left] == [1] * 200
    assert compared <= 200
