"""A wholesaler's real trading day, bought again over HTTP from a shop that runs, then credited.

The day is the first of the UCI "Online Retail" data set (Chen, 2015, CC BY 4.0):
143 invoices, six of them cancellations. The one line with negative units at no price
is left out: a correction of stock that nobody can order.

A cancellation becomes a return where the file has the sale of those goods, and else a
credit by hand: a refund of its amount on another order of that customer, with its number
as the reason. Three cancel what customers who bought nothing that day had bought before
the file begins. Money can only go back where it came in, so the shop takes over those
purchases as orders first.
"""

from __future__ import annotations

import csv
import itertools
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
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
    number: str
    customer: str
    country: str
    units: Counter[str] = field(default_factory=Counter)
    pence: int = 0


@dataclass
class Day:
    invoices: list[Invoice]
    cancellations: list[Invoice]
    titles: dict[str, str]
    prices: dict[str, Decimal]

    @property
    def sold(self) -> Counter[str]:
        return sum((invoice.units for invoice in self.invoices), Counter())

    @property
    def pence(self) -> int:
        return sum(invoice.pence for invoice in self.invoices)


def read_day() -> Day:
    invoices: dict[str, Invoice] = {}
    titles: dict[str, str] = {}
    prices: dict[str, Decimal] = {}
    with DAY.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number, units = row["InvoiceNo"], int(row["Quantity"])
            if units <= 0 and not number.startswith("C"):
                continue
            sku, price = f"{row['StockCode']}@{row['UnitPrice']}", Decimal(row["UnitPrice"])
            prices[sku] = price
            titles[sku] = titles.get(sku) or row["Description"].strip() or row["StockCode"]
            invoice = invoices.setdefault(
                number, Invoice(number, row["CustomerID"], row["Country"])
            )
            invoice.units[sku] += abs(units)
            invoice.pence += int(price * 100) * units
    canceled = [invoice for number, invoice in invoices.items() if number.startswith("C")]
    sales = [invoice for number, invoice in invoices.items() if not number.startswith("C")]
    return Day(sales, canceled, titles, prices)


@pytest.fixture(scope="module")
def day() -> Day:
    return read_day()


