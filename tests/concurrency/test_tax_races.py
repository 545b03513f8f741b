"""Rates that are written, asked for and priced with at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.models import Checkout
from checkout.services import check_vat_numbers
from pricing.importing import BUNDLED, read_rates
from pricing.models import ProvidedTaxes, TaxRate, VatCheck
from pricing.services import import_tax_rates
from tests.concurrency.racing import at_once, code_of, codes, shopper
from tests.shop import ADDRESS, DETAILS, items, new_checkout, offer_shipping, stock_variants
from tests.tax_services import serving_taxes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

ClientOf = Callable[..., APIClient]
CROWD = 16
RATE = {"country": "GB", "title": "VAT", "rate": "0.2", "valid_from": "2011-01-04"}
NEW_YORK = {
    **ADDRESS, "line1": "350 5th Ave", "city": "New York", "region": "NY",
    "postal_code": "10118", "country_code": "US",
}  # fmt: skip


def begin(address: dict[str, Any] = ADDRESS, **more: Any) -> Any:
    body = {"items": items(["SKU-0"]), **DETAILS, "shipping_address": address, **more}
    return shopper().post("/api/v1/checkouts", body)


def tax_of(response: Any) -> int:
    return int(response.json()["totals"]["tax"]["amount"])


def test_of_rates_that_overlap_exactly_one_is_added(client_of: ClientOf) -> None:
    managers = [client_of(Role.MANAGER) for _ in range(CROWD)]
    days = [f"20{year}-01-01" for year in range(11, 11 + CROWD)]

    responses = at_once(
        *(
            partial(manager.post, "/api/v1/tax-rates", {**RATE, "valid_from": day})
            for manager, day in zip(managers, days, strict=True)
        )
    )

    assert codes(responses) == {"201": 1, "tax_rate_overlaps": CROWD - 1}
    assert TaxRate.objects.count() == 1


def test_a_file_imported_many_times_at_once_is_there_once(no_deadlocks: None) -> None:
    rates = read_rates(BUNDLED / "eu-vat.csv").rates

    told = at_once(*[partial(import_tax_rates, rates=rates)] * 6)

    assert Counter((done.created, done.unchanged) for done in told) == {
        (len(rates), 0): 1,
        (0, len(rates)): 5,
    }
    assert TaxRate.objects.count() == len(rates)


def test_a_rate_that_changes_meanwhile_is_the_old_or_the_new_one(client_of: ClientOf) -> None:
    offer_shipping()
    stock_variants(price=100_00, stock=1_000)
    manager = client_of(Role.MANAGER)
    old = manager.post("/api/v1/tax-rates", RATE).json()["id"]

    def change() -> Any:
        assert manager.delete(f"/api/v1/tax-rates/{old}").status_code == 204
        return manager.post("/api/v1/tax-rates", {**RATE, "rate": "0.1"})

    *responses, changed = at_once(*[begin] * CROWD, change)

    assert changed.status_code == 201
    assert codes(responses) == {"201": CROWD}
    # 20 %, 10 %, or between the two requests the shop's flat rate of nothing.
    assert {tax_of(response) for response in responses} <= {20_79, 10_40, 0}
    assert tax_of(begin()) == 10_40


def test_who_waits_for_the_tax_service_holds_nobody_up(settings: Any) -> None:
    offer_shipping()
    stock_variants(price=100_00, stock=1_000)
    with serving_taxes() as service:
        service.answer = {"rates": {"standard": [{"title": "Sales tax", "rate": "0.08875"}]}}
        service.seconds = 0.3
        settings.TAXES = replace(settings.TAXES, provider=service.url, provider_timeout=5.0)
        responses = at_once(*[partial(begin, NEW_YORK)] * CROWD)

        assert codes(responses) == {"201": CROWD}
        assert {tax_of(response) for response in responses} == {9_23}
        assert 1 <= len(service.asked) <= CROWD
        asked = len(service.asked)
        assert tax_of(begin(NEW_YORK)) == 9_23
        assert len(service.asked) == asked
    assert ProvidedTaxes.objects.count() == 1


def test_an_answer_of_vies_and_a_change_of_the_buyer_both_count(settings: Any) -> None:
    offer_shipping()
    stock_variants(price=100_00, stock=1_000)
    for country, rate in (("DE", "0.19"), ("FR", "0.2")):
        TaxRate.objects.create(country=country, rate=rate, valid_from="2021-01-01")
    paris = {**ADDRESS, "city": "Paris", "postal_code": "75001", "country_code": "FR"}
    with serving_taxes() as vies:
        vies.answer = {"valid": True}
        settings.TAXES = replace(
            settings.TAXES, origin=("DE", ""), vies="required", vies_url=vies.url
        )
        client = shopper()
        checkout = new_checkout(
            client, ["SKU-0"], shipping_address=paris, vat_number="FR40303265045"
        )
        path = f"/api/v1/checkouts/{checkout['id']}"
        told, changed = at_once(
            partial(check_vat_numbers, now=timezone.now()),
            partial(client.patch, path, {"items": items(["SKU-0"], 3)}),
        )

    assert (told, code_of(changed)) == (1, "200")
    assert VatCheck.objects.count() == 1
    stored = Checkout.objects.get()
    assert (stored.subtotal, stored.tax) == (300_00, 0)
