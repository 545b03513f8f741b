"""A wholesaler's real trading day, bought again over HTTP from a shop that runs.

The day is the first of the UCI "Online Retail" data set (Chen, 2015, CC BY 4.0):
143 invoices. Cancellations are left out, and so is the one line with negative
units at no price, a correction of stock that nobody can order.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from embedded.postgres import EmbeddedPostgres
from tests.faults.running import ROOT, Shop

DAY = ROOT.parent / "shared/data/online-retail/2010-12-01.csv"
STOCK = 10_000
PASSWORD = "correct horse battery"
COUNTRIES = {
    "United Kingdom": {"country_code": "GB", "city": "London", "postal_code": "SW1Y 4LB"},
    "Norway": {"country_code": "NO", "city": "Oslo", "postal_code": "0150"},
    "EIRE": {"country_code": "IE", "city": "Dublin", "region": "Co. Dublin"},
    "France": {"country_code": "FR", "city": "Paris", "postal_code": "75001"},
    "Germany": {"country_code": "DE", "city": "Berlin", "postal_code": "10115"},
    "Australia": {
        "country_code": "AU", "city": "Sydney", "region": "NSW", "postal_code": "2000"
    },
    "Netherlands": {"country_code": "NL", "city": "Amsterdam", "postal_code": "1012 AB"},
}  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not DAY.exists(), reason="the trading day is not here"),
]


@dataclass
class Invoice:
    customer: str
    country: str
    units: Counter[str]


@dataclass
class Day:
    invoices: list[Invoice]
    titles: dict[str, str]
    prices: dict[str, Decimal]

    @property
    def sold(self) -> Counter[str]:
        return sum((invoice.units for invoice in self.invoices), Counter())

    @property
    def pence(self) -> int:
        return sum(int(self.prices[sku] * 100) * units for sku, units in self.sold.items())


def read_day() -> Day:
    invoices: dict[str, Invoice] = {}
    titles: dict[str, str] = {}
    prices: dict[str, Decimal] = {}
    with DAY.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            units = int(row["Quantity"])
            if row["InvoiceNo"].startswith("C") or units <= 0:
                continue
            sku = f"{row['StockCode']}@{row['UnitPrice']}"
            prices[sku] = Decimal(row["UnitPrice"])
            titles[sku] = titles.get(sku) or row["Description"].strip() or row["StockCode"]
            invoice = invoices.setdefault(
                row["InvoiceNo"], Invoice(row["CustomerID"], row["Country"], Counter())
            )
            invoice.units[sku] += units
    return Day(list(invoices.values()), titles, prices)


@pytest.fixture(scope="module")
def day() -> Day:
    return read_day()


@pytest.fixture(scope="module")
def shop(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("trading-day")
    shop = Shop(folder / "data", output=folder / "output", CONGOCART_RATE_LIMITS="off")
    try:
        shop.start()
        import_products(shop, day, folder / "products.csv")
        yield shop
    finally:
        shop.clean_up()


def import_products(shop: Shop, day: Day, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["handle", "title", "sku", "price", "currency", "stock"])
        for number, (sku, price) in enumerate(day.prices.items()):
            price_in_pounds = price.quantize(Decimal("0.01"))
            writer.writerow([f"p-{number}", day.titles[sku], sku, price_in_pounds, "GBP", STOCK])
    said = manage(shop, "import_products", str(path))
    assert f"{len(day.prices)} products created" in said
    manage(shop, "shell", "-c", "from checkout.services import ensure_shipping_method as ensure; "
           "ensure(code='collect', title='Collect', prices={'GBP': 0})")  # fmt: skip
    environment = {
        "DJANGO_SUPERUSER_EMAIL": "admin@example.com",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    manage(shop, "createsuperuser", "--noinput", **environment)


def manage(shop: Shop, *words: str, **environment: str) -> str:
    url = EmbeddedPostgres(shop.data).url
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *words],
        env={**os.environ, "DATABASE_URL": url, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ok(response: httpx.Response, status: int) -> Any:
    assert response.status_code == status, response.text
    return response.json()


class Buyer:
    """One invoice's customer, who logs in, or buys as a guest."""

    def __init__(self, shop: Shop, headers: dict[str, str]) -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{shop.port}/api/v1", headers=headers, timeout=60
        )

    def buy(self, invoice: Invoice) -> str:
        items = [{"sku": sku, "quantity": units} for sku, units in invoice.units.items()]
        cart = ok(self.http.post("/carts", json={"items": items}), 201)
        if "token" in cart:
            self.http.headers["Cart-Token"] = cart["token"]
        address = {
            "first_name": "Customer", "last_name": invoice.customer or "Guest",
            "line1": "1 High Street", **COUNTRIES[invoice.country],
        }  # fmt: skip
        details = {
            "email": f"{invoice.customer or 'guest'}@example.com",
            "shipping_address": address,
            "shipping_method": "collect",
        }
        checkout = ok(self.http.post("/checkouts", json={"cart_id": cart["id"], **details}), 201)
        body = {"payment": {"provider": "manual"}, "expected_total": checkout["totals"]["total"]}
        done = ok(self.http.post(f"/checkouts/{checkout['id']}/complete", json=body), 201)
        return str(done["order"]["number"])