@pytest.fixture(scope="module")
def shop(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("trading-day")
    shop = Shop(folder / "data", output=folder / "output", CONGOCART_RATE_LIMITS="off",
                CONGOCART_TAX_RATE="0.2", CONGOCART_PRICES_INCLUDE_TAX="true")  # fmt: skip
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


@pytest.fixture(scope="module")
def accounts(shop: Shop, day: Day) -> dict[str, dict[str, str]]:
    """The headers of each customer who buys that day."""
    customers = sorted({invoice.customer for invoice in day.invoices} - {""})
    with ThreadPoolExecutor(4) as pool:
        headers = pool.map(lambda name: registered(shop, name), customers)
        return dict(zip(customers, headers, strict=True))


@pytest.fixture(scope="module")
def numbers(shop: Shop, day: Day, accounts: dict[str, dict[str, str]]) -> dict[str, str]:
    """The order of each invoice."""
    with ThreadPoolExecutor(4) as pool:
        buyers = [Buyer(shop, accounts.get(invoice.customer, {})) for invoice in day.invoices]
        bought = pool.map(Buyer.buy, buyers, day.invoices)
        return {each.number: number for each, number in zip(day.invoices, bought, strict=True)}


def test_a_whole_day_adds_up_to_the_penny(shop: Shop, day: Day, numbers: dict[str, str]) -> None:
    orders = every_order(shop)
    assert len(set(numbers.values())) == len(orders) == len(day.invoices) == 136
    assert max(len(order["items"]) for order in orders) >= 500
    sold: Counter[str] = Counter()
    for order in orders:
        sold.update({item["sku"]: item["quantity"] for item in order["items"]})
    assert sold == day.sold
    assert sum(order["totals"]["total"]["amount"] for order in orders) == day.pence
    guests = sum(not invoice.customer for invoice in day.invoices)
    assert sum(order["email"] == "guest@example.com" for order in orders) == guests > 0
    assert stock_left(shop, day) == {sku: STOCK - day.sold[sku] for sku in day.prices}


def test_its_cancellations_are_returned_or_credited_to_the_penny(
    shop: Shop, day: Day, numbers: dict[str, str], accounts: dict[str, dict[str, str]]
) -> None:
    desk = Desk(shop, logged_in(shop, "admin@example.com"))
    earlier: list[Invoice] = []
    booked: dict[str, list[str]] = {"returned": [], "credited": [], "of an earlier day": []}
    for canceled in day.cancellations:
        own = [invoice for invoice in day.invoices if invoice.customer == canceled.customer]
        sales = [invoice for invoice in own if canceled.units <= invoice.units]
        if sales:
            desk.take_back(numbers[sales[0].number], canceled, accounts[canceled.customer])
            booked["returned"].append(canceled.number)
        elif own:
            desk.give_back(numbers[own[0].number], canceled)
            booked["credited"].append(canceled.number)
        else:
            desk.give_back(Buyer(shop, {}).buy(canceled), canceled)
            booked["of an earlier day"].append(canceled.number)
            earlier.append(canceled)

    assert booked == {
        "returned": ["C536506"],
        "credited": ["C536383", "C536543"],
        "of an earlier day": ["C536379", "C536391", "C536548"],
    }
    orders = {order["number"]: order for order in every_order(shop)}
    refunds = [each["amount"]["amount"] for order in orders.values() for each in order["refunds"]]
    assert sorted(refunds) == sorted(-canceled.pence for canceled in day.cancellations)
    documents = {number: desk.documents(number) for number in orders}
    sold, taken_over, credited = (
        sum(each["gross"]["amount"] for each in found)
        for found in (
            of_kind("invoice", documents, numbers.values()),
            of_kind("invoice", documents, orders.keys() - set(numbers.values())),
            of_kind("credit_note", documents, orders),
        )
    )
    # All lines of the file: 58,960.79 sold, 325.23 canceled.
    assert (sold, credited, sold - credited) == (5_896_079, 32_523, 5_863_556)
    assert (day.pence, taken_over) == (sold, -sum(each.pence for each in earlier))
    for each in itertools.chain.from_iterable(documents.values()):
        assert abs(6 * each["tax"]["amount"] - each["gross"]["amount"]) <= 3  # 20 %, included
    left = Counter(dict.fromkeys(day.prices, STOCK))
    left.subtract(day.sold)
    for each in day.cancellations:
        if each.number in booked["returned"]:
            left.update(each.units)
        elif each in earlier:
            left.subtract(each.units)  # A credit brings back no goods.
    assert stock_left(shop, day) == left
    manage(shop, "audit")


def of_kind(
    kind: str, documents: dict[str, list[dict[str, Any]]], numbers: Iterable[str]
) -> list[dict[str, Any]]:
    """The invoices, or the credit notes, of some orders."""
    return [each for number in numbers for each in documents[number] if each["kind"] == kind]


class Desk:
    """Someone of the staff."""

    def __init__(self, shop: Shop, headers: dict[str, str]) -> None:
        self.base = f"http://127.0.0.1:{shop.port}/api/v1/orders"
        self.http = httpx.Client(headers=headers, timeout=60)

    def take_back(self, number: str, canceled: Invoice, buyer: dict[str, str]) -> None:
        """What was sent and paid for comes back, into stock, and is refunded."""
        order = f"{self.base}/{number}"
        ok(self.http.post(f"{order}/payments", json={}), 201)
        ok(self.http.post(f"{order}/fulfillments", json={}), 201)
        items = [{"sku": sku, "quantity": units} for sku, units in canceled.units.items()]
        body = {"items": items, "reason": canceled.number}
        asked = ok(httpx.post(f"{order}/returns", json=body, headers=buyer, timeout=60), 201)
        coming = f"{order}/returns/{asked['id']}"
        ok(self.http.post(f"{coming}/approve", json={}), 200)
        ok(self.http.post(f"{coming}/receive", json={"restock": True}), 200)
        ok(self.http.post(f"{coming}/refund", json={}), 201)

    def give_back(self, number: str, canceled: Invoice) -> None:
        """A credit for other goods than this order's, on what was paid for it."""
        ok(self.http.post(f"{self.base}/{number}/payments", json={}), 201)
        body = {
            "amount": {"amount": -canceled.pence, "currency": "GBP"}, "reason": canceled.number
        }  # fmt: skip
        ok(self.http.post(f"{self.base}/{number}/refunds", json=body), 201)

    def documents(self, number: str) -> list[dict[str, Any]]:
        """The invoice of an order and its credit notes."""
        return list(ok(self.http.get(f"{self.base}/{number}/invoices"), 200)["results"])


def stock_left(shop: Shop, day: Day) -> dict[str, int]:
    http = httpx.Client(headers=logged_in(shop, "admin@example.com"), timeout=60)
    left = {}
    for sku in day.prices:
        stock = ok(http.get(f"http://127.0.0.1:{shop.port}/api/v1/variants/{sku}/stock"), 200)
        assert stock["reserved"] == 0
        left[sku] = stock["on_hand"]
    return left
