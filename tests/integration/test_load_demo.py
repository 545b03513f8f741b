from __future__ import annotations

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Price, Product, Variant
from catalog.selectors import category_tree, offers
from catalog.services import delete_product
from checkout.models import ShippingPrice
from inventory.models import Stock
from tests.catalog import NOW

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_the_demo_shop_has_goods_in_three_currencies() -> None:
    printed = load()

    assert printed.startswith("43 demo products added")
    assert Variant.objects.count() == 112
    assert len(category_tree()) >= 6
    for currency in ("GBP", "EUR", "USD"):
        assert Price.objects.filter(currency=currency, amount__gt=0).count() == 112
    (mug,) = offers(currency="GBP", skus=["MUG-BLUE"])
    assert (mug.title, mug.unit_price, mug.available) == ("Stoneware Mug – Blue", 1_250, 100_000)


def test_loading_the_demo_shop_again_changes_nothing_that_someone_did() -> None:
    load()
    Product.objects.filter(slug="canvas-tote").update(title="My bag")
    Price.objects.filter(variant__sku="TOTE", currency="GBP").update(amount=1)
    Stock.objects.filter(variant__sku="TOTE").update(on_hand=3)
    delete_product(slug="wall-clock", now=NOW)
    ShippingPrice.objects.filter(method="express").update(amount=5)
    User.objects.filter(email="customer@example.com").update(password="theirs", first_name="Ada")

    printed = load()

    assert printed.startswith("0 demo products added")
    (tote,) = offers(currency="GBP", skus=["TOTE"])
    assert (tote.title, tote.unit_price, tote.available) == ("My bag", 1, 3)
    assert not offers(currency="GBP", skus=["CLOCK-QUIET"])[0].is_for_sale
    assert set(ShippingPrice.objects.values_list("method", "amount").filter(currency="GBP")) == {
        ("standard", 395),
        ("express", 5),
        ("collect", 0),
    }
    assert User.objects.get(email="customer@example.com").password == "theirs"


@pytest.mark.parametrize("name", ["customer", "support", "fulfillment", "manager", "admin"])
def test_everyone_of_the_demo_shop_can_log_in(client: APIClient, name: str) -> None:
    load()

    response = client.post(
        "/api/v1/auth/token",
        {"email": f"{name}@example.com", "password": "congocart-demo"},
    )

    assert response.status_code == 200


def test_known_passwords_stay_out_of_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRODUCTION", True)

    with pytest.raises(CommandError):
        load()

    assert not Product.objects.exists()