def logged_in(shop: Shop, email: str) -> dict[str, str]:
    url = f"http://127.0.0.1:{shop.port}/api/v1/auth/token"
    pair = ok(httpx.post(url, json={"email": email, "password": PASSWORD}, timeout=60), 200)
    return {"Authorization": f"Bearer {pair['access']}"}


def registered(shop: Shop, customer: str) -> dict[str, str]:
    email = f"{customer}@example.com"
    body = {"email": email, "password": PASSWORD}
    url = f"http://127.0.0.1:{shop.port}/api/v1/auth/register"
    ok(httpx.post(url, json=body, timeout=60), 201)
    return logged_in(shop, email)


def every_order(shop: Shop) -> list[dict[str, Any]]:
    http = httpx.Client(headers=logged_in(shop, "admin@example.com"), timeout=60)
    url: str | None = f"http://127.0.0.1:{shop.port}/api/v1/orders?limit=100"
    orders: list[dict[str, Any]] = []
    while url:
        page = ok(http.get(url), 200)
        orders += page["results"]
        url = page["next"]
    return orders


def test_a_whole_day_adds_up_to_the_penny(shop: Shop, day: Day) -> None:
    with ThreadPoolExecutor(4) as pool:
        customers = sorted({invoice.customer for invoice in day.invoices} - {""})
        accounts = dict(
            zip(customers, pool.map(lambda name: registered(shop, name), customers), strict=True)
        )
        buyers = [Buyer(shop, accounts.get(invoice.customer, {})) for invoice in day.invoices]
        numbers = list(pool.map(Buyer.buy, buyers, day.invoices))

    orders = every_order(shop)
    assert len(set(numbers)) == len(orders) == len(day.invoices) == 136
    assert max(len(order["items"]) for order in orders) >= 500
    sold: Counter[str] = Counter()
    for order in orders:
        sold.update({item["sku"]: item["quantity"] for item in order["items"]})
    assert sold == day.sold
    assert sum(order["totals"]["total"]["amount"] for order in orders) == day.pence
    guests = sum(not invoice.customer for invoice in day.invoices)
    assert sum(order["email"] == "guest@example.com" for order in orders) == guests > 0
    assert stock_left(shop, day) == {sku: STOCK - units for sku, units in day.sold.items()}


def stock_left(shop: Shop, day: Day) -> dict[str, int]:
    http = httpx.Client(headers=logged_in(shop, "admin@example.com"), timeout=60)
    left = {}
    for sku in day.prices:
        stock = ok(http.get(f"http://127.0.0.1:{shop.port}/api/v1/variants/{sku}/stock"), 200)
        assert stock["reserved"] == 0
        left[sku] = stock["on_hand"]
    return left
