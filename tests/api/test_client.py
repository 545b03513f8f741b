"""A typed client, generated from the committed document by a tool that knows nothing of us."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from orders.models import Order
from tests.serving import ROOT, serving
from tests.shop import ADDRESS, offer_shipping, stock_of, stock_variants

PACKAGE = "generated_shop_client"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session")
def shop_client(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The package that openapi-python-client writes; nothing of the document may be skipped."""
    folder = tmp_path_factory.mktemp("client")
    config = folder / "config.yaml"
    # It has to be told of each media type that is a file.
    config.write_text(
        "post_hooks: []\ncontent_type_overrides: {application/pdf: application/octet-stream}\n"
    )
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")), "generate",
            "--path", str(ROOT / "docs" / "openapi.yaml"),
            "--meta", "none",
            "--config", str(config),
            "--output-path", str(folder / PACKAGE),
            "--fail-on-warning",
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    sys.path.insert(0, str(folder))
    return importlib.import_module(PACKAGE)


def call(name: str, *arguments: Any, expect: int, **keywords: Any) -> Any:
    """Runs a generated operation, such as `carts.create_cart`, and gives its typed response."""
    operation = importlib.import_module(f"{PACKAGE}.api.{name}")
    response = operation.sync_detailed(*arguments, **keywords)
    assert response.status_code == expect, response.content
    return response.parsed


@pytest.fixture
def url(transactional_db, tmp_path):
    stock_variants(3, stock=10)
    offer_shipping()
    with serving(tmp_path / "server.log") as url:
        yield url


def details(models: ModuleType) -> dict[str, Any]:
    return {
        "email": "ada@example.com",
        "shipping_address": models.AddressRequest(**ADDRESS),
        "shipping_method": "standard",
    }


def payment(models: ModuleType) -> Any:
    return models.CompletionRequest(payment=models.PaymentRequest(provider="manual"))


def two_things(models: ModuleType) -> list[Any]:
    return [
        models.ItemRequest(sku="SKU-0", quantity=2),
        models.ItemRequest(sku="SKU-1", quantity=1),
    ]


def test_a_guest_buys_in_three_requests(shop_client, url):
    models = importlib.import_module(f"{PACKAGE}.models")
    anonymous = shop_client.Client(base_url=url)
    cart = call(
        "carts.create_cart",
        client=anonymous,
        body=models.CartRequest(items=two_things(models)),
        idempotency_key=str(uuid4()),
        expect=201,
    )
    guest = shop_client.Client(base_url=url, headers={"Cart-Token": cart.token})
    checkout = call(
        "checkout.create_checkout",
        client=guest,
        body=models.CheckoutRequest(cart_id=cart.id, **details(models)),
        expect=201,
    )
    done = call(
        "checkout.complete_checkout",
        checkout.id,
        client=guest,
        body=payment(models),
        if_match=f'"{checkout.version}"',
        idempotency_key=str(uuid4()),
        expect=201,
    )

    order = call("orders.get_order", done.order.number, client=guest, expect=200)
    assert order.totals.total.amount == checkout.totals.total.amount == 2 * 1000 + 1001 + 395
    assert [(item.sku, item.quantity) for item in order.items] == [("SKU-0", 2), ("SKU-1", 1)]
    assert stock_of("SKU-0") == (8, 0)


def test_a_customer_registers_shops_buys_and_finds_the_order(shop_client, url):
    models = importlib.import_module(f"{PACKAGE}.models")
    anonymous = shop_client.Client(base_url=url)
    secret = {"email": "ada@example.com", "password": "a teapot of brass 1896"}
    call("accounts.register", client=anonymous, body=models.RegisterRequest(**secret), expect=201)
    pair = call(
        "accounts.create_token",
        client=anonymous,
        body=models.LoginRequest(**secret),
        expect=200,
    )
    ada = shop_client.AuthenticatedClient(base_url=url, token=pair.access)

    found = call("catalog.list_products", client=anonymous, search="thing", limit=5, expect=200)
    sku = found.results[0].variants[0].sku
    cart = call("carts.create_cart", client=ada, body=models.CartRequest(), expect=201)
    cart = call(
        "carts.add_cart_item",
        cart.id,
        client=ada,
        body=models.ItemRequest(sku=sku, quantity=3),
        if_match=f'"{cart.version}"',
        expect=200,
    )
    checkout = call(
        "checkout.create_checkout",
        client=ada,
        body=models.CheckoutRequest(cart_id=cart.id, **details(models)),
        expect=201,
    )
    done = call(
        "checkout.complete_checkout", checkout.id, client=ada, body=payment(models), expect=201
    )

    orders = call("orders.list_orders", client=ada, expect=200)
    assert [order.number for order in orders.results] == [done.order.number]
    assert call("accounts.get_me", client=ada, expect=200).email == "ada@example.com"
    assert Order.objects.get().number == done.order.number


def test_a_refusal_is_typed_too(shop_client, url):
    models = importlib.import_module(f"{PACKAGE}.models")
    problem = call(
        "carts.create_cart",
        client=shop_client.Client(base_url=url),
        body=models.CartRequest(items=[models.ItemRequest(sku="NOTHING", quantity=1)]),
        expect=400,
    )

    assert isinstance(problem, models.Problem)
    assert problem.code == "unknown_sku"
    assert problem.errors[0].pointer
