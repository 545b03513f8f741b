"""VAT numbers of buyers: reverse charge, and what VIES says of a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.domain import Role
from checkout.models import Checkout
from checkout.services import check_vat_numbers
from pricing.models import TaxRate, VatCheck
from tests.shop import ADDRESS, DETAILS, complete, new_checkout, offer_shipping, stock_variants
from tests.tax_services import Service, serving_taxes

pytestmark = pytest.mark.django_db

PARIS = {
    **ADDRESS, "line1": "1 Rue de Rivoli", "city": "Paris", "postal_code": "75001",
    "country_code": "FR",
}  # fmt: skip
NUMBER = "FR40303265045"
YES = {
    "countryCode": "FR", "vatNumber": "40303265045", "requestDate": "2026-11-29T10:00:00.000Z",
    "valid": True, "requestIdentifier": "WAPIAAAAYx1", "name": "SA SODIMAS", "address": "---",
}  # fmt: skip


@pytest.fixture(autouse=True)
def german_shop(settings: Any) -> None:
    settings.TAXES = replace(settings.TAXES, origin=("DE", ""))
    settings.DEFAULT_CURRENCY = "GBP"
    for country, rate in (("DE", "0.19"), ("FR", "0.2")):
        TaxRate.objects.create(country=country, title="VAT", rate=rate, valid_from="2021-01-01")
    offer_shipping()
    stock_variants(price=100_00)


@pytest.fixture
def vies(settings: Any) -> Iterator[Service]:
    with serving_taxes() as service:
        service.answer = YES
        settings.TAXES = replace(settings.TAXES, vies="required", vies_url=service.url)
        yield service


def tax_of(client: Any, checkout: dict[str, Any]) -> int:
    body = client.get(f"/api/v1/checkouts/{checkout['id']}").json()
    return int(body["totals"]["tax"]["amount"])


def buy(client: Any, number: str | None = NUMBER, **details: Any) -> dict[str, Any]:
    return new_checkout(
        client, ["SKU-0"], **{"shipping_address": PARIS, "vat_number": number, **details}
    )


def test_a_business_of_another_member_state_pays_no_tax(client: Any) -> None:
    checkout = buy(client, "fr 40 303 265 045")
    assert checkout["vat_number"] == NUMBER
    assert checkout["totals"]["tax"]["amount"] == 0
    line = Checkout.objects.get().lines.get()
    assert [(tax["title"], tax["rate"], tax["base"]) for tax in line.taxes] == [
        ("Reverse charge", "0", 100_00)
    ]

    number = complete(client, checkout).json()["order"]["number"]
    order = client.get(f"/api/v1/orders/{number}").json()
    assert (order["vat_number"], order["totals"]["tax"]["amount"]) == (NUMBER, 0)


def test_of_gross_prices_the_tax_is_taken_off(client: Any, settings: Any) -> None:
    settings.PRICES_INCLUDE_TAX = True
    totals = buy(client)["totals"]
    # 100.00 and 3.95 hold 15.97 and 0.63 of German tax, rounded on the whole.
    assert totals["tax"]["amount"] == 0
    assert totals["total"]["amount"] == 103_95 - 16_60
    assert totals["subtotal"]["amount"] == 100_00


def test_a_number_is_added_changed_and_cleared(client: Any) -> None:
    checkout = buy(client, None)
    path = f"/api/v1/checkouts/{checkout['id']}"
    assert (checkout["vat_number"], tax_of(client, checkout)) == (None, 20_79)
    assert client.patch(path, {"vat_number": NUMBER}).json()["totals"]["tax"]["amount"] == 0
    assert client.patch(path, {"email": "b@example.com"}).json()["vat_number"] == NUMBER
    cleared = client.patch(path, {"vat_number": None}).json()
    assert (cleared["vat_number"], cleared["totals"]["tax"]["amount"]) == (None, 20_79)


@pytest.mark.parametrize("number", ["FR136695976", "GB366303068", "DE136695977", "x", "🫖" * 10])
def test_a_number_of_the_wrong_country_is_refused(client: Any, number: str) -> None:
    checkout = buy(client)
    response = client.patch(f"/api/v1/checkouts/{checkout['id']}", {"vat_number": number})
    assert response.status_code == 400
    [problem] = response.json()["errors"]
    assert (problem["pointer"], problem["code"]) == ("/vat_number", "invalid_vat_number")
    assert Checkout.objects.get().vat_number == NUMBER


def test_a_number_of_the_shops_own_country_is_taxed(client: Any) -> None:
    assert tax_of(client, buy(client, "DE136695976")) == 20_79


def test_with_vies_required_its_yes_ends_the_tax(client: Any, vies: Service) -> None:
    checkout = buy(client)
    assert checkout["totals"]["tax"]["amount"] == 20_79
    assert check_vat_numbers(now=timezone.now()) == 1

    assert tax_of(client, checkout) == 0
    assert vies.asked == [{"countryCode": "FR", "vatNumber": "40303265045"}]
    check = VatCheck.objects.get()
    assert (check.number, check.valid, check.name, check.address, check.consultation) == (
        NUMBER, True, "SA SODIMAS", "", "WAPIAAAAYx1",
    )  # fmt: skip
    assert check.answer == YES
    # Who completes what they saw before is told.
    stale = complete(client, checkout, expected_total=checkout["totals"]["total"])
    assert (stale.status_code, stale.json()["code"]) == (409, "total_changed")
    assert check_vat_numbers(now=timezone.now()) == 0
    assert len(vies.asked) == 1


def test_the_number_of_a_draft_is_asked_about_before_it_is_placed(
    client_of: Any, vies: Service
) -> None:
    support = client_of(Role.SUPPORT)
    wanted = {**DETAILS, "shipping_address": PARIS, "vat_number": NUMBER}
    body = {"items": [{"sku": "SKU-0", "quantity": 1}], **wanted}
    draft = support.post("/api/v1/draft-orders", body).json()
    path = f"/api/v1/draft-orders/{draft['id']}"
    assert draft["totals"]["tax"]["amount"] == 20_79
    assert check_vat_numbers(now=timezone.now()) == 1
    stale = support.post(f"{path}/complete", {"expected_total": draft["totals"]["total"]})
    assert stale.json()["code"] == "total_changed"
    assert support.patch(path, {}).json()["totals"]["tax"]["amount"] == 0


def test_a_no_keeps_the_tax(client: Any, vies: Service) -> None:
    vies.answer = {**YES, "valid": False}
    checkout = buy(client)
    assert check_vat_numbers(now=timezone.now()) == 1
    assert tax_of(client, checkout) == 20_79


def test_with_vies_optional_only_a_no_brings_the_tax(
    client: Any, vies: Service, settings: Any
) -> None:
    settings.TAXES = replace(settings.TAXES, vies="optional")
    checkout = buy(client)
    assert checkout["totals"]["tax"]["amount"] == 0
    vies.answer = {**YES, "valid": False}
    check_vat_numbers(now=timezone.now())
    assert tax_of(client, checkout) == 20_79


@pytest.mark.parametrize(
    "answer",
    [
        {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]},
        {"valid": "true"},
        [],
        b"<html>",
    ],
)
def test_who_gives_no_answer_is_asked_again(client: Any, vies: Service, answer: Any) -> None:
    checkout = buy(client)
    vies.answer = answer
    assert check_vat_numbers(now=timezone.now()) == 0
    assert not VatCheck.objects.exists()
    vies.answer = YES
    assert check_vat_numbers(now=timezone.now()) == 1
    assert tax_of(client, checkout) == 0


def test_the_shops_own_number_brings_a_consultation_number(
    client: Any, vies: Service, settings: Any
) -> None:
    settings.TAXES = replace(settings.TAXES, vies_requester="DE136695976")
    buy(client)
    check_vat_numbers(now=timezone.now())
    assert vies.asked[0]["requesterMemberStateCode"] == "DE"
    assert vies.asked[0]["requesterNumber"] == "136695976"


def test_evidence_is_asked_for_after_the_order_as_well(client: Any, vies: Service) -> None:
    number = complete(client, buy(client)).json()["order"]["number"]
    ordered = client.get(f"/api/v1/orders/{number}").json()
    assert check_vat_numbers(now=timezone.now()) == 1
    assert client.get(f"/api/v1/orders/{number}").json() == ordered


def test_an_answer_holds_for_a_day(client: Any, vies: Service) -> None:
    buy(client)
    check_vat_numbers(now=timezone.now())
    assert buy(client)["totals"]["tax"]["amount"] == 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pricing_vatcheck DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE pricing_vatcheck SET requested_at = %s", [timezone.now() - timedelta(days=1)]
        )
        cursor.execute("ALTER TABLE pricing_vatcheck ENABLE TRIGGER USER")
    assert buy(client)["totals"]["tax"]["amount"] == 20_79


def test_evidence_only_grows(client: Any, vies: Service) -> None:
    buy(client)
    check_vat_numbers(now=timezone.now())
    for change in (
        lambda: VatCheck.objects.update(valid=False),
        lambda: VatCheck.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_switched_off_nobody_is_asked(client: Any, vies: Service, settings: Any) -> None:
    settings.TAXES = replace(settings.TAXES, vies="off")
    assert buy(client)["totals"]["tax"]["amount"] == 0
    assert check_vat_numbers(now=timezone.now()) == 0
    assert vies.asked == []
