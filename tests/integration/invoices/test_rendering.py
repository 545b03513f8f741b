"""The file of an invoice: its page, its electronic form, and that both say the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import facturx
import pytest
from django.conf import LazySettings
from lxml import etree
from pypdf import PdfReader
from rest_framework.test import APIClient

import invoices.rendering
from accounts.domain import Role
from invoices.apps import seller_is_known
from invoices.domain import RenderingUnavailable
from invoices.models import Invoice, Rendering
from invoices.rendering import render
from invoices.rendering.xml import is_electronic, xml_of
from invoices.services import rendered
from pricing.models import TaxRate
from tests.promotions import offer
from tests.shop import (
    ADDRESS,
    MANUAL,
    new_checkout,
    new_order,
    offer_shipping,
    paid_order,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
NAMESPACES = {
    name: f"urn:un:unece:uncefact:data:standard:{of}:100"
    for name, of in (
        ("ram", "ReusableAggregateBusinessInformationEntity"),
        ("udt", "UnqualifiedDataType"),
    )
}
PARIS = {
    **ADDRESS, "line1": "1 Rue de Rivoli", "city": "Paris", "postal_code": "75001",
    "country_code": "FR",
}  # fmt: skip


@pytest.fixture(autouse=True)
def shop(settings: LazySettings) -> list[str]:
    """A seller of whom all is known, who includes twenty percent in prices."""
    seller = replace(
        settings.INVOICES.seller,
        name="Congo & Söhne <GmbH>",
        street="Hafenstraße 12",
        postal_code="20457",
        city="Hamburg",
        country="DE",
        email="rechnung@shop.example",
        vat_number="DE136695976",
        registration="HRB 12345, Amtsgericht Hamburg",
        iban="DE89 3704 0044 0532 0130 00",
        footer="Geschäftsführung: Ada Lovelace",
    )
    settings.INVOICES = replace(settings.INVOICES, seller=seller)
    settings.TAX_RATE, settings.PRICES_INCLUDE_TAX = Decimal("0.2"), True
    offer_shipping()
    return stock_variants(2)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def amounts(xml: bytes, name: str) -> list[Decimal]:
    found = etree.fromstring(xml).iterfind(f".//ram:{name}", NAMESPACES)
    return [Decimal(each.text) for each in found]


def latest(kind: str = "invoice") -> Invoice:
    return Invoice.objects.filter(kind=kind).latest("id")


def assert_consistent(invoice: Invoice) -> None:
    """Valid by the schema of Factur-X, and by the sums that EN 16931 asks for."""
    xml = xml_of(invoice)
    assert facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    (net,), (gross,) = amounts(xml, "TaxBasisTotalAmount"), amounts(xml, "GrandTotalAmount")
    *each_line, of_lines = amounts(xml, "LineTotalAmount")
    assert sum(each_line) == of_lines  # BR-CO-10
    assert of_lines + sum(amounts(xml, "ChargeTotalAmount")) == net  # BR-CO-13
    (tax,) = amounts(xml, "TaxTotalAmount")
    assert sum(amounts(xml, "CalculatedAmount")) == tax  # BR-CO-14
    assert net + tax == gross  # BR-CO-15
    assert sum(amounts(xml, "BasisAmount")) == net
    (paid,), (due,) = amounts(xml, "TotalPrepaidAmount"), amounts(xml, "DuePayableAmount")
    assert gross - paid == due  # BR-CO-16
    digits = 100
    assert (int(net * digits), int(tax * digits)) == (invoice.net, invoice.tax)


def test_the_page_and_the_xml_say_what_was_charged(client: APIClient) -> None:
    paid_order(client)
    invoice = latest()
    file = render(invoice)
    text = text_of(file.pdf)
    for shown in (invoice.number, "£43.97", "£36.64", "£7.33", "SKU-1", "Thing SKU", "Paid"):
        assert shown in text
    assert_consistent(invoice)
    assert file.electronic
    name, embedded = facturx.get_xml_from_pdf(file.pdf, check_xsd=True)
    assert (name, embedded) == ("factur-x.xml", xml_of(invoice))


def test_the_same_invoice_gives_the_same_bytes(client: APIClient) -> None:
    paid_order(client)
    Invoice.objects.get()
    assert render(latest()) == render(latest())


def test_a_credit_note_names_its_invoice(client: APIClient, client_of: ClientOf) -> None:
    number = paid_order(client)
    part = {"items": [{"sku": "SKU-0", "quantity": 1}]}
    path = f"/api/v1/orders/{number}/refunds"
    assert client_of(Role.SUPPORT).post(path, part).status_code == 201
    note = latest("credit_note")
    assert_consistent(note)
    root = etree.fromstring(xml_of(note))
    assert root.findtext(".//ram:TypeCode", namespaces=NAMESPACES) == "381"
    referenced = ".//ram:InvoiceReferencedDocument/ram:IssuerAssignedID"
    assert root.findtext(referenced, namespaces=NAMESPACES) == latest().number
    assert latest().number in text_of(render(note).pdf)


@pytest.mark.parametrize("included", [True, False])
def test_rates_zero_rates_and_discounts_come_out_to_the_cent(
    client: APIClient, settings: LazySettings, included: bool
) -> None:
    settings.PRICES_INCLUDE_TAX = included
    settings.TAXES = replace(settings.TAXES, shipping="items")
    TaxRate.objects.create(country="GB", title="VAT", rate="0.2", valid_from="2021-01-01")
    offer()
    checkout = new_checkout(client, ["SKU-0", "SKU-1"], 3)
    assert client.post(f"/api/v1/checkouts/{checkout['id']}/complete", MANUAL).status_code == 201
    assert_consistent(latest())


def test_a_business_elsewhere_in_the_eu_reads_why_there_is_no_tax(
    client: APIClient, settings: LazySettings
) -> None:
    settings.TAXES = replace(settings.TAXES, origin=("DE", ""))
    for country in ("DE", "FR"):
        TaxRate.objects.create(country=country, title="VAT", rate="0.2", valid_from="2021-01-01")
    new_order(client, ["SKU-0"], shipping_address=PARIS, vat_number="FR40303265045")
    invoice = latest()
    assert_consistent(invoice)
    xml = xml_of(invoice)
    assert b"VATEX-EU-IC" in xml
    assert b"FR40303265045" in xml
    assert "art. 138" in text_of(render(invoice).pdf)


@pytest.mark.parametrize(("language", "title"), [("de", "Rechnung"), ("fr", "Facture")])
def test_a_buyer_reads_their_language(client: APIClient, language: str, title: str) -> None:
    client.credentials(HTTP_ACCEPT_LANGUAGE=language)
    paid_order(client)
    text = text_of(render(latest()).pdf)
    assert title in text
    assert "43,97" in text


def test_what_a_buyer_types_is_text(client: APIClient) -> None:
    nasty = {**ADDRESS, "first_name": "#panic() $x$ *b*", "last_name": "<&]]>\\u{1F600}"}
    new_order(client, ["SKU-0"], shipping_address=nasty)
    invoice = latest()
    assert "#panic() $x$ *b*" in text_of(render(invoice).pdf)
    assert_consistent(invoice)


def test_letters_that_no_font_has_do_not_stop_an_invoice(client: APIClient) -> None:
    new_order(client, ["SKU-0"], shipping_address={**ADDRESS, "last_name": "田中"})
    file = render(latest())
    assert file.pdf.startswith(b"%PDF")
    assert not file.electronic


def test_without_the_seller_the_page_is_rendered_alone(
    client: APIClient, settings: LazySettings
) -> None:
    seller = replace(settings.INVOICES.seller, name="", vat_number="", registration="")
    settings.INVOICES = replace(settings.INVOICES, seller=seller)
    paid_order(client)
    assert not is_electronic(latest())
    assert settings.SHOP_NAME in text_of(render(latest()).pdf)


def test_a_shop_has_templates_of_its_own(
    client: APIClient, settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "invoices").mkdir()
    (tmp_path / "invoices" / "invoice.typ").write_text(
        "#let page = json(bytes(sys.inputs.page))\nOurs: #page.number"
    )
    settings.INVOICES = replace(settings.INVOICES, templates=tmp_path)
    paid_order(client)
    assert f"Ours: {latest().number}" in text_of(render(latest()).pdf)


def test_a_file_is_rendered_once_and_kept(
    client: APIClient, run_jobs: Callable[[], int], settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "invoices").mkdir()
    template = tmp_path / "invoices" / "invoice.typ"
    template.write_text("#panic()")
    settings.INVOICES = replace(settings.INVOICES, templates=tmp_path)
    paid_order(client)
    before = Invoice.objects.values().get()
    with pytest.raises(Exception, match="panicked"):
        run_jobs()
    assert not Rendering.objects.exists()
    assert Invoice.objects.values().get() == before
    template.unlink()
    now = datetime(2026, 11, 29, tzinfo=UTC)
    first = rendered(invoice=latest(), now=now)
    template.write_text("another page")
    assert rendered(invoice=latest(), now=now) == first


def test_without_the_extra_a_clear_word_is_said(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoices.rendering, "_PACKAGES", ("typst_that_is_not_there",))
    paid_order(client)
    with pytest.raises(RenderingUnavailable, match="extra `invoices`"):
        render(latest())


def test_a_long_order_flows_over_pages(client: APIClient) -> None:
    skus: list[Any] = stock_variants(592, prefix="LONG")
    new_order(client, skus)
    invoice = latest()
    assert_consistent(invoice)
    pages = PdfReader(io.BytesIO(render(invoice).pdf)).pages
    assert len(pages) > 10
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1].extract_text()
    assert all("Amount" in page.extract_text() for page in pages[:-1])


def test_a_deployment_is_told_what_invoices_lack(settings: LazySettings) -> None:
    assert seller_is_known(None) == []
    seller = replace(settings.INVOICES.seller, vat_number="")
    settings.INVOICES = replace(settings.INVOICES, seller=seller)
    (warning,) = seller_is_known(None)
    assert "CONGOCART_SELLER_VAT_NUMBER is not set" in warning.msg
