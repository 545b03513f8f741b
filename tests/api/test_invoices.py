"""Invoices and credit notes: when they are issued, how they are numbered, and who reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts.domain import Role
from invoices.models import Invoice
from tests.shop import new_order, offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2)


def issued() -> list[tuple[str, int]]:
    """Number and gross of every document, oldest first."""
    return list(Invoice.objects.order_by("id").values_list("number", "gross"))


def refund(client_of: ClientOf, number: str, **body: Any) -> None:
    response = client_of(Role.SUPPORT).post(f"/api/v1/orders/{number}/refunds", body)
    assert response.status_code == 201, response.content


@pytest.mark.usefixtures("skus")
def test_an_order_is_invoiced_as_it_is_paid(client: APIClient) -> None:
    number = paid_order(client)
    invoice = Invoice.objects.get()
    assert invoice.number == f"INV-{invoice.issued_at.year}-000001"
    assert invoice.document["order_number"] == number
    assert (invoice.gross, invoice.net, invoice.tax) == (4_397, 4_397, 0)


def test_who_pays_by_invoice_is_invoiced_at_once(client: APIClient, skus: list[str]) -> None:
    new_order(client, skus[:1])
    assert [gross for _, gross in issued()] == [1_395]


@pytest.mark.usefixtures("skus")
def test_each_refund_has_a_credit_note(client: APIClient, client_of: ClientOf) -> None:
    number = paid_order(client)
    refund(client_of, number, items=[{"sku": "SKU-0", "quantity": 1}])
    refund(client_of, number, amount={"amount": 500, "currency": "GBP"})
    refund(client_of, number)
    assert [gross for _, gross in issued()] == [4_397, 1_000, 500, 2_897]
    assert issued()[-1][0].endswith("-000003")
    notes = Invoice.objects.filter(kind="credit_note")
    assert {note.credited_id for note in notes} == {Invoice.objects.get(kind="invoice").pk}


def test_what_was_invoiced_and_never_paid_is_credited_when_it_is_canceled(
    client: APIClient, skus: list[str]
) -> None:
    number = new_order(client, skus)["number"]
    assert client.post(f"/api/v1/orders/{number}/cancel", {}).status_code == 200
    assert [gross for _, gross in issued()] == [2_396, 2_396]


@pytest.mark.usefixtures("skus")
def test_a_canceled_paid_order_is_credited_by_its_refund_alone(client: APIClient) -> None:
    number = paid_order(client)
    assert client.post(f"/api/v1/orders/{number}/cancel", {}).status_code == 200
    assert [gross for _, gross in issued()] == [4_397, 4_397]


def test_an_invoice_can_wait_until_everything_is_sent(
    client: APIClient, client_of: ClientOf, skus: list[str], settings: LazySettings
) -> None:
    settings.INVOICES = replace(settings.INVOICES, due_at="fulfilled")
    number = paid_order(client)
    staff, path = client_of(Role.FULFILLMENT), f"/api/v1/orders/{number}/fulfillments"
    part = {"items": [{"sku": skus[0], "quantity": 1}]}
    assert staff.post(path, part).status_code == 201
    assert issued() == []
    assert staff.post(path, {}).status_code == 201
    assert [gross for _, gross in issued()] == [4_397]


@pytest.mark.usefixtures("skus")
def test_a_buyer_lists_and_downloads_what_was_issued(
    client: APIClient, client_of: ClientOf, assert_statements: Any
) -> None:
    number = paid_order(client)
    refund(client_of, number, amount={"amount": 500, "currency": "GBP"})
    path = f"/api/v1/orders/{number}"
    with assert_statements(2):
        listed = client.get(f"{path}/invoices").json()["results"]
    invoice, note = listed
    assert invoice["gross"] == {"amount": 4_397, "currency": "GBP"}
    assert (invoice["kind"], invoice["credits"]) == ("invoice", None)
    assert (note["kind"], note["credits"]) == ("credit_note", invoice["number"])
    for of, name in ((f"{path}/invoice", invoice), (f"{path}/invoices/{note['number']}", note)):
        file = client.get(of)
        assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
        assert file["Content-Disposition"] == f'attachment; filename="{name["number"]}.pdf"'
        assert file.content.startswith(b"%PDF")
    with assert_statements(3):
        assert client.get(f"{path}/invoice").status_code == 200


@pytest.mark.usefixtures("skus")
def test_before_it_is_due_there_is_no_invoice(client: APIClient, settings: LazySettings) -> None:
    settings.INVOICES = replace(settings.INVOICES, due_at="fulfilled")
    number = paid_order(client)
    missing = client.get(f"/api/v1/orders/{number}/invoice")
    assert (missing.status_code, missing.json()["code"]) == (404, "invoice_not_issued")
    assert client.get(f"/api/v1/orders/{number}/invoices").json()["results"] == []
    missing = client.get(f"/api/v1/orders/{number}/invoices/INV-2026-000001")
    assert (missing.status_code, missing.json()["code"]) == (404, "invoice_not_found")


def test_an_invoice_of_another_order_is_not_found(client: APIClient, skus: list[str]) -> None:
    new_order(client, skus)
    other = Invoice.objects.get().number
    number = new_order(client, skus)["number"]
    assert client.get(f"/api/v1/orders/{number}/invoices/{other}").status_code == 404


@pytest.mark.usefixtures("skus")
def test_without_the_extra_the_client_is_told_so(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invoices.rendering._PACKAGES", ("not_installed",))
    number = paid_order(client)
    refused = client.get(f"/api/v1/orders/{number}/invoice")
    assert (refused.status_code, refused.json()["code"]) == (503, "invoice_rendering_unavailable")
    assert client.get(f"/api/v1/orders/{number}/invoices").json()["results"]
