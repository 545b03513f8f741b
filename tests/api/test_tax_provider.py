"""A tax service takes over: asked outside of transactions, its answer kept, its failure told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from checkout.models import Checkout
from core.db.transactions import leave_database
from inventory.models import Reservation
from pricing.models import ProvidedTaxes, TaxRate
from pricing.services import forget_provided_taxes
from tests.shop import ADDRESS, DETAILS, new_cart, new_checkout, offer_shipping, stock_variants
from tests.tax_services import Service, serving_taxes

pytestmark = pytest.mark.django_db

NEW_YORK = {
    **ADDRESS, "line1": "350 5th Ave", "city": "New York", "region": "NY",
    "postal_code": "10118", "country_code": "US",
}  # fmt: skip
RATES = {"rates": {"standard": [
    {"title": "New York State", "rate": "0.04"}, {"title": "New York City", "rate": "0.04875"},
]}}  # fmt: skip


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    with serving_taxes() as found:
        found.answer = RATES
        settings.TAXES = replace(
            settings.TAXES, provider=found.url, provider_token="s3cret", provider_timeout=0.5
        )
        offer_shipping()
        stock_variants(price=100_00)
        yield found


def use(settings: Any, **values: Any) -> None:
    settings.TAXES = replace(settings.TAXES, **values)


def tax_of(checkout: dict[str, Any]) -> int:
    return int(checkout["totals"]["tax"]["amount"])


def test_its_rates_are_those_of_the_address(client: Any, service: Service) -> None:
    checkout = new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)

    # 100.00 and 3.95 of shipping at 4 % and at 4.875 %, each rounded once.
    assert tax_of(checkout) == 416 + 507
    assert service.asked == [{
        "country": "US", "region": "NY", "postal_code": "10118", "tax_classes": ["standard"],
        "date": timezone.now().date().isoformat(),
    }]  # fmt: skip
    assert service.headers[0]["Authorization"] == "Bearer s3cret"
    line = Checkout.objects.get().lines.get()
    assert [(tax["title"], tax["amount"], tax["source"]) for tax in line.taxes] == [
        ("New York State", 400, "provider:US-NY:standard"),
        ("New York City", 488, "provider:US-NY:standard"),
    ]


def test_an_answer_is_kept_and_not_asked_for_again(client: Any, service: Service) -> None:
    for _ in range(3):
        new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    assert len(service.asked) == 1
    new_checkout(client, ["SKU-0"], shipping_address={**NEW_YORK, "postal_code": "10001"})
    assert len(service.asked) == 2


def test_a_class_that_was_not_asked_for_is(client: Any, service: Service) -> None:
    new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    connection.cursor().execute("UPDATE catalog_product SET tax_class = 'food'")
    service.answer = {"rates": {**RATES["rates"], "food": []}}
    checkout = new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    assert service.asked[-1]["tax_classes"] == ["food", "standard"]
    assert tax_of(checkout) == 16 + 19  # on the shipping alone


def test_what_is_not_taxed_anywhere_is_not_asked_about(client: Any, service: Service) -> None:
    connection.cursor().execute("UPDATE catalog_product SET tax_class = 'exempt'")
    checkout = new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    assert service.asked[-1]["tax_classes"] == ["standard"]
    assert tax_of(checkout) == 16 + 19  # on the shipping alone
    assert Checkout.objects.get().lines.get().taxes[0]["source"] == "class:exempt"


def test_an_answer_that_is_over_is_asked_for_again(client: Any, service: Service) -> None:
    new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    ProvidedTaxes.objects.update(expires_at=timezone.now())
    new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    assert len(service.asked) == 2
    assert ProvidedTaxes.objects.count() == 1


def test_no_answer_is_kept_beyond_its_day(client: Any, service: Service, settings: Any) -> None:
    use(settings, provider_keeps=10**6)
    new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    expires = ProvidedTaxes.objects.get().expires_at
    today = timezone.now().date()
    assert expires == datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
    assert forget_provided_taxes(now=expires) == 1


def test_without_an_address_it_is_not_asked(client: Any, service: Service) -> None:
    new_cart(client, ["SKU-0"])
    response = client.post("/api/v1/checkouts", {"items": [{"sku": "SKU-0", "quantity": 1}]})
    assert (response.status_code, service.asked) == (201, [])


def test_a_change_of_address_asks_about_the_new_one(client: Any, service: Service) -> None:
    checkout = new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    service.answer = {"rates": {"standard": []}}
    moved = {**NEW_YORK, "region": "OR", "city": "Portland", "postal_code": "97201"}
    changed = client.patch(f"/api/v1/checkouts/{checkout['id']}", {"shipping_address": moved})
    assert (changed.status_code, tax_of(changed.json()), len(service.asked)) == (200, 0, 2)


def test_a_retried_request_has_its_effect_once(client: Any, service: Service) -> None:
    body = {"items": [{"sku": "SKU-0", "quantity": 1}], **DETAILS, "shipping_address": NEW_YORK}
    first, second = (
        client.post("/api/v1/checkouts", body, headers={"Idempotency-Key": "one"}) for _ in range(2)
    )
    assert (first.status_code, first.json()) == (201, second.json())
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (Checkout.objects.count(), len(service.asked)) == (1, 1)


def down(service: Service) -> None:
    service.status = 503


def slow(service: Service) -> None:
    service.seconds = 30


def dripping(service: Service) -> None:
    service.seconds, service.drips = 0.05, True


def huge(service: Service) -> None:
    service.answer = b" " * 2_000_000


def says(answer: Any) -> Any:
    def change(service: Service) -> None:
        service.answer = answer

    return change


FAILURES = [
    down,
    slow,
    dripping,
    huge,
    says(b"<html>"),
    says(b"[" * 100_000),
    says(b'{"rates": NaN}'),
    says([]),
    says({"rates": {}}),
    says({"rates": {"standard": {}}}),
    says({"rates": {"standard": [{"title": "A", "rate": 0.04}]}}),
    says({"rates": {"standard": [{"title": "A", "rate": "1.04"}]}}),
    says({"rates": {"standard": [{"title": "A", "rate": "-0.04"}]}}),
    says({"rates": {"standard": [{"title": "", "rate": "0.04"}]}}),
    says({"rates": {"standard": [{"title": "A\0", "rate": "0.04"}]}}),
    says({"rates": {"standard": [{"title": "A", "rate": "0.04"}] * 11}}),
]


@pytest.mark.parametrize("fail", FAILURES)
def test_when_it_fails_the_table_of_rates_holds(client: Any, service: Service, fail: Any) -> None:
    TaxRate.objects.create(country="US", region="NY", rate="0.04", valid_from="2005-06-01")
    fail(service)
    began = time.monotonic()
    checkout = new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)

    assert time.monotonic() - began < 3
    assert tax_of(checkout) == 416
    assert Checkout.objects.get().lines.get().taxes[0]["source"] == "table:US-NY:standard"
    # Others need not wait for what has just failed.
    asked = len(service.asked)
    new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)
    assert len(service.asked) == asked


@pytest.mark.parametrize("fail", FAILURES[:5])
def test_or_nothing_can_be_checked_out(
    client: Any, service: Service, settings: Any, fail: Any
) -> None:
    use(settings, fallback="refuse")
    fail(service)
    body = {"items": [{"sku": "SKU-0", "quantity": 1}], **DETAILS, "shipping_address": NEW_YORK}
    response = client.post("/api/v1/checkouts", body, headers={"Idempotency-Key": "one"})

    assert (response.status_code, response.json()["code"]) == (503, "taxes_unavailable")
    assert response.headers["Retry-After"] == "30"
    assert not Checkout.objects.exists()
    assert not Reservation.objects.exists()
    # The key is not spent: the same request succeeds once the service is back.
    service.__init__(service.url)  # type: ignore[misc]
    service.answer = RATES
    again = client.post("/api/v1/checkouts", body, headers={"Idempotency-Key": "one"})
    assert again.status_code == 201, again.content


def test_what_is_not_there_fails_at_once(client: Any, service: Service, settings: Any) -> None:
    use(settings, provider="http://127.0.0.1:1/taxes")
    assert tax_of(new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)) == 0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_it_is_asked(client: Any, service: Service) -> None:
    """A call inside a transaction is a bug that shows at once."""
    with transaction.atomic(), pytest.raises(RuntimeError):
        leave_database()
    assert tax_of(new_checkout(client, ["SKU-0"], shipping_address=NEW_YORK)) == 923
