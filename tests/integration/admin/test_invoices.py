"""The list of invoices in the admin, their files, and who may take them out of the shop."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from accounts.domain import Role
from invoices import admin as pages
from invoices.models import Invoice
from orders.models import Order
from staff.models import PersonalDataAccess
from tests.shop import new_order, offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db
LIST = "admin:invoices_invoice_changelist"
BrowserOf = Callable[..., Client]


@pytest.fixture(autouse=True)
def issued(client: APIClient) -> list[Invoice]:
    """An invoice that is paid, and one that was canceled before it was, with its credit note."""
    offer_shipping()
    stock_variants(2)
    paid_order(client)
    canceled = new_order(client, ["SKU-0"])["number"]
    assert client.post(f"/api/v1/orders/{canceled}/cancel", {}).status_code == 200
    return list(Invoice.objects.order_by("id"))


def act(browser: Client, action: str, chosen: list[Invoice]) -> Any:
    form = {"action": action, "_selected_action": [str(each.pk) for each in chosen]}
    return browser.post(reverse(LIST), form)


def test_a_manager_takes_out_a_csv_and_a_zip(browser_of: BrowserOf, issued: list[Invoice]) -> None:
    manager = browser_of(Role.MANAGER)
    file = act(manager, "export", issued).getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert [row["number"] for row in rows] == [each.number for each in issued]
    assert [row["gross"] for row in rows] == ["43.97", "13.95", "-13.95"]
    assert rows[2]["credits"] == issued[1].number
    packed = zipfile.ZipFile(io.BytesIO(act(manager, "download_files", issued).content))
    assert packed.namelist() == [f"{each.number}.pdf" for each in issued]
    assert all(packed.read(name).startswith(b"%PDF") for name in packed.namelist())


@pytest.mark.parametrize("action", ["export", "download_files"])
def test_others_cannot_take_them_out(
    browser_of: BrowserOf, issued: list[Invoice], action: str
) -> None:
    response = act(browser_of(Role.SUPPORT), action, issued)
    assert response["Content-Type"].startswith("text/html") or response.status_code in {302, 403}


def test_several_are_printed_as_one_file(browser_of: BrowserOf, issued: list[Invoice]) -> None:
    response = act(browser_of(Role.SUPPORT), "print_files", issued)
    assert response["Content-Type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(response.content)).pages) == 3


def test_too_many_files_are_refused_in_words(
    browser_of: BrowserOf, issued: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_FILES", 2)
    browser = browser_of(Role.MANAGER)
    assert act(browser, "print_files", issued).status_code == 302
    assert "at most 2 invoices" in browser.get(reverse(LIST)).content.decode()


def test_the_order_page_lists_what_was_issued_and_opens_it(
    browser_of: BrowserOf, issued: list[Invoice]
) -> None:
    browser, note = browser_of(Role.SUPPORT), issued[2]
    order = Order.objects.get(pk=note.order_id)
    page = browser.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert f"Credit note {note.number}" in page
    url = reverse("admin:invoices_invoice_pdf", args=[note.pk])
    assert url in page
    response = browser.get(url)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{note.number}.pdf"'
    assert PersonalDataAccess.objects.filter(path=url).exists()
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("by", ["invoice", "order"])
def test_an_invoice_is_found_by_its_number_or_its_order(
    browser_of: BrowserOf, issued: list[Invoice], by: str
) -> None:
    term = issued[0].number.lower() if by == "invoice" else issued[0].document["order_number"]
    page = browser_of(Role.SUPPORT).get(reverse(LIST), {"q": term}).content.decode()
    assert issued[0].number in page
    assert issued[2].number not in page
