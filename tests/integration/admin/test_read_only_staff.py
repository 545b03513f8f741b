from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.domain import Role
from catalog.models import Price
from checkout.models import ShippingMethod, ShippingPrice
from tests.integration.admin import rows


@pytest.fixture(params=[Role.SUPPORT, Role.FULFILLMENT])
def reader(browser_of, request):
    """A browser of someone who may read the catalog, and change nothing of it."""
    return browser_of(request.param)


def page_of(client, name: str, pk: object) -> str:
    return client.get(reverse(f"admin:{name}_change", args=[pk])).content.decode()


def test_the_prices_of_a_variant_are_shown_as_money(reader):
    variant = rows.variants(1)[0]
    Price.objects.create(variant=variant, currency="JPY", amount=2750)
    page = page_of(reader, "catalog_variant", variant.pk)
    assert "£19.99" in page
    assert "¥2,750" in page
    assert "1999" not in page


def test_the_prices_of_a_shipping_method_are_shown_as_money(reader):
    method = ShippingMethod.objects.create(code="express", title="Express")
    ShippingPrice.objects.create(method=method, currency="GBP", amount=395)
    page = page_of(reader, "checkout_shippingmethod", method.pk)
    assert "£3.95" in page
    assert "395" not in page.replace("£3.95", "")


def test_a_product_shows_the_price_and_the_options_of_each_variant(reader):
    variant = rows.variants(1)[0]
    variant.options = {"Size": "M"}
    variant.save()
    product = variant.product
    product.options = [{"name": "Size", "values": ["S", "M"]}]
    product.save()
    page = page_of(reader, "catalog_product", product.pk)
    assert "£19.99" in page
    assert "Size: M" in page
    assert "Size: S, M" in page
    assert "&quot;Size&quot;" not in page


def test_a_variant_without_a_price_shows_none(reader):
    variant = rows.variants(1)[0]
    Price.objects.all().delete()
    assert "£" not in page_of(reader, "catalog_product", variant.product_id)
