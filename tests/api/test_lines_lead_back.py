"""Lines lead back to the page of their product: its slug and title, and the variant's options."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.domain import NewVariant
from catalog.models import Product, Variant
from catalog.services import create_product
from checkout.models import CheckoutLine
from core.money import Money
from orders.models import OrderLine
from tests.shop import complete, items, new_cart, new_checkout, offer_shipping

pytestmark = pytest.mark.django_db

SHIRT = {"product": {"slug": "linen-shirt", "title": "Linen Shirt"}, "options": {"Size": "M"}}


@pytest.fixture(autouse=True)
def shirts() -> None:
    offer_shipping()
    create_product(
        title="Linen Shirt",
        variants=[
            NewVariant(
                sku=f"SHIRT-{size}",
                title=size,
                options={"Size": size},
                prices=(Money(2_900, "GBP"),),
                stock=9,
            )
            for size in ("M", "L")
        ],
        now=timezone.now(),
    )


def leads_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"product": item["product"], "options": item["options"]} for item in body["items"]]


def rename() -> None:
    Product.objects.update(slug="shirt", title="Shirt")
    Variant.objects.filter(sku="SHIRT-M").update(options={"Size": "Medium"})


def order_of(client: APIClient, checkout: dict[str, Any]) -> dict[str, Any]:
    number = complete(client, checkout).json()["order"]["number"]
    return dict(client.get(f"/api/v1/orders/{number}").json())


def test_a_cart_leads_to_the_product_of_today(client: APIClient) -> None:
    cart = new_cart(client, ["SHIRT-M"])
    assert leads_of(cart) == [SHIRT]
    rename()
    now = client.get(f"/api/v1/carts/{cart['id']}").json()
    assert leads_of(now) == [
        {"product": {"slug": "shirt", "title": "Shirt"}, "options": {"Size": "Medium"}}
    ]


def test_a_checkout_and_its_order_keep_what_was_bought(client: APIClient) -> None:
    checkout = new_checkout(client, ["SHIRT-M"])
    assert leads_of(checkout) == [SHIRT]
    rename()
    assert leads_of(client.get(f"/api/v1/checkouts/{checkout['id']}").json()) == [SHIRT]
    assert leads_of(order_of(client, checkout)) == [SHIRT]


def test_a_line_that_joins_a_checkout_leads_back_too(client: APIClient) -> None:
    checkout = new_checkout(client, ["SHIRT-L"])
    path = f"/api/v1/checkouts/{checkout['id']}"
    changed = client.patch(path, {"items": items(["SHIRT-M"])}).json()
    assert leads_of(changed) == [SHIRT]


def test_a_variant_without_options_has_none(client: APIClient) -> None:
    Variant.objects.update(options={})
    assert leads_of(new_cart(client, ["SHIRT-M"])) == [{**SHIRT, "options": {}}]


def test_lines_from_before_it_was_kept_lead_nowhere(client: APIClient) -> None:
    checkout = new_checkout(client, ["SHIRT-M"])
    CheckoutLine.objects.update(product=None, options={})

    order = order_of(client, checkout)

    assert leads_of(order) == [{"product": None, "options": {}}]
    assert OrderLine.objects.filter(product__isnull=True).count() == 1
