from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.services import ensure_user
from congocart.sample_orders import generate_orders
from core.http import csv_export
from core.http.csv_export import harmless
from orders.models import Order
from orders.reports import EXPORT_COLUMNS
from staff.models import PersonalDataAccess
from tests.conftest import PASSWORD
from tests.integration.admin import rows
from tests.integration.admin.conftest import browser_of
from tests.serving import serving
from tests.shop import ADDRESS, new_order, offer_shipping, paid_order, stock_variants

__all__ = ["browser_of"]
ClientOf = Callable[..., APIClient]
PATH = "/api/v1/exports/orders"


def read(client: APIClient, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"{PATH}?{query}")
    assert response.status_code == 200, response.content
    text = response.getvalue().decode()
    assert int(response["X-Total-Count"]) == text.count("\r\n") - 1
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def orders(client_of: ClientOf) -> list[str]:
    """The numbers of a paid order of four units, and of one of £10 that is due."""
    offer_shipping()
    skus = stock_variants(2)
    buyer = client_of()
    first = paid_order(buyer)
    return [first, new_order(buyer, skus[:1], email="grace@example.org")["number"]]


def test_a_row_is_what_an_accountant_needs(client_of: ClientOf, orders: list[str]) -> None:
    due, paid = read(client_of(Role.MANAGER))
    assert tuple(due) == EXPORT_COLUMNS
    assert (due["number"], paid["number"]) == (orders[1], orders[0])
    assert (due["email"], due["name"]) == ("grace@example.org", "Ada Lovelace")
    assert (due["units"], due["total"], due["paid"], due["net"]) == ("1", "13.95", "0.00", "0.00")
    assert (paid["units"], paid["subtotal"], paid["shipping"]) == ("4", "40.02", "3.95")
    assert (paid["total"], paid["paid"], paid["refunded"]) == ("43.97", "43.97", "0.00")
    assert (paid["payment_status"], paid["payment_providers"]) == ("paid", "test")
    assert paid["placed_at"].endswith("+00:00")
    assert (paid["canceled_at"], paid["currency"], paid["country"]) == ("", "GBP", "GB")


def test_the_filters_of_the_list_apply(client_of: ClientOf, orders: list[str]) -> None:
    manager = client_of(Role.MANAGER)

    def numbers(query: str) -> list[str]:
        return [row["number"] for row in read(manager, query)]

    assert numbers("payment_status=paid") == orders[:1]
    assert numbers("search=grace") == orders[1:]
    assert numbers("placed_after=2020-01-01T00:00:00Z") == orders[::-1]
    assert numbers("status=canceled") == []
    wrong = manager.get(f"{PATH}?status=lost&bom=perhaps&page=2")
    assert wrong.status_code == 400
    assert manager.get(f"{PATH}?bom=perhaps").json()["errors"][0]["pointer"] == "/bom"


def test_a_byte_order_mark_comes_first_when_it_is_asked_for(client_of: ClientOf) -> None:
    manager = client_of(Role.MANAGER)
    assert manager.get(f"{PATH}?bom=true").getvalue().startswith(b"\xef\xbb\xbfnumber,placed_at")
    response = manager.get(PATH)
    assert response.getvalue().startswith(b"number,placed_at")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="orders.csv"'


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SUPPORT, Role.FULFILLMENT])
def test_only_managers_take_orders_out(client_of: ClientOf, role: Role) -> None:
    assert client_of(role).get(PATH).status_code == 403


def test_nobody_else_does(client: APIClient, db: None) -> None:
    assert client.get(PATH).status_code == 401


def test_who_took_them_is_recorded(client_of: ClientOf, orders: list[str]) -> None:
    manager = client_of(Role.MANAGER)
    read(manager)
    seen = PersonalDataAccess.objects.get()
    assert (seen.operation, seen.actor_id) == ("exportOrders", manager.user_id)  # type: ignore[attr-defined]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_is_a_formula(client_of: ClientOf, start: str) -> None:
    attack = f'{start}HYPERLINK("http://evil.example","x"),"a'
    order = rows.order(rows.variants(1))
    Order.objects.filter(pk=order.pk).update(
        cancel_reason=attack, billing_address={**ADDRESS, "first_name": attack}
    )
    (row,) = read(client_of(Role.MANAGER))
    assert row["cancel_reason"] == f"'{attack}"
    assert row["name"].startswith("'") or not attack.strip().startswith(start)
    assert row["total"] == "19.99"


def test_numbers_stay_numbers() -> None:
    assert (harmless(-5), harmless("-5"), harmless("5")) == ("-5", "'-5", "5")


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1_200])
def test_each_order_is_exported_once(client_of: ClientOf, count: int, monkeypatch) -> None:
    monkeypatch.setattr(csv_export, "BATCH", 500)
    made(count)
    numbers = [row["number"] for row in read(client_of(Role.MANAGER))]
    newest_first = list(Order.objects.order_by("-id").values_list("number", flat=True))
    assert numbers == newest_first
    assert len(numbers) == count


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_orders(client_of: ClientOf) -> None:
    manager, peaks = client_of(Role.MANAGER), []
    for more in (1_100, 3_000):
        made(more, seed=more)
        parts = iter(manager.get(PATH).streaming_content)
        next(parts)
        tracemalloc.start()
        for _ in parts:
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize(("selection", "count"), [({}, 2), ({"select_across": "1"}, 60)])
def test_the_admin_exports_what_is_selected_or_all_that_is_found(
    browser_of: Callable[..., Client], selection: dict[str, str], count: int
) -> None:
    made(60)
    chosen = [str(key) for key in Order.objects.values_list("pk", flat=True)[:2]]
    response = browser_of(Role.MANAGER).post(
        "/admin/orders/order/?status__exact=&q=",
        {"action": "export", "_selected_action": chosen, "index": "0", **selection},
    )
    lines = response.getvalue().decode().splitlines()
    assert lines[0].startswith("\ufeffnumber,")
    assert len(lines) == count + 1


def test_other_staff_have_no_export_in_the_admin(browser_of: Callable[..., Client]) -> None:
    rows.shop(1)
    page = browser_of(Role.SUPPORT).get("/admin/orders/order/").content.decode()
    assert "Export as CSV" not in page


def made(count: int, *, seed: int = 1) -> None:
    if count:
        stock_variants(3, prefix=f"S{seed}")
        for _ in generate_orders(count=count, seed=seed, currency="GBP", now=timezone.now()):
            pass


@pytest.mark.django_db(transaction=True)
def test_the_server_sends_it_in_parts_and_returns_its_connections(
    tmp_path: Path, settings: Any
) -> None:
    made(1_300)
    settings.PASSWORD_HASHERS = ["accounts.hashers.BoundedArgon2Hasher"]
    login = {"email": "boss@example.com", "password": PASSWORD}
    ensure_user(**login, role=Role.MANAGER)
    with serving(tmp_path / "log", CONGOCART_THREADS="2", CONGOCART_DB_POOL_SIZE="3") as url:
        body, kind = json.dumps(login).encode(), {"Content-Type": "application/json"}
        with urlopen(Request(f"{url}/api/v1/auth/token", body, kind)) as response:
            token = json.load(response)["access"]
        for _ in range(4):
            request = Request(f"{url}{PATH}", headers={"Authorization": f"Bearer {token}"})
            with urlopen(request) as response:
                assert response.headers["Transfer-Encoding"] == "chunked"
                body = b"".join(iter(lambda: response.read(65_536), b""))
            assert body.count(b"\r\n") == 1_301
        with urlopen(f"{url}/readyz") as ready:
            assert ready.status == 200
